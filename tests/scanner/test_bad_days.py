"""A rescan on a bad day: the disk full, the clock wrong, the database held. Nothing is lost, nothing told twice."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from scanner.database import Busy, Database, StorageTrouble
from scanner.database.backup import back_up
from scanner.service import due_rescans, requesting
from scanner.service.due_rescans import Rescan, rescan_in
from scanner.service.scanning import Looker, over
from tests.scanner.elsewhere import CLIENT, STUB, Changed, Desk, content, day
from tests.scanner.replayed import Watch
from tests.scanner.test_rescan import changes, rescan

TOLD = [("use_changed", f"site:{STUB}")]


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one audit, and one look at a site that is another since."""
    desk = Desk.at(tmp_path_factory.mktemp("bad_days"))
    desk.audit()
    rescan(desk, 1, Changed(content))
    return _file_of(desk)


@pytest.fixture
def desk(tmp_path: Path, looked_at: Path) -> Desk:
    """An office with that database."""
    desk = Desk.at(tmp_path)
    back_up(f"sqlite:///{looked_at}", _file_of(desk))
    return desk


def _file_of(desk: Desk) -> Path:
    return Path(desk.settings.db.removeprefix("sqlite:///"))


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """Let the system refuse to make a file larger than so many bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 60_000, 120_000, 160_000])
def test_a_full_disk_loses_nothing_and_tells_nothing_twice(desk: Desk, room: int):
    """It is said in one sentence; with room again the next rescan goes on, and keeps one report of it."""
    said = ""
    with no_file_over(room):
        try:
            rescan(desk, 2, Changed(content))
        except (StorageTrouble, OSError) as trouble:
            said = str(trouble)
    assert said
    assert "\n" not in said

    done = rescan(desk, 2.01, Changed(content))
    assert changes(done) == TOLD
    assert changes(rescan(desk, 3, Changed(content))) == []
    assert _copies(desk) == [f"{day(2):%Y-%m-%d}"]
    with Database.open(desk.settings.db) as database:
        assert database.check() == ()


def _copies(desk: Desk) -> list[str]:
    home = Path(desk.settings.out) / CLIENT
    later = {f"{day(2):%Y-%m-%d}", f"{day(2):%Y-%m-%d}-2"}
    return sorted(
        one.name for one in home.iterdir() if one.name in later or one.name.endswith(".part")
    )


@pytest.mark.parametrize("jump", [-1.0, 1.0])
@pytest.mark.parametrize("after", [2, 8])
def test_a_clock_that_jumps_by_a_day_loses_nothing(desk: Desk, jump: float, after: int):
    """In the middle of a rescan, forward or back: what is different is told once, by one of the next."""
    work = due_rescans.rescan_over(
        Changed(content), CLIENT, desk.settings, _jumping(2, jump, after), Watch()
    )
    told = changes(asyncio.run(work))
    for number in (2 + jump + 0.3, 3.1, 4, 5):
        told += changes(rescan(desk, number, Changed(content)))

    assert told == TOLD
    with Database.open(desk.settings.db) as database:
        assert due_rescans.clients_due(desk.settings, lambda: day(7)) == (CLIENT,)
        assert database.check() == ()


def _jumping(begun: float, jump: float, after: int) -> Callable[[], datetime]:
    """A clock that is put right, or wrong, after it was looked at so many times."""
    looks = 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        return day(begun + (jump if looks > after else 0))

    return clock


def test_a_database_that_another_holds_is_busy_and_nothing_is_lost(desk: Desk):
    """Whoever comes too late says so in a sentence, and does it all with the next rescan."""

    def looker(_request: requesting.AuditRequest, fresh: bool) -> Looker:
        return over(Changed(content), desk.settings, lambda: day(2), Watch(), fresh=fresh)

    async def hurried(database: Database) -> Rescan:
        return await rescan_in(database, CLIENT, desk.settings, lambda: day(2), Watch(), looker)

    with Database.open(desk.settings.db) as database:
        hurry = "PRAGMA busy_timeout = 0"
        asyncio.run(database.write(lambda one: one.exec_driver_sql(hurry).close()))
        other = sqlite3.connect(_file_of(desk), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match="try again"):
            asyncio.run(hurried(database))
        other.close()
        assert changes(asyncio.run(hurried(database))) == TOLD
    assert changes(rescan(desk, 3, Changed(content))) == []
