"""Three workers on PostgreSQL; killed, frozen, thawed, the server restarted: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec import Struct
from sqlalchemy import text

from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.due import DueBook
from scanner.evidence.made import Pair
from scanner.jobs import Job, JobState, queue_of
from scanner.jobs.job import Picture
from scanner.service import storage
from tests.peers import postgres
from tests.peers.postgres import Postgres
from tests.scanner.jobs.conftest import DOMAINS
from tests.scanner.jobs.estate import (
    CLIENT,
    RESCANNED,
    Registries,
    Stops,
    audited,
    plots_of,
)
from tests.scanner.jobs.fleet import (
    PATIENCE,
    Process,
    are_at,
    due_looks_made,
    enrolled,
    fleet,
    is_quiet,
    is_rescanned,
    rescan_of,
    rows,
    setup_of,
    wait_for,
)

ASKED = 20
"""Questions of each worker before one is killed and one is frozen: fewer than a part has."""


class Size(Struct, frozen=True, kw_only=True):
    """How much there is to do."""

    domains: int
    """Three things each."""
    rate: int
    """Questions a second that each registry is asked."""
    silent: float = 6.0

    @property
    def half(self) -> int:
        """Questions of one worker before the server is stopped: more than its first part has."""
        return self.domains // 2

    @property
    def patience(self) -> float:
        """Seconds for all of it."""
        return PATIENCE + self.domains / 2


class Server(Struct, frozen=True):
    """A PostgreSQL of our own that can be stopped and started."""

    lent: Postgres
    command: list[str | Path]

    def stop(self) -> None:
        """Break everybody off."""
        self._run("stop", "-m", "immediate")

    def start(self) -> None:
        """Begin again where it broke off."""
        self._run("start")

    def _run(self, *what: str) -> None:
        command = [*self.command, *what]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)


class Aftermath(Struct):
    """What was found when all was over."""

    size: Size
    registries: Registries
    wanted: set[Pair]
    """The looks that were due."""
    made: set[Pair]
    finished: bool
    picture: Picture
    still_due: int
    standings: Counter[object]
    job_runs: int
    ticks: Counter[object]
    """How many jobs each tick has."""
    logs: dict[str, str]
    codes: set[int]


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


@pytest.fixture(
    scope="module",
    params=[
        Size(domains=DOMAINS, rate=4),
        pytest.param(Size(domains=6_700, rate=300, silent=20.0), marks=pytest.mark.soak),
    ],
    ids=lambda size: f"{3 * size.domains} things",
)
def aftermath(
    request: pytest.FixtureRequest,
    server: Server,
    estate: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Aftermath:
    """Let it all happen, once for all tests."""
    size: Size = request.param
    folder = tmp_path_factory.mktemp("fleet")
    whole = f"sqlite:///{estate}" if size.domains == DOMAINS else audited(folder, size.domains)
    with server.lent.empty() as url:
        asyncio.run(storage.copy(whole, url, lambda _: None))
        return _happen(size, url, server, folder)


def _happen(size: Size, url: str, server: Server, folder: Path) -> Aftermath:
    """Kill one worker, freeze another, stop the server, start it, thaw, freeze the one that judges, thaw it."""
    registries, stops = Registries(plots_of(size.domains), servers=3), Stops(folder / "stops")
    stops.put(0, ASKED, size.half)
    with registries.open(), Database.open(url) as database:
        asyncio.run(database.write(queue_of(database).install))
        wanted = due_looks_made(database)
        setup = setup_of(
            url,
            folder,
            size.domains,
            registries,
            f"{size.rate}/s",
            stops=str(folder / "stops"),
            silent=size.silent,
        )
        with fleet(setup, folder, 3) as workers:
            killed, frozen, alive = workers
            wait_for(lambda: are_at("part", workers))
            stops.open(0)
            wait_for(lambda: registries.questions == 3 * ASKED)
            asyncio.run(_put_tasks(database))
            killed.send(signal.SIGKILL)
            frozen.send(signal.SIGSTOP)
            stops.open(ASKED)
            wait_for(lambda: registries.questions == 2 * ASKED + size.half, size.patience)
            wait_for(lambda: enrolled(database) == 1)
            server.stop()
            wait_for(lambda: not alive.is_well)
            server.start()
            wait_for(lambda: alive.is_well)
            frozen.send(signal.SIGCONT)
            wait_for(lambda: frozen.is_well and frozen.lost)
            _freeze_who_judges(database, [frozen, alive], partial(stops.open, size.half), size)
            for one in (frozen, alive):
                one.send(signal.SIGTERM)
            codes = {one.ended() for one in (frozen, alive)}
        logs = {"frozen": frozen.log, "alive": alive.log}
        return _found(size, registries, wanted, database, logs, codes)


def _freeze_who_judges(
    database: Database, workers: list[Process], go_on: Callable[[], None], size: Size
) -> None:
    """Freeze him in the middle of a transaction, which is then his; thaw him when all is over."""
    with database._writes.begin() as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        # Who has judged writes down what he tells: he waits for us, and so is sure to be met there.
        connection.execute(text("LOCK TABLE told IN SHARE ROW EXCLUSIVE MODE"))
        go_on()
        wait_for(lambda: _is_waited_for(database, "told"), size.patience)
        (judging,) = [one for one in workers if are_at("rescan", [one])]
        before = judging.lost
        judging.send(signal.SIGSTOP)
    wait_for(lambda: is_rescanned(database) and is_quiet(database), size.patience)
    judging.send(signal.SIGCONT)
    wait_for(lambda: judging.lost > before and judging.is_well)


def _is_waited_for(database: Database, table: str) -> bool:
    """Whether somebody waits for a lock on a table."""
    waiting = f"SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
    return bool(rows(database, waiting))


def _found(
    size: Size, registries: Registries, wanted: set[Pair], database: Database,
    logs: dict[str, str], codes: set[int],
) -> Aftermath:  # fmt: skip
    run = rescan_of(database)
    assert run is not None
    judged = rows(database, f"SELECT asset FROM stand WHERE run = '{run.id}'")
    synced = "SELECT 1 FROM job_run WHERE job = 'tasks' AND error IS NULL"
    ticks = "SELECT args ->> 'key' FROM procrastinate_jobs WHERE task_name IN ('plan', 'hour')"
    return Aftermath(
        size=size,
        registries=registries,
        wanted=wanted,
        made=Evidence(database).done(run.id),
        finished=run.complete,
        picture=database.read(queue_of(database).picture),
        still_due=sum(1 for _ in DueBook(database).of(CLIENT, RESCANNED)),
        standings=Counter(judged),
        job_runs=len(rows(database, synced)),
        ticks=Counter(rows(database, ticks)),
        logs=logs,
        codes=codes,
    )


async def _put_tasks(database: Database) -> None:
    """Let the tasks be synced several times at once, in the middle of everything."""
    jobs = [Job(name="tasks", key=f"tasks again {n}", place="home", urgent=3) for n in range(3)]
    await database.write(lambda connection: queue_of(database).put(connection, jobs))


def test_no_look_is_lost(aftermath: Aftermath):
    """Every look that was due is there, and the rescan came to its end with nothing left over."""
    assert len(aftermath.wanted) > 5 * aftermath.size.domains
    assert aftermath.wanted <= aftermath.made
    assert aftermath.finished
    assert aftermath.still_due == 0


def test_each_thing_is_looked_at_once_in_effect(aftermath: Aftermath):
    """One judgement a thing; a registry is asked twice only about what a dead worker was at."""
    assert len(aftermath.standings) >= 3 * aftermath.size.domains
    assert set(aftermath.standings.values()) == {1}
    asked = Counter(line for server in aftermath.registries.asked for _, line in server)
    assert len(asked) == aftermath.size.domains
    # A worker has 32 questions under way at most: two were cut off, and the server was once.
    assert sum(asked.values()) - aftermath.size.domains <= 4 * 32


def test_no_task_is_there_twice(aftermath: Aftermath):
    """However often and wherever they were synced."""
    markers = [task["marker"] for task in aftermath.registries.receiver.tasks.values()]

    assert len(markers) > aftermath.size.domains / 10
    assert len(set(markers)) == len(markers)
    assert aftermath.job_runs >= 4


def test_the_registries_count_no_more_than_their_limit(aftermath: Aftermath):
    """By their own clocks, whoever of three asked: what takes four seconds by the limit takes two at the least.

    Each asking by itself, the three would need a third of the time. What is less than two seconds late by
    the machine's fault is nobody's.
    """
    allowed = 4 * aftermath.size.rate
    for server in aftermath.registries.asked:
        moments = [moment for moment, _ in server]
        assert len(moments) > allowed
        spans = [late - early for early, late in zip(moments, moments[allowed:], strict=False)]
        assert min(spans) > 2


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
