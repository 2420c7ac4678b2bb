"""`revizor digest`: one message a day for each person."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from scanner.cli import options


@click.command(short_help="One message a day for each person: what is his to renew.")
@click.option("--send", is_flag=True, help="Send it: to each person once a day.")
@click.option("--person", metavar="NAME", help="Only this person's.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def digest(
    send: bool,
    person: str | None,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print what each person has to renew, the most urgent first, and when the daily job last ran.
    The person on duty also hears of missed runs, refused messages and things nobody answers for."""
    from scanner.service import clock
    from scanner.service.digests import digest as made
    from scanner.service.speech import wording_of
    from scanner.service.trackers import channels_of

    settings = options.settings_of(db=db, config=config)
    wording = wording_of(settings, lang)
    post = asyncio.run(
        made(
            settings,
            clock.now,
            channels_of(settings, clock.now),
            send=send,
            person=person,
            language=lang,
        )
    )
    click.echo(options.clean_json(post.json()) if as_json else options.clean(post.out(wording)))
    if send and not post.complete:
        sys.exit(options.EXIT_INCOMPLETE)
