"""`revizor renewals`: what ends soon, who has it, what it costs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from scanner.cli import options

_DAYS = 36_500


class Within(click.ParamType[int]):
    """A number of days: `60` or `60d`."""

    name = "days"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read it."""
        text = str(value).removesuffix("d")
        if not (text.isascii() and text.isdigit()) or int(text) > _DAYS:
            self.fail(f"{str(value)[:40]!r} is no number of days; write it like 60d.", param, ctx)
        return int(text)


@click.command(short_help="What ends soon, who has it, what it costs.")
@click.option(
    "--within",
    type=Within(),
    default="60d",
    show_default=True,
    metavar="DAYS",
    help="What ends within so many days; what has ended is always shown.",
)
@click.option("--client", metavar="CLIENT", help="Only this client's.")
@click.option("--project", metavar="NAME", help="Only of this project.")
@click.option("--manager", metavar="NAME", help="Only what this person answers for.")
@click.option("--unpaid", is_flag=True, help="Only what nobody has noted a payment for.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options.language
@options.common
@options.border
def renewals(
    within: int,
    client: str | None,
    project: str | None,
    manager: str | None,
    unpaid: bool,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print what is paid until soon, or no longer, by its last day. A new date that a manager enters
    closes the period; see `revizor tasks` for what people are told.

    \b
    revizor renewals --within 30d
    revizor renewals --manager "Ольга" --lang ru
    """
    from scanner.service import clock
    from scanner.service.renewing import renewals as listed

    found = listed(
        options.settings_of(db=db, config=config),
        clock.now,
        within=within,
        client=client,
        project=project,
        manager=manager,
        unpaid_only=unpaid,
        as_json=as_json,
        language=lang,
    )
    options.echo_lines(asyncio.run(found), as_json=as_json)
