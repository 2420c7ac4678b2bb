"""The same reader without what a suffix taught it: the best forecast for answers it has not seen.

For each suffix, every phrase, label and heading of the tables that the corpus shows in answers of this
suffix alone is struck out before its answers are read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from probes.kit.registry import lines, record, vocabulary, whois_outcome
from probes.kit.registry.vocabulary import Vocabulary
from probes.kit.registry.whois_outcome import Phrases, phrasebook
from tests.benchmarks.whois_judge import Row, Score, judge, ours, suffix_of

_CACHED = (
    vocabulary.field_of,
    vocabulary.section_of,
    vocabulary.is_ambiguous,
    vocabulary.likely_field,
    vocabulary.likely_section,
)
Use = dict[tuple[str, str], set[str]]


class _Watched(dict[str, str]):
    """A table that remembers which of its words were needed."""

    def __init__(self, name: str, table: dict[str, str], needed: set[tuple[str, str]]) -> None:
        super().__init__(table)
        self._name = name
        self._needed = needed

    def __getitem__(self, word: str) -> str:
        self._needed.add((self._name, word))
        return super().__getitem__(word)

    def get(self, word: str, default: Any = None) -> Any:
        if word in self:
            self._needed.add((self._name, word))
        return super().get(word, default)


@contextmanager
def _reading_with(words: Vocabulary, book: dict[str, Phrases]) -> Iterator[None]:
    with ExitStack() as stack:
        for module in (vocabulary, lines, record):
            stack.enter_context(patch.object(module, "vocabulary", lambda: words))
        stack.enter_context(patch.object(whois_outcome, "phrasebook", lambda: book))
        for cached in _CACHED:
            cached.cache_clear()
        yield
    for cached in _CACHED:
        cached.cache_clear()


def _tables(words: Vocabulary) -> dict[str, dict[str, str]]:
    inside = {f"inside {name}": table for name, table in words.inside.items()}
    return {
        "fields": words.fields,
        "sections": words.sections,
        "sentences": words.sentences,
        **inside,
    }


def _with_tables(words: Vocabulary, tables: dict[str, dict[str, str]]) -> Vocabulary:
    return words._replace(
        fields=tables["fields"],
        sections=tables["sections"],
        sentences=tables["sentences"],
        inside={name: tables[f"inside {name}"] for name in words.inside},
    )


def _used(by_suffix: dict[str, list[Row]], words: Vocabulary) -> Use:
    """Return for every word and phrase the suffixes in whose answers it was needed."""
    used: Use = defaultdict(set)
    for suffix, answers in by_suffix.items():
        needed: set[tuple[str, str]] = set()
        tables = {name: _Watched(name, table, needed) for name, table in _tables(words).items()}
        with _reading_with(_with_tables(words, tables), dict(phrasebook())):  # type: ignore[arg-type]
            for row in answers:
                ours(row)
        for place in needed:
            used[place].add(suffix)
        for place in _phrases_in(answers):
            used[place].add(suffix)
    return used


def _phrases_in(answers: list[Row]) -> Iterator[tuple[str, str]]:
    for row in answers:
        spelled = [plain for plain, _ in whois_outcome._lines(row["raw"])]
        for name, phrases in phrasebook().items():
            for phrase in (*phrases.exact, *phrases.starts, *phrases.contains):
                if any(phrase in line for line in spelled):
                    yield name, phrase


def left_out(corpus: list[Row]) -> Score:
    """Return the counts by field, each suffix read without what only it shows."""
    by_suffix: dict[str, list[Row]] = defaultdict(list)
    for row in corpus:
        by_suffix[suffix_of(row)].append(row)
    words = vocabulary.vocabulary()
    used = _used(by_suffix, words)
    fields: Score = defaultdict(Counter)
    for suffix, answers in by_suffix.items():
        own = {place for place, suffixes in used.items() if suffixes == {suffix}}
        tables = {
            name: {word: meaning for word, meaning in table.items() if (name, word) not in own}
            for name, table in _tables(words).items()
        }
        book = {name: _without(own, name, phrases) for name, phrases in phrasebook().items()}
        with _reading_with(_with_tables(words, tables), book):
            for row in answers:
                _count(fields, row, ours(row))
    return fields


def _without(own: set[tuple[str, str]], name: str, phrases: Phrases) -> Phrases:
    return Phrases(
        frozenset(one for one in phrases.exact if (name, one) not in own),
        tuple(one for one in phrases.starts if (name, one) not in own),
        tuple(one for one in phrases.contains if (name, one) not in own),
    )


def _count(fields: Score, row: Row, got: Row) -> None:
    for field, verdict in judge(row["expected"], got):
        fields[field][verdict] += 1
    outcome = row["expected"]["outcome"]
    if outcome in ("rate_limited", "registered"):
        crossed = "wrong" if got["outcome"] == "not_registered" else "right"
        fields[f"{outcome.replace('rate_limited', 'rate limit')} called not registered"][
            crossed
        ] += 1
