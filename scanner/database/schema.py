"""Brings a database to the schema of this version, by the migrations beside this file.

Migrations only go forward. An SQLite file that holds anything is copied before it is changed, and a
schema newer than this program is refused, because writing into it could lose what it knows.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from scanner.database.engine import Place, open_engine
from scanner.database.trouble import StorageTrouble, in_words

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 5_724_316_019
"""PostgreSQL advisory lock: two processes that open a new database do not migrate it twice."""


def revisions(folder: Path = MIGRATIONS) -> tuple[str, ...]:
    """Return the names of all migrations, oldest first: the first word of each file's name."""
    names = (re.fullmatch(r"v(\d{4})_\w+\.py", path.name) for path in folder.iterdir())
    return tuple(sorted(match[1] for match in names if match))


def revision_of(connection: Connection) -> str | None:
    """Return the schema a database has; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def bring_up_to_date(place: Place, engine: Engine, folder: Path = MIGRATIONS) -> None:
    """Make the schema current; do nothing, quickly, when it is. Raise StorageTrouble if refused."""
    head = revisions(folder)[-1]
    place.create_file()
    try:
        with engine.connect() as connection:
            if revision_of(connection) == head:
                return
        changer = open_engine(place, writes=True, checks_links=False)
        try:
            with changer.begin() as connection:
                _migrate(connection, place, folder)
        finally:
            changer.dispose()
    except DBAPIError as error:
        raise in_words(error, place.name) or error from error


def _migrate(connection: Connection, place: Place, folder: Path) -> None:
    head = revisions(folder)[-1]
    # Whoever comes second waits here for the first, then finds nothing left to do.
    if place.file is None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = revision_of(connection)
    if found == head:
        return
    if found is not None and found not in revisions(folder):
        raise StorageTrouble(
            f"{place.name} was made by a newer Revizor (its schema is {found}, this one knows "
            f"{head}); update this Revizor."
        )
    if place.file is not None:
        if found is not None:
            _copy(place.file, place.file.with_name(f"{place.file.name}.before-{head}"))
        elif inspect(connection).get_table_names():
            raise StorageTrouble(
                f"{place.name} is another program's database; check --db or REVIZOR_DB."
            )
    _run_migrations(connection, folder)
    if place.file is not None and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StorageTrouble(
            f"{place.name}: rows point to missing ones after the migration, so nothing was changed."
        )


def _run_migrations(connection: Connection, folder: Path) -> None:
    # Imported here: opening a database that is up to date does not need it.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(folder), version_locations=[str(folder)])
    context = MigrationContext.configure(
        connection,
        opts={
            "fn": lambda revision, _context: scripts._upgrade_revs("head", revision),
            "render_as_batch": True,
            "transactional_ddl": True,
        },
    )
    with Operations.context(context):
        context.run_migrations()


def _copy(file: Path, to: Path) -> None:
    try:
        source = sqlite3.connect(file)
        target = sqlite3.connect(to)
        with target:
            source.backup(target)
    except sqlite3.Error as error:
        raise StorageTrouble(
            f"{file}: no copy could be made before the migration, so nothing was changed: {error}."
        ) from error
    finally:
        source.close()
        target.close()
