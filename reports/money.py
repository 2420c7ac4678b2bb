"""The money of a report, row by row: what is spent, what could be saved, and how far each saving has got.

Sums in different currencies or on different grounds are never added together, and a price that nobody knows is
counted, not taken for zero. Every row is there, also with nothing in it: that, too, is an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from reports.audit_file import Entry
from reports.document import Savings, YearlySum
from reports.registry import Cost, RegistryObject
from reports.saving import ENDING, UNPAID, Saving, a_year

NAMED_WITHOUT_PRICE = 40
DEDUCTED = ("replacements", "one_off")
"""Rows whose sums lessen the saving."""


class Line(Struct, frozen=True):
    """An amount in one currency, on one ground."""

    amount: Decimal
    currency: str
    source: str
    percent: Decimal | None = None
    """Of what is known to be spent on the same ground."""
    until: date | None = None


class Row(Struct, frozen=True):
    """One row of the money table."""

    code: str
    lines: tuple[Line, ...]
    unpriced: int = 0
    """How many things belong here and have no known price."""


class Money(Struct, frozen=True):
    """The table, and what it lacks."""

    rows: tuple[Row, ...]
    unpriced: tuple[Entry, ...]
    """Things that are paid for and have no known price, those that may be given up first."""
    unpriced_left: int
    """How many more there are than are named."""

    @property
    def is_known(self) -> bool:
        """Say whether there is an amount anywhere."""
        return any(row.lines for row in self.rows)


def money_of(
    savings: Savings, saving: Saving, objects: Sequence[RegistryObject], ours: Iterable[Entry]
) -> Money:
    """Return the money table of the client's things and of his registry's lines."""
    spent = {(one.currency, one.source): one.amount for one in savings.spending}
    gains = {
        gain: [o for o in objects if o.gain == gain] for gain in ("agreed", "realised", "refused")
    }
    agreed = [*gains["agreed"], *gains["realised"]]
    rows = (
        Row("spending", tuple(Line(o.amount, o.currency, o.source) for o in savings.spending)),
        Row("proposed", tuple(_proposed(one, spent) for one in savings.proposed), saving.unpriced),
        Row("within", _of(saving, lambda one: one.within), saving.undated),
        Row(
            "sunk",
            tuple(
                Line(o.sunk, o.currency, o.source, until=o.sunk_until)
                for o in saving.sums
                if o.sunk
            ),
        ),
        Row("replacements", _yearly(o.replacement for o in agreed)),
        Row("one_off", _once(o for o in objects if o.gain != "refused")),
        Row("agreed", _yearly(o.cost for o in gains["agreed"]), _unpriced(gains["agreed"])),
        Row("realised", _yearly(o.cost for o in gains["realised"]), _unpriced(gains["realised"])),
        Row("saved", _saved(gains["realised"])),
        Row("refused", _yearly(o.cost for o in gains["refused"]), _unpriced(gains["refused"])),
    )
    without = sorted(filter(_lacks_a_price, ours), key=lambda one: one.verdict not in ENDING)
    left = max(0, len(without) - NAMED_WITHOUT_PRICE)
    return Money(rows, tuple(without[:NAMED_WITHOUT_PRICE]), left)


def _lacks_a_price(entry: Entry) -> bool:
    if entry.kind in UNPAID or entry.kind == "account":
        return False
    renews_itself = entry.kind == "certificate" and entry.auto_renew is True
    return entry.cost is None and not renews_itself


def _proposed(one: YearlySum, spent: dict[tuple[str, str], Decimal]) -> Line:
    known = spent.get((one.currency, one.source))
    percent = None
    if known and known.is_finite() and one.amount.is_finite() and known >= one.amount:
        percent = (one.amount * 100 / known).quantize(Decimal(1))
    return Line(one.amount, one.currency, one.source, percent)


def _of(saving: Saving, part: Callable[..., Decimal]) -> tuple[Line, ...]:
    return tuple(Line(part(o), o.currency, o.source) for o in saving.sums if part(o))


def _unpriced(objects: Iterable[RegistryObject]) -> int:
    return sum(one.cost is None for one in objects)


def _yearly(costs: Iterable[Cost | None]) -> tuple[Line, ...]:
    return _summed((a_year(one), one.currency, one.source) for one in costs if one)


def _once(objects: Iterable[RegistryObject]) -> tuple[Line, ...]:
    return _summed((o.amount, o.currency, o.source) for line in objects for o in line.one_off)


def _saved(objects: Iterable[RegistryObject]) -> tuple[Line, ...]:
    return _summed(
        (one.saved, one.cost.currency, one.cost.source) for one in objects if one.saved and one.cost
    )


def _summed(amounts: Iterable[tuple[Decimal, str, str]]) -> tuple[Line, ...]:
    sums: dict[tuple[str, str], Decimal] = {}
    for amount, currency, source in amounts:
        if amount.is_finite():
            sums[currency, source] = sums.get((currency, source), Decimal(0)) + amount
    return tuple(Line(sums[key], *key) for key in sorted(sums))
