"""One worker on SQLite, killed in the middle, and the next: nothing lost, nothing twice."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.due import DueBook
from scanner.evidence.made import Pair
from scanner.jobs import JobState, queue_of
from scanner.service import clock
from tests.scanner.jobs.conftest import DOMAINS
from tests.scanner.jobs.estate import RESCANNED, Registries, Stops, plots_of
from tests.scanner.jobs.fleet import (
    due_looks_made,
    fleet,
    is_quiet,
    is_rescanned,
    on_paper,
    rescan_of,
    rows,
    setup_of,
    wait_for,
)
from tests.scanner.jobs.lab import Lab
from tests.scanner.jobs.lab_days import Begun, Say, has_made, scale_of

KILLED_AFTER = 20
"""Questions."""
UNDER_WAY = 32
"""Questions that a worker has open at most."""


def test_a_worker_killed_on_sqlite_is_followed_by_the_next(estate: Path, tmp_path: Path):
    """Which goes on at once: of an SQLite file there is one worker, so the first must be dead."""
    shutil.copy(estate, tmp_path / "estate.db")
    url = f"sqlite:///{tmp_path}/estate.db"
    registries, stops = Registries(plots_of(DOMAINS), servers=1), Stops(tmp_path / "stops")
    stops.put(KILLED_AFTER)
    with registries.open(), Database.open(url) as database:
        wanted = due_looks_made(database)
        setup = setup_of(
            url, tmp_path, DOMAINS, registries, "60/s", stops=str(tmp_path / "stops")
        )  # fmt: skip
        start = partial(on_paper, setup)
        with fleet(start, tmp_path, 1) as (first,):
            wait_for(lambda: registries.questions == KILLED_AFTER)
            first.send(signal.SIGKILL)
            first.ended()
        stops.open(KILLED_AFTER)
        (tmp_path / "next").mkdir()
        with fleet(start, tmp_path / "next", 1) as (second,):
            wait_for(lambda: is_rescanned(database) and is_quiet(database))
            second.send(signal.SIGTERM)
            assert second.ended() == 0
        judged = _nothing_is_lost(database, wanted, RESCANNED)

    assert len(judged) >= 3 * DOMAINS
    asked = Counter(line for _, line in registries.asked[0])
    assert len(asked) == DOMAINS
    assert asked.total() - DOMAINS <= UNDER_WAY
    assert "attempt 2" in second.log
    markers = [task["marker"] for task in registries.receiver.tasks.values()]
    assert len(set(markers)) == len(markers) > DOMAINS / 10


@pytest.mark.soak
def test_a_worker_killed_on_sqlite_loses_nothing_of_the_lab(
    laboratory: Lab, tmp_path: Path, say: Say
):
    """The same to 20,000 things behind real servers, as they count."""
    shutil.copy(laboratory.estate, tmp_path / "estate.db")
    url = f"sqlite:///{tmp_path}/estate.db"
    scale, counted, begun = scale_of(laboratory), laboratory.counted(), Begun()
    with Database.open(url) as database:
        by = clock.now()
        wanted = due_looks_made(database, by)
        start = partial(laboratory.worker, url)
        with fleet(start, tmp_path, 1) as (first,):
            wait_for(lambda: has_made(database, 0.4, len(wanted)), scale.patience)
            wait_for(lambda: first.doing.startswith("part "))
            first.send(signal.SIGKILL)
            first.ended()
        (tmp_path / "next").mkdir()
        with fleet(start, tmp_path / "next", 1) as (second,):
            wait_for(lambda: is_rescanned(database) and is_quiet(database), scale.patience)
            second.send(signal.SIGTERM)
            assert second.ended() == 0
        judged = _nothing_is_lost(database, wanted, by)
    say(f"SQLite, {begun.told(len(judged), len(wanted))}; {counted.told()}")

    assert len(judged) >= scale.things
    for server, said in counted.asked.items():
        asked = Counter(words.split()[-1] for _, words in said)
        assert asked.total() - len(asked) <= UNDER_WAY, server
    assert len(counted.visits) == scale.hosts
    assert counted.visits.total() - scale.hosts <= UNDER_WAY
    assert "Traceback" not in first.log + second.log
    markers = [task["marker"] for task in laboratory.receiver.tasks.values()]
    assert len(set(markers)) == len(markers) > scale.domains / 20


def _nothing_is_lost(database: Database, wanted: set[Pair], by: datetime) -> set[object]:
    """What was judged, each thing once, by a rescan that left nothing over."""
    run = rescan_of(database)
    assert run is not None
    assert wanted <= Evidence(database).done(run.id)
    assert database.check() == ()
    assert database.read(queue_of(database).picture).count(JobState.FAILED) == 0
    assert not list(DueBook(database).of(run.client, by))
    judged = Counter(rows(database, f"SELECT asset FROM stand WHERE run = '{run.id}'"))
    assert set(judged.values()) == {1}
    return set(judged)
