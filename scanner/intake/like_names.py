"""Names of a registry's list that hold one of a client's words, in one pass over all of it.

The millions that hold none cost next to nothing each: their names are gone through together, a piece of
the list at a time. A name in another alphabet is read as people write it first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import BinaryIO

from scanner.intake.a_labels import readable
from scanner.intake.zone_list import pieces_of

_SHORT = 3
"""Letters of a word that many longer ones begin with: it counts as a whole part of a name alone."""
_A_LABEL = "xn--"


class WordFinder:
    """Looks for words, in lower case, in the registered labels of a list's names."""

    def __init__(self, words: Collection[str]) -> None:
        """Take words of Latin letters, and words of others: these are looked for in names of such."""
        self._latin = _Words(word for word in words if word.isascii())
        self._other = _Words(word for word in words if not word.isascii())
        self.rows = 0
        """Names gone through so far."""

    def find(self, stream: BinaryIO) -> Iterator[tuple[str, str]]:
        """Yield (name as the list spells it, in lower case, and the word it holds), in the list's order.

        A name that holds several words comes once for each. Raises DamagedList when the list cannot be
        read to its end; what was found before has been yielded.
        """
        for piece in pieces_of(stream):
            lines = piece.lower().split(b"\n")
            self.rows += len(lines) - lines.count(b"")
            names = b"\n".join([line[: line.find(b"\t")] for line in lines])
            yield from self._found(names.decode("utf-8", "replace"))

    def _found(self, names: str) -> Iterator[tuple[str, str]]:
        if not names.isascii():
            names = names.lower()
            yield from self._other.inside(names)
        for name, word in self._latin.inside(names):
            if not name.startswith(_A_LABEL):
                yield name, word
        if self._other and _A_LABEL in names:
            # An A-label shows nothing of its letters before it is decoded.
            coded = [name for name in names.split("\n") if name.startswith(_A_LABEL)]
            yield from self._other.inside("\n".join(map(readable, coded)))


class _Words:
    """Words to be found, the long ones anywhere, the short ones between hyphens."""

    def __init__(self, words: Iterable[str]) -> None:
        known = {word for word in words if word}
        short = {word for word in known if len(word) <= _SHORT}
        # A short word is looked for by itself: else it would swallow the beginning of a longer one.
        patterns = ((known - short, ""), (short, "(?=[-.])"))
        self._patterns = [re.compile(_any_of(some) + end) for some, end in patterns if some]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def inside(self, names: str) -> Iterator[tuple[str, str]]:
        """Yield name and word, of names one a line; what stands behind the first dot does not count."""
        for pattern in self._patterns:
            for found in pattern.finditer(names):
                start, end = found.span()
                line = names.rfind("\n", 0, start) + 1
                if names.find(".", line, end) >= 0:
                    continue
                if end - start <= _SHORT and line < start and names[start - 1] != "-":
                    continue
                stop = names.find("\n", end)
                yield names[line : stop if stop >= 0 else None], found[0]


def _first(word: str) -> str:
    return word[0]


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of all words in which common beginnings stand once: many words cost as one does."""
    ordered = sorted(words)
    ends = ordered[0] == ""
    branches = [
        re.escape(first) + _any_of([word[1:] for word in some])
        for first, some in groupby(filter(None, ordered), key=_first)
    ]
    if not branches:
        return ""
    if len(branches) == 1 and not ends:
        return branches[0]
    return f"(?:{'|'.join(branches)}){'?' if ends else ''}"
