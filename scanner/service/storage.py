"""The database as a thing to look after: bring it up to date, check it, copy it, move it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import inspect

import scanner.database.answers
import scanner.database.pace
import scanner.evidence.rows
import scanner.evidence.watch_rows
import scanner.registry.decision_rows
import scanner.registry.notice_rows
import scanner.registry.party_rows
import scanner.registry.renewal_rows
import scanner.registry.rows  # noqa: F401
from scanner.database import Database, StorageTrouble
from scanner.database.backup import back_up
from scanner.database.copying import Copied, copy_all
from scanner.database.engine import Place, open_engine
from scanner.database.schema import revision_of, revisions
from scanner.registry import Registry
from scanner.runs.look import Clock
from scanner.settings import Settings


def upgrade(settings: Settings) -> str:
    """Bring the schema up to date; say what it was, and where the copy made before lies."""
    place = Place(settings.db)
    before, head = _revision(place), revisions()[-1]
    Database.open(settings.db).close()
    if before == head:
        return f"{place.name}: the schema is {head}, which is current."
    if before is None:
        return f"{place.name}: made, with schema {head}."
    copy = f" A copy as it was lies in {place.file}.before-{head}." if place.file else ""
    return f"{place.name}: the schema was {before} and is {head} now.{copy}"


def check(settings: Settings) -> str:
    """Say that the database is sound; raise StorageTrouble that names the damage where it is not."""
    with Database.open(settings.db) as database:
        damage = database.check()
        if damage:
            more = f" and {len(damage) - 1} more" if damage[1:] else ""
            raise StorageTrouble(
                f"{Place(settings.db).name} is damaged: {damage[0]}{more}; restore it from a backup copy."
            )
        clients = len(Registry(database).clients())
    said = "1 client" if clients == 1 else f"{clients} clients"
    return f"{Place(settings.db).name}: sound, schema {revisions()[-1]}, {said}."


def backup(to: Path | None, settings: Settings, clock: Clock) -> str:
    """Copy an SQLite database into a file, beside it unless told otherwise; others may go on writing."""
    file = Place(settings.db).file
    if to is None and file is not None:
        to = file.with_name(f"{file.name}.{clock():%Y%m%d-%H%M%S}.backup")
    size = back_up(settings.db, to or Path("revizor.backup"))
    return f"{to}: {size / 1_048_576:.1f} MiB, checked."


async def copy(source: str, target: str, say: Callable[[str], None]) -> str:
    """Copy everything into an empty database, SQLite or PostgreSQL; say what arrived.

    Raises Busy while somebody works on a client of the source, StorageTrouble for a target that is not
    empty and for what did not arrive whole.
    """
    here, there = Place(source), Place(target)
    if here.url == there.url:
        raise StorageTrouble("source and target are the same database.")
    if _revision(here) is None:
        raise StorageTrouble(f"{here.name} is no Revizor database, or an empty one.")
    _refuse_strangers(there)
    with Database.open(source) as from_, Database.open(target) as to, ExitStack() as held:
        for client in Registry(from_).clients():
            held.enter_context(from_.lock(f"audit {client.slug}"))
        done = await copy_all(from_, to, say)
    return "\n".join((*map(_line, done), _whole(done, there)))


def _line(one: Copied) -> str:
    return f"{one.table:<20} {one.rows:>10,}  {one.hash[:16]}"


def _whole(done: tuple[Copied, ...], there: Place) -> str:
    rows = sum(one.rows for one in done)
    return (
        f"{rows:,} rows of {len(done)} tables are in {there.name}, as they were. "
        "Set REVIZOR_DB to it before the next command."
    )


def _revision(place: Place) -> str | None:
    """Return the schema of a database; None of one that is empty or not there yet."""
    if place.file is not None and not place.file.exists():
        return None
    engine = open_engine(place, writes=False)
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    finally:
        engine.dispose()


def _refuse_strangers(place: Place) -> None:
    """Refuse a target that holds tables of another program's."""
    if _revision(place) is not None or (place.file and not place.file.exists()):
        return
    engine = open_engine(place, writes=False)
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise StorageTrouble(
                    f"{place.name} holds another program's tables: copy elsewhere."
                )
    finally:
        engine.dispose()
