"""Invoices and payments: noted once, matched to periods, withdrawn and never deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from sqlalchemy import insert, update

from reports.decisions import Decided, Proposal, Signed
from scanner.assets import Advice, Asset, Kind, Money, Ownership, Price
from scanner.database import Database
from scanner.registry import Client, Incoming, Registry
from scanner.registry.decisions import DecisionBook
from scanner.registry.one_off import OneOff, one_off_of
from scanner.registry.paid_in_vain import paid_in_vain
from scanner.registry.payments import (
    NewInvoice,
    NewPayment,
    PaymentBook,
    Unpaid,
    unpaid,
)
from scanner.registry.renewal_rows import CYCLE
from scanner.renewals.cycle import CycleState
from scanner.renewals.owed import Payer, Purpose
from scanner.renewals.rates import Rate

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TODAY = AT.date()
DUE = date(2026, 3, 20)
RUB = Money(D("1200.50"), "RUB")
DOMAIN, HOSTING = Asset(Kind.DOMAIN, "romashka.ru"), Asset(Kind.HOSTING, "beget/a")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A client with a domain and a hosting, each with an open period."""
    with Database.open(database_url) as opened:
        registry = Registry(opened)
        for client in ("romashka", "lilia"):
            asyncio.run(registry.ensure_client(Client(client), AT))
        incoming = [
            Incoming(
                asset=DOMAIN,
                ownership=Ownership.CONFIRMED,
                advice=Advice.LET_EXPIRE,
                cost=Price(RUB, 12),
            ),
            Incoming(asset=HOSTING, ownership=Ownership.CONFIRMED, advice=Advice.KEEP),
        ]
        asyncio.run(registry.receive("romashka", "run1", incoming, AT))
        for number in (1, 2):
            row = insert(CYCLE).values(
                object_id=number, seq=1, due=DUE, state=CycleState.OPEN, opened_at=AT, seen_later=[]
            )
            asyncio.run(opened.write(lambda connection, row=row: connection.execute(row)))
        yield opened


def pay(database: Database, *new: NewPayment, statement: bool = False) -> tuple[int, ...]:
    book = PaymentBook(database)
    return asyncio.run(book.pay("romashka", new, "olga", AT, statement=statement))


def ask(database: Database, thing: int = 1, **other: object) -> int:
    values: dict[str, object] = {"object_id": thing, "money": RUB, **other}
    new = NewInvoice(**values)  # type: ignore[arg-type]
    return asyncio.run(PaymentBook(database).invoice(new, "olga", AT))


def waiting(database: Database, until: date = DUE, client: str | None = None) -> list[Unpaid]:
    return database.read(lambda connection: list(unpaid(connection, until, client)))


def payment(amount: str = "1200.50", **other: object) -> NewPayment:
    values: dict[str, object] = {"paid_on": TODAY, "money": Money(D(amount), "RUB"), **other}
    return NewPayment(**values)  # type: ignore[arg-type]


def test_a_period_without_payment_waits_until_it_is_paid(database: Database) -> None:
    """What costs is told where it is known; a payment for the thing ends it."""
    assert [(one.asset, one.pay_by, one.left) for one in waiting(database)] == [
        (DOMAIN, DUE, RUB), (HOSTING, DUE, None),
    ]  # fmt: skip
    assert waiting(database, DUE - timedelta(days=1)) == []
    assert waiting(database, client="lilia") == []

    pay(database, payment(object_id=1), payment(object_id=2, amount="1"))

    assert waiting(database) == []


def test_an_invoice_waits_for_what_is_left(database: Database) -> None:
    """Parts add up, an overpayment leaves nothing, another currency pays nothing of it."""
    number = ask(database, pay_by=date(2026, 3, 5), number="A-7", payer=Payer.AGENCY)
    pay(database, payment("200.50", invoice_id=number))
    pay(database, NewPayment(paid_on=TODAY, money=Money(D(900), "USD"), invoice_id=number))

    (left,) = [one for one in waiting(database) if one.asset == DOMAIN]
    assert (left.invoice_id, left.pay_by, left.left, left.payer) == (
        number, date(2026, 3, 5), Money(D("1000.00"), "RUB"), Payer.AGENCY,
    )  # fmt: skip
    pay(database, payment("1500", invoice_id=number))
    assert [one.asset for one in waiting(database)] == [HOSTING]
    (told,) = PaymentBook(database).invoices("romashka")
    assert (told.paid, told.left, told.number, told.cycle_id) == (D("1700.50"), D(0), "A-7", 1)


def test_the_only_invoice_of_a_period_is_paid_by_its_payments(database: Database) -> None:
    """Of two, only what names one pays it."""
    ask(database)
    pay(database, payment(object_id=1))
    assert PaymentBook(database).invoices("romashka")[0].left == 0

    ask(database)
    assert [one.left for one in PaymentBook(database).invoices("romashka")] == [D("1200.50")] * 2


def test_a_statement_given_again_is_noted_once(database: Database) -> None:
    """Two equal payments in it are two; by hand the same may be paid again."""
    twice = [payment(object_id=1), payment(object_id=1), payment(object_id=2)]

    assert len(pay(database, *twice, statement=True)) == 3
    assert pay(database, *twice, statement=True) == ()
    assert len(pay(database, *twice, payment(object_id=1), statement=True)) == 1
    assert len(pay(database, payment(object_id=1))) == 1


def test_a_withdrawn_payment_stays_withdrawn(database: Database) -> None:
    """It counts nowhere, and a statement does not bring it back."""
    book = PaymentBook(database)
    (number,) = pay(database, payment(object_id=1, payer=Payer.AGENCY), statement=True)
    asyncio.run(book.withdraw(number, AT))

    assert book.payments("romashka") == ()
    assert book.owed("romashka") == ()
    assert pay(database, payment(object_id=1, payer=Payer.AGENCY), statement=True) == ()
    with pytest.raises(LookupError):
        asyncio.run(book.withdraw(number, AT))


def test_an_unmatched_payment_is_kept_until_somebody_says(database: Database) -> None:
    """And then it pays the thing's period; another client's thing it cannot be for."""
    book = PaymentBook(database)
    (number,) = pay(database, payment())
    assert [one.id for one in book.payments("romashka", unmatched=True)] == [number]

    asyncio.run(book.assign(number, 2))

    assert book.payments("romashka", unmatched=True) == ()
    assert [one.cycle_id for one in book.payments("romashka", object_id=2)] == [2]
    with pytest.raises(LookupError, match="without a thing"):
        asyncio.run(book.assign(number, 1))
    (other,) = asyncio.run(book.pay("lilia", [payment()], "olga", AT))
    with pytest.raises(LookupError, match="romashka's, not lilia's"):
        asyncio.run(book.assign(other, 2))


@pytest.mark.parametrize("new", [payment(object_id=99), payment(invoice_id=99)])
def test_what_does_not_exist_cannot_be_paid(database: Database, new: NewPayment) -> None:
    """And nothing of the same command is noted."""
    with pytest.raises(LookupError):
        pay(database, payment(object_id=1), new)
    assert PaymentBook(database).payments("romashka") == ()


def test_who_owes_whom_is_told_by_month(database: Database) -> None:
    """The agency lays out, the client pays back."""
    pay(database, payment(object_id=1, payer=Payer.AGENCY))
    pay(
        database,
        payment("200", purpose=Purpose.REIMBURSEMENT, payer=Payer.CLIENT),
        payment(object_id=2),
    )

    (month,) = PaymentBook(database).owed("romashka")
    assert (month.laid_out, month.paid_back, month.balance) == (D("1200.50"), D(200), D("1000.50"))


def test_what_is_given_up_is_neither_asked_for_nor_paid_silently(database: Database) -> None:
    """A payment after the decision is told; one before it was right then."""
    book = DecisionBook(database)
    asyncio.run(book.keep_list("romashka", "run1", [Proposal(str(DOMAIN), "let_expire")], AT))
    kept = book.list_of("run1")
    assert kept is not None
    yes = [Decided(id=str(DOMAIN), decision="approved")]
    asyncio.run(book.take("romashka", yes, kept, Signed(name="Ольга"), "olga", AT))

    assert [one.asset for one in waiting(database)] == [HOSTING]
    before, after = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    pay(database, payment(object_id=1, paid_on=before), payment(object_id=1, paid_on=after))
    found = database.read(lambda connection: paid_in_vain(connection, "romashka"))
    assert [one.paid_on for one in found] == [after]


def test_a_closed_period_is_not_asked_for(database: Database) -> None:
    """What was renewed without our seeing the payment waits no more."""
    row = update(CYCLE).values(closed_at=AT, state=CycleState.RENEWED)
    asyncio.run(database.write(lambda connection: connection.execute(row)))
    assert waiting(database) == []


def test_the_last_rate_told_for_a_day_counts(database: Database) -> None:
    """Telling rates again corrects them."""
    book = PaymentBook(database)
    rate = Rate(TODAY, "USD", "RUB", D("90.123456"), "a.csv")
    asyncio.run(book.keep_rates([rate]))
    asyncio.run(book.keep_rates([Rate(TODAY, "USD", "RUB", D("91.5"), "b.csv")]))

    found = book.rates().exchange(Money(D(2), "USD"), "RUB", TODAY)
    assert found is not None
    assert (found.money.amount, found.rate and found.rate.source) == (D("183.00"), "b.csv")


def test_what_is_paid_once_pays_for_no_period(database: Database) -> None:
    """A transfer or room for a backup leaves the period waiting, and is a debt like any other."""
    once = payment("500", object_id=1, purpose=Purpose.ONE_OFF, payer=Payer.AGENCY)
    number = ask(database)

    pay(database, once)

    assert [one.asset for one in waiting(database)] == [DOMAIN, HOSTING]
    assert PaymentBook(database).invoices("romashka")[0].paid == 0
    (noted,) = PaymentBook(database).payments("romashka")
    assert (noted.asset, noted.cycle_id, noted.purpose) == (DOMAIN, None, Purpose.ONE_OFF)
    assert [month.laid_out for month in PaymentBook(database).owed("romashka")] == [D(500)]
    assert number == 1


def test_what_was_paid_once_counts_instead_of_what_was_expected(database: Database) -> None:
    """A person's expectation stands until money goes; what is withdrawn never went."""

    def once() -> dict[int, tuple[OneOff, ...]]:
        return database.read(lambda connection: one_off_of(connection, [1, 2]))

    assert once() == {}
    asyncio.run(Registry(database).set(1, "one_off", "1 500 руб.", "olga", "письмо", AT))
    assert once() == {1: (OneOff(Money(D(1500), "RUB"), is_paid=False),)}

    (paid,) = pay(database, payment("700", object_id=1, purpose=Purpose.ONE_OFF))
    assert once() == {1: (OneOff(Money(D(700), "RUB"), is_paid=True),)}

    asyncio.run(PaymentBook(database).withdraw(paid, AT))
    assert once() == {1: (OneOff(Money(D(1500), "RUB"), is_paid=False),)}
