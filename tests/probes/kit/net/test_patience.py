"""Deadlines and places: the world's slowness is measured, our own queue is not."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator
from contextvars import copy_context
from datetime import timedelta

import pytest

from probes.kit.net.lanes import Lanes
from probes.kit.net.patience import Patience, our_own_turn
from tests.probes.kit.net.loopback import run

A_MOMENT = timedelta(milliseconds=20)


@contextlib.asynccontextmanager
async def place(lanes: Lanes, address: str) -> AsyncIterator[None]:
    await lanes.enter(address)
    try:
        yield
    finally:
        lanes.leave(address)


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
            async with place(lanes, address):
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
            async with place(lanes, "a"):
                pass

        async with place(lanes, "a"):
            task = asyncio.create_task(visit())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await visit()

    run(story())


def test_whoever_ends_the_task_from_outside_is_not_called_a_lack_of_patience() -> None:
    async def waits() -> None:
        async with Patience(timedelta(seconds=60)), Patience(timedelta(seconds=30)):
            await asyncio.Event().wait()

    async def story() -> bool:
        task = asyncio.create_task(waits())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert run(story())


@pytest.mark.parametrize(
    ("inner", "outer", "first"), [(20, 60_000, "inner"), (60_000, 20, "outer"), (20, 20, "")]
)
def test_of_two_patiences_the_shorter_ends_and_the_task_lives_on(
    inner: int, outer: int, first: str
) -> None:
    async def story() -> str:
        ended = ""
        try:
            async with Patience(timedelta(milliseconds=outer)):
                try:
                    async with Patience(timedelta(milliseconds=inner)):
                        await asyncio.Event().wait()
                except TimeoutError:
                    ended = "inner"
                    await asyncio.sleep(0)
        except TimeoutError:
            ended = ended or "outer"
        task = asyncio.current_task()
        assert task
        assert task.cancelling() == 0
        await asyncio.sleep(0)
        return ended

    ended = run(story())

    assert ended == (first or ended) != ""


def test_a_task_that_swallows_its_end_is_told_again() -> None:
    async def stubborn() -> None:
        async with Patience(A_MOMENT):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            await asyncio.Event().wait()

    async def story() -> int:
        with pytest.raises(TimeoutError):
            await stubborn()
        task = asyncio.current_task()
        assert task
        return task.cancelling()

    assert run(story(), within=20) == 0


def test_a_queue_in_which_time_had_run_out_before_is_left_with_no_time() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        async with Patience(A_MOMENT):
            begun = loop.time()
            while loop.time() < begun + 2 * A_MOMENT.total_seconds():
                pass  # a busy machine: the deadline passes before anybody notices
            with our_own_turn():
                await asyncio.sleep(0)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run(story())


class Page:
    """Something large that a look brings back."""


def test_what_a_look_brought_goes_when_nobody_wants_it_any_more() -> None:
    """Contexts copied meanwhile hold on to the patience, and it to nothing: no collector is needed."""

    async def story() -> bool:
        contexts = []

        async def look() -> Page:
            async with Patience(timedelta(seconds=60)):
                contexts.append(copy_context())
                return Page()

        page = weakref.ref(await asyncio.create_task(look()))
        await asyncio.sleep(0)  # the turn that brought the result still holds it
        return bool(contexts) and page() is None

    gc.disable()
    try:
        assert run(story())
    finally:
        gc.enable()
