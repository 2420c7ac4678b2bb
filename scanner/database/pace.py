"""Turns to ask public services, shared by every process that uses this database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, astuple
from sqlalchemy import Connection, Text, bindparam, select, text, update
from sqlmodel import Field

from probes.kit.net.turns import Turns
from scanner.database.columns import add_missing
from scanner.database.database import Database
from scanner.database.rows import Row, table_of

R = TypeVar("R")


class PaceRow(Row, table=True):
    """The turns of one group of servers; see probes.kit.net.turns."""

    __tablename__ = "pace"

    servers: str = Field(primary_key=True, sa_type=Text)
    """The group, such as `whois:whois.tcinet.ru`."""
    free: float
    closed: float
    share: float
    refusals: int
    day: float = 0.0
    today: int = 0


_PACE = table_of(PaceRow)
_FIELDS = Turns.__struct_fields__
_READ = (
    select(*(_PACE.c[name] for name in _FIELDS))
    .where(_PACE.c.servers == bindparam("group"))
    .with_for_update()
)
_WRITE = (
    update(_PACE)
    .where(_PACE.c.servers == bindparam("group"))
    .values({name: bindparam(f"new_{name}") for name in _FIELDS})
)
_SERVERS_TIME = text("SELECT extract(epoch FROM clock_timestamp())")
SKEW = 1.0
"""Seconds. Clocks that differ by no more count as one."""
LEASE = 0.25
"""Seconds. So much of a group's time is taken at once when its turns are shorter."""


class _Lease(Struct):
    """Turns of one group that are ours alone: from `free` to `end`, `apart` apart, all in Unix time."""

    interval: float
    apart: float
    free: float
    end: float


class SqlPace:
    """A PaceStore (see probes.kit.net.pace) in the database: the limit holds for all processes.

    Where many turns fit into a quarter of a second they are taken together and given out from here.
    Nobody else gets a turn in between, so the limit is kept; turns not used in time are lost. On
    PostgreSQL, which several machines share, turns are kept in the server's time: a machine whose clock
    is wrong neither waits for ever nor makes the others wait.
    """

    def __init__(self, database: Database, clock: Callable[[], float] | None = None) -> None:
        """Keep turns in `database`; a `clock` that is given is taken for the server's too."""
        self._database = database
        self._clock = clock or time.time
        self._asks_server = clock is None and database.is_server
        self._leases: dict[str, _Lease] = {}

    async def reserve(
        self, group: str, interval: float, now: float, horizon: float, daily: int = 0
    ) -> float:
        """Take the group's next turn and return the seconds until it comes.

        When that is more than `horizon`, no turn was taken.
        """
        ours = self._leases.get(group)
        if ours is not None and ours.interval == interval:
            turn = max(now, ours.free)
            if turn - now <= horizon and turn + ours.apart <= ours.end:
                ours.free = turn + ours.apart
                return turn - now
        count = 1 if daily else max(1, int(LEASE / interval))

        def take(turns: Turns, ahead: float) -> _Lease:
            apart = turns.apart(interval)
            turn = turns.take(interval, now + ahead, horizon, count, daily) - ahead
            return _Lease(interval, apart, turn, turn + count * apart)

        lease = await self._change(group, take)
        turn = lease.free
        if turn - now <= horizon:
            lease.free += lease.apart
            self._leases[group] = lease
        return turn - now

    async def back_off(self, group: str, seconds: float) -> None:
        """Give out no turn for that long; a shorter closure never cuts a longer one.

        Another process uses up what it has leased, a quarter of a second at most.
        """
        self._leases.pop(group, None)
        await self._change(group, lambda turns, ahead: turns.refuse(seconds, self._clock() + ahead))

    async def _change(self, group: str, change: Callable[[Turns, float], R]) -> R:
        """Change the group's turns with nobody between reading and writing.

        `change` is told by how many seconds the server's clock is before ours.
        """

        def work(connection: Connection) -> R:
            # SQLite lets one writer in at a time; PostgreSQL locks the row, once there is one.
            row = connection.execute(_READ, {"group": group}).one_or_none()
            if row is None:
                add_missing(connection, _PACE, [(group, *astuple(Turns()))])
                row = connection.execute(_READ, {"group": group}).one()
            turns = Turns(*row)
            result = change(turns, self._ahead(connection))
            new = {f"new_{name}": value for name, value in asdict(turns).items()}
            connection.execute(_WRITE, {"group": group, **new})
            return result

        return await self._database.write(work, order=group)

    def _ahead(self, connection: Connection) -> float:
        if not self._asks_server:
            return 0.0
        ahead = float(connection.execute(_SERVERS_TIME).scalar_one()) - self._clock()
        return ahead if abs(ahead) > SKEW else 0.0
