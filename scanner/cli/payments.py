"""`revizor payments`, `rates` and `savings`: what was asked, what was paid, who owes whom, what is saved."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from scanner.cli import options

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_PAYER = click.Choice(["client", "agency"])
_who = click.option("--who", metavar="NAME", help="Who notes it; your login by default.")
_json = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group(short_help="Invoices and payments: what is paid, by whom, for what.")
def payments() -> None:
    """Control of payments: what providers ask, what was paid by whom, and who owes whom."""


@payments.command("list", short_help="A client's payments.")
@click.argument("client")
@click.option("--object", "number", type=int, metavar="NUMBER", help="Only for this object.")
@click.option("--unmatched", is_flag=True, help="Only those that nobody knows the thing of.")
@_json
@options.language
@options.common
@options.border
def list_(
    client: str,
    number: int | None,
    unmatched: bool,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print CLIENT's payments, oldest first: number, day, amount, payer, what for, document."""
    from scanner.service import paying

    settings = options.settings_of(db=db, config=config, speak=lang)
    found = paying.payments_of(client, settings, object_id=number, unmatched=unmatched)
    _print(found, as_json, lambda ledger: ledger.payments(found), settings)


@payments.command(short_help="Note a payment by hand.")
@click.argument("client")
@click.argument("amount", metavar="AMOUNT")
@click.option("--on", "on", type=_DAY, required=True, metavar="DATE", help="The day it was paid.")
@click.option("--payer", type=_PAYER, required=True, help="Whose money it was.")
@click.option("--object", "number", type=int, metavar="NUMBER", help="The object it paid for.")
@click.option("--invoice", type=int, metavar="NUMBER", help="The invoice it paid.")
@click.option("--once", is_flag=True, help="It was for no period: a transfer, room for a backup.")
@click.option("--back", is_flag=True, help="It pays back what the agency had laid out.")
@click.option(
    "--document", default="", metavar="TEXT", help="Payment order, receipt: where it is written."
)
@_who
@options.language
@options.common
@options.border
def add(
    client: str,
    amount: str,
    on: datetime,
    payer: str,
    number: int | None,
    invoice: int | None,
    once: bool,
    back: bool,
    document: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Note that AMOUNT (`1200.50`, `15 EUR`) was paid for a thing of CLIENT's, or paid back to the agency."""
    from scanner.registry import payments
    from scanner.renewals import owed
    from scanner.service import clock, paying

    if once and (back or invoice is not None):
        raise click.UsageError("--once goes with --object alone.")
    settings = options.settings_of(db=db, config=config, speak=lang)
    for_thing = owed.Purpose.ONE_OFF if once else owed.Purpose.RENEWAL
    new = payments.NewPayment(
        paid_on=on.date(), money=paying.money_of(amount, settings), payer=owed.Payer(payer),
        purpose=owed.Purpose.REIMBURSEMENT if back else for_thing,
        object_id=None if back else number, invoice_id=None if back else invoice, document=document,
    )  # fmt: skip
    _say(paying.pay(client, new, who or getpass.getuser(), settings, clock.now))


@payments.command("import", short_help="Take payments from a statement, a list or invoices.")
@click.argument("client")
@click.argument("file", metavar="FILE")
@click.option("--payer", type=_PAYER, required=True, help="Whose account the statement is of.")
@click.option("--yes", is_flag=True, help="Note them; without it they are only shown.")
@_who
@_json
@options.language
@options.common
@options.border
def import_(
    client: str,
    file: str,
    payer: str,
    yes: bool,
    who: str | None,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Read the payments in FILE (CSV, XLSX or a bank's exchange file; `-` reads stdin), show which thing of
    CLIENT's each was for, and with --yes note them. A line that fits several things, or none, is kept
    without one. Statements may overlap: a payment is noted once."""
    from scanner.cli.papers import described
    from scanner.intake.paper import MAX_BYTES
    from scanner.service import clock, deciding, paying
    from scanner.service.speech import wording_of

    settings = options.settings_of(db=db, config=config, speak=lang)
    data = (
        sys.stdin.buffer.read(MAX_BYTES + 1)
        if file == "-"
        else deciding.file_of(Path(file), MAX_BYTES)
    )
    name = "stdin" if file == "-" else Path(file).name
    found = paying.read_statement(client, data, name, settings)
    for reading in found.readings:
        click.echo(options.clean(described(reading)), err=True)
    if as_json:
        click.echo(options.clean_json(paying.as_json(found)))
    else:
        click.echo(options.clean(found.text(settings)))
    if yes:
        said = paying.note_statement(found, payer, who or getpass.getuser(), settings, clock.now)
        click.echo(options.clean(asyncio.run(said)), err=as_json)
    else:
        click.echo(wording_of(settings, None).say("paid.not_yet"), err=True)


@payments.command(short_help="Say what an unmatched payment was for.")
@click.argument("payment", type=int, metavar="PAYMENT")
@click.argument("number", type=int, metavar="NUMBER")
@options.language
@options.common
@options.border
def assign(
    payment: int, number: int, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Say that PAYMENT, of which nobody knew the thing, was for object NUMBER."""
    from scanner.service import clock, paying

    settings = options.settings_of(db=db, config=config, speak=lang)
    _say(paying.assign(payment, number, settings, clock.now))


@payments.command(short_help="Say what became of a payment that should not have been made.")
@click.argument("payment", type=int, metavar="PAYMENT")
@click.option("--why", required=True, help="What became of it, in a few words.")
@_who
@options.language
@options.common
@options.border
def settle(
    payment: int, why: str, who: str | None, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Say that PAYMENT, made for what the client had agreed to end, was looked into: its task is over."""
    from scanner.service import clock
    from scanner.service.paying import settled

    settings = options.settings_of(db=db, config=config, speak=lang)
    _say(settled(payment, who or getpass.getuser(), why, settings, clock.now))


@payments.command(short_help="Take a payment back that was noted by mistake.")
@click.argument("payment", type=int, metavar="PAYMENT")
@options.language
@options.common
@options.border
def withdraw(payment: int, lang: str | None, db: str | None, config: Path | None) -> None:
    """Withdraw PAYMENT. It stays in the database, and counts no more."""
    from scanner.service import clock, paying

    settings = options.settings_of(db=db, config=config, speak=lang)
    _say(paying.withdraw(payment, settings, clock.now))


@payments.command(short_help="Note what a provider asks.")
@click.argument("number", type=int, metavar="NUMBER")
@click.argument("amount", metavar="AMOUNT")
@click.option("--payer", type=_PAYER, required=True, help="Who is to pay it.")
@click.option("--invoice-number", "called", default="", metavar="TEXT", help="Its number.")
@click.option("--issued", type=_DAY, metavar="DATE", help="The day on it.")
@click.option(
    "--pay-by", type=_DAY, metavar="DATE", help="The last day; else the end of the period."
)
@click.option("--document", default="", metavar="TEXT", help="Where it lies.")
@_who
@options.language
@options.common
@options.border
def invoice(
    number: int,
    amount: str,
    payer: str,
    called: str,
    issued: datetime | None,
    pay_by: datetime | None,
    document: str,
    who: str | None,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Note that AMOUNT is asked for the next period of object NUMBER."""
    from scanner.registry import payments
    from scanner.renewals import owed
    from scanner.service import clock, paying

    settings = options.settings_of(db=db, config=config, speak=lang)
    new = payments.NewInvoice(
        object_id=number, money=paying.money_of(amount, settings), payer=owed.Payer(payer),
        number=called, issued_on=issued.date() if issued else None,
        pay_by=pay_by.date() if pay_by else None, document=document,
    )  # fmt: skip
    _say(paying.invoice(new, who or getpass.getuser(), settings, clock.now))


@payments.command(short_help="A client's invoices, and what is left to pay.")
@click.argument("client")
@_json
@options.language
@options.common
@options.border
def invoices(
    client: str, as_json: bool, lang: str | None, db: str | None, config: Path | None
) -> None:
    """Print CLIENT's invoices: number, thing, amount, what is left, who pays, by when."""
    from scanner.service import paying

    settings = options.settings_of(db=db, config=config, speak=lang)
    found = paying.invoices_of(client, settings)
    _print(found, as_json, lambda ledger: ledger.invoices(found), settings)


@payments.command(short_help="Who owes whom, month by month.")
@click.argument("client", required=False)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it there: a workbook where the name ends in .xlsx, else CSV.",
)
@_json
@options.language
@options.common
@options.border
def owed(
    client: str | None,
    to: Path | None,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print what the agency laid out for CLIENT, or for each, in each month, what he paid back, and what he
    owes."""
    from scanner.service import clock, paying
    from scanner.service.paying import write_owed

    settings = options.settings_of(db=db, config=config, speak=lang)
    found = paying.owed_by(client, settings)
    if to:
        click.echo(options.clean(write_owed(found, to, settings, clock.now())), err=True)
    else:
        _print(found, as_json, lambda ledger: ledger.owed(found), settings)


@click.group(short_help="Exchange rates, from a dated file.")
def rates() -> None:
    """Exchange rates: without one, amounts in different currencies are never added together."""


@rates.command("import", short_help="Take rates from a CSV file.")
@click.argument("file", metavar="FILE")
@options.language
@options.common
@options.border
def import_rates(file: str, lang: str | None, db: str | None, config: Path | None) -> None:
    """Take the rates in FILE, a CSV with the columns date, base, quote and rate:
    `2026-03-01,USD,RUB,92.50` says that a dollar was worth 92.50 roubles on that day."""
    from scanner.service import deciding, paying

    settings = options.settings_of(db=db, config=config, speak=lang)
    data = deciding.file_of(Path(file), 50_000_000)
    _say(paying.import_rates(data, Path(file).name, settings))


@click.command(short_help="What ending things saves.")
@click.argument("client")
@click.option(
    "--in", "into", metavar="CURRENCY", help="Also in one currency, as far as rates are known."
)
@_json
@options.language
@options.common
@options.border
def savings(
    client: str,
    into: str | None,
    as_json: bool,
    lang: str | None,
    db: str | None,
    config: Path | None,
) -> None:
    """Print what is saved a year by ending CLIENT's unused things: possible, agreed, realised, refused. What has
    no known price is counted, and is never taken for nothing."""
    from scanner.service import clock, saving

    settings = options.settings_of(db=db, config=config, speak=lang)
    found = saving.saved_by(client, into.upper() if into else None, settings, clock.now())
    _print(found, as_json, lambda ledger: ledger.savings(found), settings)


def _say(said: Any) -> None:
    click.echo(options.clean(asyncio.run(said)))


def _print(found: Any, as_json: bool, say: Callable[[Any], str], settings: Any) -> None:
    from scanner.service import paying
    from scanner.service.ledger import Ledger

    if as_json:
        click.echo(options.clean_json(paying.as_json(found)))
    else:
        click.echo(options.clean(say(Ledger(settings))))
