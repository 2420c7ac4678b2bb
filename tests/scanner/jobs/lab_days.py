"""A bad day in the lab: three workers on PostgreSQL rescan real servers; killed, frozen, the database stopped."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scanner.database import Database
from scanner.jobs import queue_of
from scanner.service import clock
from tests.scanner.jobs.aftermath import (
    Aftermath,
    Scale,
    Server,
    end_in_order,
    found,
    freeze_who_judges,
    put_tasks,
)
from tests.scanner.jobs.fleet import (
    Process,
    are_at,
    due_looks_made,
    enrolled,
    fleet,
    rescan_of,
    rows,
    wait_for,
)
from tests.scanner.jobs.lab import RATES, Lab

Say = Callable[[str], None]
FIRST, LATER = 0.05, 0.4
"""Shares of the looks that are made when a worker dies, and when the database is stopped."""


def scale_of(lab: Lab) -> Scale:
    """What there is to do in a lab."""
    domains = len(lab.world.firms)
    return Scale(
        name="lab",
        domains=domains,
        things=int(4.2 * domains),
        hosts=2 * domains,
        rates={server: rate / 60 for server, rate in RATES.items()},
        seconds=40,
        patience=900 + domains,
    )


def bad_day(lab: Lab, url: str, server: Server, folder: Path, say: Say) -> Aftermath:
    """Kill one worker, freeze another, stop the server, start it, thaw, freeze the one that judges, thaw it."""
    scale, counted, begun = scale_of(lab), lab.counted(), Begun()
    with Database.open(url) as database:
        asyncio.run(database.write(queue_of(database).install))
        by = clock.now()
        wanted = due_looks_made(database, by)
        reached = partial(has_made, database, wanted=len(wanted))
        with fleet(partial(lab.worker, url), folder, 3) as workers:
            killed, frozen, alive = workers
            wait_for(lambda: are_at("part", workers))
            wait_for(lambda: reached(FIRST), scale.patience)
            _freeze_at_a_part(database, killed)
            put_tasks(database)
            killed.send(signal.SIGKILL)
            _freeze_at_a_part(database, frozen)
            wait_for(lambda: enrolled(database) == 1, scale.patience)
            wait_for(lambda: reached(LATER), scale.patience)
            server.stop()
            wait_for(lambda: not alive.is_well)
            server.start()
            wait_for(lambda: alive.is_well)
            frozen.send(signal.SIGCONT)
            wait_for(lambda: frozen.is_well and frozen.lost)
            freeze_who_judges(database, [frozen, alive], lambda: None, scale.patience)
            codes = end_in_order([frozen, alive])
        survivors = {"frozen": frozen, "alive": alive}
        made = found(
            scale, database, wanted, by, counted.asked, counted.visits, lab.receiver,
            survivors, codes,
        )  # fmt: skip
    say(f"PostgreSQL, {begun.told(len(made.standings), len(wanted))}; {counted.told()}")
    return made


class Begun:
    """When and with what load something began."""

    def __init__(self) -> None:
        """It begins now."""
        self._at, self._load = time.monotonic(), os.getloadavg()[0]
        self._cpu = _cpu_of_children()

    def told(self, things: int, looks: int) -> str:
        """What it took since, for a person."""
        wall, cpu = time.monotonic() - self._at, _cpu_of_children() - self._cpu
        return (
            f"{things:,} things, {looks:,} looks: {wall:,.0f} s by the clock, {cpu:,.0f} s of CPU of the "
            f"workers; load {self._load:.1f} before, {os.getloadavg()[0]:.1f} after"
        )


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def has_made(database: Database, share: float, wanted: int) -> bool:
    """Whether so much of the rescan is made."""
    run = rescan_of(database)
    if run is None:
        return False
    ((count,),) = rows(database, f"SELECT count(*) FROM observation WHERE run = '{run.id}'")
    return int(str(count)) >= share * wanted


def _freeze_at_a_part(database: Database, worker: Process) -> None:
    """Stop it when it surely has a part under way."""

    def is_caught() -> bool:
        worker.send(signal.SIGSTOP)
        number = int(re.findall(r"worker (\d+) begins", worker.log)[-1])
        seen = database.read(queue_of(database).picture).workers
        if any(one.id == number and one.job.startswith("part ") for one in seen):
            return True
        worker.send(signal.SIGCONT)
        return False

    wait_for(is_caught)
