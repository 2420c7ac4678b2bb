"""`revizor observations`: looks made from another place, on their way out and home."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from scanner.cli import options

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(short_help="Exchange looks with another place, signed.")
def observations() -> None:
    """Looks from another place: a site may be closed to you and open to others, or the reverse. Nothing
    is ended before another place has seen the same.

    \b
    1. at home     revizor observations export --wanted CLIENT --out wanted.jsonl
    2. elsewhere   revizor observations look wanted.jsonl --vantage moscow --out seen.jsonl
    3. at home     revizor observations import seen.jsonl
                   revizor rescan --second-look CLIENT

    The other place needs no registry, only the program and the same secret: REVIZOR_OBSERVATIONS_KEY, or
    a file named by observations_key_file in revizor.toml. Whoever audits at both places may also export
    all looks of a client at one and import them at the other.
    """


@observations.command(short_help="Write looks, or the list of looks wanted from elsewhere.")
@click.argument("client")
@click.option("--wanted", is_flag=True, help="The names to look at from elsewhere, not the looks.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only looks of runs begun on this day or later (UTC).",
)
@click.option("--out", type=_FILE, required=True, metavar="FILE", help="File to write.")
@options.place
@options.tongue
@options.common
@options.border
def export(
    client: str,
    wanted: bool,
    since: datetime | None,
    out: Path,
    vantage: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Write the looks made here at the things of CLIENT into a signed file, raw answers included; with
    --wanted, the list of names that want a look from another place."""
    from scanner.service import clock, vantages

    if wanted and since:
        raise click.UsageError("--since is for looks, not for what is wanted.")
    settings = options.settings_of(db=db, config=config, vantage=vantage)
    if wanted:
        work = vantages.export_wanted(client, out, settings, clock.now)
    else:
        begin = since.replace(tzinfo=UTC) if since else None
        work = vantages.export(client, begin, out, settings, clock.now)
    options.say(asyncio.run(work).text())


@observations.command(short_help="Look from here at what another place wants.")
@click.argument("wanted", type=_FILE, metavar="WANTED")
@click.option("--out", type=_FILE, required=True, metavar="FILE", help="File to write.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@options.reach
@options.place
@options.tongue
@options.common
@options.border
def look(
    wanted: Path,
    out: Path,
    quiet: bool,
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    vantage: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Look from here at the names in WANTED, and write the looks into a signed file to be imported where
    the list was made. Give this place a name with --vantage. No client need be known here."""
    from scanner.cli.progress import watcher
    from scanner.service import clock, vantages

    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
        vantage=vantage,
    )
    with watcher(quiet) as display:
        done = asyncio.run(vantages.look_for(wanted, out, settings, clock.now, display))
    options.say(done.text())


@observations.command("import", short_help="Take in looks that were made elsewhere.")
@click.argument("file", type=_FILE, metavar="FILE")
@options.tongue
@options.common
@options.border
def import_(file: Path, db: str | None, config: Path | None) -> None:
    """Take in the looks of FILE: all of them or none. To import a file twice changes nothing."""
    from scanner.service import clock, vantages

    settings = options.settings_of(db=db, config=config)
    options.say(asyncio.run(vantages.take_home(file, settings, clock.now)).text())
