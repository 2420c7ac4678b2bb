"""How values lie in columns: the same meaning in SQLite and PostgreSQL, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    MetaData,
    Numeric,
    Select,
    Table,
    Text,
    TypeDecorator,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel


class Row(SQLModel):
    """A table's row. Rows stay inside the package that declares them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(row: type[Row]) -> Table:
    """Return the table of a row class, for statements that move many rows."""
    table = inspect(row).local_table
    assert isinstance(table, Table)
    return table


def storable(text: str) -> str:
    """Return foreign text without what PostgreSQL cannot hold: NUL and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


class Plain(TypeDecorator[str]):
    """Text from anywhere, made storable, that sorts by code points everywhere as in Python."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite sorts so by itself."""
        if dialect.name == "postgresql":
            return postgresql.TEXT(collation="C")
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


Document = JSON().with_variant(postgresql.JSONB(), "postgresql")
"""A plain JSON value."""


class Utc(TypeDecorator[datetime]):
    """A moment: aware UTC in and out. SQLite forgets zones, so none is ever stored but UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments: nobody can say when they were."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone cannot be stored: {value}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A Decimal, digit for digit. SQLite's NUMERIC is a float, so it gets text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC where it is exact, text where it is not."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Write all digits; NaN and infinities are no amounts."""
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError(f"not an amount: {value}")
        return format(value, "f") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Read all digits."""
        return None if value is None else Decimal(value)


class Word(TypeDecorator[StrEnum]):
    """A word of a vocabulary, stored as the plain text of its code."""

    impl = Text
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self._words = {word.value: word for word in vocabulary}

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Write the code; a word of another vocabulary is refused."""
        return None if value is None else self.vocabulary(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Read the code."""
        # By a plain table, five times as quick; a word of another vocabulary still raises.
        return None if value is None else self._words.get(value) or self.vocabulary(value)


class OpenWord(TypeDecorator[str]):
    """A word of a vocabulary that people add words of their own to."""

    impl = Text
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self._ours: dict[str, str] = {word.value: word for word in vocabulary}

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write the code."""
        return None if value is None else storable(str(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Read a word of ours as such, any other as text."""
        return None if value is None else self._ours.get(value, value)


def insert(database: Connection | Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, which both databases spell alike."""
    dialect = database.dialect if isinstance(database, Connection) else database
    if dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def add_missing(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Insert whole rows in bulk, in the order of the columns; keys already there stay as they are.

    For what is written by the thousand: the statement is compiled once, and the driver takes the
    values as they are, which must be numbers, bytes and storable text.
    """
    statement, names = _adding(table, connection.dialect)
    many: list[Any] = [dict(zip(names, row, strict=True)) for row in rows] if names else [*rows]
    if many:
        connection.exec_driver_sql(statement, many)


def rows_of(connection: Connection, query: Select[Any]) -> Callable[..., list[Any]]:
    """Return what runs a query again and again, given the values of its parameters.

    It returns the rows as the driver reads them. For what is read by the thousand: it is compiled
    once and run by the driver, which takes numbers, bytes and storable text.
    """
    compiled = query.compile(dialect=connection.dialect)
    statement, names = str(compiled), compiled.positiontup
    driver, cursor = connection.dialect.loaded_dbapi, connection.connection.cursor()

    def rows(**values: Any) -> list[Any]:
        given: Any = values if names is None else tuple([values[name] for name in names])
        try:
            return list(cursor.execute(statement, given))
        except driver.Error:
            # The same once more, for an error in SQLAlchemy's words, which everybody above knows.
            return list(connection.exec_driver_sql(statement, given))

    return rows


@lru_cache(maxsize=16)
def _adding(table: Table, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """Return the statement of `add_missing`, and its parameters' names where it takes them by name."""
    compiled = insert(dialect, table).on_conflict_do_nothing().compile(dialect=dialect)
    return str(compiled), () if compiled.positional else tuple(table.c.keys())
