"""Three workers on PostgreSQL; killed, frozen, thawed, the server restarted: nothing lost, nothing twice.

On paper with every run of the tests; with `--soak` also in the lab of real daemons, whose servers count.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from scanner.database import Database
from scanner.jobs import JobState, queue_of
from scanner.service import storage
from tests.peers import postgres
from tests.scanner.jobs.aftermath import (
    Aftermath,
    Scale,
    Server,
    end_in_order,
    found,
    freeze_who_judges,
    put_tasks,
)
from tests.scanner.jobs.conftest import DOMAINS
from tests.scanner.jobs.estate import RESCANNED, Registries, Stops, plots_of
from tests.scanner.jobs.fleet import (
    PATIENCE,
    are_at,
    due_looks_made,
    enrolled,
    fleet,
    on_paper,
    setup_of,
    wait_for,
)
from tests.scanner.jobs.lab import Lab
from tests.scanner.jobs.lab_days import bad_day

ASKED = 20
"""Questions of each worker before one is killed and one is frozen: fewer than a part has."""


SCALE = Scale(
    name="paper",
    domains=DOMAINS,
    things=3 * DOMAINS,
    rates={f"registry {number}": 4.0 for number in range(3)},
    seconds=4,
    patience=PATIENCE + DOMAINS / 2,
)
HALF = DOMAINS // 2
"""Questions of one worker before the server is stopped: more than its first part has."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that only these tests use."""
    programs = postgres._programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="revizor-fleet-"))
    user = postgres._unprivileged(folder)
    command = [
        *user, programs / "pg_ctl", "-D", folder / "data", "-w", "-t", "120",
        "-l", folder / "log", "-o", f"-k {folder} {postgres._OPTIONS}",
    ]  # fmt: skip
    try:
        with postgres._running(programs, folder) as running:
            yield Server(running, command)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", params=["paper", pytest.param("lab", marks=pytest.mark.soak)])
def aftermath(
    request: pytest.FixtureRequest,
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Aftermath:
    """Let it all happen, once for all tests: to 300 things on paper, or to 20,000 in the lab."""
    folder = tmp_path_factory.mktemp("fleet")
    with server.lent.empty() as url:
        if request.param == "lab":
            laboratory: Lab = request.getfixturevalue("laboratory")
            asyncio.run(storage.copy(f"sqlite:///{laboratory.estate}", url, lambda _: None))
            return bad_day(laboratory, url, server, folder, request.getfixturevalue("say"))
        estate: Path = request.getfixturevalue("estate")
        asyncio.run(storage.copy(f"sqlite:///{estate}", url, lambda _: None))
        return _happen(url, server, folder)


def _happen(url: str, server: Server, folder: Path) -> Aftermath:
    """Kill one worker, freeze another, stop the server, start it, thaw, freeze the one that judges, thaw it."""
    registries, stops = Registries(plots_of(DOMAINS), servers=3), Stops(folder / "stops")
    stops.put(0, ASKED, HALF)
    with registries.open(), Database.open(url) as database:
        asyncio.run(database.write(queue_of(database).install))
        wanted = due_looks_made(database)
        setup = setup_of(url, folder, DOMAINS, registries, "4/s", stops=str(folder / "stops"))
        with fleet(partial(on_paper, setup), folder, 3) as workers:
            killed, frozen, alive = workers
            wait_for(lambda: are_at("part", workers))
            stops.open(0)
            wait_for(lambda: registries.questions == 3 * ASKED)
            put_tasks(database)
            killed.send(signal.SIGKILL)
            frozen.send(signal.SIGSTOP)
            stops.open(ASKED)
            wait_for(lambda: registries.questions == 2 * ASKED + HALF, SCALE.patience)
            wait_for(lambda: enrolled(database) == 1)
            server.stop()
            wait_for(lambda: not alive.is_well)
            server.start()
            wait_for(lambda: alive.is_well)
            frozen.send(signal.SIGCONT)
            wait_for(lambda: frozen.is_well and frozen.lost)
            go_on = partial(stops.open, HALF)
            freeze_who_judges(database, [frozen, alive], go_on, SCALE.patience)
            codes = end_in_order([frozen, alive])
        asked = dict(zip(SCALE.rates, registries.asked, strict=True))
        survivors = {"frozen": frozen, "alive": alive}
        return found(
            SCALE, database, wanted, RESCANNED, asked, Counter(), registries.receiver,
            survivors, codes,
        )  # fmt: skip


def test_no_look_is_lost(aftermath: Aftermath):
    """Every look that was due is there, and the rescan came to its end with nothing left over."""
    assert len(aftermath.wanted) > 5 * aftermath.scale.domains
    assert aftermath.wanted <= aftermath.made
    assert aftermath.finished
    assert aftermath.still_due == 0


def test_each_thing_is_looked_at_once_in_effect(aftermath: Aftermath):
    """One judgement a thing; servers are asked twice only about what a dead worker was at."""
    assert len(aftermath.standings) >= aftermath.scale.things
    assert set(aftermath.standings.values()) == {1}
    for asked in (*map(_names, aftermath.asked.values()), aftermath.visits):
        # A worker has 32 questions under way at most: two were cut off, and the server was once.
        assert asked.total() - len(asked) <= 4 * 32
    names = {name for asked in aftermath.asked.values() for name in _names(asked)}
    assert len(names) == aftermath.scale.domains
    assert len(aftermath.visits) == aftermath.scale.hosts


def _names(asked: list[tuple[float, str]]) -> Counter[str]:
    """How often a registry was asked about each name; `domain` before it is a registry's own manner."""
    return Counter(words.split()[-1] for _, words in asked)


def test_no_task_is_there_twice(aftermath: Aftermath):
    """However often and wherever they were synced."""
    assert len(aftermath.markers) > aftermath.scale.domains / 20
    assert len(set(aftermath.markers)) == len(aftermath.markers)
    assert aftermath.job_runs >= 4


def test_the_registries_count_no_more_than_their_limit(aftermath: Aftermath):
    """By their own clocks, whoever of three asked: two seconds early by their count is as early as it gets.

    Each asking by itself, the three would need a third of the time. What is less than two seconds late by
    the machine's fault is nobody's.
    """
    for server, rate in aftermath.scale.rates.items():
        moments = [moment for moment, _ in aftermath.asked[server]]
        allowed = round(rate * aftermath.scale.seconds)
        assert len(moments) > allowed
        spans = [late - early for early, late in zip(moments, moments[allowed:], strict=False)]
        assert min(spans) > aftermath.scale.seconds - 2


def test_no_job_is_left_over(aftermath: Aftermath):
    """But for the ticks of the last minute; no worker is enrolled, and nothing failed."""
    picture = aftermath.picture
    left = {one.name for one in picture.counts if one.state is not JobState.DONE}

    assert left.isdisjoint({"part", "rescan"})
    assert picture.count(JobState.RUNNING) == picture.count(JobState.FAILED) == 0
    assert picture.workers == ()


def test_ticks_have_one_job_each(aftermath: Aftermath):
    """Each minute one plan, each hour one round, whoever of three put it."""
    assert len(aftermath.ticks) > 1
    assert set(aftermath.ticks.values()) == {1}


def test_trouble_is_said_in_one_sentence(aftermath: Aftermath):
    """The server was gone for a moment, and the frozen one was taken for dead: no traceback of either."""
    said = "\n".join(aftermath.logs.values())

    assert "Traceback" not in said
    assert "wait again" in aftermath.logs["alive"]
    # By the job, by the beat; and once more where this one was frozen too, as he who judged.
    assert 1 <= aftermath.logs["alive"].count("PostgreSQL cannot be reached or broke off") <= 4


def test_stopped_workers_end_in_order(aftermath: Aftermath):
    """Exit code 0, also of the one that was frozen."""
    assert aftermath.codes == {0}
