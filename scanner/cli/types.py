"""`revizor registry types`: what an object can be, the agency's own types among them."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path

import click

from scanner.cli import options


@click.group(short_help="Types of objects, your own among them.")
def types() -> None:
    """What an object can be; add what your agency looks after besides."""


@types.command("list", short_help="Every type and its word.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def types_list(as_json: bool, lang: str | None, db: str | None, config: Path | None) -> None:
    """Print the code of every type and what it is called."""
    from scanner.service.registering import types_list

    settings = options.settings_of(db=db, config=config, speak=lang)
    options.echo_lines(types_list(settings, as_json=as_json).split("\n"), as_json=as_json)


@types.command("add", short_help="Add a type of your own.")
@click.argument("code", metavar="CODE")
@click.option("--ru", required=True, metavar="WORD", help="What it is called in Russian.")
@click.option("--en", required=True, metavar="WORD", help="What it is called in English.")
@options.spoken(why=False)
@options.language
@options.common
@options.border
def types_add(
    code: str,
    ru: str,
    en: str,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Add the type CODE, like `vpn`."""
    from scanner.registry.own_types import OwnType
    from scanner.service import clock
    from scanner.service.registering import Said, types_add

    settings = options.settings_of(db=db, config=config, speak=lang)
    said = Said(who=who or getpass.getuser(), why=why)
    added = types_add(OwnType(code, ru.strip(), en.strip()), said, settings, clock.now)
    click.echo(options.clean(asyncio.run(added)))
