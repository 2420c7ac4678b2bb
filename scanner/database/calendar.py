"""Days counted in the database itself, which SQLite and PostgreSQL spell differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class DaysAfter(ColumnElement[Any]):
    """The day so many days after the one in a column."""

    type = Date()
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], days: int) -> None:
        """Count `days` from what `column` holds."""
        self.column, self.days = column, days


@compiles(DaysAfter, "sqlite")
def _in_sqlite(element: DaysAfter, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.column, **options)}, '{element.days:+d} days')"


@compiles(DaysAfter, "postgresql")
def _in_postgresql(element: DaysAfter, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.column, **options)} + ({element.days:d}))"
