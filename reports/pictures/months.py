"""How much falls due in each of the twelve months to come, and what is proposed for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

GROUPS = {
    **dict.fromkeys(("switch_off", "let_expire"), "end"),
    **dict.fromkeys(("ask", "no_data"), "ask"),
}
"""Proposal → what becomes of the payment; all others are to be paid."""
STACK = ("pay", "ask", "end")
"""From the bottom up."""

_TALLEST = 96.0
_BLOCK = 24.0
"""Pixels that one thing takes where there are few."""
_THINNEST = 2.0
_LATE_WIDE = 2.4
"""The width of what is overdue, in months."""


class Block(Struct, frozen=True):
    """Things of one month and one group, `up` pixels above the ground."""

    group: str
    count: int
    up: float
    tall: float


class Month(Struct, frozen=True):
    """One column."""

    first: date | None
    """The first day of the month; None for what is overdue, whenever it was due."""
    count: int
    at: float
    wide: float
    blocks: tuple[Block, ...]
    tall: float

    def of(self, group: str) -> int:
        """Return how many are of a group."""
        return sum(one.count for one in self.blocks if one.group == group)


class Months(Struct, frozen=True):
    """The columns in their order; none where nothing falls due."""

    columns: tuple[Month, ...]
    groups: tuple[str, ...]
    """Those that occur."""


def months(terms: Iterable[tuple[date, str]], day: date) -> Months:
    """Return a column for each month from `day` on, before them one for what is overdue, if anything is."""
    counted: dict[date | None, Counter[str]] = {}
    for on, verdict in terms:
        month = None if on < day else on.replace(day=1)
        counted.setdefault(month, Counter())[GROUPS.get(verdict, "pay")] += 1
    if not counted:
        return Months((), ())
    ahead = following(day.replace(day=1), 12)
    ahead += sorted(month for month in counted if month and month > ahead[-1])
    firsts: list[date | None] = [None, *ahead] if None in counted else [*ahead]
    widths = [1.0 if first else _LATE_WIDE for first in firsts]
    most = max(groups.total() for groups in counted.values())
    columns, before = [], 0.0
    for first, width in zip(firsts, widths, strict=True):
        columns.append(
            _column(first, counted.get(first, Counter()), before / sum(widths), most, widths)
        )
        before += width
    met = {group for groups in counted.values() for group in groups}
    return Months(tuple(columns), tuple(group for group in STACK if group in met))


def _column(
    first: date | None, groups: Counter[str], at: float, most: int, widths: list[float]
) -> Month:
    one = min(_BLOCK, _TALLEST / most)
    blocks, up = [], 0.0
    for group in STACK:
        if count := groups[group]:
            tall = round(max(_THINNEST, count * one), 1)
            blocks.append(Block(group, count, round(up, 1), tall))
            up += tall
    width = (1.0 if first else _LATE_WIDE) / sum(widths)
    return Month(
        first=first,
        count=groups.total(),
        at=round(at * 100, 2),
        wide=round(width * 100, 2),
        blocks=tuple(blocks),
        tall=round(up, 1),
    )


def following(first: date, count: int) -> list[date]:
    """Return the first days of so many months, `first` among them."""
    found = []
    for number in range(count):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        if year <= date.max.year:
            found.append(date(year, month + 1, 1))
    return found
