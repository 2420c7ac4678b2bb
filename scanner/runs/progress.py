"""How far a scan has come, as whoever watches it is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from probes.kit.observation import AnyObservation, Unknown

TELLING = ("addresses", "delegation", "dns_records", "website")
"""Probes whose looks tell of use, and that a place which works has answered in nearly all cases."""
VOID_FROM = 0.5
"""From this share of looks without an answer on, a run is void: it supports no proposal."""
_FEW = 20
"""Looks. Of fewer no share tells anything."""


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

    def count(self, observation: AnyObservation) -> None:
        """Count a look that was made."""
        probe = observation.probe
        self.done[probe] += 1
        match observation.outcome:
            case Unknown(reason=reason):
                reasons = self.reasons.setdefault(probe, {})
                reasons[reason] = reasons.get(reason, 0) + 1
            case _:
                self.answered[probe] += 1

    def __add__(self, other: Tally) -> Tally:
        """Return the looks of both."""
        both = Tally()
        for one in (self, other):
            both.planned.update(one.planned)
            both.done.update(one.done)
            both.answered.update(one.answered)
            for probe, reasons in one.reasons.items():
                counted = both.reasons.setdefault(probe, {})
                for reason, count in reasons.items():
                    counted[reason] = counted.get(reason, 0) + count
        return both

    @property
    def is_void(self) -> bool:
        """True when most looks that tell of use found out nothing: then it is our place that is ill."""
        done = sum(self.done[probe] for probe in TELLING)
        unanswered = done - sum(self.answered[probe] for probe in TELLING)
        return done >= _FEW and unanswered > done * VOID_FROM

    def rows(self) -> tuple[tuple[str, int, int], ...]:
        """Return (probe, done, planned), by name."""
        return tuple((name, self.done[name], self.planned[name]) for name in sorted(self.planned))
