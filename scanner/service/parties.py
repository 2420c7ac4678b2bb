"""Clients, projects, people and accounts: who answers for what, and who can get in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from scanner.registry import Client, ObjectType
from scanner.registry.accounts import Account, accounts
from scanner.registry.clients import add_client, all_clients, client_by_slug, set_client
from scanner.registry.party_changes import By, PartyChange, party_history
from scanner.registry.people import (
    Held,
    Person,
    add_person,
    held_by,
    people,
    person_called,
    set_person,
)
from scanner.registry.projects import Project, add_project, project_called, projects, set_project
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, slug_of
from scanner.service.registering import Said, changing, reading, registry_add
from scanner.service.seeking import client_slug
from scanner.settings import Settings

_TOLD = 20


def clients_list(settings: Settings, *, as_json: bool) -> str:
    """Return every client, a line each."""
    found = reading(settings, all_clients)
    if as_json:
        return _json(found)
    return _columns(((one.slug, one.name, "; ".join(one.org)) for one in found), "no client yet")


async def clients_add(
    name: str, org: Sequence[str], brands: Sequence[str], inns: Sequence[str], said: Said,
    settings: Settings, clock: Clock, *, called: str | None = None,
) -> str:  # fmt: skip
    """Add a client by a name that can be a folder's, and what people call him."""
    client = Client(slug_of(name), called or name, tuple(org), tuple(brands), tuple(inns))
    _, by = await changing(settings, said, clock, lambda c, by: add_client(c, client, by))
    return f"Added client {client.slug} ({client.name}).{_undo(by)}"


async def clients_set(
    name: str, field: str, value: str, said: Said, settings: Settings, clock: Clock
) -> str:
    """Set a client's `name`, `org`, `brands` or `inns`."""

    def work(connection: Connection, by: By) -> tuple[str | None, str | None]:
        client = client_by_slug(connection, client_slug(connection, name))
        assert client is not None
        return set_client(connection, client, field, _said(value), by)

    (before, after), by = await changing(settings, said, clock, work)
    return _noted(name, field, before, after, by)


def clients_show(name: str, settings: Settings, *, as_json: bool) -> str:
    """Return a client with his projects and history."""

    def work(connection: Connection) -> dict[str, Any]:
        slug = client_slug(connection, name)
        return {
            "client": client_by_slug(connection, slug),
            "projects": projects(connection, slug),
            "history": party_history(connection, f"client:{slug}"),
        }

    found = reading(settings, work)
    if as_json:
        return _json(found)
    client: Client = found["client"]
    return "\n".join(
        [
            f"{client.slug}: {client.name}",
            *(
                f"  {field:<8} {'; '.join(getattr(client, field))}"
                for field in ("org", "brands", "inns")
            ),
            *(f"  project  {_project(one)}" for one in found["projects"]),
            *_history(found["history"]),
        ]
    )


def projects_list(client: str | None, settings: Settings, *, as_json: bool) -> str:
    """Return projects, a line each: client, name, manager."""
    found = reading(
        settings,
        lambda connection: projects(
            connection, client_slug(connection, client) if client else None
        ),
    )
    if as_json:
        return _json(found)
    rows = (
        (one.client, one.name, one.manager_name or "–", "" if one.active else "closed")
        for one in found
    )
    return _columns(rows, "no project yet")


async def projects_add(
    client: str, name: str, manager: str | None, said: Said, settings: Settings, clock: Clock
) -> str:
    """Add a project to a client, with its manager."""

    def work(connection: Connection, by: By) -> Project:
        person = person_called(connection, manager) if manager else None
        if person and not person.active:
            raise ValueError(f"{person.name} has left")
        number = person.id if person else None
        return add_project(connection, client_slug(connection, client), name, number, by)

    made, by = await changing(settings, said, clock, work)
    return f"Added project {made.name} of {made.client}.{_undo(by)}"


async def projects_set(
    client: str, name: str, field: str, value: str, said: Said, settings: Settings, clock: Clock
) -> str:
    """Set a project's `name`, `manager`, `active` or `trackers.NAME`."""

    def work(connection: Connection, by: By) -> tuple[str | None, str | None]:
        project = project_called(connection, client_slug(connection, client), name)
        return set_project(connection, project, field, _said(value), by)

    (before, after), by = await changing(settings, said, clock, work)
    return _noted(f"project {name}", field, before, after, by)


def projects_show(client: str, name: str, settings: Settings, *, as_json: bool) -> str:
    """Return a project with its history."""

    def work(connection: Connection) -> dict[str, Any]:
        one = project_called(connection, client_slug(connection, client), name)
        return {"project": one, "history": party_history(connection, f"project:{one.id}")}

    found = reading(settings, work)
    if as_json:
        return _json(found)
    one: Project = found["project"]
    return "\n".join(
        [f"{one.client}: {_project(one)}", *_trackers(one.trackers), *_history(found["history"])]
    )


def people_list(settings: Settings, *, as_json: bool) -> str:
    """Return everybody, a line each."""
    found = reading(settings, people)
    if as_json:
        return _json(found)
    rows = (
        (str(one.id), one.name, one.email or "–", "" if one.active else "has left") for one in found
    )
    return _columns(rows, "nobody yet")


async def people_add(
    name: str, email: str | None, said: Said, settings: Settings, clock: Clock
) -> str:
    """Add a person who answers for renewals."""
    made, by = await changing(settings, said, clock, lambda c, by: add_person(c, name, email, by))
    return f"Added {made.name} (person {made.id}).{_undo(by)}"


async def people_set(
    name: str, field: str, value: str, said: Said, settings: Settings, clock: Clock
) -> str:
    """Set a person's `name`, `email`, `active` or `trackers.NAME`.

    Of one who leaves (`active no`) it says what was his and has nobody now.
    """

    def work(connection: Connection, by: By) -> tuple[Person, Held, tuple[str | None, str | None]]:
        person = person_called(connection, name)
        change = set_person(connection, person, field, _said(value), by)
        return person, held_by(connection, person.id), change

    (person, held, (before, after)), by = await changing(settings, said, clock, work)
    noted = _noted(person.name, field, before, after, by)
    if field != "active" or after != "no":
        return noted
    return "\n".join([noted, *_left(person, held)])


def people_show(name: str, settings: Settings, *, as_json: bool) -> str:
    """Return a person with what he answers for and his history."""

    def work(connection: Connection) -> dict[str, Any]:
        one = person_called(connection, name)
        return {
            "person": one,
            "held": held_by(connection, one.id),
            "history": party_history(connection, f"person:{one.id}"),
        }

    found = reading(settings, work)
    if as_json:
        return _json(found)
    one: Person = found["person"]
    state = "" if one.active else " (has left)"
    return "\n".join(
        [
            f"{one.id} {one.name}{state} {one.email or ''}".rstrip(),
            *_trackers(one.trackers),
            *_holds(found["held"]),
            *_history(found["history"]),
        ]
    )


def accounts_list(client: str | None, settings: Settings, *, as_json: bool) -> str:
    """Return accounts with what hangs on each; those of people who have left first."""

    def work(connection: Connection) -> tuple[Account, ...]:
        return accounts(connection, [client_slug(connection, client)] if client else None)

    found = reading(settings, work)
    if as_json:
        return _json(found)
    told = []
    for one in found:
        ref = f", password in {one.secret_ref}" if one.secret_ref else ""
        told.append(
            f"{one.id:>5}  {one.key}  {one.client}  holder: {one.holder}, access: {one.access}{ref}"
        )
        told += [f"         {number} {kind}:{name}" for number, kind, name in one.hanging[:_TOLD]]
        if len(one.hanging) > _TOLD:
            told.append(f"         … and {len(one.hanging) - _TOLD} more")
    return "\n".join(told) or "no account yet"


async def accounts_add(
    client: str, provider: str, login: str, values: Mapping[str, str], said: Said, settings: Settings,
    clock: Clock,
) -> str:  # fmt: skip
    """Add an account: whose it is, who can get in, and where its password is kept (never the password)."""
    given = {"provider": provider, **values}
    return await registry_add(client, ObjectType.ACCOUNT, login, given, (), said, settings, clock)


def account_number(text: str, client: str | None, settings: Settings) -> int:
    """Return the number of an account by its number or its key `<provider>/<login>`."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)

    def work(connection: Connection) -> tuple[Account, ...]:
        return accounts(connection, [client_slug(connection, client)] if client else None)

    wanted = text.strip().removeprefix("account:")
    found = [one for one in reading(settings, work) if one.key == wanted]
    if len(found) == 1:
        return found[0].id
    if found:
        raise UnknownThing(
            f"{', '.join(one.client for one in found)} have an account {text!r}: add --client."
        )
    raise UnknownThing(f"there is no account {text!r}; see `revizor accounts list`.")


def _left(person: Person, held: Held) -> Iterator[str]:
    """Say what has nobody now, and by which command it gets somebody."""
    if not held.objects and not held.projects:
        yield f"{person.name} answered for nothing that still lives."
        return
    yield f"{person.name} answered for {len(held.objects)} objects and {len(held.projects)} projects; nobody does now."
    yield from _holds(held)
    if held.objects:
        numbers = ",".join(str(one[0]) for one in held.objects[:200])
        yield f'Hand them over: revizor registry set {numbers} responsible "NAME" --why "…"'
    for _, client, name, _ in held.projects[:_TOLD]:
        yield f'Hand it over: revizor projects set {client} "{name}" manager "NAME" --why "…"'


def _holds(held: Held) -> Iterator[str]:
    yield from (
        f"  project  {client} {name}: leads {count} objects without a person of their own"
        for _, client, name, count in held.projects[:_TOLD]
    )
    yield from (
        f"  object   {number} {client} {asset} {name}"
        for number, client, asset, name in held.objects[:_TOLD]
    )
    if len(held.objects) > _TOLD:
        yield f"  … and {len(held.objects) - _TOLD} more objects"


def _project(one: Project) -> str:
    return f"{one.name}, manager: {one.manager_name or '–'}{'' if one.active else ' (closed)'}"


def _trackers(trackers: Mapping[str, str]) -> list[str]:
    return [f"  trackers.{name}  {id_}" for name, id_ in sorted(trackers.items())]


def _history(changes: Sequence[PartyChange]) -> list[str]:
    return [
        f"  {one.at:%Y-%m-%d %H:%M} {one.who}: {one.field} {one.before} → {one.after}"
        + (f" ({one.why})" if one.why else "")
        for one in changes
    ]


def _columns(rows: Iterator[tuple[str, ...]], nothing: str) -> str:
    found = list(rows)
    if not found:
        return nothing
    widths = [max(len(row[place]) for row in found) for place in range(len(found[0]))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in found
    )


def _said(value: str) -> str | None:
    return None if value == "-" else value


def _noted(what: str, field: str, before: str | None, after: str | None, by: By) -> str:
    if before == after:
        return f"{what} {field} is {after} already: nothing has changed."
    return f"Noted: {what} {field} {before} → {after}, says {by.who}.{_undo(by)}"


def _undo(by: By) -> str:
    return f" `revizor registry undo {by.deed}` takes it back."


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
