"""Never more than a few connections at once, to one address and in all."""

from __future__ import annotations

from probes.kit.net.patience import our_own_turn
from probes.kit.net.room import Room


class Lanes:
    """At most `each` connections at once to one address, and `total` to all of them together."""

    def __init__(self, total: int = 200, each: int = 2) -> None:
        self._total = Room(total)
        self._each = each
        self._lanes: dict[str, _Lane] = {}

    async def enter(self, address: str) -> None:
        """Take a place for one connection to the address, until `leave`; wait for it if need be."""
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
                lane.leave()
                raise
        except BaseException:
            self._forget(address, lane)
            raise

    def leave(self, address: str) -> None:
        """Give the place up."""
        lane = self._lanes[address]
        self._total.leave()
        lane.leave()
        self._forget(address, lane)

    def _forget(self, address: str, lane: _Lane) -> None:
        lane.users -= 1
        if not lane.users:
            del self._lanes[address]


class _Lane(Room):
    __slots__ = ("users",)

    def __init__(self, places: int) -> None:
        super().__init__(places)
        self.users = 0
        """Those who hold a place or wait for one."""


async def _turn(room: Room) -> None:
    if room.take():
        return  # at once, so there is no clock to stop
    with our_own_turn():
        await room.turn()
