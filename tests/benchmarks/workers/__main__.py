"""What workers cost and bring: a rescan of a whole estate by one, two and three of them.

python -m tests.benchmarks.workers [--things 3000] [--workers 1,2,3] [--rate 1000/s] [--kinds sqlite,postgresql]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from scanner.database import Database
from scanner.jobs import JobState, queue_of
from scanner.service import storage
from tests.peers.postgres import temporary_server
from tests.scanner.jobs.estate import Registries, Stops, audited, plots_of
from tests.scanner.jobs.fleet import (
    are_at,
    due_looks_made,
    fleet,
    is_quiet,
    is_rescanned,
    setup_of,
    wait_for,
)

THINGS = 3
"""Of a domain: itself, its site, its mail."""


class Measured(Struct):
    """One run."""

    workers: int
    looks: int
    parts: float
    """Seconds until the last part was over."""
    whole: float
    """Seconds until everything was judged and told."""
    cpu: float
    """Seconds of all workers, their start among it."""
    servers_cpu: float
    """Seconds of PostgreSQL; 0 for SQLite, which is part of the worker."""


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=3_000)
    parser.add_argument("--workers", default="1,2,3")
    parser.add_argument("--rate", default="1000/s", help="of each of three registries")
    parser.add_argument("--kinds", default="sqlite,postgresql")
    chosen = parser.parse_args()
    domains = chosen.things // THINGS
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        audited(folder, domains)
        print(
            "| database | workers | looks | looks/s | things/s | parts s | whole s | CPU s | server's |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for kind in chosen.kinds.split(","):
            for workers in map(int, chosen.workers.split(",")):
                if kind == "sqlite" and workers > 1:
                    continue
                with _copy(kind, folder) as (url, server):
                    one = _measure(url, folder, domains, workers, chosen.rate, server)
                looks, things = one.looks / one.parts, domains * THINGS / one.whole
                print(
                    f"| {kind} | {one.workers} | {one.looks:,} | {looks:.0f} | {things:.0f} "
                    f"| {one.parts:.1f} | {one.whole:.1f} | {one.cpu:.1f} "
                    f"| {one.servers_cpu:.1f} |",
                    flush=True,
                )


@contextmanager
def _copy(kind: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Lend a database with the estate as it was audited, and the number of its server's first process."""
    estate = folder / "estate.db"
    if kind == "sqlite":
        copy = folder / "copy.db"
        shutil.copy(estate, copy)
        yield f"sqlite:///{copy}", 0
        copy.unlink()
        return
    with temporary_server() as (server, first), server.empty() as url:
        asyncio.run(storage.copy(f"sqlite:///{estate}", url, lambda _: None))
        yield url, first


def _measure(
    url: str, folder: Path, domains: int, workers: int, rate: str, server: int
) -> Measured:
    registries, stops = Registries(plots_of(domains), servers=3), Stops(folder / "stops")
    stops.put(0)
    shutil.rmtree(folder / "audits", ignore_errors=True)
    with registries.open(), Database.open(url) as database:
        asyncio.run(database.write(queue_of(database).install))
        looks = len(due_looks_made(database))
        setup = setup_of(url, folder, domains, registries, rate, stops=str(folder / "stops"))
        before, server_before = resource.getrusage(resource.RUSAGE_CHILDREN), _cpu_of(server)
        with fleet(setup, folder, workers) as processes:
            wait_for(lambda: are_at("part", processes))
            begun = time.perf_counter()
            stops.open(0)
            wait_for(lambda: _parts_are_over(database))
            parts = time.perf_counter() - begun
            wait_for(lambda: is_rescanned(database) and is_quiet(database))
            whole = time.perf_counter() - begun
            for one in processes:
                one.send(signal.SIGTERM)
            assert {one.ended() for one in processes} == {0}
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        servers_cpu = _cpu_of(server) - server_before
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(workers, looks, parts, whole, cpu, servers_cpu)


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
    left = [one for one in counts if one.name == "part" and one.state is not JobState.DONE]
    return not left


if __name__ == "__main__":
    main()
