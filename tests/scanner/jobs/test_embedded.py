"""One worker on SQLite, killed in the middle, and the next: nothing lost, nothing twice."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from pathlib import Path

from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.due import DueBook
from scanner.jobs import JobState, queue_of
from scanner.service.parts import PART
from tests.scanner.jobs.conftest import DOMAINS
from tests.scanner.jobs.estate import CLIENT, RESCANNED, Registries, plots_of
from tests.scanner.jobs.fleet import (
    Process,
    at,
    due_looks_made,
    fleet,
    is_quiet,
    is_rescanned,
    rescan_of,
    rows,
    setup_of,
    wait_for,
)


def test_a_worker_killed_on_sqlite_is_followed_by_the_next(estate: Path, tmp_path: Path):
    """Which goes on at once: of an SQLite file there is one worker, so the first must be dead."""
    file = tmp_path / "estate.db"
    shutil.copy(estate, file)
    url = f"sqlite:///{file}"
    registries = Registries(plots_of(DOMAINS), servers=1)
    with registries.open(), Database.open(url) as database:
        wanted = due_looks_made(database)
        setup = setup_of(url, tmp_path, DOMAINS, registries, "60/s")
        with fleet(setup, tmp_path, 1) as (first,):
            wait_for(lambda: registries.questions > 30 and at("part", database, [first]))
            first.send(signal.SIGKILL)
            first.ended()
            second = Process(setup, tmp_path / "second.log")
            try:
                wait_for(lambda: is_rescanned(database) and is_quiet(database))
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

    assert len(judged) >= 3 * DOMAINS
    assert set(judged.values()) == {1}
    asked = Counter(line for _, line in registries.asked[0])
    assert len(asked) == DOMAINS
    assert sum(asked.values()) - DOMAINS <= PART // 3 + 1  # what the dead one was at
    assert "attempt 2" in second.log
    markers = [task["marker"] for task in registries.receiver.tasks.values()]
    assert len(set(markers)) == len(markers) > 10
