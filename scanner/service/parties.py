"""Clients, projects, people and accounts: who answers for what, and who can get in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from scanner.registry import Client, ObjectType
from scanner.registry.accounts import Account, accounts
from scanner.registry.clients import add_client, all_clients, client_by_slug, set_client
from scanner.registry.party_changes import By, party_history
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
from scanner.registry.refused import Refused
from scanner.runs.look import Clock
from scanner.service.answers import Answers
from scanner.service.arguments import slug_of
from scanner.service.registering import Said, changing, reading, registry_add
from scanner.service.seeking import client_slug
from scanner.settings import Settings

_TOLD = 20


def clients_list(settings: Settings, *, as_json: bool) -> str:
    """Return every client, a line each."""
    found = reading(settings, all_clients)
    if as_json:
        return _json(found)
    rows = ((one.slug, one.name, "; ".join(one.org)) for one in found)
    return _columns(rows, Answers(settings).say("no_client"))


async def clients_add(
    name: str, org: Sequence[str], brands: Sequence[str], inns: Sequence[str], said: Said,
    settings: Settings, clock: Clock, *, called: str | None = None,
) -> str:  # fmt: skip
    """Add a client by a name that can be a folder's, and what people call him."""
    client = Client(slug_of(name), called or name, tuple(org), tuple(brands), tuple(inns))
    _, by = await changing(settings, said, clock, lambda c, by: add_client(c, client, by))
    answers = Answers(settings)
    added = answers.say("added_client", slug=client.slug, name=client.name)
    return answers.undoable(added, by)


async def clients_set(
    name: str, field: str, value: str, said: Said, settings: Settings, clock: Clock
) -> str:
    """Set a client's `name`, `org`, `brands` or `inns`."""

    def work(connection: Connection, by: By) -> tuple[str | None, str | None]:
        client = client_by_slug(connection, client_slug(connection, name))
        assert client is not None
        return set_client(connection, client, field, _said(value), by)

    (before, after), by = await changing(settings, said, clock, work)
    return Answers(settings).party_noted(name, field, before, after, by)


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
    answers = Answers(settings)
    return "\n".join(
        [
            f"{client.slug}: {client.name}",
            *(
                f"  {answers.field(field)}: {'; '.join(getattr(client, field))}".rstrip()
                for field in ("org", "brands", "inns")
            ),
            *(f"  {answers.say('project')}: {_project(one, answers)}" for one in found["projects"]),
            *answers.history(found["history"]),
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
    answers = Answers(settings)
    rows = (
        (one.client, one.name, one.manager_name or "–", "" if one.active else answers.say("closed"))
        for one in found
    )
    return _columns(rows, answers.say("no_project"))


async def projects_add(
    client: str, name: str, manager: str | None, said: Said, settings: Settings, clock: Clock
) -> str:
    """Add a project to a client, with its manager."""

    def work(connection: Connection, by: By) -> Project:
        person = person_called(connection, manager) if manager else None
        if person and not person.active:
            raise Refused("has_left", name=person.name)
        number = person.id if person else None
        return add_project(connection, client_slug(connection, client), name, number, by)

    made, by = await changing(settings, said, clock, work)
    answers = Answers(settings)
    return answers.undoable(answers.say("added_project", name=made.name, client=made.client), by)


async def projects_set(
    client: str, name: str, field: str, value: str, said: Said, settings: Settings, clock: Clock
) -> str:
    """Set a project's `name`, `manager`, `active` or `trackers.NAME`."""

    def work(connection: Connection, by: By) -> tuple[str | None, str | None]:
        project = project_called(connection, client_slug(connection, client), name)
        return set_project(connection, project, field, _said(value), by)

    (before, after), by = await changing(settings, said, clock, work)
    answers = Answers(settings)
    return answers.party_noted(f"{answers.say('project')} {name}", field, before, after, by)


def projects_show(client: str, name: str, settings: Settings, *, as_json: bool) -> str:
    """Return a project with its history."""

    def work(connection: Connection) -> dict[str, Any]:
        one = project_called(connection, client_slug(connection, client), name)
        return {"project": one, "history": party_history(connection, f"project:{one.id}")}

    found = reading(settings, work)
    if as_json:
        return _json(found)
    one: Project = found["project"]
    answers = Answers(settings)
    said = _project(one, answers)
    rows = (*_trackers(one.trackers), *answers.history(found["history"]))
    return "\n".join([f"{one.client}: {said}", *rows])


def people_list(settings: Settings, *, as_json: bool) -> str:
    """Return everybody, a line each."""
    found = reading(settings, people)
    if as_json:
        return _json(found)
    answers = Answers(settings)
    rows = (
        (str(one.id), one.name, one.email or "–", "" if one.active else answers.say("has_left"))
        for one in found
    )
    return _columns(rows, answers.say("no_person"))


async def people_add(
    name: str, email: str | None, said: Said, settings: Settings, clock: Clock
) -> str:
    """Add a person who answers for renewals."""
    made, by = await changing(settings, said, clock, lambda c, by: add_person(c, name, email, by))
    answers = Answers(settings)
    return answers.undoable(answers.say("added_person", name=made.name, number=made.id), by)


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
    answers = Answers(settings)
    noted = answers.party_noted(person.name, field, before, after, by)
    if field != "active" or after != "no":
        return noted
    return "\n".join([noted, *_left(person, held, answers)])


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
    answers = Answers(settings)
    state = "" if one.active else f" ({answers.say('has_left')})"
    return "\n".join(
        [
            f"{one.id} {one.name}{state} {one.email or ''}".rstrip(),
            *_trackers(one.trackers),
            *_holds(found["held"], answers),
            *answers.history(found["history"]),
        ]
    )


def accounts_list(client: str | None, settings: Settings, *, as_json: bool) -> str:
    """Return accounts with what hangs on each; those of people who have left first."""

    def work(connection: Connection) -> tuple[Account, ...]:
        return accounts(connection, [client_slug(connection, client)] if client else None)

    found = reading(settings, work)
    if as_json:
        return _json(found)
    answers = Answers(settings)
    told = []
    for one in found:
        said = [
            f"{answers.say('holder')}: {answers.value('holder', one.holder)}",
            f"{answers.say('access')}: {answers.value('access', one.access)}",
        ]
        if one.secret_ref:
            said.append(answers.say("password_in", place=one.secret_ref))
        told.append(f"{one.id:>5}  {one.key}  {one.client}  {', '.join(said)}")
        told += [f"         {number} {kind}:{name}" for number, kind, name in one.hanging[:_TOLD]]
        if len(one.hanging) > _TOLD:
            told.append(f"         {answers.say('and_more', count=len(one.hanging) - _TOLD)}")
    return "\n".join(told) or answers.say("no_account")


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
        clients = ", ".join(one.client for one in found)
        raise Refused("account_of_several", clients=clients, name=repr(text))
    raise Refused("no_account", name=repr(text))


def _left(person: Person, held: Held, answers: Answers) -> Iterator[str]:
    """Say what has nobody now, and by which command it gets somebody."""
    if not held.objects and not held.projects:
        yield answers.say("held_nothing", name=person.name)
        return
    objects, projects = len(held.objects), len(held.projects)
    yield answers.say("held", name=person.name, objects=objects, projects=projects)
    yield from _holds(held, answers)
    somebody = answers.say("name_here")
    commands = [
        f'revizor projects set {client} "{name}" manager "{somebody}" --why "…"'
        for _, client, name, _ in held.projects[:_TOLD]
    ]
    if held.objects:
        numbers = ",".join(str(one[0]) for one in held.objects[:200])
        commands.insert(0, f'revizor registry set {numbers} responsible "{somebody}" --why "…"')
    # Put together here and not by a sentence: a command is told whole, however long it is.
    yield from (f"{answers.say('hand_over')} {command}" for command in commands)


def _holds(held: Held, answers: Answers) -> Iterator[str]:
    for _, client, name, count in held.projects[:_TOLD]:
        yield f"  {answers.say('project')} {client} {name}: {answers.say('leads', count=count)}"
    for number, client, asset, name in held.objects[:_TOLD]:
        yield f"  {answers.say('object')} {number} {client} {asset} {name}"
    if len(held.objects) > _TOLD:
        yield f"  {answers.say('and_more', count=len(held.objects) - _TOLD)}"


def _project(one: Project, answers: Answers) -> str:
    manager = f"{answers.say('manager')}: {one.manager_name or '–'}"
    closed = "" if one.active else f" ({answers.say('closed')})"
    return f"{one.name}, {manager}{closed}"


def _trackers(trackers: Mapping[str, str]) -> list[str]:
    return [f"  trackers.{name}  {id_}" for name, id_ in sorted(trackers.items())]


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


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
