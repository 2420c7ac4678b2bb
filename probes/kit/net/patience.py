"""A deadline that measures the world's slowness, and not the length of our own queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from probes.kit.net.deadlines import deadlines_of

_INSISTENCE = 2.0
"""Seconds until a task that has swallowed its end is told again."""

_current: ContextVar[Patience | None] = ContextVar("patience", default=None)


class Patience:
    """`async with Patience(limit):` raises TimeoutError like asyncio.timeout, wall clock.

    Its clock stands still while anything inside waits for its turn (a server's pace, a place in
    the queue for an address), so that the thousandth name of a slow registry is looked at as
    patiently as the first. They nest: the outer clock stands still with the inner one.
    """

    __slots__ = (
        "_before",
        "_calls",
        "_deadlines",
        "_due",
        "_left",
        "_loop",
        "_outer",
        "_over",
        "_queueing",
        "_task",
        "_token",
    )

    def __init__(self, limit: timedelta) -> None:
        self._left = limit.total_seconds()
        self._queueing = 0
        self._calls = 0
        self._over = False
        """True when time has run out, or the block is left."""

    async def __aenter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("patience is for tasks")
        self._task: asyncio.Task[Any] = task
        self._before = task.cancelling()
        self._loop = asyncio.get_running_loop()
        self._deadlines = deadlines_of(self._loop)
        self._outer = _current.get()
        self._token: Token[Patience | None] = _current.set(self)
        self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._over = True
        task = self._task
        self._deadlines.drop(self)
        _current.reset(self._token)
        # Contexts copied meanwhile live on with us in them; what was looked at must not live on with us.
        del self._task, self._token
        for _ in range(self._calls):
            task.uncancel()
        # When somebody else has called the task off as well, it is his end and not ours.
        alone = task.cancelling() <= self._before
        if self._calls and alone and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def ring(self) -> None:
        """The time is over."""
        self._over = True
        self._calls += 1
        self._task.cancel()
        self._deadlines.set(self, self._loop.time() + _INSISTENCE)

    def _start(self) -> None:
        self._due = self._loop.time() + self._left
        self._deadlines.set(self, self._due)

    def _stop(self) -> None:
        if self._outer:
            self._outer._stop()
        self._queueing += 1
        if self._queueing == 1 and not self._over:
            self._left = self._due - self._loop.time()
            self._deadlines.drop(self)

    def _go_on(self) -> None:
        if self._outer:
            self._outer._go_on()
        self._queueing -= 1
        if not self._queueing and not self._over:
            self._start()


@contextmanager
def our_own_turn() -> Iterator[None]:
    """Stop the clock of the surrounding Patience, if there is one, while we queue."""
    patience = _current.get()
    if patience is None:
        yield
        return
    patience._stop()
    try:
        yield
    finally:
        patience._go_on()
