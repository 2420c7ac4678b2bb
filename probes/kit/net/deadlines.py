"""Many deadlines, of which few ever come: all of them share one timer of the event loop."""

from __future__ import annotations

import asyncio
import math
from contextvars import Context
from functools import lru_cache
from typing import Protocol


class Late(Protocol):
    """Something that wants to know when its time is over."""

    def ring(self) -> None:
        """Its time is over."""


class Deadlines:
    """The deadlines of one event loop, each on the second by the loop's clock.

    A timer of its own for each would cost the loop more than most of what it watches over.
    """

    __slots__ = ("_dues", "_loop", "_next", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._dues: dict[Late, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next = math.inf

    def set(self, late: Late, due: float) -> None:
        """Ring at that moment, in the place of any other it was told of."""
        self._dues[late] = due
        if due < self._next:
            self._wake_at(due)

    def drop(self, late: Late) -> None:
        """Do not ring; nothing happens when nobody was to."""
        self._dues.pop(late, None)
        if not self._dues and self._timer:
            self._timer.cancel()
            self._timer, self._next = None, math.inf

    def _wake_at(self, due: float) -> None:
        if self._timer:
            self._timer.cancel()
        # In a context of its own: that of whoever asked would keep what he was looking at.
        self._timer = self._loop.call_at(due, self._look, context=Context())
        self._next = due

    def _look(self) -> None:
        self._timer, self._next = None, math.inf
        now = self._loop.time()
        for late in [late for late, due in self._dues.items() if due <= now]:
            if self._dues.pop(late, None) is not None:
                late.ring()
        if self._dues:
            self._wake_at(min(self._dues.values()))


@lru_cache(maxsize=1)
def deadlines_of(loop: asyncio.AbstractEventLoop) -> Deadlines:
    """Return the deadlines of a loop."""
    return Deadlines(loop)
