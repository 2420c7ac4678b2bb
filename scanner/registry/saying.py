"""A person's word: from then on no run overwrites it. Inside a transaction that somebody else holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, insert, select, update

from scanner.assets import Asset
from scanner.registry.contradictions import settle
from scanner.registry.fields import (
    FIELDS,
    as_text,
    read_value,
    to_object,
    to_row,
    value_of,
    with_values,
)
from scanner.registry.history import record_changes
from scanner.registry.identity import account_said
from scanner.registry.objects import Change, RegistryObject
from scanner.registry.own_types import own_types
from scanner.registry.party_changes import By
from scanner.registry.party_rows import PERSON
from scanner.registry.people import person_called
from scanner.registry.projects import names_as_text, projects_of, write_links
from scanner.registry.refused import Refused
from scanner.registry.replacing import replacement_of
from scanner.registry.rows import CHANGE, OBJECT
from scanner.registry.words import Lifecycle, Origin

PROJECTS = "projects"
"""What history calls the projects of an object."""
LICENCE_KEY = "licence_key"
"""What history calls its licence key, of which it tells no more than the tail."""


class ChangedSince(Refused):
    """Somebody changed what a person is about to change, after he had looked at it."""


def object_for_change(connection: Connection, object_id: int) -> RegistryObject:
    """Return an object, held against other writers; LookupError where there is none."""
    query = select(OBJECT).where(OBJECT.c.id == object_id).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise Refused("no_object", number=object_id)
    return to_object(row)


def read_said(connection: Connection, thing: RegistryObject, field: str, value: Any) -> Any:
    """Return a value of the field's type as `read_value` does, a person by name among them."""
    if field == "responsible" and isinstance(value, str):
        person = person_called(connection, value)
        if not person.active:
            raise Refused("has_left", name=person.name)
        return person.id
    if field == "replaced_by" and isinstance(value, str):
        return replacement_of(connection, thing, value)
    if field == "account" and isinstance(value, str):
        return account_said(value, thing.registrar or thing.provider or "")
    own = [one.code for one in own_types(connection)] if field == "type" else ()
    return read_value(thing.asset.kind, field, value, own)


def say(
    connection: Connection,
    thing: RegistryObject,
    values: Mapping[str, Any],
    by: By,
    *,
    since: int | None = None,
    origins: Mapping[str, Origin | None] | None = None,
) -> tuple[RegistryObject, list[Change]]:
    """Set fields of an object by a person's word; None withdraws it. Return the object and its changes.

    `since` is the version that the person looked at: ChangedSince, and nothing is written, where one
    of the fields has changed after it. `origins` tells how values are known where it is not his word.
    """
    refuse_if_changed(connection, thing, values, since)
    asked, values = frozenset(values), _with_consequences(thing, values)
    known = _known(thing, values, origins)
    after = with_values(thing, values, known)
    said = [
        name
        for name in values
        if name in asked or (name in FIELDS and value_of(thing, name) != values[name])
    ]
    if after != thing:
        after = structs.replace(after, version=thing.version + 1)
        connection.execute(update(OBJECT).where(OBJECT.c.id == thing.id).values(**to_row(after)))
    names = _names(connection, {thing.responsible, after.responsible} - {None})
    changes = [
        Change(
            thing.id, thing.asset, by.at, by.who, name,
            _text(name, value_of(thing, name), names), _text(name, value_of(after, name), names),
            by.why, None, by.deed, thing.origins.get(name), after.version,
        )
        for name in said
    ]  # fmt: skip
    if after != thing:
        record_changes(connection, changes)
    settle(connection, [(thing.id, name) for name in said], by.at)
    return after, changes


def _with_consequences(thing: RegistryObject, values: Mapping[str, Any]) -> dict[str, Any]:
    """Take our verdict back where it rested on what a person denies; the next run gives another."""
    denies = any(
        name in values and values[name] != getattr(thing, name) for name in ("use", "state")
    )
    ours = "verdict" not in values and thing.origins.get("verdict") is not Origin.CONFIRMED
    return {**values, "verdict": None, "confidence": None} if denies and ours else dict(values)


def _known(
    thing: RegistryObject, values: Mapping[str, Any], origins: Mapping[str, Origin | None] | None
) -> dict[str, Origin]:
    """Return how each value is known after these are said."""
    known = {name: origin for name, origin in thing.origins.items() if name not in values}
    for name, value in values.items():
        origin = Origin.CONFIRMED if origins is None else origins.get(name)
        if value is not None and origin is not None and name != "confidence":
            known[name] = origin
    return known


def add_object(connection: Connection, thing: RegistryObject, by: By) -> RegistryObject:
    """Write an object that a person enters, with the values it has; return it with its number.

    ValueError where the client has one known by the same kind and key.
    """
    values = {
        name: value_of(thing, name)
        for name in (*FIELDS, *(f"custom.{name}" for name in thing.custom))
        if value_of(thing, name) is not None and name != "lifecycle"
    }
    known = select(OBJECT.c.id).where(
        OBJECT.c.client == thing.client,
        OBJECT.c.kind == thing.asset.kind,
        OBJECT.c.key == thing.asset.key,
    )
    if (number := connection.scalar(known)) is not None:
        raise Refused("there_already", asset=str(thing.asset), number=number)
    born = structs.replace(thing, origins=dict.fromkeys(values, Origin.CONFIRMED), version=1)
    number = connection.scalar(insert(OBJECT).values(**to_row(born)).returning(OBJECT.c.id))
    assert number is not None
    born = structs.replace(born, id=number)
    names = _names(connection, {born.responsible} - {None})
    said = {"lifecycle": born.lifecycle, **values}
    record_changes(
        connection,
        [
            Change(
                number, born.asset, by.at, by.who, name, None, _text(name, value, names), by.why,
                None, by.deed, None, 1,
            )
            for name, value in said.items()
        ],
    )  # fmt: skip
    return born


def blank_object(client: str, asset: Asset, type: str, by: By) -> RegistryObject:
    """Return an object that a person is about to enter, still without values."""
    return RegistryObject(
        id=0, client=client, asset=asset, type=type, lifecycle=Lifecycle.IN_USE,
        first_seen_at=by.at, last_seen_at=by.at, last_run="",
    )  # fmt: skip


def say_projects(
    connection: Connection,
    thing: RegistryObject,
    projects: Sequence[tuple[int, str]],
    by: By,
    *,
    since: int | None = None,
) -> Change | None:
    """Let an object belong to these projects (number and name), the first of which leads."""
    before = projects_of(connection, [thing.id]).get(thing.id, ())
    wanted = tuple(dict.fromkeys(projects))
    if before[:1] == wanted[:1] and set(before) == set(wanted):
        return None
    refuse_if_changed(connection, thing, (PROJECTS,), since)
    write_links(connection, thing.id, [number for number, _ in wanted])
    version = _next_version(connection, thing)
    change = Change(
        thing.id, thing.asset, by.at, by.who, PROJECTS,
        names_as_text(name for _, name in before), names_as_text(name for _, name in wanted),
        by.why, None, by.deed, None, version,
    )  # fmt: skip
    record_changes(connection, [change])
    return change


def say_key(
    connection: Connection,
    thing: RegistryObject,
    closed: bytes | None,
    tail: str | None,
    by: By,
) -> Change:
    """Keep a licence key, encrypted as it comes; history keeps the one before, encrypted too."""
    before = closed_key(connection, thing.id)
    row = update(OBJECT).where(OBJECT.c.id == thing.id)
    connection.execute(row.values(licence_key=closed, licence_key_tail=tail))
    version = _next_version(connection, thing)
    connection.execute(
        insert(CHANGE).values(
            object_id=thing.id, at=by.at, who=by.who, field=LICENCE_KEY,
            before=thing.licence_key_tail, after=tail, why=by.why, deed=by.deed, version=version,
            sealed=before,
        )
    )  # fmt: skip
    return Change(
        thing.id, thing.asset, by.at, by.who, LICENCE_KEY, thing.licence_key_tail, tail, by.why,
        None, by.deed, None, version,
    )  # fmt: skip


def note_shown_key(connection: Connection, thing: RegistryObject, by: By) -> None:
    """Write into history that somebody was shown the licence key."""
    record_changes(
        connection,
        [
            Change(
                thing.id, thing.asset, by.at, by.who, f"{LICENCE_KEY} shown", thing.licence_key_tail,
                thing.licence_key_tail, by.why, None, None, None, thing.version,
            )
        ],
    )  # fmt: skip


def closed_key(connection: Connection, object_id: int) -> bytes | None:
    """Return the licence key of an object as it lies, encrypted."""
    return connection.scalar(select(OBJECT.c.licence_key).where(OBJECT.c.id == object_id))


def refuse_if_changed(
    connection: Connection, thing: RegistryObject, fields: Iterable[str], since: int | None
) -> None:
    """Raise ChangedSince where one of the fields has changed after the version a person looked at."""
    if since is None or since >= thing.version:
        return
    change = CHANGE.c
    later = connection.execute(
        select(change.field, change.after, change.who, change.at)
        .where(change.object_id == thing.id, change.version > since, change.field.in_(list(fields)))
        .order_by(change.id.desc())
    ).first()
    if later is not None:
        raise ChangedSince(
            "changed_since", field=later.field, number=thing.id, value=later.after or "—",
            at=f"{later.at:%Y-%m-%d %H:%M}", who=later.who,
        )  # fmt: skip


def _next_version(connection: Connection, thing: RegistryObject) -> int:
    # Counted by the database: the object in hand may be older than the change before this one.
    row = update(OBJECT).where(OBJECT.c.id == thing.id).values(version=OBJECT.c.version + 1)
    return connection.scalar(row.returning(OBJECT.c.version)) or thing.version


def _names(connection: Connection, people: Iterable[int | None]) -> dict[int, str]:
    some = [one for one in people if one is not None]
    if not some:
        return {}
    rows = connection.execute(select(PERSON.c.id, PERSON.c.name).where(PERSON.c.id.in_(some)))
    return {row.id: row.name for row in rows}


def _text(field: str, value: Any, names: Mapping[int, str]) -> str | None:
    if field == "responsible" and value is not None:
        return names.get(value, str(value))
    return as_text(value)
