"""What is drawn in a report, as plain data: lengths, places and counts. No words, no colours and no markup.

Lengths along a line are percent of the picture's width, so that a picture fills any page while its words keep their
size; heights are pixels. `templates/pictures/` draws them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from reports.audit_file import AuditFile, Entry
from reports.document import YearlySum
from reports.pictures.belongings import Belongings, belongings
from reports.pictures.months import Months, months
from reports.pictures.spending import Ground, grounds, undrawn
from reports.pictures.uses import Bar, bars


class Pictures(Struct, frozen=True):
    """Every picture of one report."""

    spending: tuple[Ground, ...]
    """What is spent a year, now and after the proposals; empty where no price is known."""
    undrawn: tuple[YearlySum, ...]
    """Savings on grounds on which no spending is known."""
    uses: tuple[Bar, ...]
    """How much there is of each kind, and how it is used."""
    months: Months
    """How much falls due in each of the months to come."""
    belongings: Belongings
    """What hangs on what: accounts, hostings, and the names that live there."""


def pictures_of(
    audit: AuditFile,
    ours: tuple[Entry, ...],
    kinds: Iterable[tuple[str, tuple[Entry, ...]]],
    terms: Iterable[tuple[date, str]],
    order: tuple[str, ...],
    day: date,
) -> Pictures:
    """Draw the client's things.

    `terms` are the days of the calendar, each with its proposal or none; `order` is that of the uses.
    """
    return Pictures(
        spending=grounds(audit.frame.savings),
        undrawn=undrawn(audit.frame.savings),
        uses=bars(kinds, order),
        months=months(terms, day),
        belongings=belongings(audit, ours),
    )
