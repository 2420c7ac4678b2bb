"""Control of payments: invoices, payments, who owes whom, exchange rates, and what is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy import select

from scanner.assets import Asset, Declaration, Money, Ownership, Price
from scanner.database import Database
from scanner.intake.cells import read_amount
from scanner.intake.paper import read_paper
from scanner.intake.rows import Reading
from scanner.registry import Decision, Lifecycle, Registry
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
from scanner.registry.rows import OBJECT
from scanner.registry.switching_off import given_up
from scanner.registry.words import GONE, Origin
from scanner.renewals.owed import Month, Payer, Purpose
from scanner.renewals.paid_for import Known, Matcher
from scanner.renewals.rates import UnreadableRates, read_rates
from scanner.renewals.savings import Ending, Replacement, Saving, Savings, savings
from scanner.renewals.switching_off import ENDING
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of, word_of
from scanner.service.desk import Days, desk_of
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

    def text(self) -> str:
        """Return it for a person, a line a payment."""
        rows = [
            f"{line.paid_on}  {line.money.amount:>12} {line.money.currency}  {_meant(line)}  ({line.place})"
            for line in self.lines
        ]
        sure = sum(line.object_id is not None for line in self.lines)
        rows.append(
            f"{len(self.lines)} payments, {sure} of them for things of {self.client}; the others are kept "
            "without a thing until somebody says which (`revizor payments assign`)."
        )
        return "\n".join(rows)


def _meant(line: Line) -> str:
    if line.asset is not None:
        return str(line.asset)
    if line.candidates:
        return f"{line.what}: one of {', '.join(map(str, line.candidates[:5]))}"
    return f"{line.what}: nothing in the registry"


def money_of(text: str, settings: Settings) -> Money:
    """Read an amount as people type it; the agency's currency where it names none."""
    found = read_amount(text)
    if found is None or found.value <= 0:
        raise UnknownThing(f"{text[:40]!r} is no amount; write it like 1200.50 or 15 EUR.")
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
        vain = await _vain(database, statement.client, added, clock())
    finally:
        database.close()
    return f"Noted: {len(added)} payments, {len(new) - len(added)} were known.{vain}"


async def _keep_periods(database: Database, settings: Settings, at: datetime) -> None:
    """Open the periods that are due to be open: what is paid is paid for one of them."""
    desk, today = desk_of(settings), Days(settings).of(at)
    await database.write(lambda connection: keep_cycles(connection, today, at, desk.book))


async def _vain(database: Database, client: str, added: Sequence[int], at: datetime) -> str:
    """File what should not have been paid, for the next `tasks sync` to tell; say which of these it is."""
    await database.write(lambda connection: keep_paid_in_vain(connection, at))
    found = database.read(lambda connection: paid_in_vain(connection, client))
    lines = [
        f"\nPaid although it was decided not to: {one.asset}, {one.money.amount} {one.money.currency} "
        f"on {one.paid_on}."
        for one in found
        if one.id in added
    ]
    return "".join(lines)


async def pay(client: str, new: NewPayment, who: str, settings: Settings, clock: Clock) -> str:
    """Note one payment by hand; return a confirmation, and a warning where it should not have been made."""
    database = Database.open(settings.db)
    try:
        known, book = client_of(Registry(database), client), PaymentBook(database)
        if new.purpose is Purpose.RENEWAL and new.object_id is None and new.invoice_id is None:
            raise UnknownThing("what was paid for? Name it with --object or --invoice.")
        await _keep_periods(database, settings, clock())
        try:
            added = await book.pay(known.slug, [new], who, clock())
        except LookupError as error:
            raise UnknownThing(f"{error.args[0]}.") from error
        vain = await _vain(database, known.slug, added, clock())
    finally:
        database.close()
    return f"Noted: payment {added[0]}, {new.money.amount} {new.money.currency} on {new.paid_on}.{vain}"


async def invoice(new: NewInvoice, who: str, settings: Settings, clock: Clock) -> str:
    """Note an invoice by hand; return a confirmation."""
    database = Database.open(settings.db)
    try:
        await _keep_periods(database, settings, clock())
        number = await PaymentBook(database).invoice(new, who, clock())
    except LookupError as error:
        raise UnknownThing(f"{error.args[0]}; see `revizor registry list CLIENT`.") from error
    finally:
        database.close()
    return f"Noted: invoice {number}, {new.money.amount} {new.money.currency}."


async def assign(payment: int, number: int, settings: Settings, clock: Clock) -> str:
    """Say what a payment was for."""
    database = Database.open(settings.db)
    try:
        await _keep_periods(database, settings, clock())
        found = await PaymentBook(database).assign(payment, number)
        vain = await _vain(database, found.client, [payment], clock())
    except LookupError as error:
        raise UnknownThing(f"{error.args[0]}.") from error
    finally:
        database.close()
    return f"Noted: payment {payment} was for {found.asset}.{vain}"


async def settled(payment: int, who: str, why: str, settings: Settings, clock: Clock) -> str:
    """Note what became of a payment that should not have been made: its task is over."""
    database = Database.open(settings.db)
    try:
        at = clock()
        await database.write(lambda connection: settle(connection, payment, who, why, at))
    except LookupError as error:
        raise UnknownThing(f"{error.args[0]}.") from error
    finally:
        database.close()
    return f"Noted: payment {payment} is settled, says {who}."


async def withdraw(payment: int, settings: Settings, clock: Clock) -> str:
    """Take a payment back that was noted by mistake."""
    database = Database.open(settings.db)
    try:
        at = clock()
        found = await PaymentBook(database).withdraw(payment, at)
        await database.write(lambda connection: keep_paid_in_vain(connection, at))
    except LookupError as error:
        raise UnknownThing(f"{error.args[0]}.") from error
    finally:
        database.close()
    return f"Withdrawn: payment {payment}, {found.money.amount} {found.money.currency}."


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


def owed_by(client: str, settings: Settings) -> tuple[Month, ...]:
    """Return month by month what a client owes the agency."""
    database = Database.open(settings.db)
    try:
        return PaymentBook(database).owed(client_of(Registry(database), client).slug)
    finally:
        database.close()


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
    days = sorted({rate.day for rate in rates})
    return f"Noted: {len(rates)} rates" + (f", {days[0]} to {days[-1]}." if days else ".")


def saved_by(client: str, into: str | None, settings: Settings, at: datetime) -> Savings:
    """Return what ending the client's things saves: possible, agreed, realised and refused."""
    database = Database.open(settings.db)
    try:
        slug = client_of(Registry(database), client).slug
        endings = list(_endings(database, slug))
        rates = PaymentBook(database).rates() if into else None
    finally:
        database.close()
    today = at.astimezone(ZoneInfo(settings.agency.zone)).date()
    return savings(endings, today, rates, into)


def _endings(database: Database, client: str) -> Iterable[Ending]:
    ended = database.read(given_up)
    thing = OBJECT.c
    query = select(
        thing.id, thing.kind, thing.key, thing.lifecycle, thing.verdict, thing.decision,
        thing.cost_amount, thing.cost_currency, thing.cost_months, thing.paid_until, thing.origins,
        thing.replaced_by,
    ).where(
        thing.client == client,
        thing.ownership.in_([Ownership.CONFIRMED, Ownership.LIKELY]) | thing.ownership.is_(None),
        thing.verdict.in_(ENDING) | (thing.lifecycle == Lifecycle.DELETED) | thing.id.in_(ended),
    )  # fmt: skip
    rows = database.read(lambda connection: connection.execute(query).all())
    successors = {row.replaced_by for row in rows if row.replaced_by is not None}
    costs = select(thing.id, thing.cost_amount, thing.cost_currency, thing.cost_months)
    found = database.read(
        lambda connection: connection.execute(
            costs.where(thing.id.in_(successors), thing.lifecycle.not_in(GONE))
        ).all()
    )
    instead = {row.id: Replacement(str(row.id), _price(row)) for row in found}
    return (_ending(row, row.id in ended, instead.get(row.replaced_by)) for row in rows)


def _ending(row: Any, is_given_up: bool, instead: Replacement | None) -> Ending:
    return Ending(
        id=str(Asset(row.kind, row.key)),
        saving=_saving(row.lifecycle, row.decision, is_given_up),
        cost=_price(row),
        sure=row.origins.get("cost") in (Origin.DECLARED, Origin.CONFIRMED),
        paid_until=row.paid_until,
        replacement=instead,
    )


def _price(row: Any) -> Price | None:
    if row.cost_amount is None:
        return None
    return Price(Money(row.cost_amount, row.cost_currency), row.cost_months)


def _saving(lifecycle: object, decision: object, is_given_up: bool) -> Saving:
    if lifecycle is Lifecycle.DELETED:
        return Saving.REALISED
    if is_given_up:
        return Saving.AGREED
    return Saving.REFUSED if decision is Decision.REJECTED else Saving.POTENTIAL


def as_json(told: object) -> str:
    """Return anything of this file as JSON."""
    return msgspec.json.encode(told).decode()


def table_of(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield rows of text with aligned columns."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
