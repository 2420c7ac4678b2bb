"""Never more than a few connections at once, to one address and in all."""

from __future__ import annotations

from asyncio import Semaphore

from probes.kit.net.patience import our_own_turn


class Lanes:
    """At most `each` connections at once to one address, and `total` to all of them together."""

    def __init__(self, total: int = 200, each: int = 2) -> None:
        self._total = Semaphore(total)
        self._each = each
        self._lanes: dict[str, _Lane] = {}

    def to(self, address: str) -> _Place:
        """`async with`: hold a place for one connection to the address; wait for it if need be."""
        return _Place(self, address)

    async def _enter(self, address: str) -> None:
        lane = self._lanes.get(address)
        if lane is None:
            lane = self._lanes[address] = _Lane(self._each)
        lane.users += 1
        try:
            # The address first: whoever queues for a crowded one must not keep the others waiting.
            await _turn(lane)
            try:
                await _turn(self._total)
            except BaseException:
                lane.release()
                raise
        except BaseException:
            self._forget(address, lane)
            raise

    def _leave(self, address: str) -> None:
        lane = self._lanes[address]
        self._total.release()
        lane.release()
        self._forget(address, lane)

    def _forget(self, address: str, lane: _Lane) -> None:
        lane.users -= 1
        if not lane.users:
            del self._lanes[address]


class _Lane(Semaphore):
    users = 0
    """Those who hold a place or wait for one."""


class _Place:
    __slots__ = ("_address", "_lanes")

    def __init__(self, lanes: Lanes, address: str) -> None:
        self._lanes = lanes
        self._address = address

    async def __aenter__(self) -> None:
        await self._lanes._enter(self._address)

    async def __aexit__(self, *_: object) -> None:
        self._lanes._leave(self._address)


async def _turn(semaphore: Semaphore) -> None:
    if not semaphore.locked():
        await semaphore.acquire()  # at once, so there is no clock to stop
        return
    with our_own_turn():
        await semaphore.acquire()
