"""A deadline that measures the world's slowness, and not the length of our own queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from datetime import timedelta
from types import TracebackType
from typing import Self

_current: ContextVar[Patience | None] = ContextVar("patience", default=None)


class Patience:
    """`async with Patience(limit):` raises TimeoutError like asyncio.timeout, wall clock.

    Its clock stands still while anything inside waits for its turn (a server's pace, a place in
    the queue for an address), so that the thousandth name of a slow registry is looked at as
    patiently as the first. They nest: the outer clock stands still with the inner one.
    """

    def __init__(self, limit: timedelta) -> None:
        self._left = limit.total_seconds()
        self._queueing = 0

    async def __aenter__(self) -> Self:
        self._timeout = asyncio.timeout(self._left)
        await self._timeout.__aenter__()
        self._outer = _current.get()
        self._token: Token[Patience | None] = _current.set(self)
        self._over = False
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._over = True
        _current.reset(self._token)
        await self._timeout.__aexit__(kind, error, tb)

    def _stop(self) -> None:
        if self._outer:
            self._outer._stop()
        self._queueing += 1
        when = self._timeout.when()
        if self._queueing == 1 and when is not None and not self._settled():
            self._left = when - asyncio.get_running_loop().time()
            self._timeout.reschedule(None)

    def _go_on(self) -> None:
        if self._outer:
            self._outer._go_on()
        self._queueing -= 1
        if not self._queueing and not self._settled():
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._left)

    def _settled(self) -> bool:
        return self._over or self._timeout.expired()


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
