"""Names of a registry's list that hold a client's words: which words, and which of the names are followed.

The rarer a word is among all names, the more it says: three names of a zone that hold it may well be one
owner's, three thousand are not.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from probes.kit.target import canonical_name
from scanner.discovery.client_words import by_spelling
from scanner.discovery.scope import Listed, registered

MOST = 500
"""Names that are followed at most."""
TOO_COMMON = 1_000
"""Names that hold a word, from which on it leads nowhere."""
RARE, SELDOM = 10, 100
"""Names that hold a word: up to so many the word speaks for each, beyond so many it says nothing."""
_SHORTEST = 2


def words_of(brands: Iterable[str], domains: Iterable[str] = ()) -> dict[str, str]:
    """Return every spelling to look for, in lower case, and the word of the client's it is of."""
    found = by_spelling(brands, domains).items()
    return {spelling: one.word for spelling, one in found if len(spelling) >= _SHORTEST}


class ListedNames:
    """What the lists hold of each word. Of a word that is too common nothing is kept but how common it is."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """Begin with nothing; `words` is every spelling and the word it is of."""
        self._words = words
        self._files: dict[str, dict[str, str]] = {word: {} for word in words.values()}
        self._counts = dict.fromkeys(words.values(), 0)
        self.left_out = 0
        """Names that `followed` had no room for."""

    def hear(self, name: str, spelling: str, file: str) -> None:
        """Take a name that holds a spelling; of several lists that have it the first counts."""
        word = self._words[spelling]
        names = self._files[word]
        if name in names:
            return
        self._counts[word] += 1
        if self._counts[word] > TOO_COMMON:
            names.clear()
        else:
            names[name] = file

    @property
    def too_common(self) -> dict[str, int]:
        """Words that more than 1,000 names hold, and how many do."""
        return {word: many for word, many in self._counts.items() if many > TOO_COMMON}

    def followed(self, known: Container[str]) -> dict[str, Listed]:
        """Return the names to look at, at most 500, those of the rarest word first; not what is known."""
        found: dict[str, Listed] = {}
        self.left_out = 0
        for name, listed in self._rarest_first():
            domain = _registrable(name)
            if not domain or domain in known or domain in found:
                continue
            if len(found) < MOST:
                found[domain] = listed
            else:
                self.left_out += 1
        return found

    def _rarest_first(self) -> Iterator[tuple[str, Listed]]:
        for word in sorted(self._files, key=lambda word: (self._counts[word], word)):
            names = self._files[word]
            # Of one word, the name that holds least beside it is the likeliest.
            for name in sorted(names, key=lambda name: (len(name), name)):
                yield name, Listed(names[name], word, self._counts[word])


def _registrable(name: str) -> str:
    """The ASCII spelling of a registered name; empty for a list's heading, and for what is none."""
    try:
        domain = canonical_name(name)
    except ValueError:
        return ""
    return domain if registered(domain) == domain else ""
