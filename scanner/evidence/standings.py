"""What each look said of each thing, run by run, so that looks of different days can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import groupby, islice
from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import Connection, bindparam, select

from scanner.assets import Asset, Need, Use
from scanner.database import Database
from scanner.database.columns import insert
from scanner.evidence.rows import STAND
from scanner.verdicts.agreement import Stand

_AT_ONCE = 500


class Standing(Struct, frozen=True, gc=False):
    """One look at one thing, and what the verdict then wanted."""

    asset: Asset
    stand: Stand
    run: str
    judged_at: datetime
    needs: tuple[Need, ...] = ()
    names: tuple[str, ...] = ()
    """What has to be looked at again: registered names, hosts; empty where nothing has."""


class Earlier(Protocol):
    """Gives what earlier runs said of a thing, one thing after the other."""

    def __call__(self, asset: Asset) -> tuple[Stand, ...]:
        """Return every look at the thing, in no order."""


class Standings:
    """The looks of all clients at all things, as they were judged. Nothing is changed once kept."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def keep(self, client: str, standings: Iterable[Standing]) -> None:
        """Store looks; one already stored (same thing, vantage and beginning) stays as it is."""
        left = iter(standings)
        while some := list(islice(left, _AT_ONCE)):
            await self._database.write(partial(_add, [_row(client, one) for one in some]))

    @contextmanager
    def reading(self, client: str) -> Iterator[Earlier]:
        """Lend a way to read what earlier runs said of the client's things."""
        kept = STAND.c
        mine = select(kept.vantage, kept.began, kept.ended, kept.use, kept.state).where(
            kept.client == client
        )
        of_one = mine.where(kept.asset == bindparam("asset"))
        with self._database.reading() as connection:
            if connection.execute(mine.limit(1)).first() is None:
                yield lambda asset: ()
                return

            def earlier(asset: Asset) -> tuple[Stand, ...]:
                found = connection.execute(of_one, {"asset": str(asset)})
                return tuple(_stand(row) for row in found)

            yield earlier

    def all(self, client: str) -> Iterator[tuple[Asset, tuple[Standing, ...]]]:
        """Yield the client's things with every look at each, the one judged last at the end."""
        mine = select(STAND).where(STAND.c.client == client)
        ordered = mine.order_by(STAND.c.asset, STAND.c.judged_at, STAND.c.ended, STAND.c.vantage)
        with self._database.reading() as connection:
            streamed = connection.execution_options(yield_per=_AT_ONCE).execute(ordered)
            for asset, rows in groupby(streamed, key=lambda row: row.asset):
                yield Asset.parse(asset), tuple(_standing(row) for row in rows)


def _add(rows: list[dict[str, Any]], connection: Connection) -> None:
    connection.execute(insert(connection, STAND).on_conflict_do_nothing(), rows)


def _row(client: str, one: Standing) -> dict[str, Any]:
    stand = one.stand
    return {
        "client": client,
        "asset": str(one.asset),
        "vantage": stand.vantage,
        "began": stand.began,
        "ended": stand.ended,
        "run": one.run,
        "use": stand.use,
        "state": stand.state,
        "judged_at": one.judged_at,
        "needs": list(one.needs),
        "names": list(one.names),
    }


def _stand(row: Any) -> Stand:
    return Stand(row.vantage, row.began, row.ended, Use(row.use), row.state)


def _standing(row: Any) -> Standing:
    return Standing(
        asset=Asset.parse(row.asset),
        stand=_stand(row),
        run=row.run,
        judged_at=row.judged_at,
        needs=tuple(Need(need) for need in row.needs),
        names=tuple(row.names),
    )
