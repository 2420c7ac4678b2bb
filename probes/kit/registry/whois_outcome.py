"""Tells what a WHOIS answer without a record means: absence, refusal, or nothing we understand.

Known phrases are looked up line by line; what no phrase foresaw is judged by its words, sentence by
sentence. Refusals win over absence wherever they stand: a quota text may mention "no match" as well.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from probes.kit.registry import wording
from probes.kit.registry.reading import Ending
from probes.kit.registry.sentences import Sentence, plain, sentences

_LONGEST_LINE = 200
_MOST_LINES = 400
_LONGEST_PHRASED = 140
# No server needs more to say that it has no record; of a flood the beginning and the end are judged.
_LONG, _HEAD, _TAIL = 32_768, 24_576, 8_192
_REDUCED = "reduced"


_Spelled = tuple[str, str]
"""A line in plain spelling, and as it was written."""


class Phrases(NamedTuple):
    """Lines that mean one ending."""

    exact: frozenset[str]
    starts: tuple[str, ...]
    contains: tuple[str, ...]

    def said_in(self, lines: list[_Spelled]) -> str:
        """Return the line as written that is, begins with or holds one of these phrases; or nothing."""
        whole = "\n".join(spelled for spelled, _ in lines)
        parts = [part for part in self.contains if part in whole]
        for spelled, line in lines:
            if spelled in self.exact or spelled.startswith(self.starts):
                return line
            held = parts and len(spelled) <= _LONGEST_PHRASED
            if held and any(one in spelled for one in parts) and not wording.supposes(spelled):
                return line
        return ""


@cache
def phrasebook() -> Mapping[str, Phrases]:
    """Return the shipped phrases by ending, refusals first."""
    own = tomllib.loads((files("probes.kit.data") / "whois_phrases.toml").read_text("utf-8"))
    return {
        name: Phrases(frozenset(lists["exact"]), tuple(lists["starts"]), tuple(lists["contains"]))
        for name, lists in own.items()
        if isinstance(lists, dict)
    }


_BY_WORDS: dict[Ending, Callable[[Sentence], bool]] = {
    Ending.RATE_LIMITED: wording.limits,
    Ending.ACCESS_DENIED: wording.refuses,
    Ending.SERVICE_CLOSED: wording.closes,
    Ending.INVALID_QUERY: wording.faults,
    Ending.RESERVED: wording.reserves,
    Ending.NOT_REGISTERED: wording.denies,
}
_REFUSALS = (Ending.RATE_LIMITED, Ending.ACCESS_DENIED)


@lru_cache(maxsize=2048)
def _worded(one: Sentence) -> frozenset[Ending]:
    """Return what a statement says. A server repeats its terms in every answer, hence the cache."""
    if not wording.is_statement(one):
        return frozenset()
    return frozenset(ending for ending, says in _BY_WORDS.items() if says(one))


def spoken(
    text: str, phrases: Mapping[str, Phrases] | None = None, *, thin: bool = False
) -> tuple[Ending, str]:
    """Return what an answer says in words, and the words; UNPARSED when it says nothing we know.

    A `thin` record (a name and who keeps it, no more) is denied only by lines that begin like a denial.
    """
    if text.lstrip()[:14].lower().startswith(("<html", "<!doctype")):
        return Ending.UNPARSED, "a web page"
    if len(text) > _LONG:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    lines, found = _lines(text), sentences(text)
    book = phrasebook() if phrases is None else phrases
    told = _shortened_denial(lines, book)
    if told is None:
        told = _told(lines, found, book, thin)
        if wording.is_short(text, found):
            told = _told_shortly(told, found)
    return told or (Ending.UNPARSED, "")


_Told = tuple[Ending, str] | None


def _shortened_denial(lines: list[_Spelled], book: Mapping[str, Phrases]) -> _Told:
    """Return the denial of a server that limits only how much it tells: in a denial nothing is lost."""
    signs = book[_REDUCED].contains
    if any(sign in spelled for spelled, _ in lines for sign in signs):
        return _phrased(lines, Ending.NOT_REGISTERED, book)
    return None


def _told(
    lines: list[_Spelled], found: list[Sentence], book: Mapping[str, Phrases], thin: bool
) -> _Told:
    """Return what an answer tells, refusals first: of each kind known phrases, then their words."""
    for ending in _BY_WORDS:
        told = _phrased(lines, ending, book, exactly=thin)
        if told is None and (ending in _REFUSALS or not thin):
            words = next((one.written[:120] for one in found if ending in _worded(one)), "")
            told = (ending, words) if words else None
        if told:
            return told
    return None


def _told_shortly(told: _Told, found: list[Sentence]) -> _Told:
    """Judge an answer of a line or two again: there single words are enough."""
    if told is None:
        return _first(found, Ending.RATE_LIMITED, wording.alarms) or _first(
            found, Ending.ACCESS_DENIED, wording.bars
        )
    if told[0] is Ending.NOT_REGISTERED:
        # "Not found. Queries from your address: too many." is no absence.
        stated = [one for one in found if wording.is_statement(one)]
        return _first(stated, Ending.RATE_LIMITED, wording.alarms) or told
    return told


def _phrased(
    lines: list[_Spelled], ending: Ending, book: Mapping[str, Phrases], *, exactly: bool = False
) -> _Told:
    phrases = book[ending]._replace(contains=()) if exactly else book[ending]
    line = phrases.said_in(lines)
    return (ending, line[:120]) if line else None


def _first(found: list[Sentence], ending: Ending, says: Callable[[Sentence], bool]) -> _Told:
    return next(((ending, one.written[:120]) for one in found if says(one)), None)


def reduced_words(text: str) -> str:
    """Return the words with which a server says that its record holds less than usual, or nothing."""
    if "xceeded" not in text and "ed information" not in text:
        return ""
    return phrasebook()[_REDUCED].said_in(_lines(text))[:120]


def _lines(text: str) -> list[_Spelled]:
    found: list[_Spelled] = []
    for raw in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        line = raw.strip()
        if not line or len(line) > _LONGEST_LINE or not line.strip("%#*=->< \t"):
            continue
        found.append((plain(line), line))
    return found
