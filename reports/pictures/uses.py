"""How much there is of each kind of thing, and how it is used: a bar for a kind, a stretch of it for a use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from reports.audit_file import Entry

_ROOM_FOR_A_DIGIT = 2.6
"""Percent of the width that a digit needs on the narrowest page."""


class Stretch(Struct, frozen=True):
    """Things of one kind and one use."""

    use: str
    count: int
    at: float
    wide: float
    labelled: bool
    """Whether its number has room in it."""


class Bar(Struct, frozen=True):
    """Things of one kind; all bars have one scale."""

    kind: str
    count: int
    stretches: tuple[Stretch, ...]

    def of(self, use: str) -> int:
        """Return how many are of a use."""
        return sum(one.count for one in self.stretches if one.use == use)


def bars(kinds: Iterable[tuple[str, tuple[Entry, ...]]], order: tuple[str, ...]) -> tuple[Bar, ...]:
    """Return a bar for each kind, also for one of which there is nothing; its stretches are in the order of uses."""
    counted = [(kind, Counter(entry.use for entry in entries)) for kind, entries in kinds]
    longest = max((uses.total() for _, uses in counted), default=0)
    return tuple(
        Bar(kind, uses.total(), _stretches(uses, order, longest)) for kind, uses in counted
    )


def _stretches(uses: Counter[str], order: tuple[str, ...], longest: int) -> tuple[Stretch, ...]:
    found, before = [], 0
    for use in order:
        if count := uses[use]:
            wide = _percent(count, longest)
            room = _ROOM_FOR_A_DIGIT * (len(str(count)) + 0.5)
            found.append(Stretch(use, count, _percent(before, longest), wide, wide >= room))
            before += count
    return tuple(found)


def _percent(part: int, whole: int) -> float:
    return round(part / whole * 100, 2)
