"""From the registry to Bitrix24 over a bad line: one task for one period, whatever breaks on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from scanner.service import tasks
from scanner.service.trackers import sinks_of
from scanner.trackers.markup import marker_in
from tests.peers import bitrix24
from tests.peers.bitrix24 import OWNER, TOKEN, Portal
from tests.peers.web import Authority, Reply, web
from tests.probes.kit.net.loopback import run
from tests.scanner.renewals.office import START, Office
from tests.scanner.trackers.settled import LOOPBACK, settings

THINGS = 12
RUNS = 12
FAULTS = (
    "lost",
    "before",
    bitrix24.QUERY_LIMIT,
    bitrix24.OPERATION_TIME,
    bitrix24.INTERNAL,
    bitrix24.NO_WEBHOOK,
    Reply(502, b"<html>Bad gateway</html>"),
)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency with somebody on duty, and things that come due one after another."""
    opened = Office(database_url)
    opened.person("Дежурная", trackers={"office": "123"})
    for number in range(THINGS):
        opened.thing(f"domain:romashka{number}.ru", START + timedelta(days=5 + number))
    yield opened
    opened.close()


@pytest.mark.parametrize("seed", [1, 3])
def test_one_task_for_one_period_over_a_bad_line(
    office: Office, trusted: Path, authority: Authority, tmp_path: Path, seed: int
):
    """Every third call fails somehow, half of these after it was carried out."""
    chance, portal = Random(seed), Portal(office.clock)
    portal.bears = 100_000
    kinds: Counter[str] = Counter()

    async def story() -> None:
        async with web(portal.answer, authority) as url:
            secret = f"{url}/rest/{OWNER}/{TOKEN}/"
            raw = {"kind": "bitrix24", "allow_net": LOOPBACK, "rate": 10_000, "burst": 10_000}
            chosen = settings(tmp_path, {"office": raw}, {"office": secret})
            for day in range(RUNS):
                for _ in range(6 if day < RUNS - 4 else 0):
                    portal.next.append(("*", None))
                    how = chance.choice(("lost", *FAULTS)) if chance.random() < 0.7 else None
                    portal.next.append(("*", how))
                sinks = sinks_of(chosen, office.clock)
                done = await tasks.sync(office.settings, office.clock, sinks, (), again=True)
                kinds.update(done.told)
                office.go()

    run(story(), within=240)

    markers = Counter(marker_in(task["title"]) for task in portal.tasks.values())
    assert len(markers) == THINGS
    assert set(markers.values()) == {1}
    assert {task["responsibleId"] for task in portal.tasks.values()} == {"123"}
    assert kinds["found"] > 0 or kinds["uncertain"] == 0
    assert kinds["later"] + kinds["uncertain"] > 0
