"""Finds phrases of one or more words in a text; `хост*` stands for every word that begins so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")
_NOT_WORDS = re.compile(r"[^\w.]+")
_LONGEST = 1_000


def words_of(text: str) -> list[str]:
    """Return the words of a text, for comparing: lower case, ё as е, dots only inside words."""
    low = text[:_LONGEST].lower().replace("ё", "е")
    return [word for one in _NOT_WORDS.split(low) if (word := one.strip("._"))]


class Phrases(Generic[T]):
    """Phrases with what each means; the first word's beginning leads to the few that may fit."""

    def __init__(self, meanings: Iterable[tuple[str, T]]) -> None:
        self._by_start: dict[str, list[tuple[list[str], int, T]]] = {}
        for rank, (phrase, meaning) in enumerate(meanings):
            words = phrase.lower().split()
            self._by_start.setdefault(words[0][:2].rstrip("*"), []).append((words, rank, meaning))

    def found_in(self, words: list[str]) -> list[tuple[int, int, T]]:
        """Return every phrase that occurs: its rank as it was given, how long it is, what it means."""
        return [
            (rank, sum(map(len, phrase)), meaning)
            for place, word in enumerate(words)
            for phrase, rank, meaning in self._by_start.get(word[:2], ())
            if _fits(phrase, words, place)
        ]


def _fits(phrase: list[str], words: list[str], place: int) -> bool:
    if place + len(phrase) > len(words):
        return False
    return all(
        word.startswith(said[:-1]) if said.endswith("*") else word == said
        for said, word in zip(phrase, words[place:], strict=False)
    )
