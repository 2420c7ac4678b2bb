"""Names a firm may have registered: its brands in every spelling, with what people put before and behind.

Pure guesswork, ranked: `romashka.ru` first, `romashka-opt.pro` late. Whether one is registered is asked at
the zone above it (probe `parent_delegation`), and whose it is, is another question again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nsmallest

from msgspec import Struct

from probes.kit.names import registrable
from probes.kit.target import canonical_name, display_name
from scanner.discovery.organisation import without_legal_forms
from scanner.discovery.spelling import other_spellings

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
_BEHIND = {
    1.0: "shop store group opt msk spb rus online market",
    1.5: "promo lk b2b crm trade service pro info club 24 dev new old 2 plus company film tv",
    2.0: "torg stroy centr center holding gk media mail site sale ekb nsk kazan krd nn samara region",
}
_BEFORE = {
    1.5: "my shop new lk mail the go old gk promo opt b2b dev",
    2.0: "1 ooo tk tpk magazin stroy torg tm mr super novyj novyy staryj sale",
}
_BEHIND_CYRILLIC = {
    1.0: "магазин маркет групп опт мск спб онлайн",
    1.5: "плюс сервис промо клуб центр торг 24 холдинг компания новый",
}
_BEFORE_CYRILLIC = {1.5: "мой новый гк магазин тк старый супер"}
_SPELLINGS = 8
_SPELLING = 0.5
"""What each further spelling costs."""
_SHORT = 3
"""Letters of a brand that too many share: it is tried alone."""


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
    costs: dict[str, tuple[float, str]] = {}
    for cost, label, like in _labels(brands, had):
        for price, suffix in _suffixes_for(label):
            total = cost + price
            name = f"{label}.{suffix}"
            if name not in costs or (total, like) < costs[name]:
                costs[name] = total, like
    ranked = nsmallest(2 * most, ((cost, name, like) for name, (cost, like) in costs.items()))
    found: dict[str, Candidate] = {}
    for _, name, like in ranked:
        ascii_name = _registrable(name)
        if ascii_name and ascii_name not in had:
            found.setdefault(ascii_name, Candidate(ascii_name, like))
    return tuple(found.values())[:most]


def _labels(brands: Iterable[str], known: frozenset[str]) -> Iterator[tuple[float, str, str]]:
    """Yield cost, label and brand: every spelling of every brand, alone and with affixes."""
    tokens: dict[str, tuple[float, str, bool]] = {}
    for cost, token, like, bare in (*_from_brands(brands), *_from_domains(known)):
        for number, spelling in enumerate(spellings(token)):
            told = cost + number * _SPELLING, like, bare
            if spelling not in tokens or told[0] < tokens[spelling][0]:
                tokens[spelling] = told
    for label, (cost, like, bare) in tokens.items():
        yield cost, label, like
        if bare and len(label) > _SHORT:
            for price, affixed in _affixed(label):
                yield cost + price, affixed, like


_Token = tuple[float, str, str, bool]
"""Cost, word, the brand it comes from, and whether it has no affix yet."""


def _from_brands(brands: Iterable[str]) -> Iterator[_Token]:
    for brand in brands:
        words = without_legal_forms(brand)
        if words:
            yield 0.0, "".join(words), brand, True
            yield 0.5, "-".join(words), brand, True


def _from_domains(known: frozenset[str]) -> Iterator[_Token]:
    for name in sorted(known):
        label, like = display_name(name).partition(".")[0], display_name(name)
        cores = tuple(without_affix(label))
        yield 0.0, label, like, not cores
        yield 0.5, label.replace("-", ""), like, not cores
        for core in cores:
            yield 1.0, core, like, True


def without_affix(label: str) -> Iterator[str]:
    """Yield what is left of `romashka-shop` and `myromashka` without the affix."""
    for words in _BEHIND.values():
        for affix in words.split():
            if label.endswith(f"-{affix}"):
                yield label.removesuffix(f"-{affix}")
            elif label.endswith(affix) and len(label) - len(affix) > _SHORT + 1 and len(affix) > 2:
                yield label.removesuffix(affix)
    for words in _BEFORE.values():
        for affix in words.split():
            if label.startswith(f"{affix}-"):
                yield label.removeprefix(f"{affix}-")


def spellings(token: str) -> tuple[str, ...]:
    """A word as it is, in the other alphabet, and, where that is Russian, back again in other customs."""
    there = other_spellings(token, _SPELLINGS)
    if token.isascii():
        russian = there[:2]
        back = [one for word in russian for one in other_spellings(word, _SPELLINGS)]
        there = (*russian, *back)
    return tuple(dict.fromkeys((token, *there)))


def _affixed(label: str) -> Iterator[tuple[float, str]]:
    latin = label.isascii()
    for table, behind in (
        (_BEHIND if latin else _BEHIND_CYRILLIC, True),
        (_BEFORE if latin else _BEFORE_CYRILLIC, False),
    ):
        for cost, words in table.items():
            for affix in words.split():
                for extra, joint in ((0.0, "-"), (0.25, "")):
                    whole = f"{label}{joint}{affix}" if behind else f"{affix}{joint}{label}"
                    yield cost + extra, whole


def _suffixes_for(label: str) -> Iterator[tuple[float, str]]:
    for cost, suffixes in _SUFFIXES.items():
        for suffix in suffixes.split():
            if suffix.isascii() == label.isascii():
                yield cost, suffix


def _registrable(name: str) -> str:
    """The ASCII spelling; empty for what nobody can register."""
    try:
        ascii_name = canonical_name(name)
    except ValueError:
        return ""
    domain = registrable(ascii_name)
    return ascii_name if domain is not None and domain.name == ascii_name else ""
