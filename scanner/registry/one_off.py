"""What ending things or handing them over costs once: what was paid, else what a person said it will."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from msgspec import Struct
from sqlalchemy import Connection, select

from scanner.assets import Money
from scanner.registry.decision_rows import PAYMENT
from scanner.registry.rows import OBJECT
from scanner.renewals.owed import Purpose

_AT_ONCE = 500


class OneOff(Struct, frozen=True):
    """A cost that comes once."""

    money: Money
    is_paid: bool
    """False for what a person expects."""


def one_off_of(connection: Connection, objects: Collection[int]) -> dict[int, tuple[OneOff, ...]]:
    """Return the one-off costs of things, by number; nothing of those of which nobody said any.

    Once something is paid, what was expected is counted no more.
    """
    thing, at = OBJECT.c, PAYMENT.c
    numbers = iter(sorted(objects))
    found: dict[int, tuple[OneOff, ...]] = {}
    while some := list(islice(numbers, _AT_ONCE)):
        said = select(thing.id, thing.one_off_amount, thing.one_off_currency).where(
            thing.id.in_(some), thing.one_off_amount.is_not(None)
        )
        for row in connection.execute(said):
            money = Money(row.one_off_amount, row.one_off_currency)
            found[row.id] = (OneOff(money, is_paid=False),)
        paid = select(at.object_id, at.amount, at.currency).where(
            at.object_id.in_(some), at.purpose == Purpose.ONE_OFF, at.withdrawn_at.is_(None)
        )
        gone: dict[int, tuple[OneOff, ...]] = {}
        for row in connection.execute(paid.order_by(at.paid_on, at.id)):
            one = OneOff(Money(row.amount, row.currency), is_paid=True)
            gone[row.object_id] = (*gone.get(row.object_id, ()), one)
        found |= gone
    return found
