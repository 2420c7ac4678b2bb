"""A whole database into another, of either kind: table by table, in one transaction, proved by counts and hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Table,
    bindparam,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)

from scanner.database.database import Database
from scanner.database.rows import Row
from scanner.database.trouble import StorageTrouble

_AT_ONCE = 1_000
_WHOLE = 1 << 256
_VERSION = "alembic_version"
_QUEUES = ("queue_", "procrastinate_")
"""Tables of work in hand: workers on the new database find out themselves what is due."""


class Copied(Struct, frozen=True):
    """One table, copied and read back."""

    table: str
    rows: int
    hash: str
    """Of all rows, whatever their order."""


async def copy_all(
    source: Database, target: Database, say: Callable[[str], None]
) -> tuple[Copied, ...]:
    """Copy every table into an empty target; all of it arrives, or nothing does. Jobs are left behind.

    Both databases have the current schema. Raises StorageTrouble for a target that holds anything, and
    where what was read back is not what was written.
    """
    tables = _tables(source)

    def write(connection: Connection) -> tuple[Copied, ...]:
        for table in tables:
            if connection.execute(select(table).limit(1)).first() is not None:
                raise StorageTrouble(
                    f"the target holds rows already (table {table.name}): copy into an empty database."
                )
        done = []
        with source.reading() as reading:
            for table in tables:
                say(f"{table.name} …")
                sent = _send(reading, connection, table)
                _set_sequence(connection, table)
                arrived = _count(table, _rows(connection, table))
                if sent != arrived:
                    raise StorageTrouble(
                        f"table {table.name} did not arrive as it was ({sent.rows} rows sent, "
                        f"{arrived.rows} read back): nothing was copied."
                    )
                done.append(arrived)
        return tuple(done)

    return await target.write(write)


def _tables(source: Database) -> Sequence[Table]:
    """Return every table of ours, those that others point to first."""
    present = source.read(lambda connection: set(inspect(connection).get_table_names()))
    known = set(Row.metadata.tables)
    ours = {name for name in present - {_VERSION} if not name.startswith(_QUEUES)}
    if strange := ours - known:
        raise StorageTrouble(f"there is a table that this Revizor does not know: {min(strange)}.")
    return [table for table in Row.metadata.sorted_tables if table.name in present]


def _send(source: Connection, target: Connection, table: Table) -> Copied:
    tally = _Tally(table)
    rows = _rows(source, table)
    inward = [key.parent for key in table.foreign_keys if key.column.table is table]
    while some := [dict(zip(table.c.keys(), row, strict=True)) for row in islice(rows, _AT_ONCE)]:
        tally.add(tuple(one.values()) for one in some)
        # What points to a row of its own table may point to a later one: that follows when all are there.
        bare = dict.fromkeys(column.name for column in inward)
        target.execute(insert(table), [{**one, **bare} for one in some] if inward else some)
    for column in inward:
        _point(source, target, column)
    return tally.copied()


def _point(source: Connection, target: Connection, column: Column[Any]) -> None:
    """Let the rows of a table point to one another as they do in the source."""
    (key,) = column.table.primary_key
    query = select(key.label("row"), column.label("to")).where(column.is_not(None))
    told = iter(source.execute(query, execution_options={"yield_per": _AT_ONCE}))
    set_to = update(column.table).where(key == bindparam("row")).values({column: bindparam("to")})
    while some := [{"row": row, "to": to} for row, to in islice(told, _AT_ONCE)]:
        target.execute(set_to, some)


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    return iter(connection.execute(select(table), execution_options={"yield_per": _AT_ONCE}))


def _count(table: Table, rows: Iterator[Sequence[Any]]) -> Copied:
    tally = _Tally(table)
    tally.add(rows)
    return tally.copied()


class _Tally:
    """Counts rows, and adds up the hashes of each."""

    def __init__(self, table: Table) -> None:
        self._table, self._rows, self._sum = table, 0, 0

    def add(self, rows: Iterator[Sequence[Any]]) -> None:
        for row in rows:
            plain = msgspec.json.encode([_plain(value) for value in row], order="deterministic")
            self._sum = (self._sum + int.from_bytes(sha256(plain).digest())) % _WHOLE
            self._rows += 1

    def copied(self) -> Copied:
        return Copied(self._table.name, self._rows, f"{self._sum:064x}")


def _plain(value: Any) -> Any:
    """Return a value spelled the same whichever database gave it."""
    match value:
        case bool() | None | str():
            return value
        case float() if value.is_integer():
            return int(value)
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case bytes() | memoryview():
            return sha256(bytes(value)).hexdigest()
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    return value


def _set_sequence(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that were copied; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    keys = [column for column in table.primary_key.columns if isinstance(column.type, Integer)]
    if len(keys) != 1 or len(table.primary_key.columns) != 1:
        return
    name = f'"{table.name}"'
    sequence = connection.scalar(
        text("SELECT pg_get_serial_sequence(:name, :column)"),
        {"name": name, "column": keys[0].name},
    )
    if sequence is None:
        return
    last = connection.scalar(select(func.max(keys[0])))
    connection.execute(
        text("SELECT setval(:sequence, :last, :used)"),
        {"sequence": sequence, "last": last or 1, "used": last is not None},
    )
