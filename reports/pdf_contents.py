"""Page numbers beside the contents of a PDF, and bookmarks, added to a file as Chromium writes it.

Chromium cannot tell on which page a place lies (CSS `target-counter`), and printing twice to learn it costs as much
again. The file itself says it: every link of the contents names its place, and every place its page. So the numbers
are drawn at the ends of those links by an update that is appended to the file (ISO 32000-1, 7.5.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import BinaryIO

from msgspec import Struct
from pypdf import PageObject, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

_AMONG = 5
"""Pages from the first among which the contents are looked for."""
_SIZE, _DIGIT = 9.0, 0.556
"""Points of the numbers, and the width of a digit of Helvetica to one of them (ISO 32000-1, 9.6.2.2)."""


class _Line(Struct, frozen=True):
    """A link of the contents: its right end, in points from the lower left corner, and where it leads."""

    right: float
    bottom: float
    top: float
    place: str


def finish(pdf: bytes, titles: Mapping[str, str], to: BinaryIO, *, bookmarks: bool) -> None:
    """Write a PDF with page numbers at the links to these places, and bookmarks if wanted.

    `titles` is place → what it is called, in their order. A file that cannot be read is written as it is.
    """
    try:
        writer = PdfWriter(BytesIO(pdf), incremental=True)
        pages = _pages(writer)
        named = [place for place in titles if place in pages]
        for page in writer.pages[:_AMONG]:
            lines = [line for line in _lines(page) if line.place in named]
            if lines and 2 * len(lines) >= len(named):
                _draw(page, [(line, pages[line.place] + 1) for line in lines])
                break
        if bookmarks:
            for place in named:
                writer.add_outline_item(title=titles[place], page_number=pages[place])
            writer.page_mode = "/UseOutlines"
    except (PyPdfError, ValueError, KeyError, TypeError):
        to.write(pdf)
    else:
        writer.write(to)


def _pages(writer: PdfWriter) -> dict[str, int]:
    """Return each named place and its page, from 0."""
    found = (
        (name.removeprefix("/"), writer.get_destination_page_number(place))
        for name, place in writer.named_destinations.items()
    )
    return {name: number for name, number in found if number is not None and number >= 0}


def _lines(page: PageObject) -> Iterable[_Line]:
    """Yield the links of a page that lead to a named place."""
    for one in page.annotations or ():
        link = one.get_object()
        place = link.get("/Dest")
        if isinstance(place, str) and "/Rect" in link:
            _, bottom, right, top = (float(side) for side in link["/Rect"])
            yield _Line(right, bottom, top, place.removeprefix("/"))


def _draw(page: PageObject, numbers: Iterable[tuple[_Line, int]]) -> None:
    """Draw numbers over a page; a reader of the screen is told by the links themselves."""
    strokes = [b"/Artifact BMC BT 0.33 g /Number %.1f Tf" % _SIZE]
    for line, number in numbers:
        digits = b"%d" % number
        left = line.right - len(digits) * _DIGIT * _SIZE
        base = (line.bottom + line.top) / 2 - 0.36 * _SIZE
        strokes.append(b"1 0 0 1 %.2f %.2f Tm (%s) Tj" % (left, base, digits))
    drawn = DecodedStreamObject()
    drawn.set_data(b"\n".join((*strokes, b"ET EMC")))
    helvetica = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(k): NameObject(v) for k, v in helvetica.items()})
    fonts = DictionaryObject({NameObject("/Number"): font})
    over = PageObject.create_blank_page(width=page.mediabox.width, height=page.mediabox.height)
    over[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    over[NameObject("/Contents")] = drawn
    page.merge_page(over)
    page.compress_content_streams()
