"""What giving things up would save: a year, and in the twelve months to come, by currency and ground.

A saving begins on the day until which a thing is paid: what is paid already comes back to nobody. A thing
without a price is counted, and is not zero; sums on different grounds are never added together.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from reports.audit_file import Entry
from reports.registry import Cost

ENDING = ("switch_off", "let_expire")
"""Proposals that save money."""
UNPAID = ("site", "mail")
"""Kinds that nobody pays for by themselves: their hosting, domain or service is paid for."""
_CENT = Decimal("0.01")
_COUNTABLE = Decimal(10) ** 20
"""Amounts below this can be rounded to a hundredth."""


class Sum(Struct):
    """Savings in one currency and on one ground."""

    currency: str
    source: str
    a_year: Decimal = Decimal(0)
    within: Decimal = Decimal(0)
    """Payments that fall due in the next twelve months and need not be made."""
    sunk: Decimal = Decimal(0)
    """What was paid for the time that is left of the paid terms: nobody gives it back …"""
    sunk_until: date | None = None
    """… the last of which ends on this day."""


class Saving(Struct, frozen=True):
    """What a group of proposals saves, as far as it is known."""

    sums: tuple[Sum, ...]
    lines: tuple[Entry, ...]
    """Those with a price, the dearest first."""
    unpriced: int
    """How many have no known price."""
    undated: int
    """How many have a price, and no known day on which the saving begins."""


def saving_of(entries: Iterable[Entry], day: date) -> Saving:
    """Return what those entries save that are proposed to be given up."""
    sums: dict[tuple[str, str], Sum] = {}
    lines: list[tuple[Decimal, Entry]] = []
    unpriced = undated = 0
    for entry in entries:
        if entry.verdict not in ENDING:
            continue
        cost = entry.cost if entry.cost and entry.cost.amount.is_finite() else None
        if cost is None:
            unpriced += entry.kind not in UNPAID
            continue
        amount = a_year(cost)
        lines.append((amount, entry))
        one = sums.setdefault(
            (cost.currency, cost.source), Sum(currency=cost.currency, source=cost.source)
        )
        one.a_year += amount
        if entry.paid_until is None:
            undated += 1
        else:
            one.within += cost.amount * sum(1 for _ in payments(entry.paid_until, cost, day))
            _sink(one, amount, entry.paid_until, day)
    lines.sort(
        key=lambda line: (line[1].cost.currency if line[1].cost else "", -line[0], line[1].id)
    )
    return Saving(
        sums=tuple(sums[key] for key in sorted(sums)),
        lines=tuple(entry for _, entry in lines),
        unpriced=unpriced,
        undated=undated,
    )


def _sink(one: Sum, yearly: Decimal, paid_until: date, day: date) -> None:
    if paid_until > day and yearly.is_finite() and abs(yearly) < _COUNTABLE:
        one.sunk += (yearly * (paid_until - day).days / 365).quantize(_CENT)
        one.sunk_until = max(paid_until, one.sunk_until or paid_until)


def a_year(cost: Cost) -> Decimal:
    """Return what a price comes to in twelve months."""
    exact = cost.amount * 12 / cost.period_months
    return exact.quantize(_CENT) if exact.is_finite() and abs(exact) < _COUNTABLE else exact


def payments(paid_until: date, cost: Cost, day: date) -> Iterator[date]:
    """Yield the days within a year from `day` on which the next periods would have to be paid."""
    end = _later(day, 12)
    for number in range(12 * 100):
        due = _later(paid_until, number * cost.period_months)
        if due >= end:
            return
        if due >= day:
            yield due


def _later(day: date, months: int) -> date:
    """Return the day so many months later, counted from the first: the 31st stays a month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
