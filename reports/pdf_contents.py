"""Page numbers beside the contents of a PDF, and bookmarks, added to a file as Chromium writes it.

Chromium cannot tell on which page a place lies (CSS `target-counter`), and printing twice to learn it costs as much
again. The file itself says it: every link of the contents names its place, and every place its page. So the numbers
are drawn at the ends of those links by an update that is appended to the file (ISO 32000-1, 7.5.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

_TRAILER = re.compile(rb"trailer\n<</Size (\d{1,9})\n/Root (\d{1,9}) 0 R\n/Info (\d{1,9}) 0 R")
_STARTS = re.compile(rb"startxref\n(\d{1,12})\n%%EOF\s*\Z")
_PAGES = re.compile(rb"/Pages (\d{1,9}) 0 R")
_PLACES = re.compile(rb"/Dests (\d{1,9}) 0 R")
_KIDS = re.compile(rb"/Kids \[([\d R\s]*)\]")
_ANNOTATIONS = re.compile(rb"/Annots \[([\d R\s]*)\]")
_DRAWN = re.compile(rb"/Contents (\d{1,9}) 0 R")
_NUMBER = re.compile(rb"(\d{1,9}) 0 R")
_PLACE = re.compile(rb"/([a-z-]{1,40}) \[(\d{1,9}) 0 R /XYZ ")
_LINK = re.compile(
    rb"/Rect \[[\d.-]+ ([\d.-]+) ([\d.]+) ([\d.-]+)\]\n(?:[^>]*\n)?/Dest /([a-z-]{1,40})\b"
)
_DEEPEST = 12
_AMONG = 5
"""Pages from the first among which the contents are looked for."""
_SIZE, _DIGIT = 9.0, 0.556
"""Points of the numbers, and the width of a digit of Helvetica to one of them (ISO 32000-1, 9.6.2.2)."""


class _Foreign(ValueError):
    """The file is laid out in another way than Chromium's."""


class _Line(Struct, frozen=True):
    """Where a link of the contents ends, in points from the lower left corner of its page."""

    right: float
    bottom: float
    top: float


def finished(pdf: bytes, titles: Mapping[str, str], *, bookmarks: bool) -> bytes:
    """Return what is to be appended to a PDF: page numbers at the links to these places, and bookmarks if wanted.

    `titles` is place → what it is called, in their order. Empty for a file that is laid out in another way.
    """
    try:
        return _Update(pdf).finished(titles, bookmarks=bookmarks)
    except (_Foreign, ValueError, IndexError, KeyError):
        return b""


class _Update:
    """Objects that are added to a file, or stand in the place of what it holds."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        trailer, starts = (
            _TRAILER.search(pdf, max(0, len(pdf) - 400)),
            _STARTS.search(pdf, max(0, len(pdf) - 60)),
        )
        if trailer is None or starts is None:
            raise _Foreign
        self._size, self._root, self._info = (int(one) for one in trailer.groups())
        self._table = int(starts[1])
        head = b"xref\n0 %d\n" % self._size
        if not pdf.startswith(head, self._table):
            raise _Foreign
        self._entries = self._table + len(head)
        self._catalog = self._object(self._root)
        self._leaves = list(self._walk(self._cited(_PAGES, self._catalog)))
        self._new: dict[int, bytes] = {}

    def pages(self) -> dict[str, int]:
        order = {number: place for place, number in enumerate(self._leaves, 1)}
        places = self._object(self._cited(_PLACES, self._catalog))
        return {
            met[1].decode(): order[int(met[2])]
            for met in _PLACE.finditer(places)
            if int(met[2]) in order
        }

    def finished(self, titles: Mapping[str, str], *, bookmarks: bool) -> bytes:
        pages = self.pages()
        named = {place: title for place, title in titles.items() if place in pages}
        leaf, lines = self._contents(named)
        self._draw(leaf, [(line, pages[place]) for place, line in lines.items()])
        if bookmarks and named:
            self._bookmark(named)
        return self._written()

    def _object(self, number: int) -> bytes:
        """Return what an object of the file holds, without a stream."""
        if not 0 < number < self._size:
            raise _Foreign
        entry = self._entries + 20 * number
        start = int(self._pdf[entry : entry + 10])
        head = b"%d 0 obj\n" % number
        end = self._pdf.find(b"endobj", start)
        if not self._pdf.startswith(head, start) or end < 0:
            raise _Foreign
        return self._pdf[start + len(head) : end].rstrip(b"\n")

    def _cited(self, what: re.Pattern[bytes], held: bytes) -> int:
        met = what.search(held)
        if met is None:
            raise _Foreign
        return int(met[1])

    def _walk(self, number: int, depth: int = 0) -> Iterator[int]:
        """Yield the pages below a node of the tree of pages, in their order."""
        if depth > _DEEPEST:
            raise _Foreign
        kids = _KIDS.search(self._object(number))
        if kids is None:
            yield number
            return
        for kid in _NUMBER.finditer(kids[1]):
            yield from self._walk(int(kid[1]), depth + 1)

    def _contents(self, named: Mapping[str, str]) -> tuple[int, dict[str, _Line]]:
        """Return the page with the contents and where each of its links ends."""
        for leaf in islice(self._leaves, _AMONG):
            lines = self._links(leaf, named)
            if lines and 2 * len(lines) >= len(named):
                return leaf, lines
        raise _Foreign

    def _links(self, leaf: int, named: Mapping[str, str]) -> dict[str, _Line]:
        listed = _ANNOTATIONS.search(self._object(leaf))
        lines: dict[str, _Line] = {}
        for one in _NUMBER.finditer(listed[1]) if listed else ():
            met = _LINK.search(self._object(int(one[1])))
            if met and (place := met[4].decode()) in named:
                lines[place] = _Line(right=float(met[2]), bottom=float(met[1]), top=float(met[3]))
        return lines

    def _draw(self, leaf: int, numbers: Sequence[tuple[_Line, int]]) -> None:
        """Draw numbers over a page; a reader of the screen is told by the links themselves."""
        font = self._added(b"<</Type /Font\n/Subtype /Type1\n/BaseFont /Helvetica>>")
        strokes = [b"Q q /Artifact BMC BT 0.33 g /Number %.1f Tf" % _SIZE]
        for line, number in numbers:
            digits = b"%d" % number
            left = line.right - len(digits) * _DIGIT * _SIZE
            base = (line.bottom + line.top) / 2 - 0.36 * _SIZE
            strokes.append(b"1 0 0 1 %.2f %.2f Tm (%s) Tj" % (left, base, digits))
        before, after = self._stream(b"q"), self._stream(b"\n".join((*strokes, b"ET EMC Q")))
        page = self._object(leaf)
        drawn = self._cited(_DRAWN, page)
        page = page.replace(
            b"/Contents %d 0 R" % drawn,
            b"/Contents [%d 0 R %d 0 R %d 0 R]" % (before, drawn, after),
            1,
        )
        if b"/Font <<" not in page:
            raise _Foreign
        self._new[leaf] = page.replace(b"/Font <<", b"/Font <</Number %d 0 R\n" % font, 1)

    def _bookmark(self, named: Mapping[str, str]) -> None:
        root = self._added(b"")
        first, last = root + 1, root + len(named)
        for place, title in named.items():
            number = self._added(b"")
            beside = b"/Prev %d 0 R\n" % (number - 1) if number > first else b""
            beside += b"/Next %d 0 R\n" % (number + 1) if number < last else b""
            called = title.encode("utf-16-be").hex().encode()
            self._new[number] = b"<</Title <feff%s>\n/Parent %d 0 R\n%s/Dest /%s>>" % (
                called, root, beside, place.encode(),
            )  # fmt: skip
        self._new[root] = b"<</Type /Outlines\n/First %d 0 R\n/Last %d 0 R\n/Count %d>>" % (
            first, last, len(named),
        )  # fmt: skip
        shown = b"<</Outlines %d 0 R\n/PageMode /UseOutlines\n" % root
        self._new[self._root] = self._catalog.replace(b"<<", shown, 1)

    def _added(self, held: bytes) -> int:
        number = self._size + sum(one >= self._size for one in self._new)
        self._new[number] = held
        return number

    def _stream(self, drawn: bytes) -> int:
        return self._added(b"<</Length %d>> stream\n%s\nendstream" % (len(drawn), drawn))

    def _written(self) -> bytes:
        """Return the objects, their table and the trailer, as they follow the file's last byte."""
        parts, at, size = [b"\n"], len(self._pdf) + 1, self._size
        table: dict[int, int] = {}
        for number, held in sorted(self._new.items()):
            table[number] = at
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, held))
            at += len(parts[-1])
            size = max(size, number + 1)
        lines = (b"%d 1\n%010d 00000 n \n" % entry for entry in table.items())
        trailer = (size, self._root, self._info, self._table, at)
        end = (
            b"trailer\n<</Size %d\n/Root %d 0 R\n/Info %d 0 R\n/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
            % trailer
        )
        return b"".join((*parts, b"xref\n", *lines, end))
