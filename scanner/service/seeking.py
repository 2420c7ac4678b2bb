"""Which objects a person means: his words turned into the registry's filter."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from scanner.assets import Advice, Kind
from scanner.registry import Decision, Lifecycle
from scanner.registry.clients import all_clients
from scanner.registry.fields import type_of
from scanner.registry.filters import Filter
from scanner.registry.own_types import own_types
from scanner.registry.people import person_called
from scanner.registry.projects import project_called, projects
from scanner.registry.refused import Refused
from scanner.runs.look import Clock
from scanner.service.arguments import no_client, slug_of, word_of


class Sought(Struct, frozen=True, kw_only=True):
    """Filters as they are typed; None asks for nothing."""

    client: str | None = None
    kind: str | None = None
    type: str | None = None
    status: str | None = None
    verdict: str | None = None
    decision: str | None = None
    project: str | None = None
    manager: str | None = None
    """A name, or `nobody`."""
    provider: str | None = None
    text: str | None = None
    unconfirmed: int | None = None
    """Days since a look last saw the date that nobody gave by hand."""
    alive: bool = False
    numbers: tuple[int, ...] | None = None


NOBODY = "nobody"


def filter_of(connection: Connection, sought: Sought, clock: Clock) -> Filter:
    """Return the filter that a person's words mean; UnknownThing, saying what there is, for unknown ones."""
    client = client_slug(connection, sought.client) if sought.client is not None else None
    manager = (
        person_called(connection, sought.manager).id
        if sought.manager and sought.manager != NOBODY
        else None
    )
    own = [one.code for one in own_types(connection)] if sought.type else ()
    return Filter(
        ids=sought.numbers,
        clients=None if client is None else (client,),
        project=_project(connection, client, sought.project) if sought.project else None,
        manager=manager,
        nobody=sought.manager == NOBODY,
        kind=word_of(Kind, sought.kind, "kind"),
        type=type_of(sought.type, own) if sought.type else None,
        lifecycle=word_of(Lifecycle, sought.status, "status"),
        verdict=word_of(Advice, sought.verdict, "verdict"),
        decision=word_of(Decision, sought.decision, "decision"),
        provider=sought.provider,
        dated_before=_days_ago(sought.unconfirmed, clock),
        alive=sought.alive,
        text=sought.text or "",
    )


def client_slug(connection: Connection, name: str) -> str:
    """Return a client's slug by his name or slug."""
    known = all_clients(connection)
    slug = slug_of(name)
    if any(one.slug == slug for one in known):
        return slug
    named = [one.slug for one in known if one.name.casefold() == name.strip().casefold()]
    if len(named) == 1:
        return named[0]
    raise no_client(name, [one.slug for one in known])


def _days_ago(days: int | None, clock: Clock) -> datetime | None:
    return None if days is None else clock() - timedelta(days=days)


def _project(connection: Connection, client: str | None, name: str) -> int:
    if client is not None:
        return project_called(connection, client, name).id
    called = [one for one in projects(connection) if one.name.casefold() == name.casefold()]
    if len(called) == 1:
        return called[0].id
    if called:
        clients = ", ".join(one.client for one in called)
        raise Refused("project_of_several", clients=clients, name=repr(name))
    raise Refused("no_project_called", name=repr(name))
