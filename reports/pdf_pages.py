"""On which page of a PDF each named place lies, read from a file as Chromium writes it."""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"\n(\d{1,9}) 0 obj\n<</Type /Pages?\b")
_CATALOG = re.compile(rb"/Type /Catalog\b[^\0]{0,400}?/Pages (\d{1,9}) 0 R")
_KIDS = re.compile(rb"/Kids \[([\d R\s]*)\]")
_NUMBER = re.compile(rb"(\d{1,9}) 0 R")
_NAMED = re.compile(rb"/([a-z-]{1,40}) \[(\d{1,9}) 0 R /XYZ ")
_DEEPEST = 12


def pages_of(pdf: bytes) -> dict[str, int]:
    """Return named place → page, the first page being 1; empty for a file that is laid out in another way."""
    starts = {int(met[1]): met.end() for met in _OBJECT.finditer(pdf)}
    catalog = _CATALOG.search(pdf)
    if catalog is None:
        return {}
    order = {number: place for place, number in enumerate(_leaves(pdf, starts, int(catalog[1])), 1)}
    return {
        met[1].decode(): order[int(met[2])] for met in _NAMED.finditer(pdf) if int(met[2]) in order
    }


def _leaves(pdf: bytes, starts: dict[int, int], number: int, depth: int = 0) -> list[int]:
    """Return the pages below a node of the tree of pages, in their order."""
    start = starts.get(number)
    if start is None or depth > _DEEPEST:
        return []
    kids = _KIDS.search(pdf, start, pdf.find(b"endobj", start))
    if kids is None:
        return [number]
    below = (int(met[1]) for met in _NUMBER.finditer(kids[1]))
    return [leaf for kid in below for leaf in _leaves(pdf, starts, kid, depth + 1)]
