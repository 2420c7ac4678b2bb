"""Control of payments: invoices, payments, who owes whom, exchange rates, and what is saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct, structs
from sqlalchemy import select

from reports.csv_file import write_csv
from reports.wording import Wording
from reports.workbook import write_xlsx
from scanner.assets import Asset, Declaration, Money
from scanner.database import Database
from scanner.intake.cells import read_amount
from scanner.intake.paper import read_paper
from scanner.intake.rows import Reading
from scanner.registry import Registry
from scanner.registry.cycles import keep_cycles
from scanner.registry.identity import account_key
from scanner.registry.paid_in_vain import keep_paid_in_vain, paid_in_vain, settle
from scanner.registry.payments import (
    Invoice,
    NewInvoice,
    NewPayment,
    Payment,
    PaymentBook,
)
from scanner.registry.refused import Refused
from scanner.registry.rows import OBJECT
from scanner.renewals.owed import Debt, Payer, Purpose
from scanner.renewals.paid_for import Known, Matcher
from scanner.renewals.rates import UnreadableRates, read_rates
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of, word_of
from scanner.service.desk import Days, desk_of
from scanner.service.ledger import Ledger
from scanner.service.speech import wording_of
from scanner.service.whole_files import replacing
from scanner.settings import Settings


class Line(Struct, frozen=True, kw_only=True):
    """One payment of a paper, and what it would be noted for."""

    place: str
    paid_on: date
    money: Money
    what: str
    object_id: int | None
    asset: Asset | None
    candidates: tuple[Asset, ...] = ()
    """Things that it fits alike; a person says which."""


class Statement(Struct, frozen=True, kw_only=True):
    """A paper with payments, as it was understood."""

    client: str
    lines: tuple[Line, ...]
    without_money: int
    """Rows that tell of a thing, but of no payment."""
    readings: tuple[Reading, ...]

    def text(self, settings: Settings) -> str:
        """Return it for a person, a line a payment."""
        wording = wording_of(settings, None)
        rows = [
            f"{line.paid_on}  {wording.money(line.money.amount, line.money.currency):>14}  "
            f"{_meant(line, wording)}  ({line.place})"
            for line in self.lines
        ]
        sure = sum(line.object_id is not None for line in self.lines)
        said = wording.say("paid.lines", count=len(self.lines), sure=sure, client=self.client)
        return "\n".join([*rows, said])


def _meant(line: Line, wording: Wording) -> str:
    if line.asset is not None:
        return str(line.asset)
    if line.candidates:
        which = ", ".join(map(str, line.candidates[:5]))
        return wording.say("paid.one_of", what=line.what, which=which)
    return wording.say("paid.unknown", what=line.what)


def _sum(money: Money, wording: Wording) -> str:
    return wording.money(money.amount, money.currency)


def money_of(text: str, settings: Settings) -> Money:
    """Read an amount as people type it; the agency's currency where it names none."""
    found = read_amount(text)
    if found is None or found.value <= 0:
        raise Refused("no_amount", value=repr(text[:40]))
    return Money(found.value, found.currency or settings.agency.currency)


def read_statement(client: str, data: bytes, name: str, settings: Settings) -> Statement:
    """Read a paper with payments, and say which thing each is for; nothing is noted yet."""
    paper = read_paper(data, name)
    database = Database.open(settings.db)
    try:
        known = client_of(Registry(database), client)
        matcher = Matcher(_known(database, known.slug))
    finally:
        database.close()
    paid = [one for one in paper.declarations if one.money and one.paid_on]
    return Statement(
        client=known.slug,
        lines=tuple(_line(one, matcher) for one in paid),
        without_money=len(paper.declarations) - len(paid),
        readings=paper.readings,
    )


def _known(database: Database, client: str) -> list[Known]:
    thing = OBJECT.c
    query = select(thing.id, thing.kind, thing.key, thing.provider, thing.account, thing.hosts)
    return database.read(
        lambda connection: [
            Known(
                number=row.id, asset=Asset(row.kind, row.key), provider=row.provider or "",
                account=row.account or "", hosts=tuple(row.hosts),
            )
            for row in connection.execute(query.where(thing.client == client))
        ]
    )  # fmt: skip


def _line(one: Declaration, matcher: Matcher) -> Line:
    seller = one.provider or one.provider_name or one.registrar
    account = account_key(seller, one.account) if seller and one.account else ""
    found = matcher.find(one, account)
    sure = found[0] if len(found) == 1 else None
    assert one.money is not None
    assert one.paid_on is not None
    return Line(
        place=one.place, paid_on=one.paid_on, money=one.money, what=one.name or str(one.asset),
        object_id=sure.number if sure else None, asset=sure.asset if sure else None,
        candidates=() if sure else tuple(other.asset for other in found),
    )  # fmt: skip


async def note_statement(
    statement: Statement, payer: str, who: str, settings: Settings, clock: Clock
) -> str:
    """Note the payments of a paper; return what came of it."""
    whose = word_of(Payer, payer, "payer") or Payer.CLIENT
    new = [
        NewPayment(
            paid_on=line.paid_on, money=line.money, payer=whose, object_id=line.object_id,
            document=line.place,
        )
        for line in statement.lines
    ]  # fmt: skip
    database = Database.open(settings.db)
    try:
        book = PaymentBook(database)
        await _keep_periods(database, settings, clock())
        added = await book.pay(statement.client, new, who, clock(), statement=True)
        wording = wording_of(settings, None)
        vain = await _vain(database, statement.client, added, clock(), wording)
    finally:
        database.close()
    known = len(new) - len(added)
    return f"{wording.say('paid.statement', new=len(added), known=known)}{vain}"


async def _keep_periods(database: Database, settings: Settings, at: datetime) -> None:
    """Open the periods that are due to be open: what is paid is paid for one of them."""
    desk, today = desk_of(settings), Days(settings).of(at)
    await database.write(lambda connection: keep_cycles(connection, today, at, desk.book))


async def _vain(
    database: Database, client: str, added: Sequence[int], at: datetime, wording: Wording
) -> str:
    """File what should not have been paid, for the next `tasks sync` to tell; say which of these it is."""
    await database.write(lambda connection: keep_paid_in_vain(connection, at))
    found = database.read(lambda connection: paid_in_vain(connection, client))
    lines = [
        wording.say(
            "paid.in_vain", asset=str(one.asset), sum=_sum(one.money, wording),
            day=one.paid_on.isoformat(),
        )
        for one in found
        if one.id in added
    ]  # fmt: skip
    return "".join(f"\n{line}" for line in lines)


async def pay(client: str, new: NewPayment, who: str, settings: Settings, clock: Clock) -> str:
    """Note one payment by hand; return a confirmation, and a warning where it should not have been made."""
    database = Database.open(settings.db)
    try:
        known, book = client_of(Registry(database), client), PaymentBook(database)
        unpaid_for = new.purpose is not Purpose.REIMBURSEMENT
        if unpaid_for and new.object_id is None and new.invoice_id is None:
            raise Refused("paid_for_what")
        await _keep_periods(database, settings, clock())
        added = await book.pay(known.slug, [new], who, clock())
        wording = wording_of(settings, None)
        vain = await _vain(database, known.slug, added, clock(), wording)
    finally:
        database.close()
    money, day = _sum(new.money, wording), new.paid_on.isoformat()
    return f"{wording.say('paid.noted', number=added[0], sum=money, day=day)}{vain}"


async def invoice(new: NewInvoice, who: str, settings: Settings, clock: Clock) -> str:
    """Note an invoice by hand; return a confirmation."""
    database = Database.open(settings.db)
    try:
        await _keep_periods(database, settings, clock())
        number = await PaymentBook(database).invoice(new, who, clock())
    finally:
        database.close()
    wording = wording_of(settings, None)
    return wording.say("paid.invoice", number=number, sum=_sum(new.money, wording))


async def assign(payment: int, number: int, settings: Settings, clock: Clock) -> str:
    """Say what a payment was for."""
    database = Database.open(settings.db)
    try:
        await _keep_periods(database, settings, clock())
        found = await PaymentBook(database).assign(payment, number)
        wording = wording_of(settings, None)
        vain = await _vain(database, found.client, [payment], clock(), wording)
    finally:
        database.close()
    return f"{wording.say('paid.for', number=payment, asset=str(found.asset))}{vain}"


async def settled(payment: int, who: str, why: str, settings: Settings, clock: Clock) -> str:
    """Note what became of a payment that should not have been made: its task is over."""
    database = Database.open(settings.db)
    try:
        at = clock()
        await database.write(lambda connection: settle(connection, payment, who, why, at))
    finally:
        database.close()
    return wording_of(settings, None).say("paid.settled", number=payment, who=who)


async def withdraw(payment: int, settings: Settings, clock: Clock) -> str:
    """Take a payment back that was noted by mistake."""
    database = Database.open(settings.db)
    try:
        at = clock()
        found = await PaymentBook(database).withdraw(payment, at)
        await database.write(lambda connection: keep_paid_in_vain(connection, at))
    finally:
        database.close()
    wording = wording_of(settings, None)
    return wording.say("paid.withdrawn", number=payment, sum=_sum(found.money, wording))


def payments_of(
    client: str, settings: Settings, *, object_id: int | None = None, unmatched: bool = False
) -> tuple[Payment, ...]:
    """Return a client's payments, oldest first."""
    database = Database.open(settings.db)
    try:
        slug = client_of(Registry(database), client).slug
        return PaymentBook(database).payments(slug, object_id=object_id, unmatched=unmatched)
    finally:
        database.close()


def invoices_of(client: str, settings: Settings) -> tuple[Invoice, ...]:
    """Return a client's invoices, oldest first, each with what is paid of it."""
    database = Database.open(settings.db)
    try:
        return PaymentBook(database).invoices(client_of(Registry(database), client).slug)
    finally:
        database.close()


def owed_by(client: str | None, settings: Settings) -> tuple[Debt, ...]:
    """Return month by month what a client, or each of them by slug, owes the agency."""
    database = Database.open(settings.db)
    try:
        book, payments = Registry(database), PaymentBook(database)
        known = [client_of(book, client)] if client else book.clients()
        return tuple(
            Debt(client=slug, **structs.asdict(month))
            for slug in sorted(one.slug for one in known)
            for month in payments.owed(slug)
        )
    finally:
        database.close()


def write_owed(found: Sequence[Debt], to: Path, settings: Settings, at: datetime) -> str:
    """Write debts for a spreadsheet: a workbook where the name ends in .xlsx, else CSV; return a confirmation."""
    wording = wording_of(settings, None)
    sheet = Ledger(settings).owed_sheet(found)
    with replacing(to) as stream:
        if to.suffix.lower() == ".xlsx":
            write_xlsx(stream, [sheet], wording, title=sheet.name, at=at)
        else:
            write_csv(stream, sheet, wording)
    return wording.say("paid.exported", count=len(found), file=str(to))


async def import_rates(data: bytes, name: str, settings: Settings) -> str:
    """Keep the exchange rates of a file; return what came of it."""
    try:
        rates = read_rates(data.decode("utf-8-sig"), name)
    except (UnreadableRates, UnicodeDecodeError) as error:
        said = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise UnknownThing(f"{said}" if name in said else f"{name}: {said}.") from error
    database = Database.open(settings.db)
    try:
        await PaymentBook(database).keep_rates(rates)
    finally:
        database.close()
    days = [day.isoformat() for day in sorted({rate.day for rate in rates})]
    first, last = (days[0], days[-1]) if days else ("", "")
    return wording_of(settings, None).say("paid.rates", count=len(rates), first=first, last=last)


def as_json(told: object) -> str:
    """Return anything of this file as JSON."""
    return msgspec.json.encode(told).decode()
