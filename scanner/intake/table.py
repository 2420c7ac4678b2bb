"""Tables as people keep them: a title above, one line of headings somewhere, rows, totals below."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.intake.cells import day_parts, name_of, names_in, read_amount
from scanner.intake.headings import is_heading
from scanner.intake.names import UnreadableInput
from scanner.intake.phrases import words_of
from scanner.intake.workbook import Row, Sheet, workbook_sheets

MAX_ROWS = 200_000
MAX_COLUMNS = 200
_TOP = 30
"""Rows among which the headings are looked for."""
_LONGEST_HEADING = 80
_LONGEST_CELL = 1_000
_TOTALS = ("итого", "всего", "total", "totals", "subtotal", "обороты", "сальдо", "остаток", "входящий",
           "исходящий", "grand")  # fmt: skip


class Table(Struct, frozen=True):
    """One table of a paper."""

    source: str
    sheet: str
    title: str
    """What stands above the headings."""
    headings: dict[int, str]
    """By column; empty where the table has none."""
    rows: tuple[Row, ...]
    """Without headings and totals."""
    totals: int
    """How many lines of totals were passed over."""
    beyond: int
    """How many cells lie too far to the right to be read."""


def from_csv(text: str, source: str) -> Table:
    """Read a table of separated values; the separator is the mark that cuts its lines most evenly."""
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    rows = []
    patterns: dict[tuple[int, ...], tuple[int, ...]] = {}
    beyond = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > MAX_ROWS:
                raise UnreadableInput(f"{source} has more than {MAX_ROWS} rows; split it.")
            beyond += max(0, len(cells) - MAX_COLUMNS)
            filled = [
                (place, cell) for place, cell in enumerate(cells[:MAX_COLUMNS]) if cell.strip()
            ]
            if filled:
                columns = tuple(place for place, _ in filled)
                columns = patterns.setdefault(columns, columns)
                rows.append(Row(number, columns, tuple(plain(cell) for _, cell in filled)))
    except csv.Error as error:
        raise UnreadableInput(
            f"{source} is not readable as CSV ({error}); save it anew as CSV or XLSX."
        ) from error
    return _table(source, Sheet("", tuple(rows)), beyond)


def from_workbook(data: bytes, source: str) -> Iterator[Table]:
    """Yield the table of each sheet that holds anything."""
    rows = 0
    try:
        for sheet in workbook_sheets(data):
            rows += len(sheet.rows)
            if rows > MAX_ROWS:
                raise ValueError(f"more than {MAX_ROWS} rows")
            near, beyond = _near(sheet)
            if near.rows:
                yield _table(source, near, beyond)
    except ValueError as error:
        if isinstance(error, UnreadableInput):
            raise
        raise UnreadableInput(
            f"{source} is not a readable table ({error}); save it as XLSX or CSV and try again."
        ) from error


def from_rows(rows: Iterable[tuple[int, dict[str, str]]], source: str) -> Table:
    """Make a table of rows whose cells bear their headings."""
    headings: dict[str, int] = {}
    patterns: dict[tuple[int, ...], tuple[int, ...]] = {}
    made = []
    for number, cells in rows:
        places = {
            headings.setdefault(name, len(headings)): text for name, text in cells.items() if text
        }
        columns = tuple(sorted(places))
        columns = patterns.setdefault(columns, columns)
        made.append(Row(number, columns, tuple(plain(places[place]) for place in columns)))
    named = {place: name for name, place in headings.items()}
    return Table(source, "", "", named, tuple(made), 0, 0)


def plain(text: str) -> str:
    """Return the beginning of a cell without what commands a terminal or turns the line."""
    text = text[:_LONGEST_CELL]
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else " " for one in text)


def _near(sheet: Sheet) -> tuple[Sheet, int]:
    beyond = 0
    rows = []
    for row in sheet.rows:
        if row.columns[-1] >= MAX_COLUMNS:
            kept = sum(column < MAX_COLUMNS for column in row.columns)
            beyond += len(row.columns) - kept
            row = Row(row.number, row.columns[:kept], row.texts[:kept])
        if row.columns:
            rows.append(Row(row.number, row.columns, tuple(map(plain, row.texts))))
    return Sheet(sheet.name, tuple(rows)), beyond


def _separator(text: str) -> str:
    """Return the mark that stands in most lines, and equally often; `12,98;x` is no table of commas.

    Of two that do so alike the first counts: commas stand in texts and amounts, too.
    """
    lines = [line for line in re.split(r"[\r\n]+", text[:16_384])[:40] if line.strip(" ;\t,")]
    scores = {}
    for mark in ";\t,":
        counts = [count for line in lines if (count := line.count(mark))]
        usual = max(set(counts), key=lambda count: (counts.count(count), count), default=0)
        scores[mark] = (len(counts), counts.count(usual))
    return max(scores, key=lambda mark: scores[mark])


def _table(source: str, sheet: Sheet, beyond: int) -> Table:
    place = _heading_row(sheet.rows)
    headings: dict[int, str] = {}
    title: list[str] = []
    body = sheet.rows
    if place is not None:
        found = sheet.rows[place]
        headings = {
            column: " ".join(text.split())[:_LONGEST_HEADING]
            for column, text in zip(found.columns, found.texts, strict=True)
        }
        title = [text for row in sheet.rows[:place] for text in row.texts]
        body = sheet.rows[place + 1 :]
    rows = tuple(
        row for row in body if not _is_total(row) and row.texts != tuple(headings.values())
    )
    return Table(
        source, sheet.name, " ".join(title)[:500], headings, rows, len(body) - len(rows), beyond
    )


def _heading_row(rows: tuple[Row, ...]) -> int | None:
    """Return which row holds the headings: the one among the first with most words that are some."""
    best, place = 0, None
    for index, row in enumerate(rows[:_TOP]):
        if any(len(text) > _LONGEST_HEADING or _is_data(text) for text in row.texts):
            continue
        known = sum(is_heading(text) for text in row.texts)
        few = len(row.texts) <= 2 and all(len(other.texts) <= 2 for other in rows[:_TOP])
        if known > best and (known >= 2 or few):
            best, place = known, index
    return place


def _is_data(text: str) -> bool:
    if names_in(text) or day_parts(text):
        return True
    amount = read_amount(text)
    return amount is not None and (len(text.strip()) > 2 or not amount.plain)


def _is_total(row: Row) -> bool:
    first = words_of(row.texts[0])[:1]
    return (
        bool(first) and first[0] in _TOTALS and not any(name_of(text.strip()) for text in row.texts)
    )
