"""Takes a WHOIS answer apart into sentences as people wrote them, wrapped lines joined again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from probes.kit.registry.stems import words_of

_MOST_LINES = 400
_LONGEST = 400
_MOST_SENTENCES = 300
_LEADING = 2
_LISTED = 3
_NO_WIDTH = 1_000_000
# A host name, or an address: what a sentence is about, not what it says. Linear: one class.
_NAME = re.compile(r"[^\s:;,\"'<>()\[\]|/=@]+")
_DOTTED = re.compile(r"\S\.\S")
_QUOTES = str.maketrans(dict.fromkeys("\"'`«»“”‘’´", " "))
# Ends of sentences, in Latin and in Chinese and Japanese writing.
_END = re.compile(r"[.!?;](?=\s|$)|[。！？]")
_RULERS = "%#*=-<>~_+|[] \t"


class Sentence(NamedTuple):
    """One sentence, or one line that stands for itself."""

    plain: str
    """Lower case, no quotes and comment signs, every host name and address as `@`, single spaces."""
    written: str
    """As the server wrote it."""
    words: tuple[str, ...]
    """The words of `plain`."""


def plain(line: str) -> str:
    """Return a line in the spelling that sentences are compared in."""
    low = line.lower().translate(_QUOTES).replace("_", " ").lstrip("%#*=->!; \t").rstrip(" \t<*=")
    if _DOTTED.search(low):
        low = _NAME.sub(_nameless, low)
    return " ".join(low.split())


def _nameless(match: re.Match[str]) -> str:
    word = match.group()
    bare = word.rstrip(".!?")
    if "." in bare.strip(".") and len(bare) > 3 and bare[0] not in ".-":
        return "@"
    return word


def sentences(text: str) -> list[Sentence]:
    """Return the leading sentences in the first 400 lines of an answer, those of up to 400 signs.

    The first two of a paragraph lead; what follows explains them.
    """
    found: dict[str, Sentence] = {}
    for lines in _paragraphs(text):
        for part in _rewrapped(lines):
            for written in _END.split(part, _LEADING)[:_LEADING]:
                if len(written) > _LONGEST or not (spelled := plain(written)):
                    continue
                if spelled not in found and (words := words_of(spelled)):
                    found[spelled] = Sentence(spelled, written.strip(), words)
        if len(found) >= _MOST_SENTENCES:
            break
    return list(found.values())


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Yield the lines of each paragraph; a label begins one, an arrow is one by itself."""
    lines: list[str] = []
    for raw in [*text.split("\n", _MOST_LINES)[:_MOST_LINES], ""]:
        line = raw[: 2 * _LONGEST].strip().strip(_RULERS).strip()
        apart = not line or raw.lstrip("%# ").startswith((">>>", "***"))
        if lines and (apart or is_labelled(line)):
            yield lines
            lines = []
        if line and apart:
            yield [line]
        elif line:
            lines.append(line)


def _rewrapped(lines: list[str]) -> Iterator[str]:
    """Join lines that were wrapped; where the next word would have fitted in, the break was meant.

    So it was where line after line begins with a capital letter.
    """
    width = max(map(len, lines))
    if len(lines) >= _LISTED and not any(line[0].islower() for line in lines):
        width = _NO_WIDTH
    joined = lines[:1]
    for last, line in pairwise(lines):
        fitted = len(last) + 1 + len(line.split(None, 1)[0]) <= width
        if fitted and not line[0].islower():
            yield " ".join(joined)
            joined = []
        joined.append(line)
    yield " ".join(joined)


def is_labelled(line: str) -> bool:
    """Say whether a line is `label: value`: one word, or a few that begin like a heading."""
    label, colon, _ = line.partition(":")
    words = len(label.split()) if len(label) <= 60 else 0
    return bool(colon) and (words == 1 or (1 < words <= 8 and not label[0].islower()))
