"""Three workers on PostgreSQL; killed, frozen, thawed, the server restarted: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

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
    audited,
    plots_of,
)
from tests.scanner.jobs.fleet import (
    are_given_up,
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


class Size(Struct, frozen=True, kw_only=True):
    """How much there is to do."""

    domains: int
    """Three things each."""
    rate: int
    """Questions a second that each registry is asked."""
    silent: float = 3.0

    @property
    def patience(self) -> float:
        """Seconds for all of it."""
        return 120.0 + self.domains / 2


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
    logs: dict[str, str]
    codes: set[int]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Postgres, list[str | Path]]]:
    """A PostgreSQL of our own, and the command that ends and starts it again."""
    programs = postgres._programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="revizor-fleet-"))
    user = postgres._unprivileged(folder)
    again = [
        *user, programs / "pg_ctl", "-D", folder / "data", "-w", "-m", "immediate",
        "-l", folder / "log", "-o", f"-k {folder} {postgres._OPTIONS}", "restart",
    ]  # fmt: skip
    try:
        with postgres._running(programs, folder) as running:
            yield running, again
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(Size(domains=DOMAINS, rate=5), marks=pytest.mark.soak),
        pytest.param(Size(domains=6_700, rate=300, silent=20.0), marks=pytest.mark.soak),
    ],
    ids=lambda size: f"{3 * size.domains} things",
)
def aftermath(
    request: pytest.FixtureRequest,
    server: tuple[Postgres, list[str | Path]],
    estate: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Aftermath:
    """Let it all happen, once for all tests."""
    size: Size = request.param
    folder = tmp_path_factory.mktemp("fleet")
    whole = f"sqlite:///{estate}" if size.domains == DOMAINS else audited(folder, size.domains)
    postgres_of_ours, again = server
    with postgres_of_ours.empty() as url:
        asyncio.run(storage.copy(whole, url, lambda _: None))
        return _happen(size, url, again, folder)


def _happen(size: Size, url: str, again: list[str | Path], folder: Path) -> Aftermath:
    """Kill one worker, freeze another, restart the server, thaw, freeze the one that judges, and wait for the end."""
    registries, gate = Registries(plots_of(size.domains), servers=3), folder / "gate"
    with registries.open(), Database.open(url) as database:
        asyncio.run(database.write(queue_of(database).install))
        wanted = due_looks_made(database)
        setup = setup_of(
            url,
            folder,
            size.domains,
            registries,
            f"{size.rate}/s",
            gate=str(gate),
            silent=size.silent,
        )
        with fleet(setup, folder, 3) as workers:
            wait_for(lambda: len(at("part", database, workers)) == 3)
            gate.touch()
            wait_for(lambda: registries.questions > 40)
            asyncio.run(_put_tasks(database))
            killed, frozen, alive = at("part", database, workers)
            killed.send(signal.SIGKILL)
            frozen.send(signal.SIGSTOP)
            wait_for(lambda: registries.questions > size.domains * 0.6, size.patience)
            subprocess.run(again, check=True, stdout=subprocess.DEVNULL, timeout=60)
            wait_for(lambda: are_given_up(database, [killed, frozen]))
            frozen.send(signal.SIGCONT)
            wait_for(lambda: len(frozen.numbers) > 1)
            wait_for(lambda: at("rescan", database, workers), size.patience)
            (judging,) = at("rescan", database, workers)
            judging.send(signal.SIGSTOP)
            wait_for(lambda: is_rescanned(database) and is_quiet(database), size.patience)
            judging.send(signal.SIGCONT)
            wait_for(lambda: re.search(r"rescan \S+ \S+: lost", judging.log))
            for one in (frozen, alive):
                one.send(signal.SIGTERM)
            codes = {one.ended() for one in (frozen, alive)}
        logs = {"killed": killed.log, "frozen": frozen.log, "alive": alive.log}
        return _found(size, registries, wanted, database, logs, codes)


def _found(
    size: Size, registries: Registries, wanted: set[Pair], database: Database,
    logs: dict[str, str], codes: set[int],
) -> Aftermath:  # fmt: skip
    run = rescan_of(database)
    assert run is not None
    judged = rows(database, f"SELECT asset FROM stand WHERE run = '{run.id}'")
    synced = "SELECT 1 FROM job_run WHERE job = 'tasks' AND error IS NULL"
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
    """By their own clocks, whoever of three asked: what two seconds allow takes more than one."""
    allowed = 2 * aftermath.size.rate
    for server in aftermath.registries.asked:
        moments = [moment for moment, _ in server]
        assert len(moments) > allowed
        spans = [late - early for early, late in zip(moments, moments[allowed:], strict=False)]
        assert min(spans) > 1.1


def test_no_job_is_left_over(aftermath: Aftermath):
    """Nor any worker enrolled; nothing failed."""
    assert aftermath.picture.count(JobState.WAITING) == 0
    assert aftermath.picture.count(JobState.RUNNING) == 0
    assert aftermath.picture.count(JobState.FAILED) == 0
    assert aftermath.picture.workers == ()


def test_ticks_have_one_job_each(aftermath: Aftermath):
    """Each minute one plan, each hour one round, whoever of three put it."""
    begun = Counter(
        line.partition("info    ")[2].partition(" begins")[0]
        for log in aftermath.logs.values()
        for line in log.splitlines()
        if ", attempt 0" in line or ", attempt 1" in line
    )
    plans = [key for key in begun if key.startswith(("plan ", "hour "))]

    assert plans
    assert all(begun[key] == 1 for key in plans)


def test_trouble_is_said_in_one_sentence(aftermath: Aftermath):
    """The server was gone for a moment, and the frozen one was taken for dead: no traceback of either."""
    said = "\n".join(aftermath.logs.values())

    assert "Traceback" not in said
    assert "PostgreSQL cannot be reached or broke off" in aftermath.logs["alive"]
    assert "wait again" in said
    assert len(aftermath.logs["alive"]) < 20_000


def test_stopped_workers_end_in_order(aftermath: Aftermath):
    """Exit code 0, also of the one that was frozen."""
    assert aftermath.codes == {0}
