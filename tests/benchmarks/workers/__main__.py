"""What workers cost and bring: a rescan of a whole estate by one, two and three of them.

python -m tests.benchmarks.workers [--things 3000] [--workers 1,2,3] [--rate 1000/s] [--kinds sqlite,postgresql]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from scanner.database import Database
from scanner.jobs import JobState, queue_of
from scanner.service import storage
from tests.peers import postgres
from tests.scanner.jobs.estate import Registries, audited, plots_of
from tests.scanner.jobs.fleet import (
    at,
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
        print("| database | workers | looks | looks/s | things/s | parts s | whole s | CPU s |")
        print("|---|---|---|---|---|---|---|---|")
        for kind in chosen.kinds.split(","):
            for workers in map(int, chosen.workers.split(",")):
                if kind == "sqlite" and workers > 1:
                    continue
                with _copy(kind, folder) as url:
                    one = _measure(url, folder, domains, workers, chosen.rate)
                looks, things = one.looks / one.parts, domains * THINGS / one.whole
                print(
                    f"| {kind} | {one.workers} | {one.looks:,} | {looks:.0f} | {things:.0f} "
                    f"| {one.parts:.1f} | {one.whole:.1f} | {one.cpu:.1f} |",
                    flush=True,
                )


@contextmanager
def _copy(kind: str, folder: Path) -> Iterator[str]:
    """Lend a database with the estate as it was audited."""
    estate = folder / "estate.db"
    if kind == "sqlite":
        copy = folder / "copy.db"
        shutil.copy(estate, copy)
        yield f"sqlite:///{copy}"
        copy.unlink()
        return
    programs = postgres._programs()
    if programs is None:
        pytest.exit("PostgreSQL is not installed")
    with (
        tempfile.TemporaryDirectory(prefix="revizor-pg-") as place,
        postgres._running(programs, Path(place)) as server,
        server.empty() as url,
    ):
        asyncio.run(storage.copy(f"sqlite:///{estate}", url, lambda _: None))
        yield url


def _measure(url: str, folder: Path, domains: int, workers: int, rate: str) -> Measured:
    registries = Registries(plots_of(domains), servers=3)
    gate = folder / "gate"
    gate.unlink(missing_ok=True)
    shutil.rmtree(folder / "audits", ignore_errors=True)
    with registries.open(), Database.open(url) as database:
        asyncio.run(database.write(queue_of(database).install))
        looks = len(due_looks_made(database))
        setup = setup_of(url, folder, domains, registries, rate, gate=str(gate))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with fleet(setup, folder, workers) as processes:
            wait_for(lambda: len(at("part", database, processes)) == workers)
            begun = time.perf_counter()
            gate.touch()
            wait_for(lambda: _parts_are_over(database))
            parts = time.perf_counter() - begun
            wait_for(lambda: is_rescanned(database) and is_quiet(database))
            whole = time.perf_counter() - begun
            for one in processes:
                one.send(signal.SIGTERM)
            assert {one.ended() for one in processes} == {0}
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(workers, looks, parts, whole, cpu)


def _parts_are_over(database: Database) -> bool:
    counts = database.read(queue_of(database).picture).counts
    left = [one for one in counts if one.name == "part" and one.state is not JobState.DONE]
    return not left


if __name__ == "__main__":
    main()
