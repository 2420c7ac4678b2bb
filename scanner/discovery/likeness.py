"""Whether a name is called like the client: his brands, his firms and his own domains, in either alphabet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.kit.target import display_name
from scanner.discovery.client_words import SHORT, brand_domains, by_spelling
from scanner.discovery.scope import Scope, Seeds

_SHORT_CORE = 5


class Likeness:
    """The words by which a client is known, looked for in names."""

    def __init__(self, seeds: Seeds, scope: Scope) -> None:
        """Take brands and firms as they were given, and the labels of typed domains unless they are many."""
        self._likes: dict[str, str] = {}
        for spelling, word in by_spelling(
            (*seeds.brands, *seeds.orgs), brand_domains(scope)
        ).items():
            # What is left of `agropro` without an affix is a word of many.
            if len(spelling) > (SHORT if word.cost < 1 else _SHORT_CORE):
                self._likes.setdefault(spelling.replace("-", ""), word.like)
        # Of two that begin alike the longer one says more.
        longest = sorted(self._likes, key=lambda one: (-len(one), one))
        self._any = re.compile("|".join(map(re.escape, longest))) if longest else None

    def of(self, domain: str) -> str:
        """Return the brand that a registered name holds, as it was given; empty for none."""
        return self._in(display_name(domain).partition(".")[0].replace("-", ""))

    def is_one(self, domain: str, others: Iterable[str]) -> bool:
        """Say whether a registered name holds the same brand as one of others."""
        brand = self.of(domain)
        return brand != "" and any(self.of(one) == brand for one in others)

    def of_words(self, words: Iterable[str]) -> str:
        """Return the brand that a firm's name holds; empty for none."""
        return self._in("".join(words))

    def _in(self, text: str) -> str:
        found = self._any.search(text) if self._any else None
        return self._likes[found[0]] if found else ""
