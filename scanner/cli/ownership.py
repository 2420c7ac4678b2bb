"""`revizor own`, `disown` and `why`: whose a thing is, by a person's word or by evidence."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path
from typing import Any

import click

from scanner.cli import options


@click.command(short_help="Say that something is the client's.")
@click.argument("client")
@click.argument("asset", metavar="ASSET")
@click.option("--why", required=True, help="The reason, in a few words; it is kept for good.")
@click.option("--who", metavar="NAME", help="Whose word it is; your login by default.")
@options.language
@options.common
@options.border
def own(client: str, asset: str, **said: Any) -> None:
    """Say that ASSET (`domain:romashka.ru`, `site:shop.romashka.ru`) is the CLIENT's. A person's word
    outranks the machine's from the next audit on."""
    _say(client, asset, True, **said)


@click.command(short_help="Say that something is not the client's.")
@click.argument("client")
@click.argument("asset", metavar="ASSET")
@click.option("--why", required=True, help="The reason, in a few words; it is kept for good.")
@click.option("--who", metavar="NAME", help="Whose word it is; your login by default.")
@options.language
@options.common
@options.border
def disown(client: str, asset: str, **said: Any) -> None:
    """Say that ASSET is not the CLIENT's: it is looked at no more and proposed for nothing."""
    _say(client, asset, False, **said)


@click.command(short_help="Explain whose an asset is and what we think of it.")
@click.argument("asset", metavar="ASSET")
@click.option("--client", metavar="CLIENT", help="Only this client's; all clients by default.")
@options.language
@options.common
@options.border
def why(
    asset: str, client: str | None, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Explain ASSET: whose it is and on what evidence, what we think of it, and every change."""
    from scanner.service import bookkeeping

    settings = options.settings_of(db=db, config=config, speak=lang)
    click.echo(options.clean(bookkeeping.why(asset, client, settings)))


def _say(
    client: str,
    asset: str,
    ours: bool,
    *,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    from scanner.service import bookkeeping, clock

    settings = options.settings_of(db=db, config=config, speak=lang)
    said = bookkeeping.say_ownership(
        client, asset, ours, who or getpass.getuser(), why, settings, clock.now
    )
    click.echo(options.clean(asyncio.run(said)))
