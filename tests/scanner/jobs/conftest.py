"""Queues of both kinds, each in an empty database; and an estate that was audited."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from scanner.database import Database
from scanner.database.engine import Place as Address
from scanner.jobs import Queue
from scanner.jobs.embedded import EmbeddedQueue
from scanner.jobs.fleet import FleetQueue
from tests.internet.lab import obstacles
from tests.peers.postgres import Postgres
from tests.scanner.jobs.estate import audited
from tests.scanner.jobs.lab import Lab, lab
from tests.scanner.jobs.lab_days import Say

DOMAINS = 100
"""Three things each: the domain, its site, its mail."""


class Place(Struct):
    """A queue, and the database that it is in."""

    queue: Queue
    database: Database
    url: str


@pytest.fixture(params=["embedded in sqlite", "embedded in postgresql", "fleet in postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A queue with its tables made, ours in either database and procrastinate's."""
    queue: Queue = FleetQueue() if request.param.startswith("fleet") else EmbeddedQueue()
    if request.param.endswith("sqlite"):
        url = f"sqlite:///{tmp_path}/jobs.db"
        with Database(Address(url)) as database:  # a queue needs no table but its own
            yield _installed(queue, database, url)
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.empty() as url, Database(Address(url)) as database:
        yield _installed(queue, database, url)


def _installed(queue: Queue, database: Database, url: str) -> Place:
    with database._writes.begin() as connection:
        queue.install(connection)
        queue.install(connection)  # the second worker finds them there
    return Place(queue, database, url)


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Lab]:
    """A lab of 4,800 domains that were audited a week ago: 20,280 things. Minutes to make."""
    if reasons := obstacles():
        words = f"The lab cannot be made here: {'; '.join(reasons)}."
        if os.environ.get("CI") == "true":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    with lab(4_800) as one:
        yield one


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """Prints a line among pytest's own, for figures that are worth knowing."""
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    assert terminal is not None
    return terminal.write_line  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file of an estate that was audited three days ago. To be copied, not written."""
    folder = tmp_path_factory.mktemp("estate")
    audited(folder, DOMAINS)
    return folder / "estate.db"
