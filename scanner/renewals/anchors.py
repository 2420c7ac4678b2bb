"""Until when a thing is paid after a renewal: from its old end, or from the day of payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from scanner.renewals.months import anchor_day, months_after


class Anchor(StrEnum):
    """From which day a renewed period counts."""

    FROM_OLD_END = "from_old_end"
    FROM_PAYMENT = "from_payment"


def renewed_until(
    dues: Sequence[date], months: int, anchor: Anchor, paid_on: date | None = None
) -> date | None:
    """Return the last paid day of the next period, given the last days so far, oldest first.

    None where it counts from a payment that nobody knows. It is an expectation to show and to offer;
    no date is ever moved by it alone.
    """
    if anchor is Anchor.FROM_OLD_END:
        return months_after(dues[-1], months, anchor_day(dues))
    return None if paid_on is None else months_after(paid_on, months)
