"""Texts of an XLSX workbook (ECMA-376), streamed: where a cell says it lies costs nothing."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

MAX_UNPACKED = 128 * 1024 * 1024
"""Bytes of a workbook's parts together, whatever the archive claims."""
MAX_CELLS = 1_000_000
LONGEST_TEXT = 1_000
"""Characters kept of a text; no name is as long."""
_CHUNK = 65_536
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError,
    EOFError, KeyError, NotImplementedError, OSError, RuntimeError,
)  # fmt: skip


def workbook_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the texts of each row that has any, sheet after sheet.

    Raises ValueError, with the reason, for what is no workbook or exceeds the bounds above.
    """
    try:
        yield from _rows(data)
    except _BROKEN as error:
        raise ValueError(str(error) or type(error).__name__) from error


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    parts = _Parts(data)
    shared = _SharedStrings()
    cells = 0
    for _ in parts.read("xl/sharedstrings.xml", shared.parser):
        pass
    sheets = [name for name in parts.names if name.startswith("xl/worksheets/")]
    if not sheets:
        raise ValueError("no sheet inside")
    for name in sheets:
        sheet = _Sheet(shared.texts)
        for _ in parts.read(name, sheet.parser):
            yield from sheet.take()
            if cells + sheet.cells > MAX_CELLS:
                raise ValueError(f"more than {MAX_CELLS} cells")
        cells += sheet.cells


class _Parts:
    """The XML parts of the archive, by lower-case name; counts what they unpack to."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._infos = {
            info.filename.replace("\\", "/").lower(): info
            for info in self._archive.infolist()
            if info.filename.lower().endswith(".xml")
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


def _parser(start: Any, end: Any, text: Any) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, found: start(name[name.rfind(" ") + 1 :], found)
    parser.EndElementHandler = lambda name: end(name[name.rfind(" ") + 1 :])
    parser.CharacterDataHandler = text
    # Workbooks have no document type; what a foreign one declares is never expanded.
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    raise ValueError("it declares a document type")


class _Text:
    """The beginning of a text that comes in pieces."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._room = LONGEST_TEXT

    def add(self, piece: str) -> None:
        """Keep as much of the piece as there is room for."""
        if self._room > 0:
            self._pieces.append(piece[: self._room])
            self._room -= len(piece)

    def take(self) -> str:
        """Return what was kept, and begin anew."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._room = LONGEST_TEXT
        return text


class _SharedStrings:
    """Texts that cells refer to by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parser = _parser(self._start, self._end, self._text)
        self._kept = _Text()
        self._reads = self._spoken = False

    def _start(self, name: str, _found: dict[str, str]) -> None:
        self._spoken = self._spoken or name == "rPh"  # how a Japanese text is pronounced
        self._reads = name == "t" and not self._spoken

    def _text(self, text: str) -> None:
        if self._reads:
            self._kept.add(text)

    def _end(self, name: str) -> None:
        self._reads = False
        if name == "rPh":
            self._spoken = False
        elif name == "si":
            self.texts.append(self._kept.take())
            if len(self.texts) > MAX_CELLS:
                raise ValueError(f"more than {MAX_CELLS} texts")


class _Sheet:
    """Rows of one sheet, gathered as the parser meets them."""

    def __init__(self, shared: list[str]) -> None:
        self.parser = _parser(self._start, self._end, self._text)
        self.cells = 0
        self._shared = shared
        self._rows: list[tuple[int, list[str]]] = []
        self._number = 0
        self._cells: list[str] = []
        self._type = ""
        self._kept = _Text()
        self._reads = False

    def take(self) -> list[tuple[int, list[str]]]:
        """Return the rows finished since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, found: dict[str, str]) -> None:
        if name == "row":
            said = found.get("r", "")
            plain = said.isascii() and said.isdigit() and len(said) <= 7
            self._number = int(said) if plain else self._number + 1
        elif name == "c":
            self._type = found.get("t", "n")
            self._kept.take()
            self.cells += 1
        self._reads = name in ("v", "t")

    def _text(self, text: str) -> None:
        if self._reads:
            self._kept.add(text)

    def _end(self, name: str) -> None:
        self._reads = False
        if name == "c":
            text = self._kept.take()
            if self._type == "s":
                place = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
                text = self._shared[place] if 0 <= place < len(self._shared) else ""
            if text:
                self._cells.append(text)
        elif name == "row" and self._cells:
            self._rows.append((self._number, self._cells))
            self._cells = []
