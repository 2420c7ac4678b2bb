"""Worker processes: started, killed, frozen, thawed and stopped by a test."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, text

from probes.kit.target import parse_target
from scanner.database import Database, StorageTrouble
from scanner.discovery import Look
from scanner.evidence import Evidence, Purpose, Run
from scanner.evidence.due import DueBook
from scanner.evidence.made import Pair
from scanner.jobs import queue_of
from scanner.registry import Registry
from scanner.service.due_names import wanted_by
from tests.scanner.jobs.estate import RESCANNED, Registries, Setup

PATIENCE = 300.0
"""Seconds until a test gives up: what it waits for comes within a few, on a busy machine within a minute."""


class Process:
    """One worker's process. What it is at it says itself, at the place where it listens."""

    def __init__(
        self,
        argv: Callable[[str], Sequence[str]],
        log: Path,
        inside: Callable[[], AbstractContextManager[None]] = nullcontext,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the command that `argv` names for a place to listen at, which is met `inside`."""
        self.log_file, self._inside = log, inside
        with inside():
            self._port = _free_port()
        with log.open("w") as stream:
            self._process = subprocess.Popen(
                argv(f"127.0.0.1:{self._port}"), stderr=stream, stdout=stream, env=environment
            )

    @property
    def log(self) -> str:
        """All that it said."""
        return self.log_file.read_text()

    @property
    def is_well(self) -> bool:
        """Whether it says that the database hears it."""
        return self._asked("health")[0] == HTTPStatus.OK

    @property
    def doing(self) -> str:
        """The key of the job that it is at; `idle`; empty where it does not say."""
        status, said = self._asked("health")
        return said.strip() if status == HTTPStatus.OK else ""

    @property
    def lost(self) -> int:
        """How often it came to the end of a job that was another's by then."""
        found = re.search(r'ended_total\{how="lost"\} (\d+)', self._asked("metrics")[1])
        return int(found[1]) if found else 0

    def _asked(self, page: str) -> tuple[int, str]:
        """Ask for a page; status 0 where nobody answers."""
        server = HTTPConnection("127.0.0.1", self._port, timeout=10)
        with self._inside(), closing(server) as connection:
            try:
                connection.request("GET", f"/{page}")
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except (OSError, HTTPException):
                return 0, ""

    def send(self, kind: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(kind)

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        return self._process.wait(PATIENCE)

    def clear(self) -> None:
        """Leave nothing behind."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
        self._process.wait()


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


def on_paper(setup: Setup, log: Path) -> Process:
    """Start a worker over the paper estate."""

    def argv(listen: str) -> list[str]:
        told = msgspec.json.encode(replace(setup, listen=listen)).decode()
        return [sys.executable, "-m", "tests.scanner.jobs.estate_worker", told]

    return Process(argv, log)


@contextmanager
def fleet(start: Callable[[Path], Process], folder: Path, workers: int) -> Iterator[list[Process]]:
    """Run so many workers, each with a log of its own, until the end of the block."""
    processes = [start(folder / f"worker{n}.log") for n in range(workers)]
    try:
        yield processes
    finally:
        for one in processes:
            one.clear()


def setup_of(
    url: str, folder: Path, domains: int, registries: Registries, rate: str, **more: Any
) -> Setup:
    """What workers are told."""
    return Setup(
        url=url,
        out=str(folder / "audits"),
        domains=domains,
        ports=tuple(registries.ports),
        rate=rate,
        desk=registries.desk,
        **more,
    )


def wait_for(what: Callable[[], object], patience: float = PATIENCE) -> None:
    """Return when it is so; fail after a long while."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if what():
                return
        except StorageTrouble:  # the server is just starting again
            pass
        time.sleep(0.05)  # between two looks at other processes: nothing tells of them
    raise AssertionError("it did not come to pass")


def are_at(job: str, processes: Sequence[Process]) -> bool:
    """Whether all of them are at a job of this name."""
    return all(one.doing.startswith(f"{job} ") for one in processes)


def enrolled(database: Database) -> int:
    """How many workers the queue takes for alive."""
    return len(database.read(queue_of(database).picture).workers)


def rescan_of(database: Database) -> Run | None:
    """The rescan of the one client there is."""
    (client,) = Registry(database).clients()
    runs = Evidence(database).runs(client.slug)
    found = [run for run in runs if run.purpose is Purpose.RESCAN]
    assert len(found) < 2
    return found[0] if found else None


def is_rescanned(database: Database) -> bool:
    """Say whether the rescan came to its end."""
    run = rescan_of(database)
    return run is not None and run.finished_at is not None


def is_quiet(database: Database) -> bool:
    """Say whether nothing waits and nothing is being done."""

    def count(connection: Connection) -> int:
        picture = queue_of(database).picture(connection)
        return sum(one.jobs for one in picture.counts if one.state in ("waiting", "running"))

    return database.read(count) == 0


def due_looks_made(database: Database, at: datetime = RESCANNED) -> set[Pair]:
    """The looks of the audit that a rescan of everything that is due by then makes again."""
    evidence = Evidence(database)
    (client,) = Registry(database).clients()
    (base,) = (run for run in evidence.runs(client.slug) if run.purpose is Purpose.AUDIT)
    wanted = wanted_by(DueBook(database).of(client.slug, at))
    return {
        (probe, target)
        for probe, target in evidence.done(base.id)
        if wanted.holds(Look(probe, parse_target(target)))
    }


def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    """What a statement finds."""
    return database.read(lambda c: [tuple(row) for row in c.execute(text(statement))])
