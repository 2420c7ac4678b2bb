"""`revizor tasks`: the main job: each renewal becomes one task of whoever answers for it."""

from __future__ import annotations

import asyncio
import getpass
import sys
from datetime import date
from pathlib import Path

import click

from scanner.cli import options
from scanner.cli.phrasebook import told


class Day(click.ParamType[date]):
    """A calendar day, `2027-05-04`."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read it."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            return self.fail(
                f"{str(value)[:40]!r} is no day; write it like 2027-05-04.", param, ctx
            )


@click.group(short_help="Tasks of renewals: what is told to whom, each once.")
def tasks() -> None:
    """What comes due becomes one task of whoever answers for it: created by itself, reminded of, moved with
    its date, closed when it is renewed. Run `revizor tasks sync` every day."""


@tasks.command("plan", short_help="What would be told today, to whom and why.")
@click.option("--client", metavar="CLIENT", help="Only this client's.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def plan_(
    client: str | None, as_json: bool, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Print what the next `tasks sync` would tell; nothing is told and nothing kept."""
    from scanner.service import clock
    from scanner.service.desk import places_of
    from scanner.service.speech import wording_of
    from scanner.service.tasks import plan

    settings = options.settings_of(db=db, config=config)
    found = asyncio.run(plan(settings, clock.now, *places_of(settings), client=client))
    if as_json:
        click.echo(options.clean_json(found.json()))
    else:
        click.echo(options.clean(found.text(wording_of(settings, lang).language)))


@tasks.command("sync", short_help="Create, move, remind and close: the daily job.")
@click.option("--again", is_flag=True, help="Try once more what a tracker refused for good.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def sync_(
    again: bool, as_json: bool, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Bring the periods up to date, read back the tasks, and tell what is to be told today. It may run
    twice at once and be killed anywhere: nothing is told twice, and the next run goes on."""
    from scanner.service import clock
    from scanner.service.speech import wording_of
    from scanner.service.tasks import sync
    from scanner.service.trackers import channels_of, sinks_of

    settings = options.settings_of(db=db, config=config)
    done = asyncio.run(
        sync(
            settings,
            clock.now,
            sinks_of(settings, clock.now),
            channels_of(settings, clock.now),
            again=again,
        )
    )
    language = wording_of(settings, lang).language
    click.echo(options.clean_json(done.json()) if as_json else options.clean(done.text(language)))
    if not done.complete:
        sys.exit(options.EXIT_INCOMPLETE)


@tasks.command("list", short_help="Tasks that stand outside, and what waits to be told.")
@click.option("--client", metavar="CLIENT", help="Only this client's.")
@click.option("--failed", is_flag=True, help="Only what was refused for good, and why.")
@click.option("--all", "every", is_flag=True, help="Closed tasks too.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def list_(
    client: str | None,
    failed: bool,
    every: bool,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print each open task with its marker, where it is, and its deadline."""
    from scanner.service.tasks import tasks_list

    text = tasks_list(
        options.settings_of(db=db, config=config),
        client=client,
        failed=failed,
        every=every,
        as_json=as_json,
        language=lang,
    )
    click.echo(options.clean_json(text) if as_json else options.clean(text))


@tasks.command("done", short_help="Note that a thing was renewed.")
@click.argument("number", type=int, metavar="NUMBER")
@click.option("--until", type=Day(), metavar="DATE", help="The new last day.")
@click.option(
    "--paid-on",
    type=Day(),
    metavar="DATE",
    help="The day of payment, where the period counts from it.",
)
@click.option("--why", required=True, help="How it is known: an invoice, a letter …")
@click.option("--who", metavar="NAME", help="Whose word it is; your login by default.")
@options.language
@options.common
@options.border
def done_(
    number: int,
    until: date | None,
    paid_on: date | None,
    why: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Close the period of object NUMBER by your word. Without --until the new day is counted by the
    terms of its type: from the old end, or from the payment."""
    from scanner.service import clock
    from scanner.service.settling import done

    settings = options.settings_of(db=db, config=config, speak=lang)
    said = done(
        number,
        settings,
        clock.now,
        until=until,
        paid_on=paid_on,
        who=who or getpass.getuser(),
        why=why,
    )
    click.echo(options.clean(asyncio.run(said)))


@tasks.command("settle", short_help="Note that what changed of a thing is settled.")
@click.argument("number", type=int, metavar="NUMBER")
@click.option("--why", required=True, help="What came of it: agreed with whom, put back by whom …")
@click.option("--who", metavar="NAME", help="Whose word it is; your login by default.")
@options.language
@options.common
@options.border
def settle_(
    number: int, why: str, who: str | None, lang: str | None, db: str | None, config: Path | None
) -> None:
    """End, by your word, the tasks that ask why object NUMBER changed. Closing such a task in the task
    manager does the same."""
    from scanner.service import clock
    from scanner.service.settling import settle_changes

    settings = options.settings_of(db=db, config=config, speak=lang)
    said = settle_changes(number, settings, clock.now, who=who or getpass.getuser(), why=why)
    click.echo(options.clean(asyncio.run(said)))


@tasks.command("doctor", short_help="Prove the task managers and channels; create nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def doctor_(as_json: bool, lang: str | None, db: str | None, config: Path | None) -> None:
    """Show for each task manager and channel whether it lets us in, as whom, and what it wants of a task.
    Each line is ok, warn or fail. Exit code 1 when a line fails."""
    from scanner.service import clock
    from scanner.service.speech import wording_of
    from scanner.service.trackers import doctor_json, trackers_doctor

    settings = options.settings_of(db=db, config=config)
    language = wording_of(settings, lang).language
    checks = asyncio.run(trackers_doctor(settings, clock.now, language))
    if as_json:
        click.echo(options.clean_json(doctor_json(checks)))
    else:
        width = max(len(told(level)) for level in ("ok", "warn", "fail")) + 1
        for check in checks:
            level = f"{told(check.level):<{width}}"
            click.echo(options.clean(f"{level}{check.tracker:<12} {check.said}"))
    if any(check.level == "fail" for check in checks):
        sys.exit(1)


@tasks.command("feed", short_help="Write the calendar of renewals (ICS) to subscribe to.")
@click.option("--person", metavar="NAME", help="Only what this person answers for or watches.")
@click.option(
    "--within",
    type=click.IntRange(1, 3_650),
    default=400,
    show_default=True,
    metavar="DAYS",
    help="So many days ahead.",
)
@options.language
@options.common
@options.border
def feed_(
    person: str | None, within: int, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Write the calendar into the folder of the settings (feeds/), under a name that nobody guesses and
    that stays. Serve that folder by https, without a list of its files; whoever knows the name reads it."""
    from scanner.service import clock
    from scanner.service.answers import Answers
    from scanner.service.calendar_feed import write_calendar

    settings = options.settings_of(db=db, config=config, speak=lang)
    written = asyncio.run(write_calendar(settings, clock.now, person=person, within=within))
    code = "feed_entries" if written.changed else "feed_same"
    said = Answers(settings).say(code, file=str(written.path), count=written.entries)
    click.echo(options.clean(said))
