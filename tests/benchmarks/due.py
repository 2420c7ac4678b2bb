"""What choosing costs: which of 100,000 things are due, and for whom; its time, CPU and memory.

python -m tests.benchmarks.due [--things 100000] [--clients 100] [--db URL]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner.assets import Use
from scanner.database import Database
from scanner.evidence.due import Due, DueBook
from scanner.verdicts.cadence import Known, LookKind, next_registration, next_use

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def main() -> None:
    """Fill a database and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--db", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.db or f"sqlite:///{folder}/due.db"
        with Database.open(url) as database:
            _measure(DueBook(database), chosen.things, chosen.clients)


def _measure(book: DueBook, things: int, clients: int) -> None:
    names = [f"client{number}" for number in range(clients)]
    print("| | s | CPU s | MiB at most | found |")
    print("|---|---|---|---|---|")

    def fill() -> int:
        for name in names:
            asyncio.run(book.replace(name, _dues(name, things // clients)))
        return things

    early, late = NOW - timedelta(days=2), NOW + timedelta(days=2)
    _row(f"planning {things:,} things of {clients} clients", fill)
    _row("who has anything due: nobody", lambda: len(book.clients(early)))
    _row("who has anything due: everybody", lambda: len(book.clients(late)))
    _row("when something comes due first", lambda: int(book.next_at() is not None))
    _row(
        "everything that is due, thing by thing",
        lambda: sum(1 for name in names for _ in book.of(name, late)),
    )


def _dues(client: str, count: int) -> list[Due]:
    dues = []
    for number in range(count):
        name = f"{client}-{number}.ru"
        known = Known(client=client, thing=f"site:{name}", looked_at=NOW, use=Use.USED)
        dues.append(Due(known.thing, LookKind.USE, next_use(known), (name, f"www.{name}")))
        if number % 3 == 0:
            at = next_registration(client, name, NOW, timedelta(days=7))
            dues.append(Due(f"domain:{name}", LookKind.REGISTRATION, at, (name,)))
    return dues


def _row(what: str, work: Callable[[], Any]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    tracemalloc.start()  # slows everything down: the time is another run's
    work()
    most = tracemalloc.get_traced_memory()[1] / 1_048_576
    tracemalloc.stop()
    print(f"| {what} | {wall:.2f} | {cpu:.2f} | {most:.1f} | {found:,} |")


if __name__ == "__main__":
    main()
