"""What workers cost and bring: a rescan of an estate in the lab by one, two and three of them.

python -m tests.benchmarks.workers [--domains 300] [--workers 1,2,3] [--kinds sqlite,postgresql] [--runs 1]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from msgspec import Struct
from sqlalchemy import text

from scanner.database import Database
from scanner.jobs import JobState, queue_of
from scanner.service import clock, storage
from tests.internet.lab import obstacles
from tests.peers.postgres import temporary_server
from tests.scanner.jobs.aftermath import end_in_order
from tests.scanner.jobs.fleet import (
    due_looks_made,
    fleet,
    is_quiet,
    is_rescanned,
    rescan_of,
    rows,
    wait_for,
)
from tests.scanner.jobs.lab import RATES, Lab, lab

UNBOUND = dict.fromkeys(RATES, 60_000)
"""Registries that mind nothing: what is measured is the workers."""
HEAD = (
    "| database | workers | looks | things | looks/s | things/s | parts s | whole s | CPU s | CPU ms/look "
    "| PostgreSQL's CPU s | load |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


class Measured(Struct):
    """One run."""

    looks: int
    things: int
    parts: float
    """Seconds until the last part was over."""
    whole: float
    """Seconds until everything was judged and told."""
    cpu: float
    """Seconds of all workers, their start among it."""
    servers_cpu: float
    """Seconds of PostgreSQL; 0 for SQLite, which is part of the worker."""
    load: float
    """The machine's, of the minute before."""


def main() -> int:
    """Print a table; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domains", type=int, default=300)
    parser.add_argument("--workers", default="1,2,3")
    parser.add_argument("--kinds", default="sqlite,postgresql")
    parser.add_argument("--runs", type=int, default=1)
    chosen = parser.parse_args()
    if reasons := obstacles():
        print(f"No lab here: {'; '.join(reasons)}.", file=sys.stderr)
        return 1
    turns = [
        (kind, workers)
        for kind in chosen.kinds.split(",")
        for workers in map(int, chosen.workers.split(","))
        if kind != "sqlite" or workers == 1
    ]
    with lab(chosen.domains, UNBOUND) as laboratory, tempfile.TemporaryDirectory() as scratch:
        print(HEAD)
        for kind, workers in turns * chosen.runs:
            with _copy(kind, laboratory.estate, Path(scratch)) as (url, server):
                one = _measure(laboratory, url, Path(scratch), workers, server)
            print(
                f"| {kind} | {workers} | {one.looks:,} | {one.things:,} | {one.looks / one.parts:.0f} "
                f"| {one.things / one.whole:.1f} | {one.parts:.1f} | {one.whole:.1f} | {one.cpu:.1f} "
                f"| {1000 * one.cpu / one.looks:.1f} | {one.servers_cpu:.1f} | {one.load:.1f} |",
                flush=True,
            )
    return 0


@contextmanager
def _copy(kind: str, estate: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """Lend a database with the estate as it was audited, and the number of its server's first process."""
    if kind == "sqlite":
        copy = folder / "copy.db"
        shutil.copy(estate, copy)
        yield f"sqlite:///{copy}", 0
        for file in folder.glob("copy.db*"):
            file.unlink()
        return
    with temporary_server() as (server, first), server.empty() as url:
        asyncio.run(storage.copy(f"sqlite:///{estate}", url, lambda _: None))
        yield url, first


def _measure(laboratory: Lab, url: str, folder: Path, workers: int, server: int) -> Measured:
    laboratory.counted()
    load = os.getloadavg()[0]
    with Database.open(url) as database:
        asyncio.run(database.write(queue_of(database).install))
        looks = len(due_looks_made(database, clock.now()))
        before, server_before = resource.getrusage(resource.RUSAGE_CHILDREN), _cpu_of(server)
        start = partial(laboratory.worker, url)
        with _held_up(database) as go_on, fleet(start, folder, workers) as crew:
            wait_for(lambda: all(one.is_well for one in crew))
            begun = time.perf_counter()
            go_on()
            wait_for(lambda: _parts_are_over(database))
            parts = time.perf_counter() - begun
            wait_for(lambda: is_rescanned(database) and is_quiet(database))
            whole = time.perf_counter() - begun
            assert end_in_order(crew) == {0}
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        servers_cpu = _cpu_of(server) - server_before
        run = rescan_of(database)
        assert run is not None
        ((things,),) = rows(database, f"SELECT count(*) FROM stand WHERE run = '{run.id}'")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(looks, int(str(things)), parts, whole, cpu, servers_cpu, load)


@contextmanager
def _held_up(database: Database) -> Iterator[Callable[[], None]]:
    """Let nobody begin a rescan while workers only start, until told to go on; one on SQLite goes on at once."""
    if not database.is_server:
        yield lambda: None
        return
    with database._writes.connect() as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(text("LOCK TABLE run IN SHARE ROW EXCLUSIVE MODE"))
        yield connection.rollback


def _cpu_of(server: int) -> float:
    """Return the seconds of a server's first process and of all that it has begun, those that ended too."""
    ticks = 0
    for one in Path("/proc").glob("[0-9]*/stat") if server else ():
        with suppress(OSError):
            said = one.read_text().rpartition(") ")[2].split()
            if int(said[1]) == server:
                ticks += int(said[11]) + int(said[12])
            elif int(one.parent.name) == server:
                ticks += sum(map(int, said[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _parts_are_over(database: Database) -> bool:
    counts = database.read(queue_of(database).picture).counts
    parts = [one for one in counts if one.name == "part"]
    return bool(parts) and all(one.state is JobState.DONE for one in parts)


if __name__ == "__main__":
    sys.exit(main())
