"""The database as the floors above see it: write, read, lock, check."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, func, inspect, literal_column, select, table
from sqlalchemy.exc import DBAPIError

from scanner.database.engine import Place, open_engine
from scanner.database.locks import file_lock, server_lock
from scanner.database.schema import bring_up_to_date
from scanner.database.trouble import in_words
from scanner.database.writer import Writer

T = TypeVar("T")


class Database:
    """An open database of the current schema. Close it: that writes what is still queued."""

    def __init__(self, place: Place) -> None:
        """Use `Database.open`."""
        self._place = place
        self._writes = open_engine(place, writes=True)
        self._reads = open_engine(place, writes=False)
        self._writer = Writer(self._writes, place.name)

    @property
    def is_server(self) -> bool:
        """Say whether it is PostgreSQL, which several machines may share."""
        return self._place.file is None

    @classmethod
    def open(cls, url: str) -> Self:
        """Open `sqlite:///FILE` or `postgresql://…`, creating or migrating the schema as needed.

        Raises StorageTrouble, with advice, when it cannot be opened or is of a newer version.
        """
        database = cls(Place(url))
        try:
            bring_up_to_date(database._place, database._writes)
        except BaseException:
            database.close()
            raise
        return database

    async def write(
        self, work: Callable[[Connection], T], *, order: str = "", hurry: bool = True
    ) -> T:
        """Run `work` inside a transaction in the writer's thread; return after the commit.

        Jobs queued together are committed together, each in its own savepoint. What `work` raises
        is raised here and undone. `work` may be run again when PostgreSQL asks for it.
        `order` names a row that many processes fight over: jobs of one commit take such rows last
        and always in the same order, so that processes do not wait for each other in a circle.
        What is in no `hurry` waits up to 50 ms for others to share its commit.
        """
        return await asyncio.wrap_future(self._writer.submit(work, order, hurry=hurry))

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection that only reads and sees one moment; SQLite's writer goes on."""
        with self.reading() as connection:
            return work(connection)

    async def read_async(self, work: Callable[[Connection], T]) -> T:
        """Like `read`, in another thread, for what takes long."""
        return await asyncio.to_thread(self.read, work)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a reading connection for as long as a stream of rows needs it."""
        try:
            with self._reads.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise in_words(error, self._place.name) or error from error

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Hold `name` against every other holder, of any process; raise Busy if it is held."""
        if self._place.file is not None:
            return file_lock(self._place.file, name)
        return server_lock(self._writes, self._place.name, name)

    def check(self) -> tuple[str, ...]:
        """Return what is damaged, as the database says it; empty when it is sound."""

        def look(connection: Connection) -> tuple[str, ...]:
            if connection.dialect.name != "sqlite":
                # The server checks a page when it is read, a long value when it is put together.
                every = select(func.count(literal_column("one::text")))
                for name in inspect(connection).get_table_names():
                    connection.execute(every.select_from(table(name).alias("one")))
                return ()
            damage = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
            links = connection.exec_driver_sql("PRAGMA foreign_key_check")
            lost = [f"{row[0]}: row {row[1]} points to a missing {row[2]}" for row in links]
            return tuple(damage + lost) if damage != ["ok"] else tuple(lost)

        return self.read(look)

    def close(self) -> None:
        """Write everything queued and let go of all connections."""
        self._writer.close()
        self._reads.dispose()
        self._writes.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
