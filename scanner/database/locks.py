"""One process at a time: a lock that the system frees when its holder dies, however it dies."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from scanner.database.trouble import Busy, StorageTrouble, in_words


def _busy(name: str) -> Busy:
    return Busy(f"{name}: another Revizor is at work on it; try again when it has finished.")


@contextmanager
def file_lock(database: Path, name: str) -> Iterator[None]:
    """Hold a lock beside an SQLite database: `revizor.db.romashka.lock`; raise Busy at once.

    The lock file is itself an empty SQLite file under an exclusive transaction, because SQLite
    already knows how to lock a file on every system, between processes and inside one. It is left
    in place: removing it would let two holders lock two different files of one name.
    """
    plain = re.sub(r"[^a-z0-9-]", "", name.lower())[:40]
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    path = database.with_name(f"{database.name}.{plain}-{mark}.lock")
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise _busy(name) from error
        raise StorageTrouble(f"{path}: the lock file cannot be used: {error}.") from error


@contextmanager
def server_lock(engine: Engine, place: str, name: str) -> Iterator[None]:
    """Hold a PostgreSQL advisory lock on a connection of its own; raise Busy at once."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        held = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})
    except DBAPIError as error:
        raise in_words(error, place) or error from error
    try:
        if not held:
            raise _busy(name)
        yield
    finally:
        # Closed for good, not given back to the pool: the server frees the lock with the session.
        connection.detach()
        connection.close()
