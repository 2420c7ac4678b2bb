"""The schema: made by migrations, equal to the models, never half changed."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import zstandard
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, Text, bindparam, text

import scanner.database.answers
import scanner.database.pace
import scanner.evidence.watch_rows
import scanner.registry.decision_rows
import scanner.registry.notice_rows
import scanner.registry.party_rows
import scanner.registry.renewal_rows
import scanner.registry.rows  # noqa: F401
from probes.kit.net.question import HttpAnswer, HttpQuestion
from probes.kit.net.tape import Exchange
from scanner.database import Database, StorageTrouble
from scanner.database.columns import Utc
from scanner.database.engine import Place, open_engine
from scanner.database.rows import Row
from scanner.database.schema import MIGRATIONS, bring_up_to_date, revision_of, revisions
from scanner.evidence import Evidence


def _difference(database: Database, models: MetaData) -> list[object]:
    def compare(connection: Connection) -> list[object]:
        options = {"compare_type": True, "render_as_batch": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), models))

    return database.read(compare)


def test_migrations_make_what_the_models_say(database_url: str) -> None:
    """After all migrations the schema is the models' schema, and a difference would be noticed."""
    more = MetaData()
    for table in Row.metadata.tables.values():
        table.to_metadata(more)
    Table("forgotten", more, Column("id", Text, primary_key=True))

    with Database.open(database_url) as database:
        assert _difference(database, Row.metadata) == []
        assert len(_difference(database, more)) == 1


def test_opening_again_changes_nothing(database_url: str) -> None:
    """An up-to-date database is opened as it is."""
    Database.open(database_url).close()

    with Database.open(database_url) as database:
        assert database.read(revision_of) == revisions()[-1]
        assert database.check() == ()


def test_a_newer_schema_is_refused(database_url: str) -> None:
    """What a newer version wrote is not touched by an older one."""
    place = Place(database_url)
    with Database.open(database_url):
        engine = open_engine(place, writes=True)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()

    with pytest.raises(StorageTrouble, match=r"newer Revizor .*9999"):
        Database.open(database_url)


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    """A file that holds somebody else's tables gets none of ours."""
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE bookmarks (id)")
    other.close()

    with pytest.raises(StorageTrouble, match="another program's"):
        Database.open(f"sqlite:///{tmp_path}/other.db")


_NOW = revisions()[-1]
_NEXT = f"{int(_NOW) + 1:04d}"
_NOVELTY = """
import sqlalchemy as sa
from alembic import op
revision = "{next}"
down_revision = "{now}"
def upgrade():
    op.create_table("novelty", sa.Column("id", sa.Text(), primary_key=True))
    with op.batch_alter_table("client") as batch:
        batch.add_column(sa.Column("city", sa.Text()))
    {then}
"""


def _next_version(tmp_path: Path, then: str) -> Path:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    novelty = _NOVELTY.format(next=_NEXT, now=_NOW, then=then)
    (folder / f"v{_NEXT}_novelty.py").write_text(novelty)
    return folder


def test_a_file_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    """The copy beside it holds what the file held before."""
    Database.open(f"sqlite:///{tmp_path}/revizor.db").close()
    place = Place(f"sqlite:///{tmp_path}/revizor.db")
    engine = open_engine(place, writes=True)

    bring_up_to_date(place, engine, _next_version(tmp_path, then="pass"))

    with engine.connect() as connection:
        assert revision_of(connection) == _NEXT
    engine.dispose()
    copy = sqlite3.connect(tmp_path / f"revizor.db.before-{_NEXT}")
    assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(_NOW,)]
    copy.close()


def test_a_failed_migration_leaves_the_old_schema(tmp_path: Path, database_url: str) -> None:
    """A migration is done whole or not at all."""
    Database.open(database_url).close()
    place = Place(database_url)
    engine = open_engine(place, writes=True)
    folder = _next_version(tmp_path, then="raise ArithmeticError")

    with pytest.raises(ArithmeticError):
        bring_up_to_date(place, engine, folder)

    engine.dispose()
    with Database.open(database_url) as database:
        assert database.read(revision_of) == _NOW
        assert _difference(database, Row.metadata) == []


def test_exchanges_of_the_first_schema_stay_readable(tmp_path: Path, database_url: str) -> None:
    """With their moments, so that they age out like any other."""
    folder = tmp_path / "migrations"
    later = shutil.ignore_patterns("__pycache__", "v000[2-9]*", "v00[1-9]*", "v0[1-9]*")
    shutil.copytree(MIGRATIONS, folder, ignore=later)
    place = Place(database_url)
    engine = open_engine(place, writes=True)
    bring_up_to_date(place, engine, folder)
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    page = HttpAnswer(200, (), b"<p>Hello" * 1000, False, "192.0.2.1")
    asked = Exchange(HttpQuestion("http://a.ru/"), at, "office", page)
    row = "INSERT INTO exchange (id, at, truncated, body) VALUES (:id, :at, :cut, :body)"
    body = zstandard.ZstdCompressor(level=1).compress(msgspec.msgpack.encode(asked))
    with engine.begin() as connection:
        typed = text(row).bindparams(bindparam("at", type_=Utc))
        connection.execute(typed, {"id": asked.id, "at": at, "cut": False, "body": body})
    engine.dispose()

    with Database.open(database_url) as database:
        evidence = Evidence(database)
        assert evidence.exchange(asked.id) == asked
        assert asyncio.run(evidence.prune_raw(at)) == 0
        assert asyncio.run(evidence.prune_raw(at + timedelta(seconds=1))) == 1


_OPENER = """
import sys
import alembic.operations, alembic.runtime.migration, alembic.script
from scanner.database import Database
print("ready", flush=True)
sys.stdin.readline()
Database.open(sys.argv[1]).close()
"""


def test_processes_that_open_a_new_database_at_once_make_it_once(database_url: str) -> None:
    """Whoever comes second waits for the first."""
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", _OPENER, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    for opener in openers:
        opener.communicate(timeout=60)

    assert [opener.returncode for opener in openers] == [0, 0, 0]
