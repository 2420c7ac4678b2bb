"""`revizor report`: an old audit printed again."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli import options


@click.command(short_help="Print a saved audit.json again, in any language.")
@click.argument("audit", type=click.Path(path_type=Path), metavar="AUDIT.JSON")
@click.option(
    "--lang", metavar="ru,en", default="ru,en", show_default=True, help="Languages of the report."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the reports; the audit's own by default.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@options.border
def report(audit: Path, lang: str, out: Path | None) -> None:
    """Print cleanup.ru.html and cleanup.en.html again from a saved AUDIT.JSON. Needs no database and
    no network."""
    from scanner import service

    languages = tuple(lang.replace(",", " ").split())
    for path in service.report(audit, languages, out or audit.parent):
        click.echo(options.clean(str(path)))
