"""What a page tells of when somebody last worked on it, and by which another can be known as its copy.

Years are read so that a mistake makes a page newer than it is, never older: any digits that may be one count.
"""

from __future__ import annotations

import re
from itertools import islice
from struct import Struct as Packing
from typing import Final
from zlib import crc32

from msgspec import Struct

_YEAR: Final = re.compile(r"20[0-3]\d(?!\d)")
_YEAR_IN_MARKUP: Final = re.compile(rb"(20[0-3]\d)(?:[01]\d[0-3]\d)?(?!\d)")
"""Addresses of files bear days in one piece: `style.css?20240501`."""
_COPYRIGHT: Final = ("©", "(c)", "(C)", "opyright")
_BESIDE: Final = 60
"""Characters after such a mark within which its years stand."""
_READ: Final = 1_024
"""Characters of the text that a copy is known by: a copy begins as its original does."""
_WORDS: Final = 24
_FEWEST: Final = 12
"""Different words below which a text is like too many others."""


class Upkeep(Struct, frozen=True, omit_defaults=True):
    """The traces of work that one page bears."""

    text_year: int = 0
    """The latest year from 2000 to 2039 that its visitors read; 0 where they read none."""
    any_year: int = 0
    """The latest anywhere in it, addresses and scripts included."""
    copyright_year: int = 0
    """The latest beside the last mark of copyright that its visitors read; 0 where there is none."""
    form: bool = False
    """Something can be filled in."""
    feed: str = ""
    """Where its head says that its news can be followed (RSS, Atom), as written; empty where it does not."""
    words: bytes = b""
    """A sample of the words it begins with (see `likeness`); empty where they are too few."""


def upkeep_of(text: str, markup: bytes, form: bool, feed: str = "") -> Upkeep:
    """Read a page's folded text and its whole markup; `form` and `feed` are known from its tags."""
    return Upkeep(
        text_year=int(max(_YEAR.findall(text), default=0)),
        any_year=int(max(_YEAR_IN_MARKUP.findall(markup), default=0)),
        copyright_year=_copyright_year(text),
        form=form,
        feed=feed,
        words=sample(text),
    )


def _copyright_year(text: str) -> int:
    marks = (text.rfind(mark) for mark in _COPYRIGHT)
    beside = (_YEAR.findall(text, at, at + _BESIDE) for at in marks if at >= 0)
    return int(max((year for years in beside for year in years), default=0))


def sample(text: str) -> bytes:
    """Return the least 24 numbers of a text's words: equal words give equal numbers on every machine."""
    found = sorted(set(map(crc32, text[:_READ].encode().split())))[:_WORDS]
    return b"" if len(found) < _FEWEST else Packing(f">{len(found)}I").pack(*found)


def likeness(one: bytes, other: bytes) -> float:
    """Return about which part of the words of two samples they share, from 0 to 1; 0 for an empty one.

    The least numbers of both together are a fair choice of all words (Broder 1997).
    """
    if not one or not other:
        return 0.0
    mine, theirs = _numbers(one), _numbers(other)
    chosen = list(islice(sorted(mine | theirs), min(_WORDS, max(len(mine), len(theirs)))))
    return sum(1 for number in chosen if number in mine and number in theirs) / len(chosen)


def _numbers(sampled: bytes) -> set[int]:
    whole = sampled[: len(sampled) // 4 * 4]
    return set(Packing(f">{len(whole) // 4}I").unpack(whole))
