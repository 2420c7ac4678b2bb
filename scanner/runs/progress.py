"""How far a scan has come, as whoever watches it is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct


class Waiting(Struct, frozen=True):
    """A server that keeps us waiting, and why."""

    server: str
    why: str
    seconds: float


class ScanState(Struct, frozen=True):
    """One picture of a scan under way."""

    done: int
    planned: int
    """Looks known of so far; grows while leads are followed."""
    now: tuple[str, ...]
    """What is being looked at, longest running first: `website romashka.ru`."""
    by_probe: tuple[tuple[str, int, int], ...]
    """Probe, done, planned."""
    waiting: tuple[Waiting, ...]
    started_at: datetime
    at: datetime
    resumed: int
    """Looks that an earlier, interrupted run had already made."""

    @property
    def remaining(self) -> timedelta | None:
        """How long it may still take at the pace so far; None while there is no telling."""
        made = self.done - self.resumed
        spent = (self.at - self.started_at).total_seconds()
        if made < 5 or spent <= 0:
            return None
        by_pace = (self.planned - self.done) * spent / made
        by_wait = max((w.seconds for w in self.waiting), default=0.0)
        return timedelta(seconds=max(by_pace, by_wait))


class Watcher(Protocol):
    """Somebody who wants to see the progress."""

    def saw(self, state: ScanState) -> None:
        """Take one picture; called often, must return at once."""


class Tally:
    """Counts looks by probe: planned, done, and the outcomes they had."""

    def __init__(self) -> None:
        self.planned: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.reasons: dict[str, dict[str, int]] = {}

    def rows(self) -> tuple[tuple[str, int, int], ...]:
        """Return (probe, done, planned), by name."""
        return tuple((name, self.done[name], self.planned[name]) for name in sorted(self.planned))
