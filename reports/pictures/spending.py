"""What is spent a year now, and what would be left if every proposal were taken, one line for each ground.

Sums on different grounds, and in different currencies, are never put together: each has bars of its own.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from reports.document import Savings, YearlySum


class Ground(Struct, frozen=True):
    """Money a year in one currency and on one ground; bars of one currency have one scale."""

    currency: str
    source: str
    now: Decimal
    saved: Decimal
    after: Decimal
    now_wide: float
    """Percent of the longest bar of this currency."""
    after_wide: float


def grounds(savings: Savings) -> tuple[Ground, ...]:
    """Return the known spending, in the order of the document."""
    proposed = {(one.currency, one.source): one.amount for one in savings.proposed if _drawn(one)}
    spending = [one for one in savings.spending if _drawn(one)]
    longest: dict[str, Decimal] = {}
    for one in spending:
        longest[one.currency] = max(one.amount, longest.get(one.currency, Decimal(0)))
    found = []
    for one in spending:
        saved = min(one.amount, proposed.get((one.currency, one.source), Decimal(0)))
        after = one.amount - saved
        found.append(
            Ground(
                currency=one.currency,
                source=one.source,
                now=one.amount,
                saved=saved,
                after=after,
                now_wide=_percent(one.amount, longest[one.currency]),
                after_wide=_percent(after, longest[one.currency]),
            )
        )
    return tuple(found)


def undrawn(savings: Savings) -> tuple[YearlySum, ...]:
    """Return the proposed savings on grounds on which no spending is known: there is nothing to draw them in."""
    known = {(one.currency, one.source) for one in savings.spending if _drawn(one)}
    return tuple(one for one in savings.proposed if (one.currency, one.source) not in known)


def _drawn(one: YearlySum) -> bool:
    return one.amount.is_finite() and one.amount > 0


def _percent(part: Decimal, whole: Decimal) -> float:
    return round(float(part / whole) * 100, 2)
