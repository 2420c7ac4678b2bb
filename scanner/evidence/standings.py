"""What each look said of each thing, run by run, so that looks of different days can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import groupby, islice
from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, func, literal_column, select

from scanner.assets import Asset, Need, Use
from scanner.database import Database
from scanner.database.columns import insert, rows_of, storable
from scanner.evidence.rows import STAND
from scanner.verdicts.agreement import APART, Stand

_AT_ONCE = 500
_TRIO = 3
_ITS = ("client", "asset", "vantage", "began")
"""The key of a look."""
_USES = {use.value: use for use in Use}
_Values = dict[str, Any]


class Standing(Struct, frozen=True, gc=False):
    """One look at one thing, and what the verdict then wanted."""

    asset: Asset
    stand: Stand
    run: str
    judged_at: datetime
    needs: tuple[Need, ...] = ()
    names: tuple[str, ...] = ()
    """What has to be looked at again: registered names, hosts; empty where nothing has."""


class Wanting(Struct, frozen=True, gc=False):
    """A thing whose verdict wants something before anybody acts."""

    judged: Standing
    """How it was judged last."""
    stands: tuple[Stand, ...]
    """What every look at it said, in no order."""


class Earlier(Protocol):
    """Gives what earlier runs said of a thing, one thing after the other."""

    def __call__(self, asset: Asset) -> tuple[Stand, ...]:
        """Return every look at the thing, in no order."""


class Standings:
    """The looks of all clients at all things, as they were judged.

    Of looks from one place that follow each other within 72 hours and say the same, the first and the
    newest are kept: the others count for nothing (see `agreement`), and a year has hundreds. What was
    seen is with the observations.
    """

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def keep(self, client: str, standings: Iterable[Standing]) -> None:
        """Store looks, each newer than those known; one already stored (same beginning) stays as it is."""
        left = iter(standings)
        while some := list(islice(left, _AT_ONCE)):
            await self._database.write(partial(_add, [_row(client, one) for one in some]))

    @contextmanager
    def reading(self, client: str) -> Iterator[Earlier]:
        """Lend a way to read what earlier runs said of the client's things."""
        mine = select(STAND.c.asset).where(STAND.c.client == client).limit(1)
        with self._database.reading() as connection:
            if connection.execute(mine).first() is None:
                yield lambda asset: ()
                return
            yield _earlier(connection, client)

    def wanting(self, client: str, since: datetime) -> Iterator[Wanting]:
        """Yield the things whose newest verdict, judged since then, wants something, each with its looks."""
        kept = STAND.c
        mine = select(kept.asset, func.max(kept.judged_at).label("at")).where(
            kept.client == client, kept.judged_at >= since
        )
        newest = mine.group_by(kept.asset).subquery()
        query = (
            select(STAND)
            .join(newest, (kept.asset == newest.c.asset) & (kept.judged_at == newest.c.at))
            .where(kept.client == client)
            .order_by(kept.asset, kept.ended, kept.vantage)
        )
        with self._database.reading() as connection:
            earlier = _earlier(connection, client)
            streamed = connection.execution_options(yield_per=_AT_ONCE).execute(query)
            for _, rows in groupby(streamed, key=lambda row: row.asset):
                judged = _standing(list(rows)[-1])
                if judged.needs:
                    yield Wanting(judged, earlier(judged.asset))

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
    needless = [*_needless(connection, rows)]
    if needless:
        same = (STAND.c[name] == bindparam(f"its_{name}") for name in _ITS)
        connection.execute(delete(STAND).where(*same), needless)


def _needless(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> Iterator[_Values]:
    """Yield the keys of looks between two that say the same, too near the earlier one to count."""
    kept, place = STAND.c, _ITS[:3]
    query = (
        select(kept.began, kept.ended, kept.state)
        .where(*(kept[name] == bindparam(name) for name in place))
        .order_by(kept.began.desc())
        .limit(literal_column(str(_TRIO)))
        .offset(literal_column("0"))  # else SQLite gets a parameter for it
    )
    # A look that could not find out stands between no two others.
    newest = {
        True: rows_of(connection, query.where(kept.use == literal_column("'unknown'"))),
        False: rows_of(connection, query.where(kept.use != literal_column("'unknown'"))),
    }
    for row in rows:
        key = {name: storable(row[name]) for name in place}
        found = newest[row["use"] == Use.UNKNOWN](**key)
        if len(found) < _TRIO or len({state for _, _, state in found}) > 1:
            continue
        began, earlier_ended = _moment(found[1][0]), _moment(found[2][1])
        if began < earlier_ended + APART:
            yield {f"its_{name}": value for name, value in key.items()} | {"its_began": began}


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


def _earlier(connection: Connection, client: str) -> Earlier:
    """Return what reads the looks at one thing; a year has hundreds, so the driver's rows are taken as they are."""
    kept = STAND.c
    looks = rows_of(
        connection,
        select(kept.vantage, kept.began, kept.ended, kept.use, kept.state).where(
            kept.client == bindparam("client"), kept.asset == bindparam("asset")
        ),
    )

    def earlier(asset: Asset) -> tuple[Stand, ...]:
        return tuple(
            Stand(vantage, _moment(began), _moment(ended), _USES[use], state)
            for vantage, began, ended, use, state in looks(
                client=client, asset=storable(str(asset))
            )
        )

    return earlier


def _moment(stored: str | datetime) -> datetime:
    """Return a moment as it is written in SQLite, which knows no zones, or as PostgreSQL gives it."""
    if isinstance(stored, datetime):
        return stored.astimezone(UTC)
    return datetime.fromisoformat(f"{stored}+00:00")


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
