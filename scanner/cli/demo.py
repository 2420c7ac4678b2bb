"""`revizor demo`: an audit of a recorded internet."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from scanner.cli import options


@click.command(short_help="Replay a recorded internet: an audit without network.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("audits/demo"),
    show_default=True,
    metavar="DIR",
    help="Folder for the reports.",
)
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@options.tongue
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
@options.border
def demo(out: Path, quiet: bool) -> None:
    """Run the whole audit over a recorded internet: the real probes, rules and reports, no network and
    no database of yours touched."""
    from scanner.cli.progress import watcher
    from scanner.service import auditing

    with watcher(quiet) as display:
        result = asyncio.run(auditing.demo(out, display))
    options.say(result.text())
    options.say("\nYour own domain: revizor audit mycompany example.ru")
