"""Leaving a service alone that does not answer: a silent one must not cost each name its whole patience."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct

from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

FAILURES = 4
"""Failures in a row, and …"""
SPAN = 60.0
"""… seconds from the first of these questions, after which a service is left alone: a hiccup is no silence."""
REST = 300.0
"""Seconds until one question is let through again, to see whether it answers."""


class _Series(Struct):
    """Failures of one service with no answer between them."""

    since: float
    failures: int = 0
    closed_until: float = 0.0
    """Zero while it is still asked by everybody."""


class Breaker:
    """Counts the failures of each service in a run, and says when it is not to be asked.

    After its rest one question is let through: when that is answered all are, else it rests again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._series: dict[str, _Series] = {}

    def check(self, service: str) -> None:
        """Raise NetTrouble (service_silent) while a service rests."""
        series = self._series.get(service)
        left = series.closed_until - self._clock() if series else 0.0
        if series and left > 0:
            told = f"{service} failed {series.failures} times in a row; asked again in {left:.0f} s"
            raise NetTrouble(Reason.SERVICE_SILENT, told)

    def admit(self, service: str) -> None:
        """Let a question through that is put now: after a rest the first one only, until it has ended."""
        self.check(service)
        series = self._series.get(service)
        if series and series.closed_until:
            series.closed_until = self._clock() + REST

    def answered(self, service: str) -> None:
        """Note that a service answered, well or badly: it is there."""
        self._series.pop(service, None)

    def failed(self, service: str, began: float) -> None:
        """Note a question that got no answer; `began` is when it was put, by the same clock."""
        series = self._series.setdefault(service, _Series(began))
        series.failures += 1
        now = self._clock()
        silent = series.failures >= FAILURES and now - series.since >= SPAN
        if series.closed_until or silent:
            series.closed_until = now + REST

    def now(self) -> float:
        """The moment, for `failed`."""
        return self._clock()
