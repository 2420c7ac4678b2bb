"""Invoices and payments of each period, and who owes whom. Nothing is deleted; a mistake is withdrawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, and_, insert, or_, select, update

from scanner.assets import Asset, Kind, Money
from scanner.database import Database
from scanner.database.columns import insert as insert_or
from scanner.registry.decision_rows import EXCHANGE_RATE, INVOICE, PAYMENT
from scanner.registry.refused import Refused
from scanner.registry.renewal_rows import CYCLE
from scanner.registry.rows import OBJECT
from scanner.registry.switching_off import given_up
from scanner.renewals.owed import Month, Paid, Payer, Purpose, owed
from scanner.renewals.rates import Rate, Rates


class NewInvoice(Struct, frozen=True, kw_only=True):
    """What a provider asks for a thing."""

    object_id: int
    money: Money
    payer: Payer = Payer.CLIENT
    number: str = ""
    issued_on: date | None = None
    pay_by: date | None = None
    document: str = ""


class NewPayment(Struct, frozen=True, kw_only=True):
    """Money that went."""

    paid_on: date
    money: Money
    payer: Payer = Payer.CLIENT
    purpose: Purpose = Purpose.RENEWAL
    object_id: int | None = None
    """None where it is a reimbursement, or where nobody knows yet what it paid for."""
    invoice_id: int | None = None
    document: str = ""


class Invoice(Struct, frozen=True, kw_only=True):
    """An invoice, and how much of it is paid."""

    id: int
    client: str
    object_id: int
    asset: Asset
    cycle_id: int | None
    number: str
    issued_on: date | None
    pay_by: date | None
    money: Money
    payer: Payer
    document: str
    who: str
    paid: Decimal
    """In the invoice's own currency."""

    @property
    def left(self) -> Decimal:
        """Return what is still to be paid; never less than nothing."""
        return max(Decimal(), self.money.amount - self.paid)


class Payment(Struct, frozen=True, kw_only=True):
    """A payment as it was noted."""

    id: int
    client: str
    object_id: int | None
    asset: Asset | None
    cycle_id: int | None
    invoice_id: int | None
    paid_on: date
    money: Money
    payer: Payer
    purpose: Purpose
    document: str
    who: str


class Unpaid(Struct, frozen=True, kw_only=True):
    """A period that ends soon, or an invoice, and no payment for it."""

    object_id: int
    asset: Asset
    client: str
    cycle_id: int | None
    invoice_id: int | None
    pay_by: date
    left: Money | None
    """None where nobody has said what it costs."""
    payer: Payer | None


class PaymentBook:
    """Money of all clients."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`."""
        self._database = database

    async def invoice(self, new: NewInvoice, who: str, at: datetime) -> int:
        """Note an invoice, for the thing's open period; return its id. LookupError for an unknown thing."""

        def write(connection: Connection) -> int:
            client, cycle = _place(connection, new.object_id)
            row = insert(INVOICE).values(
                client=client, object_id=new.object_id, cycle_id=cycle, number=new.number,
                issued_on=new.issued_on, pay_by=new.pay_by, amount=new.money.amount,
                currency=new.money.currency, payer=new.payer, document=new.document,
                at=at, who=who,
            )  # fmt: skip
            return int(connection.execute(row.returning(INVOICE.c.id)).scalar_one())

        return await self._database.write(write)

    async def pay(
        self,
        client: str,
        payments: Sequence[NewPayment],
        who: str,
        at: datetime,
        *,
        statement: bool = False,
    ) -> tuple[int, ...]:
        """Note payments; return the ids of those that were not known.

        A statement may be given again, or overlap with the last: as many payments of one day, amount,
        thing and payer as are noted already are known. LookupError for an unknown thing or invoice.
        """

        def write(connection: Connection) -> tuple[int, ...]:
            known = _noted(connection, client) if statement else Counter[_Likeness]()
            added = []
            for new in payments:
                same = _likeness(new)
                if known[same] > 0:
                    known[same] -= 1
                    continue
                added.append(_add(connection, client, new, who, at))
            return tuple(added)

        return await self._database.write(write)

    async def withdraw(self, payment_id: int, at: datetime) -> Payment:
        """Take a payment back that was noted by mistake; LookupError where there is none such."""

        def write(connection: Connection) -> Payment:
            found = next(payments_where(connection, PAYMENT.c.id == payment_id), None)
            if found is None:
                raise Refused("no_payment", number=payment_id)
            row = update(PAYMENT).where(PAYMENT.c.id == payment_id)
            connection.execute(row.values(withdrawn_at=at))
            return found

        return await self._database.write(write)

    async def assign(self, payment_id: int, object_id: int) -> Payment:
        """Say what a payment was for that nobody could match; LookupError where that cannot be said."""

        def write(connection: Connection) -> Payment:
            found = next(payments_where(connection, PAYMENT.c.id == payment_id), None)
            if found is None or found.object_id is not None or found.purpose is not Purpose.RENEWAL:
                raise Refused("no_open_payment", number=payment_id)
            whose, cycle = _place(connection, object_id)
            if whose != found.client:
                raise Refused("whose_object", number=object_id, whose=whose, client=found.client)
            row = update(PAYMENT).where(PAYMENT.c.id == payment_id)
            connection.execute(row.values(object_id=object_id, cycle_id=cycle))
            return next(payments_where(connection, PAYMENT.c.id == payment_id))

        return await self._database.write(write)

    def payments(
        self, client: str, *, object_id: int | None = None, unmatched: bool = False
    ) -> tuple[Payment, ...]:
        """Return a client's payments, oldest first; only those for one thing, or for none known."""
        wanted = [PAYMENT.c.client == client]
        if object_id is not None:
            wanted.append(PAYMENT.c.object_id == object_id)
        if unmatched:
            wanted.append(PAYMENT.c.object_id.is_(None))
            wanted.append(PAYMENT.c.purpose == Purpose.RENEWAL)
        return self._database.read(
            lambda connection: tuple(payments_where(connection, and_(*wanted)))
        )

    def invoices(self, client: str) -> tuple[Invoice, ...]:
        """Return a client's invoices, oldest first."""
        return self._database.read(
            lambda connection: tuple(invoices_where(connection, INVOICE.c.client == client))
        )

    def owed(self, client: str) -> tuple[Month, ...]:
        """Return month by month what the client owes the agency."""
        at = PAYMENT.c
        query = select(at.paid_on, at.amount, at.currency, at.payer, at.purpose).where(
            at.client == client, at.withdrawn_at.is_(None)
        )
        return self._database.read(
            lambda connection: owed(
                Paid(row.paid_on, Money(row.amount, row.currency), row.payer, row.purpose)
                for row in connection.execute(query)
            )
        )

    async def keep_rates(self, rates: Iterable[Rate]) -> None:
        """Keep exchange rates; the last told for a day and pair counts."""
        rows = [
            {"day": r.day, "base": r.base, "quote": r.quote, "rate": r.rate, "source": r.source}
            for r in {(r.day, r.base, r.quote): r for r in rates}.values()
        ]

        def write(connection: Connection) -> None:
            new = insert_or(connection, EXCHANGE_RATE)
            again = new.on_conflict_do_update(
                index_elements=["day", "base", "quote"],
                set_={"rate": new.excluded.rate, "source": new.excluded.source},
            )
            for start in range(0, len(rows), 1000):
                connection.execute(again, rows[start : start + 1000])

        await self._database.write(write)

    def rates(self) -> Rates:
        """Return every rate that was told."""
        return self._database.read(
            lambda connection: Rates(
                Rate(row.day, row.base, row.quote, row.rate, row.source)
                for row in connection.execute(select(EXCHANGE_RATE))
            )
        )


def unpaid(connection: Connection, until: date, client: str | None = None) -> Iterator[Unpaid]:
    """Yield what must be paid by a day and is not: invoices, and open periods without a payment.

    What must not be paid any more is left out. An invoice without a day is due with its period.
    """
    ended = given_up(connection)
    invoiced = set()
    for one in invoices_where(connection, INVOICE.c.client == client if client else None):
        invoiced.add(one.cycle_id)
        pay_by = one.pay_by or _due(connection, one.cycle_id)
        if pay_by and pay_by <= until and one.left and one.object_id not in ended:
            yield Unpaid(
                object_id=one.object_id, asset=one.asset, client=one.client,
                cycle_id=one.cycle_id, invoice_id=one.id, pay_by=pay_by,
                left=Money(one.left, one.money.currency), payer=one.payer,
            )  # fmt: skip
    for row in _periods(connection, until, client):
        if row.cycle_id not in invoiced and row.object_id not in ended:
            cost = None if row.cost_amount is None else Money(row.cost_amount, row.cost_currency)
            yield Unpaid(
                object_id=row.object_id, asset=Asset(row.kind, row.key), client=row.client,
                cycle_id=row.cycle_id, invoice_id=None, pay_by=row.due, left=cost, payer=None,
            )  # fmt: skip


def _place(connection: Connection, object_id: int) -> tuple[str, int | None]:
    """Return the client of a thing and the id of its open period."""
    thing = connection.execute(select(OBJECT.c.client).where(OBJECT.c.id == object_id)).first()
    if thing is None:
        raise Refused("no_object", number=object_id)
    open_one = select(CYCLE.c.id).where(CYCLE.c.object_id == object_id, CYCLE.c.closed_at.is_(None))
    cycle = connection.scalar(open_one.order_by(CYCLE.c.seq.desc()).limit(1))
    return thing.client, cycle


def _add(connection: Connection, client: str, new: NewPayment, who: str, at: datetime) -> int:
    cycle, thing = None, new.object_id
    if new.invoice_id is not None:
        invoice = connection.execute(select(INVOICE).where(INVOICE.c.id == new.invoice_id)).first()
        if invoice is None or invoice.client != client:
            raise Refused("no_invoice", client=client, number=new.invoice_id)
        cycle, thing = invoice.cycle_id, invoice.object_id
    elif thing is not None:
        whose, cycle = _place(connection, thing)
        if whose != client:
            raise Refused("whose_object", number=thing, whose=whose, client=client)
    if new.purpose is Purpose.ONE_OFF:
        cycle = None
    row = insert(PAYMENT).values(
        client=client, object_id=thing, cycle_id=cycle, invoice_id=new.invoice_id,
        purpose=new.purpose, paid_on=new.paid_on, amount=new.money.amount,
        currency=new.money.currency, payer=new.payer, document=new.document, at=at, who=who,
    )  # fmt: skip
    return int(connection.execute(row.returning(PAYMENT.c.id)).scalar_one())


_Likeness = tuple[date, Decimal, str, str, str, int | None, int | None]


def _likeness(new: NewPayment) -> _Likeness:
    money = new.money
    return (
        new.paid_on, money.amount.normalize(), money.currency, new.payer, new.purpose,
        new.object_id, new.invoice_id,
    )  # fmt: skip


def _noted(connection: Connection, client: str) -> Counter[_Likeness]:
    """Count the payments already noted, withdrawn ones among them: a mistake is not made again."""
    at = PAYMENT.c
    query = select(
        at.paid_on, at.amount, at.currency, at.payer, at.purpose, at.object_id, at.invoice_id
    ).where(at.client == client)
    return Counter(
        (r.paid_on, r.amount.normalize(), r.currency, r.payer, r.purpose, r.object_id, r.invoice_id)
        for r in connection.execute(query)
    )


def payments_where(connection: Connection, wanted: Any) -> Iterator[Payment]:
    """Yield the payments that count, oldest first."""
    at = PAYMENT.c
    query = (
        select(PAYMENT, OBJECT.c.kind, OBJECT.c.key)
        .outerjoin(OBJECT, OBJECT.c.id == at.object_id)
        .where(wanted, at.withdrawn_at.is_(None))
        .order_by(at.paid_on, at.id)
    )
    for row in connection.execute(query):
        yield Payment(
            id=row.id, client=row.client, object_id=row.object_id,
            asset=Asset(row.kind, row.key) if row.key else None, cycle_id=row.cycle_id,
            invoice_id=row.invoice_id, paid_on=row.paid_on, money=Money(row.amount, row.currency),
            payer=row.payer, purpose=row.purpose, document=row.document, who=row.who,
        )  # fmt: skip


def invoices_where(connection: Connection, wanted: Any) -> Iterator[Invoice]:
    """Yield invoices with what was paid: by its number, or for its period while it is the only one."""
    at = INVOICE.c
    query = (
        select(INVOICE, OBJECT.c.kind, OBJECT.c.key)
        .join(OBJECT, OBJECT.c.id == at.object_id)
        .where(at.withdrawn_at.is_(None))
        .order_by(at.id)
    )
    rows = connection.execute(query if wanted is None else query.where(wanted)).all()
    alone = Counter(row.cycle_id for row in rows if row.cycle_id)
    paid = PAYMENT.c
    for row in rows:
        mine = paid.invoice_id == row.id
        if row.cycle_id and alone[row.cycle_id] == 1:
            mine = or_(mine, and_(paid.cycle_id == row.cycle_id, paid.invoice_id.is_(None)))
        amounts = select(paid.amount).where(
            mine,
            paid.withdrawn_at.is_(None),
            paid.currency == row.currency,
            paid.purpose == Purpose.RENEWAL,
        )
        yield Invoice(
            id=row.id, client=row.client, object_id=row.object_id,
            asset=Asset(Kind(row.kind), row.key), cycle_id=row.cycle_id, number=row.number,
            issued_on=row.issued_on, pay_by=row.pay_by, money=Money(row.amount, row.currency),
            payer=row.payer, document=row.document, who=row.who,
            paid=sum(connection.scalars(amounts), Decimal()),
        )  # fmt: skip


def _due(connection: Connection, cycle: int | None) -> date | None:
    return connection.scalar(select(CYCLE.c.due).where(CYCLE.c.id == cycle)) if cycle else None


def _periods(connection: Connection, until: date, client: str | None) -> Iterator[Any]:
    """Yield open periods that end by a day, and have no payment."""
    thing = OBJECT.c
    paid = select(PAYMENT.c.cycle_id).where(
        PAYMENT.c.withdrawn_at.is_(None), PAYMENT.c.cycle_id.is_not(None)
    )
    query = (
        select(
            CYCLE.c.id.label("cycle_id"), CYCLE.c.due, thing.id.label("object_id"), thing.client,
            thing.kind, thing.key, thing.cost_amount, thing.cost_currency,
        )
        .join(OBJECT, thing.id == CYCLE.c.object_id)
        .where(CYCLE.c.closed_at.is_(None), CYCLE.c.due <= until, CYCLE.c.id.not_in(paid))
        .order_by(CYCLE.c.due, thing.id)
    )  # fmt: skip
    yield from connection.execute(query.where(thing.client == client) if client else query)
