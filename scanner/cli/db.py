"""`revizor db`: the database brought up to date, checked, copied, moved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from scanner.cli import options


@click.group(short_help="Look after the database: upgrade, check, backup, copy.")
def db() -> None:
    """Bring the database up to date, check it, copy it while it is in use, or move it from SQLite to
    PostgreSQL and back."""


@db.command(short_help="Bring the schema up to date.")
@options.tongue
@options.common
@options.border
def upgrade(db: str | None, config: Path | None) -> None:
    """Bring the schema up to date. Every command does so when it opens the database; here nothing else
    happens. An SQLite file is copied before it is changed."""
    from scanner.service import storage

    options.say(storage.upgrade(options.settings_of(db=db, config=config)))


@db.command(short_help="Say whether the database is sound.")
@options.tongue
@options.common
@options.border
def check(db: str | None, config: Path | None) -> None:
    """Read the whole database and say whether it is sound. Exit code 74 where it is not."""
    from scanner.service import storage

    options.say(storage.check(options.settings_of(db=db, config=config)))


@db.command(short_help="Copy an SQLite database while it is in use.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.tongue
@options.common
@options.border
def backup(file: Path | None, db: str | None, config: Path | None) -> None:
    """Copy an SQLite database into FILE, or beside it under a dated name, and check the copy. Other commands
    may go on meanwhile."""
    from scanner.service import clock, storage

    settings = options.settings_of(db=db, config=config)
    options.say(storage.backup(file, settings, clock.now))


@db.command(short_help="Copy everything into an empty database of either kind.")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@options.tongue
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@options.border
def copy(source: str, target: str, quiet: bool) -> None:
    """Copy everything FROM one database TO another that is empty, table by table, and prove by counts and
    hashes that all of it arrived; else nothing is copied. A password in a URL is better kept in
    ~/.pgpass.

    \b
    revizor db copy sqlite:///revizor.db postgresql://revizor@db.office/revizor
    revizor db copy postgresql://revizor@db.office/revizor sqlite:///copy.db
    """
    from scanner.service import storage

    def say(text: str) -> None:
        if not quiet:
            options.say(text, err=True)

    options.say(asyncio.run(storage.copy(source, target, say)))
