"""People who answer for renewals. Nobody is deleted; who has left is inactive, and what was his is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, func, insert, select, update

from scanner.assets import Asset
from scanner.registry.party_changes import By, record_party_change
from scanner.registry.party_rows import PERSON, PROJECT, PROJECT_OBJECT
from scanner.registry.refused import Refused
from scanner.registry.rows import OBJECT
from scanner.registry.words import GONE

TRACKERS = "trackers."
"""What stands before a tracker's name in the field that holds somebody's id there."""
_LONGEST_NAME = 200


class Person(Struct, frozen=True):
    """Somebody who answers for renewals."""

    id: int
    name: str
    email: str | None
    trackers: Mapping[str, str]
    """His id in each task manager, by the tracker's name in the settings."""
    active: bool


class Held(Struct, frozen=True):
    """What one person answers for."""

    objects: tuple[tuple[int, str, Asset, str], ...]
    """Number, client, asset and name of the objects he is the responsible person of."""
    projects: tuple[tuple[int, str, str, int], ...]
    """Number, client and name of the projects he manages, and how many objects have them as their lead."""


def people(connection: Connection) -> tuple[Person, ...]:
    """Return everybody, by name."""
    rows = connection.execute(select(PERSON).order_by(PERSON.c.name))
    return tuple(_to_person(row) for row in rows)


def person_called(connection: Connection, name: str) -> Person:
    """Return a person by his name or number; LookupError says who there is."""
    text = name.strip()
    where = PERSON.c.name == text
    if text.isascii() and text.isdigit() and len(text) < 10:
        where = where | (PERSON.c.id == int(text))
    row = connection.execute(select(PERSON).where(where)).first()
    if row is not None:
        return _to_person(row)
    everybody = people(connection)
    alike = [one for one in everybody if one.name.casefold() == text.casefold()]
    if len(alike) == 1:
        return alike[0]
    known = ", ".join(one.name for one in everybody[:20]) or "—"
    raise Refused("no_person", name=repr(text[:80]), known=known)


def add_person(connection: Connection, name: str, email: str | None, by: By) -> Person:
    """Add a person; ValueError where somebody is called so already."""
    called = _name(name)
    if connection.scalar(select(PERSON.c.id).where(PERSON.c.name == called)) is not None:
        raise Refused("person_there", name=repr(called))
    address = _email(email)
    row: dict[str, Any] = {"name": called, "email": address, "trackers": {}, "active": True}
    row["since"] = by.at
    number = connection.scalar(insert(PERSON).values(**row).returning(PERSON.c.id))
    assert number is not None
    subject = f"person:{number}"
    record_party_change(connection, subject, "active", None, "yes", by)
    for field, said in (("name", called), ("email", address)):
        if said is not None:
            record_party_change(connection, subject, field, None, said, by)
    return Person(number, called, address, {}, True)


def set_person(
    connection: Connection, person: Person, field: str, value: str | None, by: By
) -> tuple[str | None, str | None]:
    """Set `name`, `email`, `active` or `trackers.<name>`; return the text before and after."""
    before, columns = _set(person, field, value)
    after = columns.pop("said")
    if field == "name" and after != person.name:
        taken = select(PERSON.c.id).where(PERSON.c.name == after)
        if connection.scalar(taken) is not None:
            raise Refused("person_there", name=repr(after))
    if before != after:
        connection.execute(update(PERSON).where(PERSON.c.id == person.id).values(**columns))
        record_party_change(connection, f"person:{person.id}", field, before, after, by)
    return before, after


def _set(person: Person, field: str, value: str | None) -> tuple[str | None, dict[str, Any]]:
    if field == "name":
        return person.name, {"name": _name(value or ""), "said": _name(value or "")}
    if field == "email":
        return person.email, {"email": _email(value), "said": _email(value)}
    if field == "active":
        active = yes_or_no(field, value)
        return "yes" if person.active else "no", {"active": active, "said": value}
    if field.startswith(TRACKERS) and field != TRACKERS:
        trackers, before = with_tracker(person.trackers, field, value)
        return before, {"trackers": trackers, "said": value or None}
    raise Refused(
        "no_field_of", field=repr(field), choices=("name", "email", "active", f"{TRACKERS}NAME")
    )


def held_by(connection: Connection, person: int) -> Held:
    """Return what a person answers for: his objects that still live, and his active projects."""
    thing = OBJECT.c
    objects = connection.execute(
        select(thing.id, thing.client, thing.kind, thing.key, thing.name, thing.display_name)
        .where(thing.responsible == person, thing.lifecycle.not_in(GONE))
        .order_by(thing.client, thing.kind, thing.key)
    )
    leads = (
        select(func.count())
        .select_from(PROJECT_OBJECT.join(OBJECT, thing.id == PROJECT_OBJECT.c.object_id))
        .where(
            PROJECT_OBJECT.c.project_id == PROJECT.c.id,
            PROJECT_OBJECT.c.lead,
            thing.responsible.is_(None),
            thing.lifecycle.not_in(GONE),
        )
        .scalar_subquery()
    )
    projects = connection.execute(
        select(PROJECT.c.id, PROJECT.c.client, PROJECT.c.name, leads)
        .where(PROJECT.c.manager == person, PROJECT.c.active)
        .order_by(PROJECT.c.client, PROJECT.c.name)
    )
    return Held(
        tuple(
            (id_, client, Asset(kind, key), name or shown or key)
            for id_, client, kind, key, name, shown in objects
        ),
        tuple((id_, client, name, count) for id_, client, name, count in projects),
    )


def yes_or_no(field: str, value: str | None) -> bool:
    """Read `yes` and `no`; raise ValueError for the rest."""
    if value not in ("yes", "no"):
        raise Refused("no_yes_no", field=field, value=repr(value))
    return value == "yes"


def with_tracker(
    trackers: Mapping[str, str], field: str, value: str | None
) -> tuple[dict[str, str], str | None]:
    """Return the ids with `trackers.<name>` set or taken away, and what it was before."""
    tracker = field.removeprefix(TRACKERS)
    others = {name: id_ for name, id_ in trackers.items() if name != tracker}
    return (others | {tracker: value} if value else others), trackers.get(tracker)


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > _LONGEST_NAME or called.isdigit():
        raise Refused("no_person_name", name=repr(name[:80]), most=_LONGEST_NAME)
    return called


def _email(email: str | None) -> str | None:
    if not email:
        return None
    user, at, host = email.strip().partition("@")
    if not (user and at and "." in host) or not email.strip().isprintable() or " " in email.strip():
        raise Refused("no_email", value=repr(email[:80]))
    return email.strip()


def _to_person(row: Any) -> Person:
    return Person(row.id, row.name, row.email, row.trackers, row.active)
