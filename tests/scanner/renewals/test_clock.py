"""The clock runs for a year and more, and everything goes wrong that can: nothing is lost, nothing said twice."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.scanner.renewals.world import World


def _live(world: World, days: int, *, killed: int, luck: Random) -> None:
    dead = set(luck.sample(range(days), killed))
    for day in range(days):
        roll = luck.random()
        run = "missed" if roll < 0.10 else "twice" if roll < 0.15 else "once"
        if luck.random() < 0.1:
            world.add()
        world.day("killed" if day in dead else run)
    for _ in range(5):
        world.tracker.timeouts = 0.0
        world.day("once")


def test_check_1_a_short_clock(database_url: str, tmp_path: Path) -> None:
    """One task a period, something said before every last day, nothing twice, nothing lost."""
    world = World(database_url, tmp_path, things=40, seed=11)

    _live(world, 60, killed=2, luck=Random(12))

    assert world.faults() == []
    assert world.counts["dead"] >= 1
    assert len(world.tracker.tasks()) > 40
    world.office.close()


@pytest.mark.soak
def test_check_1_four_hundred_days(database_url: str, tmp_path: Path) -> None:
    """The same for 400 days and 500 things of every type, with twenty runs killed."""
    world = World(database_url, tmp_path, things=500, seed=1)

    _live(world, 400, killed=20, luck=Random(2))

    assert world.faults() == []
    assert world.counts["dead"] >= 10
    print(f"{world.counts}, {len(world.tracker.tasks())} tasks")
    world.office.close()
