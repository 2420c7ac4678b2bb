"""What a worker does at its hour: it looks from another place, forgets what is too old; what it tells of sources."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from scanner.database import Database
from scanner.evidence import Evidence, Purpose
from scanner.jobs import Job, queue_of
from scanner.jobs.worker import Rhythm, Stop, Worker
from scanner.service import auditing, due_rescans, requesting
from scanner.service.measuring import Looks, Measures
from scanner.service.working import work_over
from scanner.settings import Settings
from tests.scanner.almanac import BEGUN, Almanac, Plot
from tests.scanner.jobs.estate import CLIENT, settings_of
from tests.scanner.jobs.fleet import rows
from tests.scanner.replayed import Watch

PLOTS = [
    Plot("teplitsa0.ru", BEGUN.date() + timedelta(days=300), page="stub"),
    Plot("teplitsa1.ru", BEGUN.date() + timedelta(days=300)),
]


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """An estate that was audited from home, of which one site is a stub."""
    settings = settings_of(f"sqlite:///{tmp_path}/estate.db", tmp_path / "audits")
    asked = requesting.request(client=CLIENT, typed=[plot.name for plot in PLOTS])
    net = Almanac(PLOTS, (), lambda: BEGUN)
    asyncio.run(auditing.replay(asked, settings, lambda: BEGUN, Watch(), net))
    return settings


def drained(settings: Settings, clock: Callable[[], datetime], *jobs: Job) -> None:
    """Let a worker of the settings' place do these jobs, and what follows from them."""
    with Database.open(settings.db) as database:
        queue = queue_of(database)
        asyncio.run(database.write(queue.install))
        asyncio.run(database.write(lambda connection: queue.put(connection, jobs)))
    net, rhythm = Almanac(PLOTS, (), clock), Rhythm(poll=0.01)
    ended = asyncio.run(
        work_over(lambda _: net, settings, clock, Stop(), drain=True, rhythm=rhythm)
    )
    assert set(ended) == {"done"}


def test_a_worker_elsewhere_looks_at_what_waits_for_a_look_from_there(office: Settings):
    """Every hour, and at nothing else: the rescan itself is its home's."""
    at = BEGUN + timedelta(days=4)
    elsewhere = replace(office, vantage="kazan")

    drained(elsewhere, lambda: at, Job(name="hour", key="hour kazan", place="kazan"))
    drained(elsewhere, lambda: at, Job(name="plan", key="plan kazan", place="kazan"))

    with Database.open(office.db) as database:
        evidence = Evidence(database)
        second, audit = evidence.runs(CLIENT)
        assert (second.purpose, second.vantage, second.base) == (
            Purpose.SECOND_LOOK,
            "kazan",
            audit.id,
        )
        assert second.complete
        assert {one.vantage for one in evidence.observations(second.id)} == {"kazan"}
        assert "site:teplitsa0.ru" in second.options["assets"]
        assert "site:teplitsa1.ru" not in second.options["assets"]
        judged = rows(database, "SELECT asset FROM stand WHERE vantage = 'kazan'")
        assert ("site:teplitsa0.ru",) in judged


def test_a_worker_whose_clock_is_wrong_says_so_and_begins_nothing(
    office: Settings, caplog: pytest.LogCaptureFixture
):
    """Set back by a week it has nothing to do until it is right again; the job itself is over."""
    for day, begun in ((-7, 0), (4, 1)):
        at = BEGUN + timedelta(days=day)

        drained(office, lambda at=at: at, Job(name="plan", key=f"plan {day}", place="home"))

        with Database.open(office.db) as database:
            assert len(Evidence(database).runs(CLIENT)) == 1 + begun
    assert "clock" in caplog.text


def test_a_source_that_fails_is_seen_in_the_metrics(office: Settings):
    """From the rescan on in which it did not answer, till the one in which it does."""
    at = BEGUN + timedelta(days=3)
    told = [_sources(office)]
    for failing in (1.0, 0.0):
        net = Almanac(PLOTS, (), lambda at=at: at, failing)
        work = due_rescans.rescan_over(
            net, CLIENT, office, lambda at=at: at, Watch(), everything=True
        )
        asyncio.run(work)
        told.append(_sources(office))
        at += timedelta(days=3)

    assert [one['revizor_source_up{client="romashka",source="dns"}'] for one in told] == [1, 0, 1]


def _sources(office: Settings) -> dict[str, float]:
    """How a worker's metrics say the sources are."""
    with Database.open(office.db) as database:
        asyncio.run(database.write(queue_of(database).install))
        worker = Worker(office.db, {}, lambda _: (), place="home", rhythm=Rhythm())
        lines = Measures(database, worker, Looks()).text().splitlines()
        found = (line.rsplit(" ", 1) for line in lines if line.startswith("revizor_source_up{"))
        return {name: float(value) for name, value in found}


def test_a_worker_drops_raw_answers_that_are_too_old(office: Settings):
    """What was seen in them stays; a day earlier so do they."""
    kept = timedelta(days=office.keep_raw_days)
    with Database.open(office.db) as database:
        before = rows(database, "SELECT count(*) FROM exchange")
        seen = rows(database, "SELECT count(*) FROM observation")

        drained(office, lambda: BEGUN + kept, Job(name="sweep", key="1", place="home"))
        assert rows(database, "SELECT count(*) FROM exchange") == before != [(0,)]
        day_after = BEGUN + kept + timedelta(days=1)
        drained(office, lambda: day_after, Job(name="sweep", key="2", place="home"))

        assert rows(database, "SELECT count(*) FROM exchange") == [(0,)]
        assert rows(database, "SELECT count(*) FROM observation") == seen
