"""`revizor rescan`: what an audit left to be looked at again."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli import options

if TYPE_CHECKING:
    from scanner.assets import Advice
    from scanner.service import SecondLook, Settings


@click.command(short_help="Look again at what is proposed to be ended, or is broken.")
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option(
    "--second-look",
    is_flag=True,
    help="Look again at what is proposed to be ended or is broken, 72 hours after the last look at the "
    "earliest. The only kind of rescan so far.",
)
@options.reach
@options.place
@click.option("--out", metavar="DIR", help="Folder for the reports instead of audits/CLIENT/DATE.")
@click.option("--lang", metavar="ru,en", help="Languages of the report.")
@click.option(
    "--fail-on", metavar="VERDICT", help="Exit with 10 when a verdict is at or above this one."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@options.common
@options.border
def rescan(
    clients: tuple[str, ...],
    second_look: bool,
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    vantage: str | None,
    out: str | None,
    lang: str | None,
    fail_on: str | None,
    as_json: bool,
    quiet: bool,
    db: str | None,
    config: Path | None,
) -> None:
    """Look again at the things of each CLIENT, or of all, whose verdict wants a second look, judge anew,
    and write audit.json and the report into a new folder.

    Nothing may be ended on one look: three must agree, 72 hours apart, the last from another place
    (`revizor observations`). What is not due yet is told with the day on which it will be. Run it as
    often as you like: it does what is due, goes on with what was interrupted, and does nothing twice.

    \b
    revizor rescan --second-look romashka
    revizor rescan --second-look                   every client
    """
    from scanner import service

    if not second_look:
        raise click.UsageError("say what to do again: --second-look.")
    if out and len(clients) != 1:
        raise click.UsageError("--out is for one CLIENT.")
    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
        vantage=vantage,
        lang=lang.replace(",", " ").split() if lang else None,
    )
    threshold = service.threshold(fail_on) if fail_on else None
    done: list[SecondLook] = []
    busy: service.Busy | None = None
    for client in clients or service.clients(settings):
        try:
            done.append(_one(client, settings, quiet, Path(out) if out else None))
        except service.Busy as error:
            busy = error  # the others have their turn all the same
            continue
        if not as_json:
            click.echo(options.clean(done[-1].text()))
    if as_json:
        rows = [json.loads(one.json()) for one in done]
        click.echo(options.clean_json(json.dumps(rows, ensure_ascii=False)))
    _leave(done, threshold, busy)


def _one(client: str, settings: Settings, quiet: bool, folder: Path | None) -> SecondLook:
    from scanner import service
    from scanner.cli.progress import watcher

    with watcher(quiet) as display:
        return asyncio.run(
            service.second_look(client, settings, service.now, display, folder=folder)
        )


def _leave(done: list[SecondLook], threshold: Advice | None, busy: Exception | None) -> None:
    """Leave with the exit code of the worst of all clients."""
    if busy:
        raise busy
    if not all(one.complete for one in done):
        sys.exit(options.EXIT_INCOMPLETE)
    if threshold and any(one.audit and one.audit.reaches(threshold) for one in done):
        sys.exit(options.EXIT_FINDINGS)
