"""How values lie in columns: the same meaning in SQLite and PostgreSQL, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    TEXT,
    Connection,
    DateTime,
    Dialect,
    Numeric,
    Select,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.sql.operators import OperatorType


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
            return TEXT(collation="C")
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


class Document(TypeDecorator[Any]):
    """A plain JSON value."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB where there is one."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB  # of no use to whoever has SQLite

        return dialect.type_descriptor(JSONB())

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> Any:
        """Compare parts of a document with what they are: `facts["answers"] > 3`."""
        return self.impl_instance.coerce_compared_value(op, value)


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
    # Imported when one is needed: all that is PostgreSQL's takes its time, and SQLite's owner has no use for it.
    dialect = database.dialect if isinstance(database, Connection) else database
    if dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

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
