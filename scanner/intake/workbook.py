"""Sheets of an XLSX workbook (ECMA-376): where a cell says it lies costs nothing.

Dates and money are told from other numbers by the format of their cell alone, as the program that shows
them does: a date comes out as 2027-05-12, an amount with the sign its format adds.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from msgspec import Struct

from scanner.intake.cell_styles import CellStyles

MAX_UNPACKED = 128 * 1024 * 1024
"""Bytes of a workbook's parts together, whatever the archive claims."""
MAX_CELLS = 600_000
MAX_MERGED = 20_000
"""Cells that stand for others, in one sheet."""
LONGEST_TEXT = 1_000
"""Characters kept of a text; no name is as long."""
_CHUNK = 65_536
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError,
    EOFError, KeyError, NotImplementedError, OSError, RuntimeError,
)  # fmt: skip


class Row(Struct, frozen=True, gc=False):
    """The cells of one row that hold a text."""

    number: int
    columns: tuple[int, ...]
    """Where each lies, from 0, rising."""
    texts: tuple[str, ...]


class Sheet(Struct, frozen=True):
    """One sheet: its name and its rows that hold anything, in their order."""

    name: str
    rows: tuple[Row, ...]


def workbook_sheets(
    data: bytes, *, longest: int | None = None, most: int | None = None
) -> Iterator[Sheet]:
    """Yield the sheets in their order; a merged cell's text stands in every row it covers.

    Of each text at most the `longest` first characters are kept, and at most `most` cells are read;
    without these the bounds above hold. Raises ValueError, with the reason, for what is no workbook or exceeds the bounds.
    """
    try:
        yield from _sheets(data, longest or LONGEST_TEXT, most or MAX_CELLS)
    except _BROKEN as error:
        raise ValueError(str(error) or type(error).__name__) from error


def workbook_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the texts of each row that has any, sheet after sheet."""
    for sheet in workbook_sheets(data):
        for row in sheet.rows:
            yield row.number, list(row.texts)


def _sheets(data: bytes, longest: int, most: int) -> Iterator[Sheet]:
    parts = _Parts(data)
    shared, styles, names = _SharedStrings(longest, most), CellStyles(), _SheetNames()
    for part, reader in (
        ("xl/sharedstrings.xml", shared),
        ("xl/styles.xml", styles),
        ("xl/workbook.xml", names),
        ("xl/_rels/workbook.xml.rels", names),
    ):
        for _ in parts.read(part, parser_of(reader)):
            pass
    sheets = [name for name in parts.names if _SHEET.fullmatch(name)]
    if not sheets:
        raise ValueError("no sheet inside")
    cells = 0
    for part in sorted(sheets, key=names.place_of):
        sheet = _Sheet(shared.texts, styles, names.since_1904, longest)
        for _ in parts.read(part, parser_of(sheet)):
            if cells + sheet.cells > most:
                raise ValueError(f"more than {most} cells")
        cells += sheet.cells
        yield Sheet(names.name_of(part), tuple(sheet.unmerged()))


class _Parts:
    """The XML parts of the archive, by lower-case name; counts what they unpack to."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._infos = {
            info.filename.replace("\\", "/").lower(): info
            for info in self._archive.infolist()
            if info.filename.lower().endswith((".xml", ".rels"))
        }
        self.names = sorted(self._infos, key=lambda name: (len(name), name))
        self._unpacked = 0

    def read(self, name: str, parser: Any) -> Iterator[None]:
        """Feed a part to the parser, a chunk at each step; a part that is not there is empty."""
        if name not in self._infos:
            return
        with self._archive.open(self._infos[name]) as stream:
            while chunk := stream.read(_CHUNK):
                self._unpacked += len(chunk)
                if self._unpacked > MAX_UNPACKED:
                    raise ValueError(f"it unpacks to more than {MAX_UNPACKED // 2**20} MB")
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield


def parser_of(reader: Any) -> Any:
    """Return an XML parser that tells `reader` of starts, ends and texts, by local names."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, found: reader.start(
        name[name.rfind(" ") + 1 :], found
    )
    parser.EndElementHandler = lambda name: reader.end(name[name.rfind(" ") + 1 :])
    parser.CharacterDataHandler = reader.text
    # Workbooks have no document type; what a foreign one declares is never expanded.
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise ValueError("it declares a document type")


class _Text:
    """The beginning of a text that comes in pieces."""

    def __init__(self, longest: int) -> None:
        self._pieces: list[str] = []
        self._longest = self._room = longest

    def add(self, piece: str) -> None:
        """Keep as much of the piece as there is room for."""
        if self._room > 0:
            self._pieces.append(piece[: self._room])
            self._room -= len(piece)

    def take(self) -> str:
        """Return what was kept, and begin anew."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._room = self._longest
        return text


class _SharedStrings:
    """Texts that cells refer to by number."""

    def __init__(self, longest: int, most: int) -> None:
        self.texts: list[str] = []
        self._kept = _Text(longest)
        self._most = most
        self._reads = self._spoken = False

    def start(self, name: str, _found: dict[str, str]) -> None:
        """Begin an element."""
        self._spoken = self._spoken or name == "rPh"  # how a Japanese text is pronounced
        self._reads = name == "t" and not self._spoken

    def text(self, text: str) -> None:
        """Keep a piece of text."""
        if self._reads:
            self._kept.add(text)

    def end(self, name: str) -> None:
        """End an element."""
        self._reads = False
        if name == "rPh":
            self._spoken = False
        elif name == "si":
            self.texts.append(self._kept.take())
            if len(self.texts) > self._most:
                raise ValueError(f"more than {self._most} texts")


class _SheetNames:
    """What sheets are called, their order, and where the workbook's days begin."""

    def __init__(self) -> None:
        self.since_1904 = False
        self._ids: dict[str, tuple[int, str]] = {}
        self._parts: dict[str, tuple[int, str]] = {}

    def start(self, name: str, found: dict[str, str]) -> None:
        """Begin an element of the workbook or of its relations."""
        if name == "workbookPr":
            self.since_1904 = found.get("date1904") in ("1", "true")
        elif name == "sheet" and len(self._ids) < MAX_MERGED:
            ids = (value for key, value in found.items() if key.endswith(" id"))
            self._ids[next(ids, "")] = (len(self._ids), found.get("name", "")[:100])
        elif name == "Relationship" and found.get("Id") in self._ids:
            target = found.get("Target", "").lower().lstrip("/").removeprefix("xl/")
            self._parts[f"xl/{target}"] = self._ids[found["Id"]]

    def text(self, text: str) -> None:
        """Texts say nothing here."""

    def end(self, name: str) -> None:
        """Ends say nothing here."""

    def place_of(self, part: str) -> tuple[int, int, str]:
        """Return what sheets are ordered by."""
        return self._parts.get(part, (len(self._parts), ""))[0], len(part), part

    def name_of(self, part: str) -> str:
        """Return what people call the sheet; empty where the workbook does not say."""
        return self._parts.get(part, (0, ""))[1]


class _Sheet:
    """Rows of one sheet, gathered as the parser meets them."""

    def __init__(
        self, shared: list[str], styles: CellStyles, since_1904: bool, longest: int
    ) -> None:
        self.cells = 0
        self._shared, self._styles, self._since_1904 = shared, styles, since_1904
        self._patterns: dict[tuple[int, ...], tuple[int, ...]] = {}
        """One of many equal tuples of columns, for all rows to use."""
        self._rows: list[Row] = []
        self._merged: list[tuple[int, int, int]] = []
        """First row, last row and column of what stands for several rows."""
        self._number = 0
        self._columns: list[int] = []
        self._texts: list[str] = []
        self._type, self._style, self._column = "", -1, -1
        self._kept = _Text(longest)
        self._reads = False

    def start(self, name: str, found: dict[str, str]) -> None:
        """Begin an element."""
        if name == "row":
            said = found.get("r", "")
            plain = said.isascii() and said.isdigit() and len(said) <= 7
            self._number = int(said) if plain else self._number + 1
            self._column = -1
        elif name == "c":
            self._type = found.get("t", "n")
            style = found.get("s", "")
            self._style = int(style) if style.isascii() and style.isdigit() else -1
            self._column = max(self._column + 1, _column(found.get("r", "")))
            self._kept.take()
            self.cells += 1
        elif name == "mergeCell" and len(self._merged) < MAX_MERGED:
            self._merge(found.get("ref", ""))
        self._reads = name in ("v", "t")

    def text(self, text: str) -> None:
        """Keep a piece of text."""
        if self._reads:
            self._kept.add(text)

    def end(self, name: str) -> None:
        """End an element."""
        self._reads = False
        if name == "c":
            text = self._kept.take()
            if self._type == "s":
                place = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
                text = self._shared[place] if 0 <= place < len(self._shared) else ""
            elif self._type == "n" and text:
                text = self._styles.shown(text, self._style, since_1904=self._since_1904)
            if text:
                self._columns.append(self._column)
                self._texts.append(text)
        elif name == "row" and self._texts:
            columns = tuple(self._columns)
            columns = self._patterns.setdefault(columns, columns)
            self._rows.append(Row(self._number, columns, tuple(self._texts)))
            self._columns, self._texts = [], []

    def unmerged(self) -> list[Row]:
        """Return the rows with the text of merged cells in each row that they cover."""
        place = {row.number: index for index, row in enumerate(self._rows)}
        room = MAX_MERGED
        for first, last, column in self._merged:
            top = place.get(first)
            if top is None or column not in self._rows[top].columns:
                continue
            text = self._rows[top].texts[self._rows[top].columns.index(column)]
            for number in range(first + 1, min(last, first + room) + 1):
                room -= 1
                if (index := place.get(number)) is not None:
                    self._rows[index] = _with(self._rows[index], column, text)
        return self._rows

    def _merge(self, ref: str) -> None:
        start, _, end = ref.partition(":")
        first, last, column = _row(start), _row(end), _column(start)
        if 0 < first < last and column >= 0:
            self._merged.append((first, last, column))


def _with(row: Row, column: int, text: str) -> Row:
    cells = {column: text, **dict(zip(row.columns, row.texts, strict=True))}
    columns = tuple(sorted(cells))
    return Row(row.number, columns, tuple(cells[one] for one in columns))


def _column(reference: str) -> int:
    """Return the column of `C5`, from 0; -1 where it is not said."""
    number = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number - 1 if number <= 16_384 else -1


def _row(reference: str) -> int:
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 7 else 0
