"""Invoices that come due before the period they are for: each is a task, until it is paid or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, or_, select

from scanner.assets import Money
from scanner.registry.answering import People
from scanner.registry.beside import NOTHING, Beside
from scanner.registry.decision_rows import INVOICE
from scanner.registry.links import open_subjects
from scanner.registry.matters import Desk, Matters, open_periods, thing_columns, thing_of
from scanner.registry.outbox import retire
from scanner.registry.payments import Invoice, invoices_where
from scanner.registry.renewal_rows import CYCLE
from scanner.registry.rows import CLIENT, OBJECT
from scanner.registry.switching_off import given_up
from scanner.renewals.guard import Stance, is_alive
from scanner.renewals.matter import Matter
from scanner.renewals.reminders import Ladder, first_day, step_on

PREFIX = "invoice:"
_THRESHOLDS = (7, 1)
_SHIFT = timedelta(days=14)
_YEAR = timedelta(days=365)


def invoices_to_tell(
    connection: Connection, desk: Desk, today: date, *, subject: str | None = None
) -> Iterator[Matter]:
    """Yield the unpaid invoices whose day is near or gone by, or the one of a subject.

    One whose period somebody is told of already is left to that task. What is not to be paid any more is
    left out.
    """
    at = INVOICE.c
    if subject is not None:
        wanted = at.id == int(subject.removeprefix(PREFIX))
    else:
        until = today + timedelta(days=max(_THRESHOLDS)) + _SHIFT
        wanted = at.pay_by.is_not(None) & (at.pay_by <= until) & (at.pay_by >= today - _YEAR)
    unpaid = {one.id: one for one in _left(connection, wanted)}
    told = frozenset() if subject else _told(connection, desk, today, unpaid.values())
    ended = given_up(connection, [one.object_id for one in unpaid.values()]) if unpaid else ()
    query = (
        select(at.id, at.object_id, OBJECT.c.lifecycle, OBJECT.c.ownership, *thing_columns())
        .join(OBJECT, OBJECT.c.id == at.object_id)
        .join(CLIENT, CLIENT.c.slug == OBJECT.c.client)
        .where(at.id.in_(list(unpaid)))
        .order_by(at.pay_by, at.id)
    )
    rows = connection.execute(query).all()
    answers, beside = People(connection, desk.duty).answers(rows), Beside(connection).of(rows)
    for row in rows:
        invoice = unpaid[row.id]
        skipped = invoice.cycle_id in told or row.object_id in ended
        if skipped or invoice.pay_by is None or not is_alive(row.lifecycle, row.ownership):
            continue
        projects, assignment = answers[row.object_id]
        deadline = desk.working.on_or_before(invoice.pay_by)
        ladder = Ladder(deadline, invoice.pay_by, _THRESHOLDS, invoice.pay_by + _YEAR)
        if subject is None and today < first_day(ladder):
            continue
        yield Matter(
            subject=f"{PREFIX}{row.id}",
            thing=thing_of(row, beside.get(row.object_id, NOTHING)),
            ladder=ladder,
            assignment=assignment,
            projects=projects,
            stance=Stance.PAY,
            payer=invoice.payer,
            to_pay=Money(invoice.left, invoice.money.currency),
            document=invoice.number,
        )


def retire_paid(connection: Connection, at: datetime) -> None:
    """Let the tasks of invoices that are paid, or withdrawn, be closed."""
    subjects = open_subjects(connection, PREFIX)
    numbers = [int(subject.removeprefix(PREFIX)) for subject in subjects]
    unpaid = {one.id for one in _left(connection, INVOICE.c.id.in_(numbers))} if numbers else set()
    for number in numbers:
        if number not in unpaid:
            retire(connection, f"{PREFIX}{number}", at)


def is_settled(connection: Connection, number: int) -> bool:
    """Say whether an invoice needs no payment any more."""
    return not any(_left(connection, INVOICE.c.id == number))


def _left(connection: Connection, wanted: ColumnElement[bool]) -> Iterator[Invoice]:
    """Yield invoices that are not paid in full; what was paid for a period counts where it has but one."""
    at = INVOICE.c
    rows = connection.execute(select(at.id, at.cycle_id).where(wanted)).all()
    ids = {row.id for row in rows}
    cycles = [row.cycle_id for row in rows if row.cycle_id is not None]
    if ids:
        for one in invoices_where(connection, or_(at.id.in_(ids), at.cycle_id.in_(cycles))):
            if one.id in ids and one.left:
                yield one


def _told(
    connection: Connection, desk: Desk, today: date, unpaid: Iterable[Invoice]
) -> frozenset[int | None]:
    """Return the periods of invoices of which somebody is told already."""
    cycles = [one.cycle_id for one in unpaid if one.cycle_id is not None]
    rows = connection.execute(open_periods().where(CYCLE.c.id.in_(cycles))).all()
    matters = Matters(connection, desk, today).of(rows, lambda _n, _l: True)
    return frozenset(
        int(one.subject.partition(":")[2]) for one in matters if step_on(one.ladder, today)
    )
