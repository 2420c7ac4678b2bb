"""Shows how the columns of the client's papers were read, and asks whether to take them so."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from scanner.cli.options import clean
from scanner.cli.phrasebook import confirmed, told
from scanner.intake.columns import Column
from scanner.intake.headings import Meaning
from scanner.intake.names import UnreadableInput
from scanner.intake.rows import Reading

_WORDS = {
    Meaning.DOMAIN: "names of the client",
    Meaning.PAID_UNTIL: "paid until",
    Meaning.CREATED: "registered on",
    Meaning.PAID_ON: "day of the payment",
    Meaning.PRICE: "price",
    Meaning.INCOME: "money received, passed over",
    Meaning.CURRENCY: "currency",
    Meaning.PERIOD: "term that is paid",
    Meaning.PROVIDER: "provider who is paid",
    Meaning.REGISTRAR: "registrar",
    Meaning.ACCOUNT: "account at the provider",
    Meaning.HOLDER: "whose the account is",
    Meaning.INN: "taxpayer number",
    Meaning.AUTO_RENEW: "auto-renewal",
    Meaning.STATUS: "status",
    Meaning.WHAT: "what is paid for",
    Meaning.SECRET: "a secret, not kept",
    Meaning.NAME_SERVERS: "name servers",
    Meaning.NOTE: "kept as a note",
}
_TYPED = (
    Meaning.DOMAIN, Meaning.PAID_UNTIL, Meaning.CREATED, Meaning.PAID_ON, Meaning.PRICE, Meaning.INN,
    Meaning.CURRENCY, Meaning.PERIOD, Meaning.AUTO_RENEW,
)  # fmt: skip
"""Meanings that a cell fits or does not."""


def confirm(readings: Iterable[Reading], *, yes: bool, quiet: bool) -> None:
    """Show how papers were read, on stderr; on a terminal ask, unless `yes`.

    Without a terminal nobody can answer: what was shown is taken, as a job in the night must go on;
    columns that are not certain are never more than notes. Raises UnreadableInput after a no.
    """
    shown = tuple(readings)
    asks = bool(shown) and not yes and sys.stdin.isatty()
    if shown and (asks or not quiet):
        for reading in shown:
            click.echo(clean(described(reading)), err=True)
    if asks and not confirmed("Take it so?", default=True):
        raise UnreadableInput(
            "the papers are not taken as they were read; give each table a line of headings that say what "
            "its columns are (Домен, Оплачен до, Сумма, Поставщик, Логин …, or in English), and run again."
        )


def described(reading: Reading) -> str:
    """Return how one table was read, a line a column, for a person."""
    place = f"{reading.source}, sheet “{reading.sheet}”" if reading.sheet else reading.source
    lines = [f"{place}: {reading.rows} rows tell of {reading.things} things of the client."]
    if reading.others:
        lines.append(f"  {reading.others} rows pay for other things; they are not kept.")
    if reading.totals:
        lines.append(f"  {reading.totals} lines of totals or repeated headings are passed over.")
    if reading.beyond:
        lines.append(f"  {reading.beyond} cells lie too far to the right and are not read.")
    if reading.about:
        lines.append(
            f"  Where a row names nobody, {reading.about} is meant, as the file's name or title says."
        )
    if reading.export:
        lines.append(
            "  It is the panel's own list of an account: what it holds is confirmed where the account is the client's."
        )
    lines = list(map(told, lines))
    names = [column.heading or told(f"column {column.place + 1}") for column in reading.columns]
    width = min(30, max(map(len, names), default=0))
    for name, column in zip(names, reading.columns, strict=True):
        lines.append(
            f"  {name[:30]:<{width}}  {told(_WORDS[column.meaning])}{_share(column)}: {told(column.reason)}"
        )
        if column.examples:
            examples = told(f"e.g. {' | '.join(column.examples)}")
            lines.append(f"  {'':<{width}}    {examples}")
    return "\n".join(lines)


def _share(column: Column) -> str:
    if column.meaning not in _TYPED:
        return ""
    return f" {told(f'({column.fits} of {column.filled} cells)')}"
