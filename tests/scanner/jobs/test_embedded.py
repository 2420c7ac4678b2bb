"""One worker on SQLite, killed in the middle, and the next: nothing lost, nothing twice."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.due import DueBook
from scanner.jobs import JobState, queue_of
from tests.scanner.jobs.conftest import DOMAINS
from tests.scanner.jobs.estate import CLIENT, RESCANNED, Registries, Stops, audited, plots_of
from tests.scanner.jobs.fleet import (
    PATIENCE,
    Process,
    due_looks_made,
    fleet,
    is_quiet,
    is_rescanned,
    rescan_of,
    rows,
    setup_of,
    wait_for,
)


@pytest.mark.parametrize(
    ("domains", "killed_after", "rate"),
    [
        (DOMAINS, 20, "60/s"),
        pytest.param(6_700, 3_350, "900/s", marks=pytest.mark.soak),
    ],
)
def test_a_worker_killed_on_sqlite_is_followed_by_the_next(
    estate: Path, tmp_path: Path, domains: int, killed_after: int, rate: str
):
    """Which goes on at once: of an SQLite file there is one worker, so the first must be dead."""
    if domains == DOMAINS:
        shutil.copy(estate, tmp_path / "estate.db")
    else:
        audited(tmp_path, domains)
    url = f"sqlite:///{tmp_path}/estate.db"
    registries, stops = Registries(plots_of(domains), servers=1), Stops(tmp_path / "stops")
    stops.put(killed_after)
    with registries.open(), Database.open(url) as database:
        wanted = due_looks_made(database)
        setup = setup_of(url, tmp_path, domains, registries, rate, stops=str(tmp_path / "stops"))
        patience = PATIENCE + domains / 2
        with fleet(setup, tmp_path, 1) as (first,):
            wait_for(lambda: registries.questions == killed_after, patience)
            first.send(signal.SIGKILL)
            first.ended()
            stops.open(killed_after)
            second = Process(setup, tmp_path / "second.log")
            try:
                wait_for(lambda: is_rescanned(database) and is_quiet(database), patience)
                second.send(signal.SIGTERM)
                assert second.ended() == 0
            finally:
                second.clear()
        run = rescan_of(database)
        assert run is not None
        assert wanted <= Evidence(database).done(run.id)
        assert database.check() == ()
        picture = database.read(queue_of(database).picture)
        assert picture.count(JobState.FAILED) == 0
        assert not list(DueBook(database).of(CLIENT, RESCANNED))
        judged = Counter(rows(database, f"SELECT asset FROM stand WHERE run = '{run.id}'"))

    assert len(judged) >= 3 * domains
    assert set(judged.values()) == {1}
    asked = Counter(line for _, line in registries.asked[0])
    assert len(asked) == domains
    assert sum(asked.values()) - domains <= 32  # what the dead one had under way
    assert "attempt 2" in second.log
    markers = [task["marker"] for task in registries.receiver.tasks.values()]
    assert len(set(markers)) == len(markers) > domains / 10
