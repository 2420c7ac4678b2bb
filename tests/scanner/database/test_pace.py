"""Turns given out by the database: one limit for all processes."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from sqlalchemy import Connection, text

from probes.kit.net.pace import InProcessPace
from scanner.database import Database
from scanner.database.pace import SqlPace
from tests.peers.postgres import Postgres

_PROGRAM = """
import asyncio, sys
from scanner.database import Database
from scanner.database.pace import SqlPace

async def main():
    with Database.open(sys.argv[1]) as database:
        pace = SqlPace(database)
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(40):
            print(await pace.reserve("whois:example", float(sys.argv[2]), 1000.0, 1e6), flush=True)

asyncio.run(main())
"""


def _taken_by_two_processes(database_url: str, interval: float) -> list[float]:
    """Return the turns that two processes took at once, forty each, in order."""
    Database.open(database_url).close()
    askers = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, database_url, str(interval)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for asker in askers:
        assert asker.stdout is not None
        assert asker.stdout.readline() == "ready\n"
    for asker in askers:
        assert asker.stdin is not None
        asker.stdin.write("go\n")
        asker.stdin.flush()
    return sorted(
        float(turn) for asker in askers for turn in asker.communicate(timeout=60)[0].split()
    )


def test_processes_share_one_limit(database_url: str) -> None:
    """Turns taken by several processes at once are as far apart as those of one."""
    assert _taken_by_two_processes(database_url, 2.0) == [2.0 * number for number in range(80)]


def test_turns_taken_together_are_nobody_elses(database_url: str) -> None:
    """Where turns are short a process takes several at once; still no two are nearer than the rate."""
    turns = _taken_by_two_processes(database_url, 0.0625)

    assert len(turns) == 80
    assert all(later - earlier >= 0.0625 for earlier, later in pairwise(turns))


def test_turns_taken_together_cost_one_transaction(database_url: str) -> None:
    """They are given out before the database is asked again; those whose moment passed never are."""

    def free(connection: Connection) -> float:
        return float(connection.execute(text("SELECT free FROM pace")).scalar_one())

    async def run() -> None:
        with Database.open(database_url) as database:
            pace = SqlPace(database, lambda: 1000.0)
            for turn in (0.0, 0.0625, 0.125, 0.1875):
                assert await pace.reserve("whois:a", 0.0625, 1000.0, 30.0) == turn
                assert database.read(free) == 1000.25
            assert await pace.reserve("whois:a", 0.0625, 1000.0, 30.0) == 0.25
            assert database.read(free) == 1000.5
            assert await pace.reserve("whois:a", 0.0625, 2000.0, 30.0) == 0.0
            assert database.read(free) == 2000.25

    asyncio.run(run())


def test_a_closed_group_gives_out_no_turn_taken_before(database_url: str) -> None:
    """A server that asks us to stay away is not asked with turns left over."""

    async def run() -> float:
        with Database.open(database_url) as database:
            pace = SqlPace(database, lambda: 1000.0)
            await pace.reserve("whois:a", 0.0625, 1000.0, 30.0)
            await pace.back_off("whois:a", 20.0)
            return await pace.reserve("whois:a", 0.0625, 1000.0, 30.0)

    assert asyncio.run(run()) == 20.0


def test_turns_are_those_of_a_single_process(database_url: str) -> None:
    """Whatever the order of reserving, backing off and passing time, both stores agree."""
    chance = random.Random(7)
    now = 1_800_000_000.0

    async def run() -> None:
        nonlocal now
        with Database.open(database_url) as database:
            stores = InProcessPace(lambda: now), SqlPace(database, lambda: now)
            for _ in range(200):
                now += chance.choice([0.0, 0.5, 3.0, 40.0])
                group = chance.choice(["whois:a", "api:b"])
                if chance.random() < 0.2:
                    seconds = chance.choice([1.0, 20.0, 60.0])
                    for store in stores:
                        await store.back_off(group, seconds)
                    continue
                interval = chance.choice([0.5, 6.0])
                daily = 25 if group == "api:b" else 0
                waits = [await store.reserve(group, interval, now, 30.0, daily) for store in stores]
                assert abs(waits[0] - waits[1]) < 1e-5

    asyncio.run(run())


def test_a_wait_beyond_the_horizon_takes_no_turn(database_url: str) -> None:
    """A process that will not wait that long does not push the others back."""

    async def run() -> list[float]:
        with Database.open(database_url) as database:
            pace = SqlPace(database, lambda: 1000.0)
            await pace.back_off("whois:a", 60.0)
            return [await pace.reserve("whois:a", 6.0, 1000.0, 30.0) for _ in range(3)]

    assert asyncio.run(run()) == [60.0, 60.0, 60.0]


def test_a_machine_whose_clock_is_wrong_takes_its_turn_like_the_others(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its turns come one after the other's, neither an hour later nor earlier; so does a closed time end."""
    real = time.time

    async def run(url: str) -> list[float]:
        waits = []
        with Database.open(url) as database:
            for skew in (0.0, 3_600.0, -3_600.0, 0.0):
                monkeypatch.setattr(time, "time", lambda skew=skew: real() + skew)
                pace = SqlPace(database)
                waits.append(await pace.reserve("whois:a", 100.0, real() + skew, 1e6))
            await pace.back_off("whois:a", 10_000.0)
            monkeypatch.setattr(time, "time", lambda: real() + 3_600.0)
            waits.append(await SqlPace(database).reserve("whois:a", 1.0, real() + 3_600.0, 1e6))
        return waits

    with postgres.empty() as url:
        waits = asyncio.run(run(url))

    nearly = [
        abs(wait - wanted) for wait, wanted in zip(waits, (0, 100, 200, 300, 10_000), strict=True)
    ]
    assert max(nearly) < 60
