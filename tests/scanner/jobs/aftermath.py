"""What is found when all is over: the same questions to a fleet on paper and to one in the lab."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from sqlalchemy import text

from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.due import DueBook
from scanner.evidence.made import Pair
from scanner.jobs import Job, queue_of
from scanner.jobs.job import Picture
from tests.peers.postgres import Postgres
from tests.peers.receiver import Receiver
from tests.scanner.jobs.fleet import (
    PATIENCE,
    Process,
    are_at,
    is_quiet,
    is_rescanned,
    rescan_of,
    rows,
    wait_for,
)


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


class Scale(Struct, frozen=True, kw_only=True):
    """How much there is to do, and how fast."""

    name: str
    domains: int
    things: int
    hosts: int = 0
    """Home pages that servers count visits of."""
    rates: Mapping[str, float]
    """Questions a second that each registry may be asked."""
    seconds: int
    """So long a limit is watched at a time."""
    patience: float
    """Seconds for all of it."""


class Aftermath(Struct, kw_only=True):
    """What was found when all was over."""

    scale: Scale
    asked: Mapping[str, list[tuple[float, str]]]
    """When each registry was asked, by its own clock, and about what."""
    visits: Counter[str]
    """How often each home page was called for, by the web server's count."""
    markers: list[str]
    """Those of the tasks at the desk."""
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


def freeze_who_judges(
    database: Database, workers: list[Process], go_on: Callable[[], None], patience: float
) -> None:
    """Freeze him in the middle of a transaction, which is then his; thaw him when all is over."""
    with database._writes.begin() as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        # Who has judged writes down what he tells: he waits for us, and so is sure to be met there.
        connection.execute(text("LOCK TABLE told IN SHARE ROW EXCLUSIVE MODE"))
        go_on()
        wait_for(lambda: _is_waited_for(database, "told"), patience)
        (judging,) = [one for one in workers if are_at("rescan", [one])]
        before = judging.lost
        judging.send(signal.SIGSTOP)
    wait_for(lambda: is_rescanned(database) and is_quiet(database), patience)
    judging.send(signal.SIGCONT)
    wait_for(lambda: judging.lost > before and judging.is_well)


def _is_waited_for(database: Database, table: str) -> bool:
    """Whether somebody waits for a lock on a table."""
    waiting = f"SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
    return bool(rows(database, waiting))


def found(
    scale: Scale, database: Database, wanted: set[Pair], by: datetime,
    asked: Mapping[str, list[tuple[float, str]]], visits: Counter[str], receiver: Receiver,
    survivors: Mapping[str, Process], codes: set[int],
) -> Aftermath:  # fmt: skip
    """Ask the database and the servers what became of it."""
    run = rescan_of(database)
    assert run is not None
    judged = rows(database, f"SELECT asset FROM stand WHERE run = '{run.id}'")
    synced = "SELECT 1 FROM job_run WHERE job = 'tasks' AND error IS NULL"
    ticks = "SELECT args ->> 'key' FROM procrastinate_jobs WHERE task_name IN ('plan', 'hour')"
    return Aftermath(
        scale=scale,
        asked=asked,
        visits=visits,
        markers=[task["marker"] for task in receiver.tasks.values()],
        wanted=wanted,
        made=Evidence(database).done(run.id),
        finished=run.complete,
        picture=database.read(queue_of(database).picture),
        still_due=sum(1 for _ in DueBook(database).of(run.client, by)),
        standings=Counter(judged),
        job_runs=len(rows(database, synced)),
        ticks=Counter(rows(database, ticks)),
        logs={name: one.log for name, one in survivors.items()},
        codes=codes,
    )


def put_tasks(database: Database) -> None:
    """Let the tasks be synced several times at once, in the middle of everything."""
    jobs = [Job(name="tasks", key=f"tasks again {n}", place="home", urgent=3) for n in range(3)]
    asyncio.run(database.write(lambda connection: queue_of(database).put(connection, jobs)))


def end_in_order(workers: Sequence[Process]) -> set[int]:
    """Ask them to end; their exit codes."""
    for one in workers:
        one.send(signal.SIGTERM)
    return {one.ended() for one in workers}
