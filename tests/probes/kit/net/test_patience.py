"""Deadlines and places: the world's slowness is measured, our own queue is not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from probes.kit.net.lanes import Lanes
from probes.kit.net.patience import Patience, our_own_turn
from tests.probes.kit.net.loopback import run

A_MOMENT = timedelta(milliseconds=20)


def test_patience_ends() -> None:
    async def story() -> None:
        async with Patience(A_MOMENT):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run(story())


def test_queueing_costs_no_patience_also_of_the_outer_one() -> None:
    async def story() -> None:
        async with Patience(A_MOMENT), Patience(A_MOMENT):
            with our_own_turn(), our_own_turn():
                await asyncio.sleep(0.1)

    run(story())


def test_patience_goes_on_after_the_queue() -> None:
    async def story() -> None:
        async with Patience(A_MOMENT):
            with our_own_turn():
                await asyncio.sleep(0.05)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run(story())


def test_a_part_of_the_look_that_queues_stops_the_clock_of_the_whole() -> None:
    async def queueing() -> None:
        with our_own_turn():
            await asyncio.sleep(0.1)

    async def story() -> None:
        async with Patience(A_MOMENT):
            await asyncio.gather(queueing(), asyncio.sleep(0.08))

    run(story())


def test_no_address_gets_more_than_its_lanes_and_all_no_more_than_the_total() -> None:
    async def story() -> tuple[int, int]:
        lanes = Lanes(total=5, each=2)
        now: list[str] = []
        most_each = most = 0

        async def visit(address: str) -> None:
            nonlocal most_each, most
            async with lanes.to(address):
                now.append(address)
                most_each = max(most_each, now.count(address))
                most = max(most, len(now))
                for _ in range(3):
                    await asyncio.sleep(0)
                now.remove(address)

        await asyncio.gather(*(visit(f"10.0.0.{n // 15}") for n in range(100)))
        assert not lanes._lanes  # nothing is kept for addresses nobody is at
        return most_each, most

    assert run(story()) == (2, 5)


def test_who_gives_up_queueing_frees_his_place() -> None:
    async def story() -> None:
        lanes = Lanes(total=1, each=1)

        async def visit() -> None:
            async with lanes.to("a"):
                pass

        async with lanes.to("a"):
            task = asyncio.create_task(visit())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await visit()

    run(story())
