"""The peers of the miniature internet bear their visitors: none of them can keep all others waiting."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from tests.internet.peers import sending

PIECE = bytes(60_000)


class Connection:
    """What a TLS connection is to whoever sends: it takes everything and never makes him wait.

    When its visitor leaves, it says so a turn of the loop later, and not before.
    """

    def __init__(self) -> None:
        self.transport = self
        self.sent = 0
        self.left = False

    def write(self, data: bytes) -> None:
        """Take the bytes."""
        self.sent += 1

    async def drain(self) -> None:
        """Have room for more at once."""

    def is_closing(self) -> bool:
        """Say whether the visitor is known to have left."""
        return self.left

    def leave(self) -> None:
        """Be left by the visitor."""
        self.left = True


def flooded(visit: Connection) -> Any:
    """A flood over the connection."""
    return sending.flood(cast(asyncio.StreamWriter, visit), PIECE)


def test_a_flood_ends_with_its_visitor() -> None:
    """The turn in which he is known to have left is the last one."""

    async def story() -> int:
        visit = Connection()
        asyncio.get_running_loop().call_soon(visit.leave)
        with pytest.raises(ConnectionError):
            await flooded(visit)
        return visit.sent

    assert asyncio.run(story()) <= 2


def test_a_flood_leaves_everybody_else_a_turn() -> None:
    """While one visitor is flooded, the next is served as often as he is."""

    async def story() -> tuple[int, int]:
        visit, turns = Connection(), 0
        flood = asyncio.ensure_future(flooded(visit))
        while not flood.done():
            turns += 1
            await asyncio.sleep(0)
        return visit.sent, turns

    sent, turns = asyncio.run(story())

    assert sent <= turns


def test_a_flood_is_bounded() -> None:
    """Whoever reads it all has read far more than he should, and is let go."""
    visit = Connection()

    asyncio.run(flooded(visit))

    assert sending.FLOOD <= visit.sent * len(PIECE) <= sending.FLOOD + len(PIECE)


def test_a_drip_ends_with_its_visitor() -> None:
    """Nobody is dripped at who has left."""

    async def story() -> None:
        visit = Connection()
        visit.leave()
        await sending.drip(cast(asyncio.StreamWriter, visit), b"zlo")

    with pytest.raises(ConnectionError):
        asyncio.run(story())
