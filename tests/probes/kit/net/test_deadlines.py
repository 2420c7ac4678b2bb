"""Deadlines: each rings when it is due, once; what was dropped or put off does not ring before."""

from __future__ import annotations

import asyncio

from probes.kit.net.deadlines import Deadlines, deadlines_of
from tests.probes.kit.net.loopback import run


class Bell:
    def __init__(self, name: str, rung: list[str]) -> None:
        self.name = name
        self.rung = rung

    def ring(self) -> None:
        self.rung.append(self.name)


class Curfew(Bell):
    """Rings, and drops another that is due at the same moment."""

    def __init__(self, deadlines: Deadlines, other: Bell, rung: list[str]) -> None:
        super().__init__("curfew", rung)
        self.deadlines = deadlines
        self.other = other

    def ring(self) -> None:
        super().ring()
        self.deadlines.drop(self.other)


def test_each_rings_in_its_order_and_only_if_it_is_still_wanted() -> None:
    async def story() -> list[str]:
        loop, rung = asyncio.get_running_loop(), []  # type: asyncio.AbstractEventLoop, list[str]
        deadlines, now = deadlines_of(loop), loop.time()
        late, early, dropped, put_off = (Bell(n, rung) for n in ("late", "early", "no", "put off"))
        deadlines.set(late, now + 0.02)
        deadlines.set(early, now + 0.005)
        deadlines.set(dropped, now + 0.001)
        deadlines.set(put_off, now + 0.002)
        deadlines.set(put_off, now + 0.04)
        deadlines.drop(dropped)
        deadlines.drop(dropped)
        while "put off" not in rung:
            await asyncio.sleep(0.001)
        assert loop.time() >= now + 0.04
        return rung

    assert run(story()) == ["early", "late", "put off"]


def test_one_that_is_dropped_by_another_at_the_last_moment_does_not_ring() -> None:
    async def story() -> list[str]:
        rung: list[str] = []
        loop = asyncio.get_running_loop()
        deadlines, other, due = deadlines_of(loop), Bell("other", rung), loop.time()
        deadlines.set(Curfew(deadlines, other, rung), due)
        deadlines.set(other, due)
        while not rung:
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return rung

    assert run(story()) == ["curfew"]


def test_loops_do_not_share_their_deadlines() -> None:
    async def story() -> Deadlines:
        return deadlines_of(asyncio.get_running_loop())

    assert run(story()) is not run(story())
