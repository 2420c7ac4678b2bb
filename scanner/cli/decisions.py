"""`revizor decisions`: what the client decided. `revizor switch-off`: carrying it out, step by step."""

from __future__ import annotations

import asyncio
import getpass
import sys
from datetime import datetime
from pathlib import Path

import click

from scanner.cli import options

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(short_help="Take in what the client decided.")
def decisions() -> None:
    """What clients decided on our proposals: from the file their report saved, or by hand."""


@decisions.command("import", short_help="Take in the file that a report saved.")
@click.argument("file", metavar="FILE")
@click.option(
    "--unchanged-only",
    is_flag=True,
    help="Where the list has changed since it was signed: take the rows that stand as they were.",
)
@click.option("--who", metavar="NAME", help="Who takes it in; your login by default.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def import_(
    file: str,
    unchanged_only: bool,
    who: str | None,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Note the decisions in FILE (`-` reads stdin). They count for exactly the list that was signed: one that
    has changed since is refused with the difference. The same file twice is noted once."""
    import msgspec

    from reports.decisions import LARGEST
    from scanner.service import clock, deciding
    from scanner.service.speech import wording_of

    settings = options.settings_of(db=db, config=config)
    data = (
        sys.stdin.buffer.read(LARGEST + 1) if file == "-" else deciding.file_of(Path(file), LARGEST)
    )
    name = "stdin" if file == "-" else Path(file).name
    taken = asyncio.run(
        deciding.import_decisions(
            data,
            name,
            who or getpass.getuser(),
            settings,
            clock.now,
            unchanged_only=unchanged_only,
            language=lang,
        )
    )
    if as_json:
        click.echo(options.clean_json(msgspec.json.encode(taken).decode()))
    else:
        click.echo(options.clean(taken.text(wording_of(settings, lang))))


@decisions.command("list", short_help="What a client decided, and what waits for him.")
@click.argument("client")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def list_(
    client: str, as_json: bool, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Print CLIENT's last word on each thing, and the proposals he has not answered."""
    from scanner.service import deciding

    text = deciding.decisions_list(
        client, options.settings_of(db=db, config=config), as_json=as_json, language=lang
    )
    click.echo(options.clean_json(text) if as_json else options.clean(text))


@decisions.command("set", short_help="Note a decision that came by another way.")
@click.argument("number", type=int, metavar="NUMBER")
@click.argument("decision", metavar="DECISION")
@click.option("--signed", required=True, metavar="NAME", help="Who of the client's decided it.")
@click.option("--on", "on", type=_DAY, metavar="DATE", help="The day he did; today by default.")
@click.option("--until", type=_DAY, metavar="DATE", help="The day to which it is deferred.")
@click.option("--why", required=True, help="Where it is written down, in a few words.")
@click.option("--who", metavar="NAME", help="Who notes it; your login by default.")
@options.language
@options.common
@options.border
def set_(
    number: int,
    decision: str,
    signed: str,
    on: datetime | None,
    until: datetime | None,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Note that the client's answer on object NUMBER is DECISION: approved, rejected, deferred or ask."""
    from reports.decisions import Signed
    from scanner.service import clock, deciding

    settings = options.settings_of(db=db, config=config, speak=lang)
    day = on.date() if on else clock.now().date()
    said = deciding.decide(
        number, decision, until.date() if until else None, who or getpass.getuser(), why,
        Signed(name=signed, on=day), settings, clock.now,
    )  # fmt: skip
    click.echo(options.clean(asyncio.run(said)))


@click.group("switch-off", short_help="Carry out what was approved, step by step.")
def switch_off() -> None:
    """What is being switched off: signed, backup, auto_renew_off, switched_off, observed, deleted,
    verified_gone. Revizor switches nothing off itself; it keeps the order, and stops it at a sign of life."""


@switch_off.command("list", short_help="What is on its way, and what comes next.")
@click.argument("client")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def off_list(
    client: str, as_json: bool, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Print CLIENT's things that are approved to end: what was done to each, and the next step."""
    from scanner.service import clock, switching_off

    settings = options.settings_of(db=db, config=config)
    text = switching_off.off_list(client, settings, clock.now, as_json=as_json, language=lang)
    click.echo(options.clean_json(text) if as_json else options.clean(text))


@switch_off.command("note", short_help="Note a step that was done.")
@click.argument("number", type=int, metavar="NUMBER")
@click.argument("step", metavar="STEP")
@click.option("--note", "note", required=True, help="Where, how, and where the backup lies.")
@click.option(
    "--need", metavar="NEED", help="With the step `met`: what is had now (account_list …)."
)
@click.option("--who", metavar="NAME", help="Who did it; your login by default.")
@options.language
@options.common
@options.border
def off_note(
    number: int,
    step: str,
    note: str,
    need: str | None,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Note that STEP was done to object NUMBER. A step before its turn, before what it needs, or on a list that
    has changed since it was signed, is refused. `held` stops it, `restored` takes it back to use."""
    from scanner.service import clock, switching_off

    settings = options.settings_of(db=db, config=config)
    said = switching_off.off_step(
        number, step, who or getpass.getuser(), note, settings, clock.now, met=need, language=lang
    )
    click.echo(options.clean(asyncio.run(said)))
