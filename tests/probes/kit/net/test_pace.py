"""Turns: nobody is asked more often than his rate, and nobody jumps the queue."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.pace import InProcessPace, Pace, Why
from probes.kit.net.question import NetTrouble
from probes.kit.net.rates import Rate, Rates
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import run


class Day:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def test_a_group_is_asked_one_interval_apart_in_the_order_of_coming() -> None:
    async def story() -> list[tuple[int, float]]:
        day, let_go = Day(), []
        pace = Pace(Rates.of({"*": "10/min"}), clock=day.clock, sleep=day.sleep)

        async def one(number: int) -> None:
            await pace.take("whois:a")
            let_go.append((number, day.now - 1_000_000))

        await asyncio.gather(*(one(number) for number in range(5)))
        return let_go

    assert run(story()) == [(0, 0), (1, 6), (2, 12), (3, 18), (4, 24)]


def test_groups_do_not_wait_for_one_another() -> None:
    async def story() -> float:
        day = Day()
        pace = Pace(Rates.of({"*": "1/h"}), clock=day.clock, sleep=day.sleep)
        for group in ("whois:a", "whois:b", "api:a"):
            await pace.take(group)
        return day.now

    assert run(story()) == 1_000_000


def test_groups_without_a_queue_or_a_turn_to_come_are_forgotten() -> None:
    async def story() -> tuple[int, int, float]:
        day = Day()
        store = InProcessPace(day.clock)
        pace = Pace(Rates.of({"*": "1/s"}), store, day.clock, day.sleep)
        await pace.back_off("api:crt.sh", 900)
        for number in range(5_000):
            await pace.take(f"whois:whois{number}.example")
            day.now += 0.01
        groups = len(store._groups)
        await pace.take("api:crt.sh")
        return groups, len(pace._queues), day.now - 1_000_000

    groups, queues, now = run(story())

    assert groups <= 1_025
    assert queues == 0
    assert now == pytest.approx(900)  # a server that asked for peace is not forgotten


class Ledger(InProcessPace):
    """Writes down the turns it gives out."""

    turns: tuple[float, ...] = ()

    async def reserve(
        self, group: str, interval: float, now: float, horizon: float, daily: int = 0
    ) -> float:
        wait = await super().reserve(group, interval, now, horizon, daily)
        if wait <= horizon:
            self.turns += (now + wait,)
        return wait


def test_two_processes_on_one_store_share_the_rate() -> None:
    async def story() -> tuple[float, ...]:
        day = Day()
        store = Ledger(day.clock)
        paces = [Pace(Rates.of({"*": "1/s"}), store, day.clock, day.sleep) for _ in range(2)]
        await asyncio.gather(*(paces[n % 2].take("api:a") for n in range(10)))
        return store.turns

    turns = run(story())

    assert len(turns) == 10
    assert all(later - sooner >= 1 for sooner, later in pairwise(turns))


def test_a_server_that_asked_for_peace_has_it() -> None:
    async def story() -> tuple[float, Why, str, int]:
        day = Day()
        seen = []

        async def sleep(seconds: float) -> None:
            seen.append(pace.waiting())
            await day.sleep(seconds)

        pace = Pace(Rates.of({"*": "1/s"}), clock=day.clock, sleep=sleep)
        await pace.back_off("api:crt.sh", 900)
        await pace.back_off("api:crt.sh", 10)
        await pace.take("api:crt.sh")
        assert pace.waiting() == ()
        first = seen[0][0]
        return day.now - 1_000_000, first.why, first.server, first.queue

    assert run(story()) == (900, Why.BACK_OFF, "crt.sh", 1)


def test_who_gives_up_loses_one_turn_at_most() -> None:
    async def story() -> float:
        day = Day()
        gate = asyncio.Event()

        async def sleep(seconds: float) -> None:
            await gate.wait()
            await day.sleep(seconds)

        pace = Pace(Rates.of({"*": "10/min"}), clock=day.clock, sleep=sleep)
        await pace.take("whois:a")
        crowd = [asyncio.create_task(pace.take("whois:a")) for _ in range(100)]
        await asyncio.sleep(0)
        assert pace.waiting()[0].queue == 100
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        gate.set()
        await pace.take("whois:a")
        return day.now - 1_000_000

    assert run(story()) == 12


@pytest.mark.parametrize(
    ("settings", "group", "seconds"),
    [
        ({}, "whois:whois.tcinet.ru", 6),
        ({}, "whois:whois.eu", 12),
        ({}, "whois:whois.unheard-of.example", 10),
        ({}, "api:rdap.example", 2),
        ({}, "api:rdap.verisign.com", 1),
        ({}, "api:crt.sh", 3),
        ({"whois.tcinet.ru": "30/min"}, "whois:whois.tcinet.ru", 2),
        ({"whois.tcinet.ru": "30/min"}, "whois:whois.eu", 12),
        ({"*": "6000/min"}, "whois:whois.tcinet.ru", 0.01),
        ({"*": "6000/min"}, "api:crt.sh", 0.01),
        ({"*": "6000/min", "crt.sh": "1/h"}, "api:crt.sh", 3600),
        ({"CRT.sh ": "0.5/s"}, "api:crt.sh", 2),
    ],
)
def test_the_operators_word_outranks_our_caution(
    settings: dict[str, str], group: str, seconds: float
) -> None:
    assert Rates.of(settings).rate(group).interval == pytest.approx(seconds)


@pytest.mark.parametrize(
    "bad",
    ["", "10", "10/day", "/min", "0/s", "-1/s", "nan/s", "inf/s", "ten/s", "1/s,", "1/s, 9/h"],
)
def test_a_rate_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        Rate.of(bad)


@given(st.lists(st.floats(0, 100), max_size=50), st.floats(0.01, 20), st.floats(0, 60))
def test_the_store_never_gives_two_turns_closer_than_the_interval(
    gaps: list[float], every: float, horizon: float
) -> None:
    async def story() -> list[float]:
        day = Day()
        store, turns = InProcessPace(day.clock), []
        for gap in gaps:
            day.now += gap
            wait = await store.reserve("g", every, day.now, horizon)
            assert wait >= 0
            if wait <= horizon:
                turns.append(day.now + wait)
        return turns

    turns = run(story())

    assert all(later - sooner >= every - 1e-6 for sooner, later in pairwise(turns))


def test_a_slow_rate_is_waited_for_and_is_no_refusal() -> None:
    """An hour between two questions is the operator's own word: nobody asked us to stay away."""

    async def story() -> float:
        day = Day()
        pace = Pace(Rates.of({"*": "1/h"}), InProcessPace(day.clock), day.clock, day.sleep)
        for _ in range(3):
            await pace.take("whois:whois.example")
        return day.now

    assert run(story()) == 1_000_000 + 2 * 3_600


@pytest.mark.parametrize(
    ("rate", "seconds", "daily"),
    [("10/min", 6, 0), ("10/min, 300/day", 6, 300), ("0.5/s,200/day", 2, 200)],
)
def test_a_rate_may_have_a_days_quota(rate: str, seconds: float, daily: int) -> None:
    assert Rate.of(rate) == Rate(seconds, daily)


def test_a_quota_used_up_ends_in_rate_limited_and_says_until_when() -> None:
    """The registry of .uk answers so many questions a day: the rest is tomorrow's."""

    async def story() -> str:
        day = Day()
        pace = Pace(Rates.of({"*": "1/s, 2/day"}), InProcessPace(day.clock), day.clock, day.sleep)
        await pace.take("whois:a")
        await pace.take("whois:a")
        with pytest.raises(NetTrouble) as trouble:
            await pace.take("whois:a")
        assert trouble.value.reason is Reason.RATE_LIMITED
        return str(trouble.value)

    assert "must not be asked until 1970-01-13" in run(story())
