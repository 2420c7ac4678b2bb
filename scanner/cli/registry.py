"""`revizor registry`: what is known of clients' things, and corrections by hand."""

from __future__ import annotations

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Any

import click

from scanner.cli import options
from scanner.cli.phrasebook import told
from scanner.cli.sheets import export, import_, new_key
from scanner.cli.types import types


class Numbers(click.ParamType[tuple[int, ...]]):
    """Numbers of objects, `3,7,9`."""

    name = "numbers"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        """Read them, each once."""
        if isinstance(value, tuple):
            return value
        words = [word.strip() for word in str(value).split(",")]
        if not all(word.isascii() and word.isdigit() and len(word) < 10 for word in words):
            self.fail(f"{value!r} is no list of numbers; write it like 3,7,9.", param, ctx)
        return tuple(dict.fromkeys(int(word) for word in words))


@click.group(short_help="Read and correct the registry.")
def registry() -> None:
    """What is known of clients' things, how each value is known, and who changed what.

    \b
    revizor registry list --manager "Ольга Иванова" --status in_use
    revizor registry set 3,7,9 responsible "Ольга Иванова" --why "handed over"
    revizor registry import sheet.xlsx                see what it would do
    """


registry.add_command(import_)
registry.add_command(export)
registry.add_command(new_key)
registry.add_command(types)


@registry.command("list", short_help="Objects, a line each.")
@click.argument("whose", required=False, metavar="[CLIENT]")
@options.filters
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def list_(
    whose: str | None,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
    **filters: Any,
) -> None:
    """Print CLIENT's objects, or everybody's: number, asset, use, verdict, paid until, status, who answers
    for it, lead project."""
    from scanner.service import clock, registering
    from scanner.service.seeking import Sought

    settings = options.settings_of(db=db, config=config, speak=lang)
    sought = Sought(**{**filters, "client": whose or filters["client"]})
    found = registering.registry_list(sought, settings, clock.now, as_json=as_json)
    options.echo_lines(found, as_json=as_json)


@registry.command(short_help="One object with every value and how it is known.")
@click.argument("number", type=int, metavar="NUMBER")
@click.option("--key", is_flag=True, help="Print its licence key alone; that is noted in history.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.spoken(why=False)
@options.language
@options.common
@options.border
def show(
    number: int,
    key: bool,
    as_json: bool,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print object NUMBER: every value, how it is known, its projects and its history."""
    from scanner.service import bookkeeping, clock
    from scanner.service.licence_keys import show_key
    from scanner.service.registering import Said

    settings = options.settings_of(db=db, config=config, speak=lang)
    if key:
        said = Said(who=who or getpass.getuser(), why=why)
        click.echo(options.clean(asyncio.run(show_key(number, said, settings, clock.now))))
        return
    text = bookkeeping.registry_show(number, settings, as_json=as_json)
    options.echo_lines(text.split("\n"), as_json=as_json)


@registry.command("add", short_help="Add an object by hand.")
@click.argument("client")
@click.argument("type", metavar="TYPE")
@click.argument("name", metavar="NAME")
@click.option("--provider", metavar="NAME", help="Who is paid for it.")
@click.option("--account", metavar="KEY", help="The account it hangs on: PROVIDER/LOGIN.")
@click.option("--project", multiple=True, metavar="NAME", help="Its project; the first one leads.")
@click.option("--responsible", metavar="NAME", help="Who answers for it.")
@click.option("--paid-until", metavar="DATE", help="The last day that is paid for: 2027-05-04.")
@click.option("--price", metavar="PRICE", help='What a period costs: "1200 RUB/12".')
@click.option(
    "--set", "more", multiple=True, metavar="FIELD=VALUE", help="Any other field, custom.NAME too."
)
@options.spoken(why=False)
@options.language
@options.common
@options.border
def add(
    client: str,
    type: str,
    name: str,
    project: tuple[str, ...],
    price: str | None,
    more: tuple[str, ...],
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
    **said: str | None,
) -> None:
    """Add an object of CLIENT: TYPE is one of `revizor registry types list`, NAME what people call it."""
    from scanner.service import clock
    from scanner.service.registering import Said, registry_add

    settings = options.settings_of(db=db, config=config, speak=lang)
    values = {field: value for field, value in {**said, "cost": price}.items() if value}
    for one in more:
        field, equals, value = one.partition("=")
        if not equals or not field:
            raise click.BadParameter(f"{one!r}; write it like notes=text.", param_hint="--set")
        if field == "licence_key":
            raise click.BadParameter(_NOT_HERE, param_hint="--set")
        values[field] = value
    by = Said(who=who or getpass.getuser(), why=why)
    added = registry_add(client, type, name, values, project, by, settings, clock.now)
    click.echo(options.clean(asyncio.run(added)))


_NOT_HERE = (
    "a licence key is a secret and is not taken from the command line: run "
    "`revizor registry set NUMBER licence_key -` and type it, or send it on stdin."
)


@registry.command("set", short_help="Correct a value; your word stays.")
@click.argument("numbers", type=Numbers(), metavar="NUMBERS")
@click.argument("field", metavar="FIELD")
@click.argument("value", metavar="VALUE")
@click.option(
    "--since", type=int, metavar="VERSION", help="Refuse if FIELD has changed after this version."
)
@options.spoken()
@options.language
@options.common
@options.border
def set_(
    numbers: tuple[int, ...],
    field: str,
    value: str,
    since: int | None,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Set FIELD of objects NUMBERS (`3,7,9`) to VALUE (`-` withdraws your word). No audit overwrites it; if
    one sees something else, it says so. `licence_key -` reads the key from stdin, never from the command line."""
    from scanner.service import clock, registering

    settings = options.settings_of(db=db, config=config, speak=lang)
    name = who or getpass.getuser()
    if field == "licence_key":
        text = _with_key(numbers, value, name, why, settings)
    else:
        change = registering.registry_set(
            numbers, field, value, name, why, settings, clock.now, since=since
        )
        text = asyncio.run(change)
    options.echo_lines(text.split("\n"))


def _with_key(numbers: tuple[int, ...], value: str, who: str, why: str, settings: Any) -> str:
    from scanner.service import clock
    from scanner.service.licence_keys import set_key
    from scanner.service.registering import Said

    if value != "-":
        raise click.UsageError(_NOT_HERE)
    if len(numbers) != 1:
        raise click.UsageError("a licence key belongs to one object.")
    if sys.stdin.isatty():
        key = getpass.getpass(told("Licence key (empty takes it away): "), stream=sys.stderr)
    else:
        key = sys.stdin.readline()
    said = Said(who=who, why=why)
    return asyncio.run(set_key(numbers[0], key.strip(), said, settings, clock.now))


@registry.command(short_help="Tie objects to a project.")
@click.argument("numbers", type=Numbers(), metavar="NUMBERS")
@click.argument("project", metavar="PROJECT")
@click.option(
    "--lead", is_flag=True, help="Make it the lead project, whose manager gets the tasks."
)
@options.spoken(why=False)
@options.language
@options.common
@options.border
def link(numbers: tuple[int, ...], project: str, lead: bool, **said: Any) -> None:
    """Tie objects NUMBERS to PROJECT of their client, besides the projects they have. The first one leads."""
    _link(numbers, project, lead=lead, away=False, **said)


@registry.command(short_help="Untie objects from a project.")
@click.argument("numbers", type=Numbers(), metavar="NUMBERS")
@click.argument("project", metavar="PROJECT")
@options.spoken(why=False)
@options.language
@options.common
@options.border
def unlink(numbers: tuple[int, ...], project: str, **said: Any) -> None:
    """Untie objects NUMBERS from PROJECT. Where it was the lead, the next by name leads."""
    _link(numbers, project, lead=False, away=True, **said)


def _link(
    numbers: tuple[int, ...],
    project: str,
    *,
    lead: bool,
    away: bool,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    from scanner.service import clock
    from scanner.service.registering import Said, registry_link

    settings = options.settings_of(db=db, config=config, speak=lang)
    said = Said(who=who or getpass.getuser(), why=why)
    linked = registry_link(numbers, project, said, settings, clock.now, lead=lead, away=away)
    options.echo_lines(asyncio.run(linked).split("\n"))


@registry.command(short_help="Say that objects are gone; nothing is deleted.")
@click.argument("numbers", type=Numbers(), metavar="NUMBERS")
@click.option(
    "--as",
    "lifecycle",
    type=click.Choice(["archived", "deleted", "transferred", "lost", "not_ours"]),
    default="archived",
    show_default=True,
    help="In what way.",
)
@options.spoken()
@options.language
@options.common
@options.border
def retire(
    numbers: tuple[int, ...],
    lifecycle: str,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Say that objects NUMBERS are gone: nobody renews them any more. Their history stays."""
    from scanner.service import clock
    from scanner.service.registering import Said, registry_retire

    settings = options.settings_of(db=db, config=config, speak=lang)
    said = Said(who=who or getpass.getuser(), why=why)
    retired = registry_retire(numbers, lifecycle, said, settings, clock.now)
    options.echo_lines(asyncio.run(retired).split("\n"))


@registry.command(short_help="Who changed what, when and why.")
@click.argument("number", type=int, required=False, metavar="[NUMBER]")
@click.option("--deed", metavar="DEED", help="Only what this command changed.")
@click.option(
    "--last",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="How many deeds.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def history(
    number: int | None,
    deed: str | None,
    last: int,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print every change of object NUMBER, or of a DEED; without either the N last deeds, each of which
    `revizor registry undo` takes back."""
    from scanner.service.registering import registry_history

    settings = options.settings_of(db=db, config=config, speak=lang)
    text = registry_history(number, deed, last, settings, as_json=as_json)
    options.echo_lines(text.split("\n"), as_json=as_json)


@registry.command(short_help="What looks see otherwise than people said.")
@click.argument("client", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def contradictions(
    client: str | None, as_json: bool, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Print where a look or a paper says something else than what stands, of CLIENT or of everybody. What a
    person said stands until he changes or withdraws it."""
    from scanner.service.bookkeeping import contradictions

    settings = options.settings_of(db=db, config=config, speak=lang)
    text = contradictions(client, settings, as_json=as_json)
    options.echo_lines(text.split("\n"), as_json=as_json)


@registry.command(short_help="Take a whole command back.")
@click.argument("deed", metavar="DEED")
@options.spoken(why=False)
@options.language
@options.common
@options.border
def undo(
    deed: str, why: str, who: str | None, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Take back everything that DEED changed, as a new deed. Refused where somebody has changed the same
    since; what was added is archived."""
    from scanner.service import clock
    from scanner.service.registering import Said, registry_undo

    settings = options.settings_of(db=db, config=config, speak=lang)
    said = Said(who=who or getpass.getuser(), why=why)
    click.echo(options.clean(asyncio.run(registry_undo(deed, said, settings, clock.now))))


@registry.command(short_help="Read stored registry answers again with today's reader.")
@click.argument("client", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def reparse(
    client: str | None, as_json: bool, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Read the registries' stored answers of CLIENT's last audit again, or of every client's, with today's
    reader, and correct what the machine knew from them. Asks nobody; your own values stay."""
    import msgspec

    from scanner.service import clock, rereading

    settings = options.settings_of(db=db, config=config, speak=lang)
    done = asyncio.run(rereading.reparse(client, settings, clock.now))
    if as_json:
        click.echo(options.clean_json(msgspec.json.encode(done).decode()))
    else:
        for one in done:
            click.echo(options.clean(one.text(settings)))
