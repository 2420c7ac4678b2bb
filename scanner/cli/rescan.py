"""`revizor rescan`: what is due is looked at again, and what is different is told."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli import options

if TYPE_CHECKING:
    from scanner.assets import Advice
    from scanner.service.due_rescans import Rescan
    from scanner.service.rescanning import SecondLook
    from scanner.settings import Settings

    Done = Rescan | SecondLook

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Duration(click.ParamType[timedelta]):
    """A time such as 90s, 30m, 2h or 1d."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read it."""
        if isinstance(value, timedelta):
            return value
        text = str(value).strip()
        number, unit = text[:-1], text[-1:]
        if not (number.isascii() and number.isdigit() and len(number) < 6 and unit in _UNITS):
            self.fail(f"{text[:40]!r} is no time; write it like 90s, 30m, 2h or 1d.", param, ctx)
        return timedelta(seconds=int(number) * _UNITS[unit])


@click.command(short_help="Look again at what is due, and tell what is different.")
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option("--due", "what", flag_value="due", help="Look at what is due, and at nothing else.")
@click.option(
    "--all", "what", flag_value="all", help="Search for everything anew, whatever is due."
)
@click.option(
    "--second-look",
    "what",
    flag_value="second-look",
    help="Look again at what is proposed to be ended or is broken, 72 hours after the last look at the "
    "earliest; also from another place (--vantage).",
)
@click.option(
    "--for",
    "limit",
    type=Duration(),
    metavar="TIME",
    help="Stop looking after this time (90s, 30m, 2h); the next rescan goes on.",
)
@options.reach
@options.place
@click.option(
    "--out", metavar="DIR", help="Folder for the reports instead of audits/CLIENT/latest."
)
@click.option("--lang", metavar="ru,en", help="Languages of the report.")
@click.option(
    "--fail-on", metavar="VERDICT", help="Exit with 10 when a verdict is at or above this one."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@options.common
@options.border
def rescan(
    clients: tuple[str, ...],
    what: str | None,
    limit: timedelta | None,
    allow_net: tuple[str, ...],
    resolver: tuple[str, ...],
    second_resolver: tuple[str, ...],
    vantage: str | None,
    out: str | None,
    lang: str | None,
    fail_on: str | None,
    as_json: bool,
    quiet: bool,
    db: str | None,
    config: Path | None,
) -> None:
    """Look again at the things of each CLIENT, or of all, judge anew, write audit.json and the report, and
    tell what is different from before.

    Made for cron: run it as often as you like, every minute if you wish. It looks at what is due (a site
    every day, a registration the oftener the nearer its end, everything every 30 days), goes on with what
    was interrupted, and does nothing twice. The newest report lies in audits/CLIENT/latest; a dated one is
    kept when something changed.

    Nothing may be ended on one look: three must agree, 72 hours apart, the last from another place
    (`revizor observations`). What is not due yet is told with the day on which it will be.

    \b
    revizor rescan --due                           every client, what is due
    revizor rescan --due --for 30m romashka        stop looking after half an hour
    revizor rescan --all romashka                  everything, now
    revizor rescan --second-look romashka          what waits for a second look
    """
    if what is None:
        raise click.UsageError("say what to look at again: --due, --all or --second-look.")
    if out and len(clients) != 1:
        raise click.UsageError("--out is for one CLIENT.")
    if limit and what == "second-look":
        raise click.UsageError("--for is for --due and --all.")
    settings = options.settings_of(
        db=db,
        config=config,
        allow_net=allow_net,
        resolver=resolver,
        second_resolver=second_resolver,
        vantage=vantage,
        lang=lang.replace(",", " ").split() if lang else None,
    )
    if what == "due" and not clients and (next_at := _idle_until(settings)):
        options.say("[]" if as_json else _nothing(next_at))
        return
    _look(clients, what, settings, limit, quiet, out, fail_on, as_json)


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def _idle_until(settings: Settings) -> datetime | None:
    """Return when something comes due first, where nothing is due now.

    Asked of the database itself: every minute of cron's would load all that makes looks, for nothing.
    """
    from scanner.database.soon import idle_until

    return idle_until(settings.db, now())


def _nothing(next_at: datetime | None) -> str:
    if next_at is None:
        return "There is no audit here to look again at."
    return f"Nothing is due. Next look due on {next_at:%Y-%m-%d %H:%M} UTC."


def _look(
    clients: tuple[str, ...],
    what: str,
    settings: Settings,
    limit: timedelta | None,
    quiet: bool,
    out: str | None,
    fail_on: str | None,
    as_json: bool,
) -> None:
    """Look at what is due of each client, print what came of it, and leave with the exit code."""
    from scanner.service import due_rescans, result, wrong_clock

    threshold = result.threshold(fail_on) if fail_on else None
    work = _Work(what, settings, limit, quiet, Path(out) if out else None)
    if said := asyncio.run(wrong_clock.settle_clock(settings, now)):
        options.say(said, err=True)
    chosen = clients or work.clients()
    if not chosen and not as_json:
        options.say(_nothing(due_rescans.next_due(settings)))
    done, busy = _each(chosen, work, as_json)
    if settings.changes.webhook:
        _tell_changes(settings)
    if as_json:
        rows = [json.loads(one.json()) for one in done]
        click.echo(options.clean_json(json.dumps(rows, ensure_ascii=False)))
    _leave(done, threshold, busy)


def _tell_changes(settings: Settings) -> None:
    """Tell the receiver of changes what waits for it; say so where it could not be told."""
    from scanner.service import telling_changes

    outcomes = asyncio.run(telling_changes.tell_changes(settings, now))
    left = sum(count for outcome, count in outcomes.items() if outcome != "sent")
    if left:
        name = settings.changes.webhook
        options.say(
            f"Changes could not be told to {name}; the next rescan tries again "
            "(`revizor tasks list --failed`, `revizor tasks doctor`).",
            err=True,
        )


class _Work:
    """What is to be done for each client."""

    def __init__(
        self,
        what: str,
        settings: Settings,
        limit: timedelta | None,
        quiet: bool,
        folder: Path | None,
    ) -> None:
        self._what, self._settings, self._quiet, self._folder = what, settings, quiet, folder
        self._until = now() + limit if limit else None

    def clients(self) -> tuple[str, ...]:
        """Return the clients that anything is to be done for."""
        from scanner.service import due_rescans, rescanning

        if self._what == "second-look":
            return rescanning.clients(self._settings)
        return due_rescans.clients_due(self._settings, now, everything=self._what == "all")

    def do(self, client: str) -> Done:
        """Do it for one client."""
        from scanner.cli.progress import watcher
        from scanner.service import clock, due_rescans, rescanning

        with watcher(self._quiet) as display:
            if self._what == "second-look":
                look = rescanning.second_look(
                    client, self._settings, clock.now, display, folder=self._folder
                )
                return asyncio.run(look)
            rescan = due_rescans.rescan(
                client,
                self._settings,
                now,
                display,
                everything=self._what == "all",
                until=self._until,
                folder=self._folder,
            )
            return asyncio.run(rescan)


def _each(
    clients: Iterable[str], work: _Work, as_json: bool
) -> tuple[list[Done], Exception | None]:
    """Do the work for each client; one that is busy takes nobody's turn."""
    from scanner import database

    done: list[Done] = []
    busy: Exception | None = None
    for client in clients:
        try:
            done.append(work.do(client))
        except database.Busy as error:
            busy = error
            continue
        if not as_json:
            options.say(done[-1].text())
    return done, busy


def _leave(done: list[Done], threshold: Advice | None, busy: Exception | None) -> None:
    """Leave with the exit code of the worst of all clients."""
    if busy:
        raise busy
    if not all(one.complete for one in done):
        sys.exit(options.EXIT_INCOMPLETE)
    if threshold and any(one.audit and one.audit.reaches(threshold) for one in done):
        sys.exit(options.EXIT_FINDINGS)
