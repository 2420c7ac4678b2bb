"""Payments for what it was decided not to pay for: a trouble of the thing, until somebody has settled it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from scanner.registry.decision_rows import DECISION, PAYMENT
from scanner.registry.outbox import retire
from scanner.registry.payments import Payment, payments_where
from scanner.registry.refused import Refused
from scanner.registry.renewal_rows import TROUBLE
from scanner.registry.rows import OBJECT
from scanner.registry.switching_off import given_up
from scanner.registry.troubles import file, heal, subject_of
from scanner.registry.words import Decision
from scanner.renewals.matter import PAID_IN_VAIN
from scanner.renewals.owed import Purpose
from scanner.verdicts.severity import Severity


def paid_in_vain(connection: Connection, client: str | None = None) -> tuple[Payment, ...]:
    """Return payments that were made for things after it was decided not to pay for them."""
    approved = and_(OBJECT.c.decision == Decision.APPROVED, PAYMENT.c.purpose == Purpose.RENEWAL)
    mine = and_(approved, PAYMENT.c.client == client) if client else approved
    made = [one for one in payments_where(connection, mine) if one.object_id is not None]
    if not made:
        return ()
    ended = given_up(connection, {one.object_id for one in made if one.object_id is not None})
    at = DECISION.c
    query = select(at.object_id, func.max(at.at)).where(at.object_id.in_(ended))
    since = {row[0]: row[1] for row in connection.execute(query.group_by(at.object_id))}
    return tuple(
        one for one in made if one.object_id in since and one.paid_on > since[one.object_id].date()
    )


def keep_paid_in_vain(connection: Connection, at: datetime) -> None:
    """File what was paid in vain, each payment once; close what was withdrawn or is wanted again after all."""
    found = {one.id: one for one in paid_in_vain(connection)}
    told: set[int] = set()
    standing: dict[int, Any] = {}
    at_ = TROUBLE.c
    query = select(at_.id, at_.object_id, at_.params, at_.healed_at)
    for row in connection.execute(query.where(at_.code == PAID_IN_VAIN).order_by(at_.id)):
        numbers = row.params["payments"]
        told.update(numbers)
        if row.healed_at is not None:
            continue
        if any(number in found for number in numbers):
            standing[row.object_id] = row
        else:
            heal(connection, row.id, at)
    new: dict[int, list[Payment]] = {}
    for one in found.values():
        if one.id not in told and one.object_id is not None:
            new.setdefault(one.object_id, []).append(one)
    for number, payments in new.items():
        open_one = standing.get(number)
        if open_one is None:
            file(connection, number, PAID_IN_VAIN, Severity.HIGH, _params(payments), None, at)
            continue
        again = [found[id_] for id_ in open_one.params["payments"] if id_ in found]
        grown = update(TROUBLE).where(at_.id == open_one.id)
        connection.execute(grown.values(params=_params([*again, *payments]), seen_at=at))


def settle(connection: Connection, payment: int, who: str, why: str, at: datetime) -> None:
    """Note that somebody has looked into a payment that should not have been made; LookupError for another."""
    at_ = TROUBLE.c
    query = select(at_.id, at_.params).where(at_.code == PAID_IN_VAIN, at_.healed_at.is_(None))
    for row in connection.execute(query):
        if payment in row.params["payments"]:
            done = update(TROUBLE).where(at_.id == row.id)
            values = {"healed_at": at, "settled_by": who, "settled_why": why}
            connection.execute(done.values(**values))
            retire(connection, subject_of(row.id), at)
            return
    raise Refused("not_in_vain", number=payment)


def _params(payments: Sequence[Payment]) -> dict[str, Any]:
    """Return what its sentence tells: the sum in the newest one's currency, and its day."""
    last = max(payments, key=lambda one: (one.paid_on, one.id))
    same = (one.money.amount for one in payments if one.money.currency == last.money.currency)
    return {
        "payments": [one.id for one in payments],
        "amount": format(sum(same, Decimal()), "f"),
        "currency": last.money.currency,
        "day": last.paid_on.isoformat(),
    }
