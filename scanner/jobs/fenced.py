"""A database into which an attempt writes only as long as the job is its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from scanner.database import Database

T = TypeVar("T")
Guard = Callable[[Connection], None]


class Fenced(Database):
    """The same database, but each write first asks a guard, in the same transaction.

    A worker that was frozen, and whose job somebody else has taken meanwhile, can so change nothing.
    Closing it lets go of nothing: it is lent.
    """

    def __init__(self, database: Database, guard: Guard) -> None:
        """Write into `database` as long as `guard`, which raises Lost, lets it."""
        self._place = database._place
        self._writes, self._reads, self._writer = (
            database._writes,
            database._reads,
            database._writer,
        )
        self._lent, self._guard = database, guard

    async def write(
        self, work: Callable[[Connection], T], *, order: str = "", hurry: bool = True
    ) -> T:
        """Like Database.write; raise Lost, and write nothing, where the job is another's."""

        def guarded(connection: Connection) -> T:
            self._guard(connection)
            return work(connection)

        return await self._lent.write(guarded, order=order, hurry=hurry)

    def close(self) -> None:
        """Leave it open: whoever lent it closes it."""
