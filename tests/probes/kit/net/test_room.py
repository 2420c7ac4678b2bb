"""Room: never more than there are places, first come first served, and no place is ever lost."""

from __future__ import annotations

import asyncio

from probes.kit.net.room import Room
from tests.probes.kit.net.loopback import run


async def visit(room: Room, name: str, came: list[str]) -> None:
    if not room.take():
        await room.turn()
    came.append(name)
    try:
        await asyncio.sleep(0)
    finally:
        room.leave()


def test_who_waits_is_served_in_his_order_and_nobody_overtakes_him() -> None:
    async def story() -> list[str]:
        room, came = Room(1), []  # type: Room, list[str]
        visits = [asyncio.create_task(visit(room, str(n), came)) for n in range(4)]
        await asyncio.sleep(0)
        room.leave()  # a place more: it is the next one's, not the newcomer's
        assert not room.take()
        await asyncio.gather(*visits)
        return came

    assert run(story()) == ["0", "1", "2", "3"]


def test_a_place_is_not_lost_with_whoever_gives_up_before_or_as_it_comes() -> None:
    async def story() -> None:
        room = Room(1)
        came: list[str] = []
        assert room.take()
        early, late, last = (asyncio.create_task(visit(room, n, came)) for n in ("a", "b", "c"))
        await asyncio.sleep(0)
        early.cancel()
        await asyncio.sleep(0)
        room.leave()  # handed to the second, who is called off before he hears of it
        late.cancel()
        await asyncio.gather(early, late, last, return_exceptions=True)
        assert came == ["c"]
        assert room.take()
        assert not room.take()

    run(story())
