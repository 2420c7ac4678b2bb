"""Whether a name is called like the client: his brands, his firms and his own domains, in either alphabet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes.kit.target import display_name
from scanner.discovery.organisation import without_legal_forms
from scanner.discovery.scope import Scope, Seeds
from scanner.discovery.spelling import other_spellings

MOST_BRANDS = 20
"""Typed names from which on their own words are no brands: somebody's whole stock was listed."""
_SHORTEST = 4
"""Letters of a word that few others share."""
_SPELLINGS = 6


class Likeness:
    """The words by which a client is known."""

    def __init__(self, seeds: Seeds, scope: Scope) -> None:
        """Take brands and firms as they were given, and the labels of typed domains unless they are many."""
        self._words: dict[str, str] = {}
        for brand in (*seeds.brands, *seeds.orgs):
            self._take("".join(without_legal_forms(brand)), brand)
        typed = sorted(scope.domains.keys() - scope.papers)
        for name in typed if len(typed) <= MOST_BRANDS else ():
            self._take(display_name(name).partition(".")[0], display_name(name))

    def of(self, domain: str) -> str:
        """Return the brand that a registered name holds, as it was given; empty for none."""
        shown = display_name(domain).replace("-", "")
        return next((brand for word, brand in self._words.items() if word in shown), "")

    def _take(self, word: str, brand: str) -> None:
        for spelling in _spellings(word.casefold()):
            if len(spelling) >= _SHORTEST:
                self._words.setdefault(spelling.replace("-", ""), brand)


def _spellings(word: str) -> Iterator[str]:
    there: Iterable[str] = other_spellings(word, _SPELLINGS)
    yield word
    yield from there
