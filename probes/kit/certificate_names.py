"""Reads the names that certificates bear."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from probes.kit.target import canonical_name

MOST_NAMES: Final = 200
"""Names of one certificate that are kept."""
_MOST_IN_ALL: Final = 20_000
"""Names that differ, of one domain in one log."""


class Names:
    """Reads host names: each is kept once, however many certificates bear it, and so many in all."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def read(self, said: Iterable[Any]) -> tuple[tuple[str, ...], bool]:
        """Return the canonical spellings, each once, and whether none was left out for being too many.

        Mail addresses and free text are no names: they are dropped, and nothing is missing then.
        """
        found: dict[str, None] = {}
        rest = iter(said)
        whole = True
        for text in islice(rest, MOST_NAMES):
            if not isinstance(text, str) or "@" in text or " " in text or "." not in text:
                continue
            if text not in self._known:
                if len(self._known) == _MOST_IN_ALL:
                    whole = False
                    continue
                self._known[text] = _canonical(text)
            if name := self._known[text]:
                found[name] = None
        return tuple(found), whole and next(rest, None) is None


def _canonical(text: str) -> str:
    """The name in canonical spelling, its star kept; empty for what is no host name."""
    star = "*." if text.startswith("*.") else ""
    try:
        return star + canonical_name(text[len(star) :])
    except ValueError:
        return ""
