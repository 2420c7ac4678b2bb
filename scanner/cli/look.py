"""`revizor look PROBE TARGET`: one observation and its evidence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from scanner.cli import options
from scanner.cli.phrasebook import told


@click.command(short_help="Make one look with one probe and show what it brought.")
@click.argument("probe", metavar="PROBE")
@click.argument("target", metavar="TARGET")
@options.reach
@click.option("--json", "as_json", is_flag=True, help="Print the observation as JSON.")
@click.option("--raw", is_flag=True, help="Print every recorded exchange too.")
@options.tongue
@options.common
@options.border
def look(
    probe: str,
    target: str,
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    as_json: bool,
    raw: bool,
    db: str | None,
    config: Path | None,
) -> None:
    """Point one PROBE at one TARGET and show the observation: a fact, an absence and who says so, or
    why we could not find out. Nothing is stored.

    \b
    revizor look dns_records romashka.ru
    revizor look tls_certificate mx.romashka.ru:25
    revizor look address_owner 192.0.2.10
    """
    from scanner.service import clock, looking

    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
    )
    seen = asyncio.run(looking.look(probe, target, settings, clock.now))
    if as_json:
        click.echo(options.clean_json(seen.json()))
    else:
        click.echo(options.clean("\n".join(map(_told, seen.text(raw=raw).split("\n")))))


def _told(line: str) -> str:
    """Translate what is ours: facts begin with a bracket, and what the world answered with a blank."""
    return line if line[:1] in (*" {}[]", "") else told(line)
