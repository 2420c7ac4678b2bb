"""What is to be looked at again, from when on: kept by client, picked by SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select

from scanner.database import Database
from scanner.evidence.watch_rows import DUE
from scanner.verdicts.cadence import LookKind

_AT_ONCE = 500


class Due(Struct, frozen=True, gc=False):
    """From when on looks of one kind are due at one thing."""

    thing: str
    """An asset id, or the client's slug for what is looked for anew."""
    looks: LookKind
    due_at: datetime
    names: tuple[str, ...] = ()


class ClientDue(Struct, frozen=True):
    """How much of a client's is due."""

    client: str
    count: int
    since: datetime
    """When the first of it came due."""


class DueBook:
    """When everything of all clients is to be looked at again."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`."""
        self._database = database

    async def replace(self, client: str, dues: Iterable[Due]) -> None:
        """Keep these in the place of all the client had."""
        rows = tuple(dues)  # the work may run twice, a generator would not

        def write(connection: Connection) -> None:
            connection.execute(delete(DUE).where(DUE.c.client == client))
            left = iter(rows)
            while some := list(islice(left, _AT_ONCE)):
                connection.execute(insert(DUE), [_row(client, one) for one in some])

        await self._database.write(write)

    def clients(self, at: datetime) -> tuple[ClientDue, ...]:
        """Return the clients of whom something is due by then, who waits longest first."""
        first = func.min(DUE.c.due_at).label("since")
        query = (
            select(DUE.c.client, func.count(), first)
            .where(DUE.c.due_at <= at)
            .group_by(DUE.c.client)
            .order_by(first, DUE.c.client)
        )
        return self._database.read(
            lambda connection: tuple(ClientDue(*row) for row in connection.execute(query))
        )

    def next_at(self, client: str | None = None) -> datetime | None:
        """Return when something comes due first, of one client or of all; None where nothing is kept."""
        query = select(func.min(DUE.c.due_at))
        if client is not None:
            query = query.where(DUE.c.client == client)
        found: datetime | None = self._database.read(lambda connection: connection.scalar(query))
        return found

    def watched(self) -> frozenset[str]:
        """Return the clients for whom it is known when to look again."""
        query = select(DUE.c.client).distinct()
        return self._database.read(lambda connection: frozenset(connection.scalars(query)))

    def of(self, client: str, by: datetime | None = None) -> Iterator[Due]:
        """Yield what of a client's is due by then, or ever, a few at a time, the first due first."""
        columns = DUE.c.thing, DUE.c.looks, DUE.c.due_at, DUE.c.names
        query = select(*columns).where(DUE.c.client == client)
        if by is not None:
            query = query.where(DUE.c.due_at <= by)
        ordered = query.order_by(DUE.c.due_at, DUE.c.thing, DUE.c.looks)
        with self._database.reading() as connection:
            streamed = connection.execution_options(yield_per=_AT_ONCE).execute(ordered)
            for thing, looks, due_at, names in streamed:
                yield Due(thing, looks, due_at, tuple(names))


def _row(client: str, one: Due) -> dict[str, Any]:
    return {
        "client": client,
        "thing": one.thing,
        "looks": one.looks,
        "due_at": one.due_at,
        "names": list(one.names),
    }
