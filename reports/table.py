"""A table of plain values, to be written in one format or another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

Cell = str | int | Decimal | date | datetime | bool | None
"""None is an empty cell: not known."""
Row = tuple[Cell, ...]


class Table(Struct, frozen=True):
    """A sheet: its name, the headings of its columns, and its rows, read once."""

    name: str
    headings: tuple[str, ...]
    rows: Iterable[Row]
