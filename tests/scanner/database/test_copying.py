"""A database is copied whole or not at all, from either kind into either, and can be gone on with."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text, update

from scanner.assets import Asset, Kind, Money, Ownership, Price, Use
from scanner.database import Busy, Database, StorageTrouble
from scanner.database.answers import SqlAnswers
from scanner.database.backup import back_up
from scanner.database.copying import copy_all
from scanner.database.rows import Row
from scanner.jobs.queue import queue_of
from scanner.registry import Client, Incoming, Registry
from scanner.registry.rows import OBJECT
from scanner.service import storage
from scanner.settings import Settings

AT = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
THINGS = tuple(
    Incoming(
        asset=Asset(Kind.DOMAIN, f"romashka{number}.ru"),
        ownership=Ownership.CONFIRMED,
        use=Use.USED,
        state="active_web",
        display_name="ромашка \U0001f33c",
        paid_until=date(2026, 8, 1),
        cost=Price(Money(Decimal("199.90"), "RUB"), 12),
        facts={"share": 1.0, "nested": {"b": [1, 2.5, None], "a": "\u2028"}, "holder": "ООО"},
    )
    for number in range(1_203)
)


def fill(url: str) -> None:
    """Put a client with things into a database."""

    async def work(database: Database) -> None:
        registry = Registry(database)
        await registry.ensure_client(Client("romashka", "ООО Ромашка"), AT)
        await registry.receive("romashka", "run1", THINGS, AT)
        await SqlAnswers(database).keep("whois.iana.org ru", b"\x00\xff", AT.timestamp() + 0.1)

    with Database.open(url) as database:
        asyncio.run(work(database))


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[str]:
    """The URL of an empty database of the other kind than `database_url`."""
    if database_url.startswith("postgresql"):
        yield f"sqlite:///{tmp_path}/there.db"
        return
    with request.getfixturevalue("postgres").empty() as url:
        yield url


def copied(source: str, target: str) -> str:
    """Copy, saying nothing."""
    return asyncio.run(storage.copy(source, target, lambda _: None))


def contents(url: str) -> Any:
    """Everything of the registry, as its readers see it."""
    with Database.open(url) as database:
        registry = Registry(database)
        things = registry.objects("romashka")
        return registry.clients(), things, registry.history(things[0].id)


def test_everything_arrives_and_work_goes_on(database_url: str, empty_url: str) -> None:
    """Values are equal on the other side, and new rows get new numbers."""
    fill(database_url)

    said = copied(database_url, empty_url)

    assert "registry_object" in said
    assert f"{len(THINGS):,}" in said
    assert contents(database_url) == contents(empty_url)
    more = Incoming(asset=Asset(Kind.DOMAIN, "kalina.ru"), use=Use.USED, state="active_web")
    with Database.open(empty_url) as there:
        asyncio.run(Registry(there).receive("romashka", "run2", [more], AT))
        numbers = there.read(lambda one: list(one.scalars(select(OBJECT.c.id))))
    assert len(set(numbers)) == len(THINGS) + 1


def test_there_and_back_is_the_same(database_url: str, empty_url: str, tmp_path: Path) -> None:
    """The hashes of a copy's copy are those of the first."""
    fill(database_url)
    back = f"sqlite:///{tmp_path}/back.db"
    here = copied(database_url, empty_url).splitlines()[:-1]

    assert copied(empty_url, back).splitlines()[:-1] == here


def test_work_in_hand_stays_behind(database_url: str, empty_url: str) -> None:
    """A database that workers used is copied like any other; the new one begins a queue of its own."""
    fill(database_url)
    with Database.open(database_url) as database:
        asyncio.run(database.write(queue_of(database).install))

    said = copied(database_url, empty_url)

    assert "queue_" not in said
    assert "procrastinate_" not in said
    assert contents(database_url) == contents(empty_url)


def test_what_took_a_things_place_may_be_the_later_one(database_url: str, empty_url: str) -> None:
    """It mostly is: rows of one table point to one another in either direction."""
    fill(database_url)
    with Database.open(database_url) as database:
        first, second = (thing.id for thing in Registry(database).objects("romashka")[:2])
        for old, new in ((first, second), (second, first)):
            taken = update(OBJECT).where(OBJECT.c.id == old).values(replaced_by=new)
            asyncio.run(database.write(lambda one, taken=taken: one.execute(taken)))

    copied(database_url, empty_url)

    assert contents(database_url) == contents(empty_url)


def test_a_table_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """What it means cannot be known, so nothing is left behind in silence."""
    fill(here := f"sqlite:///{tmp_path}/here.db")
    with closing(sqlite3.connect(tmp_path / "here.db")) as connection:
        connection.execute("CREATE TABLE stranger (id integer)")

    with pytest.raises(StorageTrouble, match="stranger"):
        copied(here, f"sqlite:///{tmp_path}/there.db")


def test_a_target_that_holds_anything_is_refused(database_url: str, empty_url: str) -> None:
    """Nothing of it changes, and nothing is added."""
    fill(database_url)
    fill(empty_url)
    before = contents(empty_url)

    with pytest.raises(StorageTrouble, match="empty database"):
        copied(database_url, empty_url)
    assert contents(empty_url) == before


def test_what_is_cut_off_leaves_an_empty_target(database_url: str, empty_url: str) -> None:
    """And the next try succeeds."""
    fill(database_url)

    def say(told: str) -> None:
        if told.startswith("registry_object"):
            raise OSError("cut off")

    with pytest.raises(OSError, match="cut off"):
        asyncio.run(storage.copy(database_url, empty_url, say))
    with Database.open(empty_url) as there:
        assert Registry(there).clients() == ()
    assert "registry_object" in copied(database_url, empty_url)


def test_what_does_not_arrive_whole_is_not_copied(database_url: str, empty_url: str) -> None:
    """A row that is changed on the way is noticed by its hash."""
    fill(database_url)
    with Database.open(database_url) as here, Database.open(empty_url) as there:

        def spoil(connection: Connection) -> None:
            if connection.dialect.name == "sqlite":
                connection.execute(text(_SQLITE_SPOILER))
            else:
                connection.execute(text(_POSTGRESQL_SPOILER))
                connection.execute(text(_POSTGRESQL_TRIGGER))

        asyncio.run(there.write(spoil))
        with pytest.raises(StorageTrouble, match="did not arrive as it was"):
            asyncio.run(copy_all(here, there, lambda _: None))
        assert Registry(there).clients() == ()


_SQLITE_SPOILER = (
    "CREATE TRIGGER spoil AFTER INSERT ON client BEGIN UPDATE client SET name = 'x'; END"
)
_POSTGRESQL_SPOILER = (
    "CREATE FUNCTION spoil() RETURNS trigger AS $$ BEGIN NEW.name := 'x'; RETURN NEW; END $$ "
    "LANGUAGE plpgsql"
)
_POSTGRESQL_TRIGGER = (
    "CREATE TRIGGER spoil BEFORE INSERT ON client FOR EACH ROW EXECUTE FUNCTION spoil()"
)


def test_nobody_works_on_what_is_copied(database_url: str, empty_url: str) -> None:
    """An audit under way would be lost."""
    fill(database_url)

    with Database.open(database_url) as here, here.lock("audit romashka"), pytest.raises(Busy):
        copied(database_url, empty_url)


def test_every_table_is_known_to_the_copy(database_url: str) -> None:
    """None is forgotten when one is added."""
    with Database.open(database_url) as database:
        present = database.read(lambda connection: set(inspect(connection).get_table_names()))

    assert present - {"alembic_version"} == set(Row.metadata.tables)


@pytest.mark.parametrize("url", ["sqlite:///{}/nothing.db", "sqlite:///{}/other.db"])
def test_what_is_no_database_of_ours_is_not_copied(tmp_path: Path, url: str) -> None:
    """Neither what is not there, nor another program's."""
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE bookmarks (id)")
    other.close()
    ours = f"sqlite:///{tmp_path}/ours.db"
    fill(ours)

    with pytest.raises(StorageTrouble, match="no Revizor database"):
        copied(url.format(tmp_path), f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(StorageTrouble, match="another program's"):
        copied(ours, f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(StorageTrouble, match="same database"):
        copied(ours, ours)


def test_a_backup_is_whole_while_others_write(tmp_path: Path) -> None:
    """It holds what was committed, opens by itself, and only its owner reads it."""
    url = f"sqlite:///{tmp_path}/revizor.db"
    fill(url)
    copy = tmp_path / "copy.db"

    async def story(database: Database) -> None:
        slow = asyncio.to_thread(back_up, url, copy)
        more = Incoming(asset=Asset(Kind.DOMAIN, "kalina.ru"), use=Use.USED, state="active_web")
        await asyncio.gather(slow, Registry(database).receive("romashka", "run2", [more], AT))

    with Database.open(url) as database:
        asyncio.run(story(database))

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not copy.with_name("copy.db-wal").exists()
    with Database.open(f"sqlite:///{copy}") as found:
        assert found.check() == ()
        assert len(Registry(found).objects("romashka")) in (len(THINGS), len(THINGS) + 1)


def test_a_backup_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """No database, a name that is taken, a damaged file, PostgreSQL."""
    url = f"sqlite:///{tmp_path}/revizor.db"
    with pytest.raises(StorageTrouble, match="no such database"):
        back_up(url, tmp_path / "copy.db")
    fill(url)
    (tmp_path / "taken.db").touch()
    with pytest.raises(StorageTrouble, match="another name"):
        back_up(url, tmp_path / "taken.db")
    with pytest.raises(StorageTrouble, match="pg_dump"):
        back_up("postgresql://office/revizor", tmp_path / "copy.db")
    with (tmp_path / "revizor.db").open("r+b") as file:
        file.seek(40_000)
        file.write(b"\xff" * 20_000)
    with pytest.raises(StorageTrouble, match=r"damaged|failed"):
        back_up(url, tmp_path / "copy.db")
    assert list(tmp_path.glob("copy.db*")) == []


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path) -> None:
    """And no half of a copy is left."""
    url = f"sqlite:///{tmp_path}/revizor.db"
    fill(url)
    with Database.open(url) as here, Database.open(f"sqlite:///{tmp_path}/small.db") as there:
        asyncio.run(there.write(lambda one: one.exec_driver_sql("PRAGMA max_page_count = 40")))
        with pytest.raises(StorageTrouble, match="the disk is full"):
            asyncio.run(copy_all(here, there, lambda _: None))


def test_upgrade_and_check_say_how_things_stand(tmp_path: Path) -> None:
    """In one line each."""
    settings = Settings(db=f"sqlite:///{tmp_path}/revizor.db")

    assert "made, with schema" in storage.upgrade(settings)
    assert "current" in storage.upgrade(settings)
    assert "sound" in storage.check(settings)
    said = storage.backup(None, settings, lambda: AT)
    assert "revizor.db.20260301-093015.backup" in said
