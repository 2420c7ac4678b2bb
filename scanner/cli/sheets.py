"""`revizor registry import`, `export` and `new-key`: the registry as a table, and the key of its secrets."""

from __future__ import annotations

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Any

import click

from scanner.cli import options


@click.command("import", short_help="Take a table in, after a preview.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--client", metavar="CLIENT", help="Whose its objects are where no row says it.")
@click.option("--yes", is_flag=True, help="Apply it; without this it only shows what it would do.")
@click.option("--skip-bad", is_flag=True, help="Leave out rows with errors and take the others.")
@click.option("--clear-empty", is_flag=True, help="An empty cell takes the value away.")
@click.option(
    "--create-missing",
    is_flag=True,
    help="Add clients, people, projects and accounts that are missing.",
)
@click.option("--why", default="", help="The reason, in a few words; the file's name by default.")
@click.option("--who", metavar="NAME", help="Whose word it is; your login by default.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def import_(
    file: Path,
    client: str | None,
    yes: bool,
    skip_bad: bool,
    clear_empty: bool,
    create_missing: bool,
    why: str,
    who: str | None,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Take FILE (CSV or XLSX, `-` for stdin) into the registry, a row an object. Columns are known by their
    headings, in Russian or English; the others become fields of your own. The file is taken whole or not at
    all. A cell with a masked licence key leaves the key as it is, and so does an empty cell its value."""
    from scanner.registry.sheet_taken import How
    from scanner.service import clock
    from scanner.service.registering import Said
    from scanner.service.sheets import registry_import

    settings = options.settings_of(db=db, config=config, speak=lang)
    how = How(
        client=client or "",
        currency=settings.agency.currency,
        create=create_missing,
        clear=clear_empty,
    )
    said = Said(who=who or getpass.getuser(), why=why or f"import of {file.name}")
    done = asyncio.run(
        registry_import(file, how, said, settings, clock.now, apply=yes, skip_bad=skip_bad)
    )
    text = done.json() if as_json else done.text(settings)
    options.echo_lines(text.split("\n"), as_json=as_json)
    if done.is_bad and not done.applied:
        sys.exit(2)


@click.command(short_help="Write the registry as CSV or XLSX.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@options.filters
@click.option("--with-keys", is_flag=True, help="Licence keys in the clear; else only their tails.")
@options.language
@options.common
@options.border
def export(
    file: Path,
    with_keys: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
    **filters: Any,
) -> None:
    """Write the objects that fit into FILE: a workbook where it ends in .xlsx, else CSV (`-` for stdout).
    `revizor registry import` reads it back without loss."""
    from scanner.service import clock
    from scanner.service.answers import Answers
    from scanner.service.seeking import Sought
    from scanner.service.sheets import registry_export

    settings = options.settings_of(db=db, config=config, speak=lang)
    answers = Answers(settings)
    language = answers.wording.language
    count = registry_export(
        Sought(**filters), file, settings, clock.now, with_keys=with_keys, language=language
    )
    said = answers.say("exported", count=count, file=str(file))
    click.echo(options.clean(said), err=True)


@click.command("new-key", short_help="Make the key that licence keys are encrypted with.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@options.language
@options.common
@options.border
def new_key(file: Path, lang: str | None, db: str | None, config: Path | None) -> None:
    """Write a new key into FILE, which only you can read. Keep a copy apart from the database."""
    from scanner.service.licence_keys import make_key_file
    from scanner.settings import BadSettings, Settings

    try:
        settings = options.settings_of(db=db, config=config, speak=lang)
    except BadSettings:  # they may name this very file, which is still to be made
        settings = Settings(speak=lang or "")
    click.echo(options.clean(make_key_file(file, settings)))
