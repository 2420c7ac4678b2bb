"""`revizor doctor`: what this machine can reach."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import click

from scanner.cli import options
from scanner.cli.phrasebook import told

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(short_help="Check what this machine can reach, and what that means for an audit.")
@options.reach
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@options.tongue
@options.common
@options.border
def doctor(
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    as_json: bool,
    db: str | None,
    config: Path | None,
) -> None:
    """Check settings, database, trust store, DNS, WHOIS, RDAP, mail port, IPv6 and the clock. Each line
    is ok, warn or fail, with what it means for an audit. Exit code 1 when a line fails."""
    from scanner.service import checking, clock

    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
    )
    checks = asyncio.run(checking.doctor(settings, clock.now))
    if as_json:
        rows = [
            {"name": c.name, "health": c.health, "found": c.found, "means": c.means} for c in checks
        ]
        click.echo(options.clean_json(json.dumps(rows, ensure_ascii=False, indent=2)))
    else:
        colour = False if os.environ.get("NO_COLOR") else None
        width = max(len(told(health)) for health in COLOURS) + 1
        for check in checks:
            health = f"{told(check.health):<{width}}"
            click.secho(health, fg=COLOURS[check.health], nl=False, color=colour)
            click.echo(options.clean(f"{told(check.name):<16} {told(check.found)}"))
            if check.means:
                click.echo(options.clean(f"     → {told(check.means)}"))
    if any(check.health == "fail" for check in checks):
        sys.exit(1)
