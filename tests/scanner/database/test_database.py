"""Writing, reading, locking: the same promises in SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from scanner.database import Busy, Database, StorageTrouble
from scanner.database.columns import Exact, Utc, Word
from scanner.database.engine import Place, open_engine
from scanner.database.writer import Writer
from tests.peers.postgres import Postgres


class Colour(StrEnum):
    """Some vocabulary."""

    RED = "red"
    BLUE = "blue"


THING = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Utc),
    Column("amount", Exact),
    Column("colour", Word(Colour)),
    Column("raw", LargeBinary),
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with a table to play with."""
    with Database.open(database_url) as opened:
        asyncio.run(opened.write(THING.create))
        yield opened


def _add(number: int) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        connection.execute(THING.insert().values(id=number))
        return number

    return work


def _numbers(connection: Connection) -> list[int]:
    return list(connection.scalars(select(THING.c.id).order_by(THING.c.id)))


def test_a_failing_job_takes_nothing_with_it(database: Database) -> None:
    """Jobs of one commit: those that fail are undone and say why, the others are stored."""

    def fail(connection: Connection) -> None:
        _add(100)(connection)
        raise ArithmeticError("on purpose")

    async def run() -> list[object]:
        jobs = [database.write(_add(number % 8)) for number in range(9)]
        return await asyncio.gather(*jobs, database.write(fail), return_exceptions=True)

    *numbers, double, failed = asyncio.run(run())

    assert numbers == list(range(8))
    assert isinstance(double, IntegrityError)
    assert isinstance(failed, ArithmeticError)
    assert database.read(_numbers) == list(range(8))


def test_what_was_awaited_is_committed(database: Database, database_url: str) -> None:
    """Another process would see it."""
    asyncio.run(database.write(_add(1)))

    with Database.open(database_url) as other:
        assert other.read(_numbers) == [1]


def test_readers_do_not_wait_for_the_writer(database: Database) -> None:
    """A reader sees the last commit while a transaction is open."""

    def write_and_look(connection: Connection) -> list[int]:
        _add(1)(connection)
        return database.read(_numbers)

    assert asyncio.run(database.write(write_and_look)) == []
    assert asyncio.run(database.read_async(_numbers)) == [1]


def test_readers_cannot_write(database: Database) -> None:
    """Only the writer writes."""
    with pytest.raises((DBAPIError, StorageTrouble)):
        database.read(_add(1))

    assert database.read(_numbers) == []


def test_jobs_in_no_hurry_share_a_commit(database_url: str) -> None:
    """They wait for each other, until one comes that cannot wait, or the end."""
    engine = open_engine(Place(database_url), writes=True)
    writer = Writer(engine, "here", gathering=60.0)

    def transaction(connection: Connection) -> object:
        return connection.get_transaction()

    waiting = [writer.submit(transaction, hurry=False) for _ in range(3)]
    hurried = writer.submit(transaction)
    shared = {one.result(30) for one in (*waiting, hurried)}
    last = writer.submit(transaction, hurry=False)
    writer.close()
    engine.dispose()

    assert len(shared) == 1
    assert last.result(30) not in shared


def test_closing_writes_what_is_queued(database_url: str) -> None:
    """Nothing that was handed over is forgotten."""

    async def hand_over(database: Database) -> None:
        jobs = [asyncio.ensure_future(database.write(_add(number))) for number in range(50)]
        await asyncio.sleep(0)
        database.close()
        await asyncio.gather(*jobs)

    with Database.open(database_url) as opened:
        asyncio.run(opened.write(THING.create))
        asyncio.run(hand_over(opened))

    with Database.open(database_url) as again:
        assert again.read(_numbers) == list(range(50))


def test_a_job_cancelled_before_its_turn_is_not_run(database: Database) -> None:
    """Who gave up waiting gets nothing written, and nobody else is hurt."""
    gate = threading.Event()

    async def run() -> None:
        slow = asyncio.ensure_future(database.write(lambda _: gate.wait(30)))
        given_up = asyncio.ensure_future(database.write(_add(1)))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        gate.set()
        await slow
        await database.write(_add(2))

    asyncio.run(run())

    assert 2 in database.read(_numbers)


def test_values_come_back_as_they_went_in(database: Database) -> None:
    """Moments keep their instant, amounts their digits, words their vocabulary."""
    moscow = datetime(2026, 3, 1, 12, 30, 0, 123456, timezone(timedelta(hours=3)))
    amount = Decimal("12345678901234567890.1234567890")
    row = THING.insert().values(id=1, at=moscow, amount=amount, colour=Colour.BLUE)
    asyncio.run(database.write(lambda connection: connection.execute(row)))

    found = database.read(lambda connection: connection.execute(select(THING)).one())

    assert found.at == moscow
    assert found.at.tzinfo is UTC
    assert str(found.amount) == str(amount)
    assert found.colour is Colour.BLUE


@pytest.mark.parametrize(
    "values",
    [
        {"at": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"amount": Decimal("NaN")},
        {"colour": "green"},
    ],
)
def test_values_without_meaning_are_refused(database: Database, values: dict[str, object]) -> None:
    """A moment without a zone, an amount that is none, a word nobody knows."""
    row = THING.insert().values(id=1, **values)

    with pytest.raises(Exception, match=r"zone|amount|Colour"):
        asyncio.run(database.write(lambda connection: connection.execute(row)))

    assert database.read(_numbers) == []


def test_one_holder_of_a_lock(database: Database, database_url: str) -> None:
    """A second one is told at once that it is busy; other names are free."""
    with Database.open(database_url) as other:
        with database.lock("audit romashka"):
            with pytest.raises(Busy, match="romashka"), other.lock("audit romashka"):
                pass
            with pytest.raises(Busy), database.lock("audit romashka"):
                pass
            with other.lock("audit vasilek"):
                pass
        with other.lock("audit romashka"):
            pass


def test_a_killed_holder_frees_its_lock(database: Database, database_url: str) -> None:
    """A lock never outlives its process."""
    program = (
        "import sys\nfrom scanner.database import Database\n"
        "with Database.open(sys.argv[1]).lock('x'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy), database.lock("x"):
            pass
        holder.kill()
        holder.wait(30)

    for _ in range(1000):  # the server notices the death of its client in its own time
        try:
            with database.lock("x"):
                return
        except Busy:
            continue
    pytest.fail("the lock outlived its holder")


def _pragma(database: Database, pragma: str) -> None:
    asyncio.run(database.write(lambda connection: connection.exec_driver_sql(pragma).close()))


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """The writer says what to do, keeps what was committed, and goes on when there is room."""
    with Database.open(f"sqlite:///{tmp_path}/revizor.db") as database:
        asyncio.run(database.write(THING.create))
        asyncio.run(database.write(_add(1)))
        pages = database.read(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
        _pragma(database, f"PRAGMA max_page_count = {pages + 2}")
        big = THING.insert().values(id=2, raw=bytes(100_000))

        async def fill() -> list[object]:
            jobs = [database.write(lambda c: c.execute(big)), database.write(_add(3))]
            return await asyncio.gather(*jobs, return_exceptions=True)

        first = asyncio.run(fill())[0]
        assert isinstance(first, StorageTrouble)
        assert "disk is full" in str(first)
        assert 2 not in database.read(_numbers)
        assert database.check() == ()
        _pragma(database, "PRAGMA max_page_count = 100000")
        asyncio.run(database.write(_add(4)))
        assert {1, 4} <= set(database.read(_numbers))


def test_a_held_database_is_busy(tmp_path: Path) -> None:
    """Another program inside a long write is a reason to come back later."""
    with Database.open(f"sqlite:///{tmp_path}/revizor.db") as database:
        _pragma(database, "PRAGMA busy_timeout = 0")
        other = sqlite3.connect(tmp_path / "revizor.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(Busy, match="try again"):
            asyncio.run(database.write(_add(1)))

        other.close()
        asyncio.run(database.write(THING.create))


def test_a_deadlock_is_tried_again(postgres: object, request: pytest.FixtureRequest) -> None:
    """Two writers that wait for each other both get their work done."""
    with postgres.empty() as url, Database.open(url) as one, Database.open(url) as two:  # type: ignore[attr-defined]
        asyncio.run(one.write(THING.create))
        for number in (1, 2):
            asyncio.run(one.write(_add(number)))
        both_hold_one = threading.Barrier(2)
        tries: list[int] = []

        def take(first: int, second: int) -> Callable[[Connection], None]:
            met = threading.Event()

            def work(connection: Connection) -> None:
                tries.append(first)
                row = THING.update().where(THING.c.id == first)
                connection.execute(row.values(raw=b"1"))
                if not met.is_set():
                    met.set()
                    both_hold_one.wait(30)
                connection.execute(THING.update().where(THING.c.id == second).values(raw=b"2"))

            return work

        async def run() -> None:
            await asyncio.gather(one.write(take(1, 2)), two.write(take(2, 1)))

        asyncio.run(run())

        assert len(tries) >= 3


def test_a_writer_that_was_frozen_holds_its_rows_no_longer_than_a_minute(
    postgres: Postgres,
) -> None:
    """The server breaks off a transaction in which nothing comes; who waits for a row gives up sooner."""
    with postgres.empty() as url, Database.open(url) as database:

        def said(setting: str) -> object:
            return asyncio.run(database.write(lambda c: c.scalar(text(f"SHOW {setting}"))))

        assert said("idle_in_transaction_session_timeout") == "1min"
        assert said("lock_timeout") == "30s"


def test_a_damaged_server_is_said_by_the_check(postgres: Postgres) -> None:
    """It reads every value of every table, as the server does when it finds a broken page."""
    broken = """
        CREATE TABLE broken (x int);
        INSERT INTO broken VALUES (1);
        CREATE FUNCTION read_it(broken) RETURNS text LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'invalid page in block 0' USING ERRCODE = 'data_corrupted'; END
        $$;
        CREATE CAST (broken AS text) WITH FUNCTION read_it(broken);
    """
    with postgres.empty() as url, Database.open(url) as database:
        assert database.check() == ()
        asyncio.run(database.write(lambda c: c.connection.cursor().execute(broken) and None))

        with pytest.raises(StorageTrouble, match=r"data are damaged.*invalid page in block 0"):
            database.check()


def test_a_password_is_never_said() -> None:
    """Wherever it stands in the address."""
    for url in ("postgresql://u:s3cr3t@h/x", "postgresql://u@/x?host=/run/pg&password=s3cr3t"):
        assert "s3cr3t" not in Place(url).name
    assert Place("postgresql://u@/x?host=/run/pg&password=s3cr3t").name.endswith("host=%2Frun%2Fpg")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://root@localhost/x", "not supported"),
        ("sqlite://", "needs a file"),
        ("sqlite:////no/such/folder/revizor.db", "folder exists"),
        ("postgresql://me:secret@/x?host=/no/such/folder", "cannot be reached"),
    ],
)
def test_a_place_that_cannot_be_used_is_explained(url: str, says: str) -> None:
    """The sentence says what to check and never shows a password."""
    with pytest.raises(StorageTrouble, match=says) as caught:
        Database.open(url)

    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    """A wrong --db never destroys a file."""
    (tmp_path / "letter.txt").write_text("Dear client, " * 1000)

    with pytest.raises(StorageTrouble, match="not a Revizor database"):
        Database.open(f"sqlite:///{tmp_path}/letter.txt")

    assert (tmp_path / "letter.txt").read_text().startswith("Dear client")


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """It will hold a client's papers."""
    Database.open(f"sqlite:///{tmp_path}/revizor.db").close()

    assert (tmp_path / "revizor.db").stat().st_mode & 0o077 == 0


_STRANGER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("INSERT INTO thing (id) VALUES (2)")
connection.commit()
connection.close()
"""
"""A program that ends: the last to leave an SQLite database takes its log away."""


def test_a_second_opening_takes_no_locks_from_the_first(tmp_path: Path) -> None:
    """Or another process would take itself for the last one, and the first one's next words would be lost."""
    file = tmp_path / "revizor.db"
    with Database.open(f"sqlite:///{file}") as first:
        asyncio.run(first.write(THING.create))
        asyncio.run(first.write(_add(1)))
        Database.open(f"sqlite:///{file}").close()

        subprocess.run([sys.executable, "-c", _STRANGER, file], check=True, timeout=60)

        assert file.with_name("revizor.db-wal").exists()
        asyncio.run(first.write(_add(3)))
        assert first.read(_numbers) == [1, 2, 3]
    with Database.open(f"sqlite:///{file}") as later:
        assert later.read(_numbers) == [1, 2, 3]
