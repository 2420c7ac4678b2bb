"""The words by which a client is known, in every spelling: his brands, his firms, his own domains' labels.

One list serves all: what is looked for in registries' lists, what is guessed, and what counts as like him.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from probes.kit.target import display_name
from scanner.discovery.organisation import without_legal_forms
from scanner.discovery.scope import Scope
from scanner.discovery.spelling import other_spellings

MOST_BRANDS = 20
"""Typed names from which on their own words are no brands: somebody's whole stock was listed."""
SHORT = 3
"""Letters of a word that too many share to be looked for inside another, or to be tried with affixes."""
BEHIND = {
    1.0: "shop store group opt msk spb rus online market",
    1.5: "promo lk b2b crm trade service pro info club 24 dev new old 2 plus company film tv",
    2.0: "torg stroy centr center holding gk media mail site sale ekb nsk kazan krd nn samara region",
}
"""What people put behind a name, by how far out it lies."""
BEFORE = {
    1.5: "my shop new lk mail the go old gk promo opt b2b dev",
    2.0: "1 ooo tk tpk magazin stroy torg tm mr super novyj novyy staryj sale",
}
_SPELLINGS = 8


class Word(Struct, frozen=True):
    """A word of the client's, as it may stand in a name."""

    text: str
    """Lower case, in the alphabet it was given in, with hyphens where a name would have them."""
    word: str
    """The word itself, as people write it."""
    like: str
    """What was given: a brand, a firm, or a domain."""
    cost: float
    """How far it lies from what was given."""
    bare: bool
    """It has nothing put before or behind it."""


def words_in(brands: Iterable[str], domains: Iterable[str] = ()) -> Iterator[Word]:
    """Yield the words of brands and firms, and those of domains.

    Of a domain also without what stands before or behind the name itself: `romashka-shop.ru` is
    `romashka`, too. A text may come more than once.
    """
    for brand in brands:
        if words := without_legal_forms(brand):
            yield Word("".join(words), " ".join(words), brand, 0.0, True)
            yield Word("-".join(words), " ".join(words), brand, 0.5, True)
    for domain in sorted(domains):
        like = display_name(domain)
        label = like.partition(".")[0]
        cores = tuple(without_affix(label))
        for core in cores:
            yield Word(core, core, like, 1.0, True)
        yield Word(label, label, like, 0.0, not cores)
        yield Word(label.replace("-", ""), label, like, 0.5, not cores)


def by_spelling(brands: Iterable[str], domains: Iterable[str] = ()) -> dict[str, Word]:
    """Return every spelling and the word it is of; of several the one given first, brands before domains."""
    found: dict[str, Word] = {}
    for one in words_in(brands, domains):
        word = found.get(one.text, one)
        for spelling in spellings(one.text):
            found.setdefault(spelling, word)
    return found


def spellings(text: str) -> tuple[str, ...]:
    """A word as it is, in the other alphabet, and, where that is Russian, back again in other customs."""
    there = other_spellings(text, _SPELLINGS)
    if text.isascii():
        russian = there[:2]
        back = [one for word in russian for one in other_spellings(word, _SPELLINGS)]
        there = (*russian, *back)
    return tuple(dict.fromkeys((text, *there)))


def brand_domains(scope: Scope) -> tuple[str, ...]:
    """Return the domains that a person named, whose labels are brands too, unless they are very many."""
    typed = sorted(scope.domains.keys() - scope.papers)
    return tuple(typed) if len(typed) <= MOST_BRANDS else ()


def without_affix(label: str) -> Iterator[str]:
    """Yield what is left of `romashka-shop` and `myromashka` without the affix."""
    for words in BEHIND.values():
        for affix in words.split():
            if label.endswith(f"-{affix}"):
                yield label.removesuffix(f"-{affix}")
            elif label.endswith(affix) and len(label) - len(affix) > SHORT + 1 and len(affix) > 2:
                yield label.removesuffix(affix)
    for words in BEFORE.values():
        for affix in words.split():
            if label.startswith(f"{affix}-"):
                yield label.removeprefix(f"{affix}-")
