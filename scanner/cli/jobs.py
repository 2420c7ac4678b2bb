"""`revizor jobs`: what workers have before them."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

import click

from scanner.cli import options
from scanner.cli.logs import logging_as
from scanner.cli.phrasebook import told
from scanner.cli.worker import run, time_limit


@click.group(short_help="What workers have before them: status, retry, drain.")
def jobs() -> None:
    """What waits, what is being done and by whom, and what failed."""


@jobs.command(short_help="Show what waits, who is at what, and what failed.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.tongue
@options.common
@options.border
def status(as_json: bool, db: str | None, config: Path | None) -> None:
    """Print how many jobs wait, are being done, are done (a week is remembered) and failed."""
    from scanner.service.jobs import jobs_status

    queue = asyncio.run(jobs_status(options.settings_of(db=db, config=config)))
    if as_json:
        click.echo(options.clean_json(queue.json()))
    else:
        options.say(queue.text())


@jobs.command(short_help="Try once more what failed for good.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.tongue
@options.common
@options.border
def retry(as_json: bool, db: str | None, config: Path | None) -> None:
    """Let every job that failed wait again; a worker takes it."""
    from scanner.service.jobs import jobs_retry

    count = asyncio.run(jobs_retry(options.settings_of(db=db, config=config)))
    options.say(json.dumps({"waiting": count}) if as_json else f"{count} jobs wait again.")


@jobs.command(short_help="Do here and now what waits, then end.")
@time_limit
@options.reach
@options.place
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.tongue
@options.common
@options.border
def drain(
    limit: timedelta | None,
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    vantage: str | None,
    as_json: bool,
    db: str | None,
    config: Path | None,
) -> None:
    """Do what waits for this place, begin nothing new, and end when nothing is left that is ready. Before a
    machine is taken away, or an upgrade. Exit code 3 where something failed."""
    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
        vantage=vantage,
    )
    with logging_as("text"):
        ended = asyncio.run(run(settings, limit, drain=True))
    counts = ", ".join(told(f"{count} {how}") for how, count in sorted(ended.items()))
    text = f"{counts}." if counts else told("nothing waited.")
    click.echo(json.dumps(dict(ended)) if as_json else text)
    if set(ended) - {"done"}:
        sys.exit(options.EXIT_INCOMPLETE)
