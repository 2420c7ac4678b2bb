"""Months counted from an anchor, so that a thing paid on the 31st does not drift to the 28th for ever."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date


def anchor_day(dues: Sequence[date]) -> int:
    """Return the day of the month that a chain of last days, oldest first, keeps to.

    31 January and 28 February were both anchored to the 31st; a chain that was moved counts from there on.
    """
    day = dues[-1].day
    held: list[date] = []
    for due in reversed(dues):
        wanted = max(day, due.day)
        held.append(due)
        if any(one.day != min(wanted, _days_in(one)) for one in held):
            break
        day = wanted
    return day


def months_after(day: date, months: int, anchor: int | None = None) -> date:
    """Return the day so many months later: on the anchor's day, or on the month's last where it has none."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    return first.replace(day=min(anchor or day.day, _days_in(first)))


def _days_in(day: date) -> int:
    return monthrange(day.year, day.month)[1]
