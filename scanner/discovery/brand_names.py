"""Names a firm may have registered: its brands in every spelling, with what people put before and behind.

Pure guesswork, ranked: `romashka.ru` first, `romashka-opt.pro` late. Whether one is registered is asked at
the zone above it (probe `parent_delegation`), and whose it is, is another question again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice

from msgspec import Struct

from probes.kit.names import registrable
from probes.kit.target import canonical_name
from scanner.discovery.client_words import BEFORE, BEHIND, SHORT, spellings, words_in

MOST = 2_000
"""Candidates of one firm at most."""

_SUFFIXES = {
    0.0: "ru рф",
    0.6: "com su",
    0.9: "net org online shop store pro",
    1.2: "site info biz moscow москва онлайн сайт рус com.ru msk.ru spb.ru",
    1.5: "club space tech xyz group company орг дети by kz eu me io app website",
    2.0: "net.ru org.ru agency center world life top media studio team market express su.com",
}
"""Suffixes by how far out they lie. Cyrillic ones take Cyrillic names, the others Latin ones."""
_BEHIND_CYRILLIC = {
    1.0: "магазин маркет групп опт мск спб онлайн",
    1.5: "плюс сервис промо клуб центр торг 24 холдинг компания новый",
}
_BEFORE_CYRILLIC = {1.5: "мой новый гк магазин тк старый супер"}
_SPELLING = 0.5
"""What each further spelling costs."""
_Ranked = tuple[float, str, str]
"""What a label or a name costs, itself, and the brand it is like."""


class Candidate(Struct, frozen=True, order=True):
    """A registrable name to ask the zone above for, in ASCII, and the brand it is like."""

    name: str
    like: str
    """The brand as it was given."""


def candidates(
    brands: Iterable[str], known: Iterable[str] = (), most: int = MOST
) -> tuple[Candidate, ...]:
    """Return what the firm may have registered besides, the likeliest first.

    `brands` are names as people write them, also of firms; `known` the client's registered domains,
    whose own labels are brands, too. What is known is not guessed.
    """
    had = frozenset(known)
    ranked = islice(merge(*_by_suffix(_labels(brands, had))), 2 * most)
    found: dict[str, Candidate] = {}
    for _, name, like in ranked:
        ascii_name = _registrable(name)
        if ascii_name and ascii_name not in had:
            found.setdefault(ascii_name, Candidate(ascii_name, like))
    return tuple(found.values())[:most]


def _by_suffix(labels: Iterable[tuple[float, str, str]]) -> Iterator[Iterator[_Ranked]]:
    """Yield, for each suffix, what may be registered there, the likeliest first."""
    cheapest: dict[str, tuple[float, str]] = {}
    for cost, label, like in labels:
        if label not in cheapest or (cost, like) < cheapest[label]:
            cheapest[label] = cost, like
    # With the dot, as the names are that begin so: of equals the first by name comes first.
    ordered = sorted((cost, f"{label}.", like) for label, (cost, like) in cheapest.items())
    for ascii_only in (True, False):
        fitting = [row for row in ordered if row[1].isascii() is ascii_only]
        for price, suffix in _suffixes(ascii_only):
            yield _below(fitting, price, suffix)


def _below(labels: list[_Ranked], price: float, suffix: str) -> Iterator[_Ranked]:
    for cost, label, like in labels:
        yield cost + price, label + suffix, like


def _labels(brands: Iterable[str], known: frozenset[str]) -> Iterator[tuple[float, str, str]]:
    """Yield cost, label and brand: every spelling of every brand, alone and with affixes."""
    tokens: dict[str, tuple[float, str, bool]] = {}
    for word in words_in(brands, known):
        for number, spelling in enumerate(spellings(word.text)):
            told = word.cost + number * _SPELLING, word.like, word.bare
            if spelling not in tokens or told[0] < tokens[spelling][0]:
                tokens[spelling] = told
    for label, (cost, like, bare) in tokens.items():
        yield cost, label, like
        # A short one that too many share is tried alone.
        if bare and len(label) > SHORT:
            for price, affixed in _affixed(label):
                yield cost + price, affixed, like


def _affixed(label: str) -> Iterator[tuple[float, str]]:
    latin = label.isascii()
    for table, behind in (
        (BEHIND if latin else _BEHIND_CYRILLIC, True),
        (BEFORE if latin else _BEFORE_CYRILLIC, False),
    ):
        for cost, words in table.items():
            for affix in words.split():
                for extra, joint in ((0.0, "-"), (0.25, "")):
                    whole = f"{label}{joint}{affix}" if behind else f"{affix}{joint}{label}"
                    yield cost + extra, whole


def _suffixes(ascii_only: bool) -> Iterator[tuple[float, str]]:
    for cost, suffixes in _SUFFIXES.items():
        for suffix in suffixes.split():
            if suffix.isascii() is ascii_only:
                yield cost, suffix


def _registrable(name: str) -> str:
    """The ASCII spelling; empty for what nobody can register."""
    try:
        ascii_name = canonical_name(name)
    except ValueError:
        return ""
    domain = registrable(ascii_name)
    return ascii_name if domain is not None and domain.name == ascii_name else ""
