"""Turns to ask public services, shared by every process that uses this database."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection, Text, case, literal
from sqlmodel import Field

from scanner.database.columns import Row, insert, table_of
from scanner.database.database import Database


class PaceRow(Row, table=True):
    """The next free turn of one group of servers."""

    __tablename__ = "pace"

    servers: str = Field(primary_key=True, sa_type=Text)
    """The group, such as `whois:whois.tcinet.ru`."""
    turn: float
    """Unix time of the turn that was given out, or asked for, last."""
    free: float
    """Unix time from which the next turn may be given out."""


_PACE = table_of(PaceRow)


class SqlPace:
    """A PaceStore (see probes.kit.net.pace) in the database: the limit holds for all processes."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def reserve(self, group: str, interval: float, now: float, horizon: float) -> float:
        """Take the group's next turn and return the seconds until it comes.

        When that is more than `horizon`, no turn was taken.
        """

        def take(connection: Connection) -> float:
            row = insert(connection, _PACE).values(servers=group, turn=now, free=now + interval)
            turn = case((_PACE.c.free > now, _PACE.c.free), else_=literal(now))
            near = _PACE.c.free <= now + horizon
            # One statement, so that nobody can come between looking and taking.
            taken = row.on_conflict_do_update(
                index_elements=[_PACE.c.servers],
                set_={"turn": turn, "free": case((near, turn + interval), else_=_PACE.c.free)},
            )
            return float(connection.execute(taken.returning(_PACE.c.turn)).scalar_one())

        return await self._database.write(take, order=group) - now

    async def back_off(self, group: str, seconds: float) -> None:
        """Give out no turn for that long; a shorter closure never cuts a longer one."""
        until = self._clock() + seconds

        def close(connection: Connection) -> None:
            row = insert(connection, _PACE).values(servers=group, turn=until, free=until)
            later = case((_PACE.c.free > until, _PACE.c.free), else_=literal(until))
            connection.execute(
                row.on_conflict_do_update(index_elements=[_PACE.c.servers], set_={"free": later})
            )

        await self._database.write(close, order=group)
