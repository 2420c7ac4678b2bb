"""What ending things saves: possible, agreed, realised, refused. Unknown is counted, and is never nothing.

A saving begins on the day after the last paid one, not on the day of the decision: what is paid is spent.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from scanner.assets import Money, Price
from scanner.renewals.rates import Rate, Rates


class Saving(StrEnum):
    """How far a saving has got."""

    POTENTIAL = "potential"  # we propose to end it
    AGREED = "agreed"  # the client approved
    REALISED = "realised"  # it is gone, and was not renewed
    REFUSED = "refused"  # the client keeps it


_FARTHEST = (Saving.REALISED, Saving.AGREED, Saving.POTENTIAL, Saving.REFUSED)
"""What replaced several things is taken off the saving that has got farthest."""


class Replacement(Struct, frozen=True):
    """What is paid from now on instead of a thing that may be ended."""

    id: str
    """One that replaced several things is paid once."""
    cost: Price | None
    """None where nobody knows: then nobody knows either what ending the thing saves."""


class Ending(Struct, frozen=True, kw_only=True):
    """A thing that may be ended, and what it costs."""

    id: str
    saving: Saving
    cost: Price | None
    """None where nobody knows."""
    sure: bool = True
    """Whether an invoice or a person says so; a price list or a guess does not."""
    paid_until: date | None = None
    replacement: Replacement | None = None
    one_off: tuple[Money, ...] = ()
    """What ending it costs once, as far as anybody said or paid it."""


class Sum(Struct, frozen=True):
    """Savings of one kind in one currency."""

    saving: Saving
    currency: str
    sure: bool
    a_year: Decimal
    to_date: Decimal
    """What was not spent until today; of things that are gone, else nothing."""
    things: int


class Savings(Struct, frozen=True, kw_only=True):
    """What is saved, and how much of it is known."""

    sums: tuple[Sum, ...]
    """By kind, currency and ground; different ones are never added together silently."""
    things: int
    priced: int
    """How many of them have a known price."""
    unpriced: tuple[str, ...]
    """Ids of the others."""
    together: tuple[Sum, ...] = ()
    """The same in one currency, as far as there are rates."""
    not_exchanged: tuple[str, ...] = ()
    """Currencies without a rate: their sums are in `sums` only."""
    old_rates: tuple[Rate, ...] = ()
    """Rates that `together` rests on and that were old today."""
    one_off: tuple[Money, ...] = ()
    """What ending all but the refused ones costs once, by currency; taken off no sum."""


def savings(
    endings: Iterable[Ending], today: date, rates: Rates | None = None, into: str | None = None
) -> Savings:
    """Sum what ending things saves; with `rates` and `into` also in one currency."""
    endings = tuple(endings)
    sums: dict[tuple[Saving, str, bool], list[Decimal]] = {}
    unpriced: list[str] = []
    paid_instead: set[str] = set()
    priced = 0
    for one in sorted(endings, key=lambda one: (_FARTHEST.index(one.saving), one.id)):
        instead = one.replacement
        if one.cost is None or (instead and instead.cost is None):
            unpriced.append(one.id)
            continue
        priced += 1
        prices = [(one.cost, 1)]
        if instead and instead.cost and instead.id not in paid_instead:
            prices.append((instead.cost, -1))
            paid_instead.add(instead.id)
        for price, sign in prices:
            yearly = sign * price.money.a_year(price.period_months).amount
            key = one.saving, price.money.currency, one.sure
            sofar = sums.setdefault(key, [Decimal(), Decimal(), Decimal()])
            sofar[0] += yearly
            sofar[1] += _to_date(one, yearly, today)
            sofar[2] += price is one.cost
    told = tuple(
        Sum(saving, currency, sure, a_year, to_date, int(things))
        for (saving, currency, sure), (a_year, to_date, things) in sorted(sums.items())
    )
    together, missing, old = _together(told, today, rates, into) if rates and into else ((), (), ())
    return Savings(
        sums=told,
        things=priced + len(unpriced),
        priced=priced,
        unpriced=tuple(sorted(unpriced)),
        together=together,
        not_exchanged=missing,
        old_rates=old,
        one_off=_once(endings),
    )


def _once(endings: Iterable[Ending]) -> tuple[Money, ...]:
    sums: dict[str, Decimal] = {}
    for one in endings:
        for cost in one.one_off if one.saving is not Saving.REFUSED else ():
            sums[cost.currency] = sums.get(cost.currency, Decimal()) + cost.amount
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def _to_date(one: Ending, yearly: Decimal, today: date) -> Decimal:
    """Return what was not spent since the paid term ended, day by day; a year has 365 of them."""
    if one.saving is not Saving.REALISED or one.paid_until is None:
        return Decimal()
    days = max(0, (today - one.paid_until).days)
    return (yearly * days / 365).quantize(Decimal("0.01"))


def _together(
    sums: Iterable[Sum], today: date, rates: Rates, into: str
) -> tuple[tuple[Sum, ...], tuple[str, ...], tuple[Rate, ...]]:
    old = set()
    found: dict[tuple[Saving, bool], Sum] = {}
    missing = set()
    for one in sums:
        yearly = rates.exchange(Money(one.a_year, one.currency), into, today)
        to_date = rates.exchange(Money(one.to_date, one.currency), into, today)
        if yearly is None or to_date is None:
            missing.add(one.currency)
            continue
        if yearly.rate and yearly.is_stale(today):
            old.add(yearly.rate)
        before = found.get(
            (one.saving, one.sure), Sum(one.saving, into, one.sure, Decimal(), Decimal(), 0)
        )
        found[one.saving, one.sure] = Sum(
            one.saving, into, one.sure,
            before.a_year + yearly.money.amount,
            before.to_date + to_date.money.amount,
            before.things + one.things,
        )  # fmt: skip
    told = tuple(found[key] for key in sorted(found))
    return told, tuple(sorted(missing)), tuple(sorted(old))
