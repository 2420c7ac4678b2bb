"""Never more than a few connections at once, to one address and in all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from probes.kit.net.patience import our_own_turn


class Lanes:
    """At most `each` connections at once to one address, and `total` to all of them together."""

    def __init__(self, total: int = 200, each: int = 2) -> None:
        self._total = asyncio.Semaphore(total)
        self._each = each
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def to(self, address: str) -> AsyncIterator[None]:
        """Hold a place for one connection to the address; wait for it if need be."""
        lane = self._lanes.setdefault(address, asyncio.Semaphore(self._each))
        self._users[address] = self._users.get(address, 0) + 1
        try:
            # The address first: whoever queues for a crowded one must not keep the others waiting.
            with our_own_turn():
                await lane.acquire()
            try:
                with our_own_turn():
                    await self._total.acquire()
                try:
                    yield
                finally:
                    self._total.release()
            finally:
                lane.release()
        finally:
            self._users[address] -= 1
            if not self._users[address]:
                del self._users[address], self._lanes[address]
