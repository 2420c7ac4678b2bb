"""Takes a whole deed back, by writing its inverse as a new deed; nothing of history is removed.

What was added is not deleted but archived. A deed is refused as a whole where somebody has changed one
of its fields since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from sqlalchemy import Connection, func, select

from scanner.registry.clients import client_by_slug, set_client
from scanner.registry.objects import RegistryObject
from scanner.registry.own_types import take_type_away
from scanner.registry.party_changes import By
from scanner.registry.party_rows import PARTY_CHANGE
from scanner.registry.people import people, set_person
from scanner.registry.projects import names_in_text, project_called, projects, set_project
from scanner.registry.refused import Refused
from scanner.registry.rows import CHANGE
from scanner.registry.saying import (
    LICENCE_KEY,
    PROJECTS,
    object_for_change,
    read_said,
    say,
    say_key,
    say_projects,
)
from scanner.registry.sheet_words import field_with_code, words_of
from scanner.registry.words import Lifecycle, Origin

if TYPE_CHECKING:
    from reports.wording import Wording

_TOLD = 5
"""Changes since that a refusal names."""


class CannotUndo(Refused):
    """A deed that cannot be taken back; the message says why."""


class Later(Struct, frozen=True):
    """A change that came after the deed."""

    subject: str
    field: str
    after: str | None
    who: str
    at: datetime

    def said(self, wording: Wording) -> str:
        """Return it in a language; a field with its code, by which it is set."""
        words = words_of(self.field).get(self.after or "")
        after = words.in_(wording.language) if words else self.after
        field = field_with_code(self.field, wording)
        return f"{self.subject} {field} → {after} ({self.at:%Y-%m-%d}, {self.who})"


class ChangedLater(CannotUndo):
    """Somebody has changed the same since."""

    def __init__(self, since: Sequence[Later]) -> None:
        """Take what was changed."""
        super().__init__("undo_changed")
        self.since = since

    def said(self, wording: Wording) -> str:
        """Return it in a language, the first changes one by one."""
        more = f" … (+{len(self.since) - _TOLD})" if len(self.since) > _TOLD else ""
        changes = "; ".join(one.said(wording) for one in self.since[:_TOLD])
        return wording.say("cannot.undo_changed", changes=f"{changes}{more}")


class Undone(Struct, frozen=True):
    """What was taken back."""

    objects: int
    parties: int


def undo(connection: Connection, deed: str, by: By) -> Undone:
    """Take a deed back inside one transaction; CannotUndo, and nothing is changed, where that cannot be."""
    column = CHANGE.c
    changes = connection.execute(
        select(CHANGE).where(column.deed == deed).order_by(column.id)
    ).all()
    told = PARTY_CHANGE.c
    parties = connection.execute(
        select(PARTY_CHANGE).where(told.deed == deed).order_by(told.id)
    ).all()
    if not changes and not parties:
        raise Refused("no_deed", deed=repr(deed[:80]))
    by_object: dict[int, list[Any]] = {}
    for change in changes:
        by_object.setdefault(change.object_id, []).append(change)
    _refuse_objects(connection, by_object)
    _refuse_parties(connection, parties)
    for object_id, some in by_object.items():
        _restore(connection, object_for_change(connection, object_id), some, by)
    for change in reversed(parties):
        _restore_party(connection, change, by)
    return Undone(len(by_object), len({change.subject for change in parties}))


def _refuse_objects(connection: Connection, by_object: Mapping[int, Sequence[Any]]) -> None:
    since: list[Later] = []
    column = CHANGE.c
    for object_id, some in by_object.items():
        fields = [change.field for change in some]
        query = select(column.field, column.after, column.who, column.at).where(
            column.object_id == object_id, column.id > max(change.id for change in some)
        )
        if not _was_born(some):
            query = query.where(column.field.in_(fields))
        later = connection.execute(query.order_by(column.id)).first()
        if later is not None:
            since.append(Later(str(object_id), later.field, later.after, later.who, later.at))
    _refuse(since)


def _refuse_parties(connection: Connection, changes: Sequence[Any]) -> None:
    since: list[Later] = []
    told = PARTY_CHANGE.c
    last: dict[tuple[str, str], int] = {}
    for change in changes:
        last[change.subject, change.field] = change.id
    for (subject, field), number in last.items():
        later = connection.execute(
            select(told.after, told.who, told.at)
            .where(told.subject == subject, told.field == field, told.id > number)
            .order_by(told.id)
        ).first()
        if later is not None:
            since.append(Later(subject, field, later.after, later.who, later.at))
    _refuse(since)


def _refuse(since: Sequence[Later]) -> None:
    if since:
        raise ChangedLater(since)


def _was_born(changes: Iterable[Any]) -> bool:
    return any(change.field == "lifecycle" and change.before is None for change in changes)


def _restore(connection: Connection, thing: RegistryObject, changes: Sequence[Any], by: By) -> None:
    if _was_born(changes):
        if thing.lifecycle is not Lifecycle.ARCHIVED:
            say(connection, thing, {"lifecycle": Lifecycle.ARCHIVED}, by)
        return
    first: dict[str, Any] = {}
    for change in changes:  # what was there before the first change of the deed
        first.setdefault(change.field, change)
    values: dict[str, Any] = {}
    origins: dict[str, Origin | None] = {}
    for field, change in first.items():
        if field == PROJECTS:
            _restore_projects(connection, thing, change, by)
        elif field == LICENCE_KEY:
            say_key(connection, thing, change.sealed, change.before, by)
        elif field != f"{LICENCE_KEY} shown":
            values[field] = _value(connection, thing, field, change.before)
            origins[field] = Origin(change.origin) if change.origin else None
    if values:
        thing = object_for_change(connection, thing.id)
        say(connection, thing, values, by, origins=origins)


def _value(connection: Connection, thing: RegistryObject, field: str, text: str | None) -> Any:
    try:
        return read_said(connection, thing, field, text)
    except (LookupError, ValueError) as error:
        raise CannotUndo(
            "undo_value", field=field, number=thing.id, value=repr(text), why=str(error)
        ) from error


def _restore_projects(connection: Connection, thing: RegistryObject, change: Any, by: By) -> None:
    try:
        wanted = [
            project_called(connection, thing.client, name)
            for name in names_in_text(change.before or "")
        ]
    except LookupError as error:
        raise CannotUndo("undo_projects", number=thing.id, why=str(error)) from error
    say_projects(connection, thing, [(one.id, one.name) for one in wanted], by)


def _restore_party(connection: Connection, change: Any, by: By) -> None:
    """Write the value before; what was added becomes inactive, a type goes, a client's name stays."""
    subject, _, name = change.subject.partition(":")
    field, before = change.field, change.before
    if before is None and field == "active":
        before = "no"
    elif before is None and field == "name":
        return
    if subject == "person":
        person = next(one for one in people(connection) if one.id == int(name))
        set_person(connection, person, field, before, by)
    elif subject == "project":
        project = next(one for one in projects(connection) if one.id == int(name))
        set_project(connection, project, field, before, by)
    elif subject == "type" and before is None:
        take_type_away(connection, name, by)
    elif subject == "client" and (client := client_by_slug(connection, name)):
        set_client(connection, client, field, before, by)


class Deed(Struct, frozen=True):
    """What one command of a person's changed."""

    deed: str
    at: datetime
    who: str
    why: str
    changes: int


def deeds(connection: Connection, most: int) -> tuple[Deed, ...]:
    """Return the last deeds, the newest first."""
    found: dict[str, Deed] = {}
    for table in (CHANGE, PARTY_CHANGE):
        column = table.c
        query = (
            select(
                column.deed, func.max(column.at), func.max(column.who), func.max(column.why),
                func.count(),
            )
            .where(column.deed.is_not(None))
            .group_by(column.deed)
            .order_by(func.max(column.id).desc())
            .limit(most)
        )  # fmt: skip
        for deed, at, who, why, count in connection.execute(query):
            before = found.get(deed)
            found[deed] = Deed(deed, at, who, why, count + (before.changes if before else 0))
    return tuple(sorted(found.values(), key=lambda one: one.at, reverse=True)[:most])
