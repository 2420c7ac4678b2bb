"""CSV cells that a spreadsheet program shows and never runs (OWASP ASVS 1.2.10), and the way back.

A text that begins like a formula gets an apostrophe before it. So does a text that begins with
apostrophes and then like one, so that the way back is exact.
"""

from __future__ import annotations

SUSPECT = frozenset("=+-@\t\r\n\0＝＋－＠'")
"""What a text must begin with to need a closer look."""
_BEGINS = SUSPECT - {"'"}


def inert(text: str) -> str:
    """Return a cell's text so that no program takes it for a formula."""
    return f"'{text}" if text.lstrip("'")[:1] in _BEGINS else text


def bared(text: str) -> str:
    """Return what `inert` was given."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in _BEGINS else text
