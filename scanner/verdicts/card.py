"""How a rule is declared: a card that says what it is and what it may say, and a pure function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from scanner.assets import Kind
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import FACET_UNKNOWN
from scanner.verdicts.verdict import Finding


class Card(Struct, frozen=True):
    """One rule: a sentence, who says so, and the codes it may emit."""

    id: str
    sentence: str
    authority: str
    """Where the law comes from: an RFC, a section of the design or of the facts."""
    kinds: tuple[Kind, ...]
    since: str
    """The release that introduced it."""
    says: frozenset[str]
    hear: Callable[[Dossier], Iterator[Finding]]
    posture: bool = False
    """True when it says how well a thing is kept, and never whether it is used: nor does its failure."""
    asks_all: bool = False
    """True when it asks what only all domains of the client together tell, so that it is heard last."""


def rule(
    *,
    id: str,
    sentence: str,
    authority: str,
    kinds: tuple[Kind, ...],
    says: tuple[str, ...],
    since: str = "0.1.0",
    may_doubt: bool = True,
    asks_all: bool = False,
    posture: bool = False,
) -> Callable[[Callable[[Dossier], Iterator[Finding]]], Card]:
    """Turn a function from a dossier to findings into a card."""

    def declare(hear: Callable[[Dossier], Iterator[Finding]]) -> Card:
        codes = frozenset(says) | ({FACET_UNKNOWN} if may_doubt else set())
        return Card(id, sentence, authority, kinds, since, codes, hear, posture, asks_all)

    return declare
