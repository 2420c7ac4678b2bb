"""Tables as a workbook: typed cells, headings that stay, filters, and no formula or link that lives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from msgspec import Struct

from reports.foreign import shortened, visible
from reports.table import Cell, Table
from reports.wording import Wording

MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its headings."""
_LONGEST = 32_000
"""Characters; a cell holds 32,767."""
_EXACT_DIGITS = 15
"""Of a number in a workbook; a longer one is kept as text."""
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
"""What XML 1.0 has no place for, beside what `visible` spells out."""
_WIDTHS = (10, 60)
_LOOKED_AT = 200
"""Rows that a column's width is taken from."""
_FIRST_DAY = date(1900, 3, 1)
"""Workbooks count a 29 February 1900 that never was."""
_EPOCH = date(1899, 12, 30)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class TooLong(ValueError):
    """A table has more rows than a sheet holds."""


class _Formats(Struct, frozen=True):
    heading: Any
    text: Any
    day: Any
    moment: Any
    money: Any


def write_xlsx(
    stream: BinaryIO, tables: Iterable[Table], wording: Wording, *, title: str, at: datetime
) -> None:
    """Write a workbook of the tables, a sheet each; equal tables give equal bytes.

    Raises TooLong.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    book = xlsxwriter.Workbook(stream, _OPTIONS)
    book.set_properties(
        {"title": _shown(title), "created": at.astimezone(UTC).replace(tzinfo=None)}
    )
    looks = _Formats(
        heading=book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EEF1F2"}
        ),
        text=book.add_format({"text_wrap": True, "valign": "top"}),
        day=book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        moment=book.add_format(
            {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"}
        ),
        money=book.add_format({"num_format": "#,##0.00", "valign": "top"}),
    )
    try:
        for table in tables:
            _write_sheet(book.add_worksheet(table.name[:31]), table, wording, looks)
    finally:
        book.close()


def _write_sheet(sheet: Any, table: Table, wording: Wording, looks: _Formats) -> None:
    sheet.freeze_panes(1, 1)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    rows = iter(table.rows)
    first = [row for _, row in zip(range(_LOOKED_AT), rows, strict=False)]
    for place, heading in enumerate(table.headings):
        sheet.set_column(place, place, _width(heading, (row[place] for row in first)))
        sheet.write_string(0, place, heading, looks.heading)
    count = 0
    for source in (first, rows):
        for row in source:
            count += 1
            if count > MOST_ROWS:
                raise TooLong(f"a sheet holds {MOST_ROWS} rows, and {table.name!r} has more")
            for place, cell in enumerate(row):
                _write_cell(sheet, count, place, cell, wording, looks)
    sheet.autofilter(0, 0, max(count, 1), len(table.headings) - 1)


def _write_cell(
    sheet: Any, row: int, place: int, cell: Cell, wording: Wording, looks: _Formats
) -> None:
    match cell:
        case None:
            return
        case bool():
            word = wording.say("page.yes" if cell else "page.no")
            sheet.write_string(row, place, word, looks.text)
        case datetime() if cell.astimezone(UTC).date() >= _FIRST_DAY:
            utc = cell.astimezone(UTC)
            day = (utc.date() - _EPOCH).days + (utc.hour * 3600 + utc.minute * 60) / 86_400
            sheet.write_number(row, place, day, looks.moment)
        case date() if not isinstance(cell, datetime) and cell >= _FIRST_DAY:
            sheet.write_number(row, place, (cell - _EPOCH).days, looks.day)
        case int() if len(str(abs(cell))) <= _EXACT_DIGITS:
            sheet.write_number(row, place, cell, looks.text)
        case Decimal() if cell.is_finite() and len(format(cell, "f")) <= _EXACT_DIGITS:
            sheet.write_number(row, place, float(cell), looks.money)
        case _:
            sheet.write_string(row, place, _shown(str(cell)), looks.text)


def _shown(text: str) -> str:
    said = _NO_CHARACTERS.sub(lambda met: f"\\u{ord(met[0]):04x}", visible(text, keep_lines=True))
    return shortened(said, _LONGEST)


def _width(heading: str, cells: Iterable[Cell]) -> int:
    longest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    words = max(map(len, heading.split()), default=0) + 3
    least, most = _WIDTHS
    return max(least, words, min(longest + 2, most))
