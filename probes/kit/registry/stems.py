"""Finds words by their beginnings in a sentence, hundreds of them at once and in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

# A word of any alphabet, or the sign that stands for a host name; `.ru` is no word.
_WORD = re.compile(r"(?<![\w.])[\w@]+")
_LONGEST_STEM = 24
_FIRST_IDEOGRAPH = 0x2E80


def words_of(plain: str) -> tuple[str, ...]:
    """Return the words of a sentence or label, without signs."""
    return tuple(_WORD.findall(plain))


@lru_cache(maxsize=16_384)
def beginnings_of(word: str) -> frozenset[str]:
    """Return every beginning of a word, itself included, up to the longest that a stem can be."""
    return frozenset(word[:size] for size in range(1, min(len(word), _LONGEST_STEM) + 1))


class Stems(NamedTuple):
    """Beginnings of words and of runs of words; Chinese, Japanese and Korean ones count anywhere."""

    words: frozenset[str]
    whole: bool
    """True when words count only as they stand."""
    runs: tuple[str, ...]
    signs: tuple[str, ...]

    @classmethod
    def of(cls, stems: Iterable[str], *, whole: bool = False) -> Stems:
        """Sort stems by kind; with `whole` a word counts only as it stands."""
        signs = frozenset(stem for stem in stems if ord(stem[0]) >= _FIRST_IDEOGRAPH)
        parted = [words_of(stem) for stem in stems if stem not in signs]
        end = " " if whole else ""
        return cls(
            frozenset(one[0][:_LONGEST_STEM] for one in parted if len(one) == 1),
            whole,
            tuple(f" {' '.join(one)}{end}" for one in parted if len(one) > 1),
            tuple(sorted(signs, key=len, reverse=True)),
        )

    def found_in(self, words: tuple[str, ...]) -> bool:
        """Say whether the words of a sentence hold a stem."""
        return self.end_in(words) >= 0

    def end_in(self, words: tuple[str, ...]) -> int:
        """Return how many words lead up to and through the first stem found; -1 for none."""
        for index, word in enumerate(words):
            if self._begins(word):
                return index + 1
        spaced = f" {' '.join(words)} "
        for run in self.runs:
            at = spaced.find(run)
            if at >= 0:
                return len(spaced[:at].split()) + len(run.split())
        if not spaced.isascii():
            for sign in self.signs:
                at = spaced.find(sign)
                if at >= 0:
                    return len(spaced[: at + len(sign)].split())
        return -1

    def lead(self, words: tuple[str, ...]) -> bool:
        """Say whether a sentence begins with a stem."""
        spaced = f" {' '.join(words[:6])} "
        return (
            self._begins(words[0])
            or spaced.startswith(self.runs)
            or spaced[1:].startswith(self.signs)
        )

    def _begins(self, word: str) -> bool:
        if self.whole:
            return word in self.words
        return not self.words.isdisjoint(beginnings_of(word))
