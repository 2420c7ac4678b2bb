"""Who owes whom: what the agency laid out for a client, and what he has paid back, month by month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from scanner.assets import Money


class Payer(StrEnum):
    """Whose money it was."""

    CLIENT = "client"
    AGENCY = "agency"


class Purpose(StrEnum):
    """What a payment was for."""

    RENEWAL = "renewal"  # a provider's, for a thing
    ONE_OFF = (
        "one_off"  # for a thing too, but for none of its periods: a transfer, room for a backup
    )
    REIMBURSEMENT = "reimbursement"  # the client pays back what the agency laid out


class Paid(Struct, frozen=True):
    """Money that went."""

    on: date
    money: Money
    payer: Payer
    purpose: Purpose


class Month(Struct, frozen=True):
    """A client's month in one currency."""

    month: date
    """Its first day."""
    currency: str
    laid_out: Decimal
    """What the agency paid to providers on his behalf."""
    paid_back: Decimal
    balance: Decimal
    """What he owes the agency at the month's end; less than nothing is his credit."""


class Debt(Month, frozen=True, kw_only=True):
    """A month of one client in one currency, where several clients are told of."""

    client: str


def owed(payments: Iterable[Paid]) -> tuple[Month, ...]:
    """Return every month with money between client and agency, oldest first.

    What the client paid to providers himself is nobody's debt. Currencies are never added together.
    """
    out: dict[tuple[str, date], Decimal] = {}
    back: dict[tuple[str, date], Decimal] = {}
    for one in payments:
        key = one.money.currency, one.on.replace(day=1)
        if one.purpose is Purpose.REIMBURSEMENT:
            sign = 1 if one.payer is Payer.CLIENT else -1  # the agency may give an overpayment back
            back[key] = back.get(key, Decimal()) + sign * one.money.amount
        elif one.payer is Payer.AGENCY:
            out[key] = out.get(key, Decimal()) + one.money.amount
    months = []
    balance: dict[str, Decimal] = {}
    for key in sorted(out.keys() | back.keys()):
        currency, month = key
        laid_out, paid_back = out.get(key, Decimal()), back.get(key, Decimal())
        balance[currency] = balance.get(currency, Decimal()) + laid_out - paid_back
        months.append(Month(month, currency, laid_out, paid_back, balance[currency]))
    return tuple(sorted(months, key=lambda one: (one.month, one.currency)))
