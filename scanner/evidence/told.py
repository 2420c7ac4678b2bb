"""What was told of each thing last, kept so that every change is told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from scanner.database import Database
from scanner.database.columns import insert, storable
from scanner.evidence.packing import compress_row, decompress
from scanner.evidence.rows import RUN
from scanner.evidence.watch_rows import TOLD
from scanner.verdicts.changes import Told

_AT_ONCE = 500
T = TypeVar("T", bound=Struct)


class ToldBook:
    """What was told of all clients' things. Whatever is not an asset has a name with another prefix."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`."""
        self._database = database

    def has(self, client: str) -> bool:
        """Say whether anything was ever told of a client."""
        query = select(TOLD.c.thing).where(TOLD.c.client == client).limit(1)
        return self._database.read(lambda connection: connection.scalar(query)) is not None

    def of(self, client: str, things: Iterable[str]) -> dict[str, Told]:
        """Return what was told of some things."""
        found = self.records(client, things, Told)
        return dict(found)

    def records(self, client: str, things: Iterable[str], kind: type[T]) -> Iterator[tuple[str, T]]:
        """Yield what is kept under some names, read as `kind`."""
        names = iter(things)
        query = select(TOLD.c.thing, TOLD.c.body).where(TOLD.c.client == client)
        decoder = msgspec.json.Decoder(kind)
        with self._database.reading() as connection:
            while some := [storable(name) for name in islice(names, _AT_ONCE)]:
                for name, body in connection.execute(query.where(TOLD.c.thing.in_(some))):
                    yield name, decoder.decode(decompress(body))

    def everywhere(self, things: Iterable[str], kind: type[T]) -> Iterator[tuple[str, str, T]]:
        """Yield client, name and what is kept under a few names, of every client who was ever looked at."""
        clients = select(RUN.c.client).distinct()
        query = select(TOLD).where(TOLD.c.client.in_(clients), TOLD.c.thing.in_([*things]))
        decoder = msgspec.json.Decoder(kind)
        with self._database.reading() as connection:
            for row in connection.execute(query.order_by(TOLD.c.client, TOLD.c.thing)):
                yield row.client, row.thing, decoder.decode(decompress(row.body))

    def all(self, client: str) -> Iterator[tuple[str, Told]]:
        """Yield every thing of a client's that was told of, by its id, a few in memory at a time."""
        query = select(TOLD.c.thing, TOLD.c.body).where(TOLD.c.client == client)
        decoder = msgspec.json.Decoder(Told)
        with self._database.reading() as connection:
            ordered = query.order_by(TOLD.c.thing)
            streamed = connection.execution_options(yield_per=_AT_ONCE).execute(ordered)
            for name, body in streamed:
                if name and not name.startswith("source:"):
                    yield name, decoder.decode(decompress(body))


def keep_told(connection: Connection, client: str, run: str, records: Mapping[str, Struct]) -> None:
    """Keep what was told, in the place of what was kept under each name before."""
    left = iter(records.items())
    while some := list(islice(left, _AT_ONCE)):
        rows = [
            {
                "client": client,
                "thing": storable(name),
                "run": run,
                "body": compress_row(msgspec.json.encode(record)),
            }
            for name, record in some
        ]
        adding = insert(connection, TOLD)
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=["client", "thing"],
                set_={"run": adding.excluded.run, "body": adding.excluded.body},
            ),
            rows,
        )
