"""Rows of a table that people import into the registry, CSV or XLSX, as they stand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from reports.inert import bared
from scanner.intake.headings import Meaning, meanings_of
from scanner.intake.names import UnreadableInput
from scanner.intake.workbook import workbook_sheets
from scanner.registry.fields import CUSTOM
from scanner.registry.sheet_words import column_called, columns, normal

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELLS = 3_000_000
LONGEST_CELL = 32_767
"""What a cell of a workbook can hold."""
_TOP = 30
"""Rows among which the headings are looked for."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OWN_MARKS = ("custom:", "своё:")
"""What stands before the heading of a field of one's own that is called like a column of ours."""


class SheetRow(Struct, frozen=True, gc=False):
    """One row: its cells that hold anything, by column code."""

    number: int
    cells: dict[str, str]


class SheetTable(Struct, frozen=True):
    """A table and how its columns are understood."""

    source: str
    columns: tuple[tuple[str, str], ...]
    """Heading and column code; `custom.<heading>` for what is one of the agency's own fields."""
    rows: tuple[SheetRow, ...]
    secrets: tuple[str, ...] = ()
    """Headings of columns that hold secrets of other kinds than licence keys: they are not read at all."""


_Cells = tuple[tuple[int, str], ...]


def read_sheet(data: bytes, source: str) -> SheetTable:
    """Read a file; UnreadableInput, in one sentence, for what is no table of the registry."""
    if len(data) > MAX_BYTES:
        raise UnreadableInput(f"{source} is larger than {MAX_BYTES // 2**20} MB; split it.")
    if data[:4] == b"PK\x03\x04":
        found = _best(_workbook(data, source))
    elif data[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableInput(f"{source} is an old Excel file; save it as XLSX or CSV.")
    else:
        text = _decoded(data)
        found = _best(_separated(text, mark, source) for mark in ";,\t")
    if found is None:
        names = ", ".join(one.en for one in columns().values())
        raise UnreadableInput(
            f"{source} has no line of headings that the registry knows (Тип, Название, Клиент, Оплачен до … "
            f"or {names})."
        )
    rows, place = found
    return _table(rows, place, source)


def _best(
    tables: Iterator[list[tuple[int, _Cells]]],
) -> tuple[list[tuple[int, _Cells]], int] | None:
    """Return the table, and its row of headings, in which most headings are known."""
    best: tuple[int, list[tuple[int, _Cells]], int] | None = None
    for rows in tables:
        for place, (_, cells) in enumerate(rows[:_TOP]):
            known = len({code for _, text in cells if (code := column_called(text))})
            if known >= 2 and (best is None or known > best[0]):
                best = known, rows, place
    return None if best is None else (best[1], best[2])


def _table(rows: Sequence[tuple[int, _Cells]], place: int, source: str) -> SheetTable:
    codes = _codes(rows[place][1], source)
    read = []
    for number, cells in rows[place + 1 :]:
        named = {codes[column][1]: text for column, text in cells if column in codes}
        if named:
            read.append(SheetRow(number, named))
    secrets = tuple(text for column, text in rows[place][1] if column not in codes)
    return SheetTable(source, tuple(codes.values()), tuple(read), secrets)


def _codes(headings: _Cells, source: str) -> dict[int, tuple[str, str]]:
    """Return heading and code by column; of two headings that mean one column our own spelling counts."""
    found: dict[int, tuple[str, str]] = {}
    taken: set[str] = set()
    own = {normal(word) for one in columns().values() for word in (one.ru, one.en)}
    ranked = sorted(headings, key=lambda cell: (normal(cell[1]) not in own, cell[0]))
    for column, text in ranked:
        heading = " ".join(text.split())
        low = heading.casefold()
        mark = next((mark for mark in _OWN_MARKS if low.startswith(mark)), None)
        code = None if mark else column_called(heading)
        if code is None and meanings_of(heading)[:1] == (Meaning.SECRET,):
            continue
        if code is None or code in taken:
            heading = heading[len(mark) :].strip() if mark else heading
            code = f"{CUSTOM}{heading}"
        if code in taken:
            raise UnreadableInput(f"{source} has two columns {heading!r}; rename one.")
        taken.add(code)
        found[column] = heading, code
    return dict(sorted(found.items()))


def _workbook(data: bytes, source: str) -> Iterator[list[tuple[int, _Cells]]]:
    try:
        for sheet in workbook_sheets(data, longest=LONGEST_CELL, most=MAX_CELLS):
            if len(sheet.rows) > MAX_ROWS:
                raise ValueError(f"more than {MAX_ROWS} rows")
            yield [
                (
                    row.number,
                    tuple(
                        (column, _unescaped(text))
                        for column, text in zip(row.columns, row.texts, strict=True)
                        if column < MAX_COLUMNS and text.strip()
                    ),
                )
                for row in sheet.rows
            ]
    except ValueError as error:
        raise UnreadableInput(
            f"{source} is not a readable table ({error}); save it as XLSX or CSV and try again."
        ) from error


def _separated(text: str, mark: str, source: str) -> list[tuple[int, _Cells]]:
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    rows: list[tuple[int, _Cells]] = []
    try:
        for cells in reader:
            if len(rows) >= MAX_ROWS:
                raise UnreadableInput(f"{source} has more than {MAX_ROWS} rows; split it.")
            if len(rows) == _TOP and _best(iter([rows])) is None:
                break  # another mark separates it, or it is no table of ours
            filled = tuple(
                (column, bared(cell.replace("\r\n", "\n")))
                for column, cell in enumerate(cells[:MAX_COLUMNS])
                if cell.strip()
            )
            if filled:
                rows.append((reader.line_num, filled))
    except csv.Error as error:
        raise UnreadableInput(
            f"{source} is not readable as CSV ({error}); save it anew as CSV or XLSX."
        ) from error
    return rows


def _unescaped(text: str) -> str:
    """Return a text with what ECMA-376 writes as `_x000D_` put back (ST_Xstring)."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what Excel calls Unicode text
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")
