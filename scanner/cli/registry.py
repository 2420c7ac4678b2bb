"""`revizor registry`: what is known of a client, and corrections by hand."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path

import click

from scanner.cli import options


@click.group(short_help="Read and correct the registry.")
def registry() -> None:
    """What is known of a client's things, how each value is known, and who changed what."""


@registry.command("list", short_help="A client's objects, a line each.")
@click.argument("client")
@click.option("--kind", metavar="KIND", help="Only this kind: domain, site, hosting …")
@click.option("--verdict", metavar="VERDICT", help="Only this verdict: keep, ask, fix …")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.common
@options.border
def list_(
    client: str,
    kind: str | None,
    verdict: str | None,
    as_json: bool,
    db: str | None,
    config: Path | None,
) -> None:
    """Print CLIENT's objects: number, asset, use, verdict, paid until."""
    from scanner import service

    settings = options.settings_of(db=db, config=config)
    text = service.registry_list(client, kind, verdict, settings, as_json=as_json)
    click.echo(options.clean_json(text) if as_json else options.clean(text))


@registry.command(short_help="One object with every value and how it is known.")
@click.argument("number", type=int, metavar="NUMBER")
@options.language
@options.common
@options.border
def show(number: int, lang: str | None, db: str | None, config: Path | None) -> None:
    """Print object NUMBER: every value, how it is known, and its history."""
    from scanner import service

    settings = options.settings_of(db=db, config=config, lang=(lang,) if lang else None)
    click.echo(options.clean(service.registry_show(number, settings)))


@registry.command("set", short_help="Correct a value; your word stays.")
@click.argument("number", type=int, metavar="NUMBER")
@click.argument("field", metavar="FIELD")
@click.argument("value", metavar="VALUE")
@click.option("--why", required=True, help="The reason, in a few words.")
@click.option("--who", metavar="NAME", help="Whose word it is; your login by default.")
@options.common
@options.border
def set_(
    number: int,
    field: str,
    value: str,
    why: str,
    who: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Set FIELD of object NUMBER to VALUE (`-` withdraws your word). No audit overwrites it; if one sees
    something else, it says so."""
    from scanner import service

    settings = options.settings_of(db=db, config=config)
    change = service.registry_set(
        number, field, value, who or getpass.getuser(), why, settings, service.now
    )
    click.echo(options.clean(asyncio.run(change)))


@registry.command(short_help="Read stored registry answers again with today's reader.")
@click.argument("client", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.common
@options.border
def reparse(client: str | None, as_json: bool, db: str | None, config: Path | None) -> None:
    """Read the registries' stored answers of CLIENT's last audit again, or of every client's, with today's
    reader, and correct what the machine knew from them. Asks nobody; your own values stay."""
    import msgspec

    from scanner import service

    settings = options.settings_of(db=db, config=config)
    done = asyncio.run(service.reparse(client, settings, service.now))
    if as_json:
        click.echo(options.clean_json(msgspec.json.encode(done).decode()))
    else:
        for one in done:
            click.echo(options.clean(one.text()))
