"""What the DNS said is known for as long as it lives, and found by one for all."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from probes.kit.net import NetTrouble
from probes.kit.net.dns_memory import DnsMemory
from probes.kit.observation import Reason


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a test's work, for a minute at most."""
    return asyncio.run(asyncio.wait_for(work, 60))


class Finder:
    """Finds the number of times it was sent, or fails; may be held back."""

    def __init__(self, lasts: float) -> None:
        self.lasts = lasts
        self.sent = 0
        self.trouble: NetTrouble | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def find(self) -> tuple[int, float]:
        self.sent += 1
        await asyncio.sleep(0)
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        return self.sent, self.lasts


@pytest.mark.parametrize(
    ("lasts", "longest", "after", "again"),
    [
        (300, 3600, 299, False),
        (300, 3600, 301, True),
        (86_400, 3600, 3599, False),
        (86_400, 3600, 3601, True),
        (0, 3600, 0, True),
    ],
)
def test_an_answer_is_known_for_as_long_as_it_lasts(lasts, longest, after, again):
    """And never for longer than the memory believes anybody."""

    async def work() -> None:
        loop = asyncio.get_running_loop()
        memory: DnsMemory[str, int] = DnsMemory(10, longest)
        finder, start = Finder(lasts), loop.time()
        assert await memory.recall("d.ru", finder.find) == 1
        loop.time = lambda: start + after  # type: ignore[method-assign]
        assert await memory.recall("d.ru", finder.find) == (2 if again else 1)

    run(work())


def test_who_asks_meanwhile_is_told_the_same():
    """Also what lasts for no time at all, and also why it failed; each gets an exception of his own."""

    async def work() -> None:
        memory: DnsMemory[str, int] = DnsMemory(10, 3600)
        finder = Finder(0)
        assert (
            await asyncio.gather(*(memory.recall("d.ru", finder.find) for _ in range(9))) == [1] * 9
        )
        finder.trouble = NetTrouble(Reason.TIMEOUT, "slow")
        ends = await asyncio.gather(
            *(memory.recall("d.ru", finder.find) for _ in range(9)), return_exceptions=True
        )
        assert finder.sent == 2
        assert {str(end) for end in ends} == {"timeout: slow"}
        assert len({id(end) for end in ends}) == 9
        finder.trouble = None
        assert await memory.recall("d.ru", finder.find) == 3

    run(work())


def test_when_the_finder_gives_up_the_next_takes_over():
    """Nobody waits for one who has gone; and one who leaves the queue takes nobody along."""

    async def work() -> None:
        memory: DnsMemory[str, int] = DnsMemory(10, 3600)
        finder = Finder(300)
        finder.gate.clear()
        first, second, third = (
            asyncio.create_task(memory.recall("d.ru", finder.find)) for _ in range(3)
        )
        await asyncio.sleep(0)
        first.cancel()
        third.cancel()
        finder.gate.set()
        assert await second == 2
        assert first.cancelled()
        assert third.cancelled()

    run(work())


def test_the_memory_is_bounded():
    """What was used last stays."""

    async def work() -> None:
        memory: DnsMemory[int, int] = DnsMemory(3, 3600)
        finder = Finder(300)
        for key in (0, 1, 2, 0, 3):
            await memory.recall(key, finder.find)
        assert finder.sent == 4
        await memory.recall(0, finder.find)
        assert finder.sent == 4
        await memory.recall(1, finder.find)
        assert finder.sent == 5
        assert len(memory._known) == 3

    run(work())
