"""Connections: how SQLite and PostgreSQL are opened so that both behave the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from scanner.database.trouble import StorageTrouble

PATIENCE_MS = 30_000
"""How long a writer waits for another process before it gives up as busy."""
_LONG_LIST_KB = 16_384
"""Pages kept while a whole registry is read: with SQLite's usual 2 MB most of them are read twice."""


class Place:
    """A database's address, and how it is called before people (without the password)."""

    def __init__(self, text: str) -> None:
        """Read an SQLAlchemy URL; raise StorageTrouble, with advice, for one we cannot use."""
        try:
            url = make_url(text)
        except ArgumentError as error:
            raise StorageTrouble(
                "the database's address cannot be read; write it like sqlite:///revizor.db or "
                "postgresql://login@host/name (--db, REVIZOR_DB)."
            ) from error
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
            raise StorageTrouble(
                f"{url.drivername} is not supported; use sqlite:/// or postgresql:// (--db)."
            )
        self.url: URL = url
        self.file: Path | None = None
        if url.get_backend_name() == "sqlite":
            if not url.database or url.database == ":memory:":
                raise StorageTrouble("the database needs a file; write --db sqlite:///revizor.db.")
            # Absolute, so that a later change of folder does not change the database.
            self.file = Path(url.database).absolute()
            self.url = url.set(database=str(self.file))
        # Behind the question mark there may be a password too.
        where = {key: said for key, said in url.query.items() if key in ("host", "port")}
        plain = url.set(drivername="postgresql", query=where)
        self.name = str(self.file) if self.file else plain.render_as_string(hide_password=True)

    def create_file(self) -> None:
        """Make an empty SQLite file that only its owner can read: it will hold a client's papers.

        One that is there is not touched: to close it, opened by whatever hand, would take away all locks
        that SQLite holds on it in this process (https://sqlite.org/howtocorrupt.html, 2.2).
        """
        if self.file is None:
            return
        try:
            os.close(os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return  # whether it can be used, SQLite will say
        except OSError as error:
            raise StorageTrouble(
                f"{self.file}: the database cannot be opened; check that its folder exists and "
                f"may be written: {error.strerror}."
            ) from error


def open_engine(place: Place, *, writes: bool, checks_links: bool = True) -> Engine:
    """Return an engine for the writer or for readers; readers cannot write by accident.

    A reader's transaction sees one moment. `checks_links=False` is for migrations, which rebuild
    tables that others point to and check the links themselves.
    """
    options: dict[str, Any] = {
        "json_serializer": _json,
        "json_deserializer": msgspec.json.decode,
    }
    if place.file is not None:
        engine = create_engine(place.url, **options)
        _as_sqlite(engine, writes=writes, checks_links=checks_links)
        return engine
    try:
        engine = create_engine(
            place.url,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
            connect_args={"connect_timeout": 10},
            **options,
        )
    except ModuleNotFoundError as error:
        raise StorageTrouble(
            "the PostgreSQL driver is not installed; run: pip install 'revizor[pg]'"
        ) from error
    _as_postgresql(engine, writes=writes)
    return engine


def ready_for_a_long_list(connection: Connection) -> None:
    """Let a reader of SQLite keep more pages from now on; an audit has better use for the memory."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_LONG_LIST_KB}")


def _json(value: Any) -> str:
    # PostgreSQL refuses this one escape, and foreign text may hold it.
    return msgspec.json.encode(value).decode().replace("\\u0000", "\\ufffd")


def _as_sqlite(engine: Engine, *, writes: bool, checks_links: bool) -> None:
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing behind our back
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if checks_links else 'OFF'}")
        if writes:
            cursor.execute("PRAGMA journal_mode = WAL")
        else:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    event.listen(engine, "connect", connected)
    # A writer takes the lock at once: one that began as a reader could not wait for it later.
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))


def _as_postgresql(engine: Engine, *, writes: bool) -> None:
    def connected(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET timezone = 'UTC'")
            # Whoever streams rows reads all of them: the plan is to be the best for all, not for the first.
            cursor.execute("SET cursor_tuple_fraction = 1")
            # Compiling a query takes longer than any of ours runs.
            cursor.execute("SET jit = off")
            if writes:
                # A writer that was frozen or cut off must not hold its rows against the others.
                cursor.execute("SET idle_in_transaction_session_timeout = '60s'")
                cursor.execute(f"SET lock_timeout = {PATIENCE_MS}")
            else:
                cursor.execute("SET default_transaction_read_only = on")
        connection.commit()

    event.listen(engine, "connect", connected)
