"""Turns given out by the database: one limit for all processes."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys

from probes.kit.net.pace import InProcessPace
from scanner.database import Database, SqlPace

_PROGRAM = """
import asyncio, sys
from scanner.database import Database, SqlPace

async def main():
    with Database.open(sys.argv[1]) as database:
        pace = SqlPace(database)
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(40):
            print(await pace.reserve("whois:example", 2.0, 1000.0, 1e6), flush=True)

asyncio.run(main())
"""


def test_processes_share_one_limit(database_url: str) -> None:
    """Turns taken by several processes at once are as far apart as those of one."""
    Database.open(database_url).close()
    askers = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, database_url],
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

    turns = [float(turn) for asker in askers for turn in asker.communicate(timeout=60)[0].split()]

    assert sorted(turns) == [2.0 * number for number in range(80)]


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
                waits = [await store.reserve(group, interval, now, 30.0) for store in stores]
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
