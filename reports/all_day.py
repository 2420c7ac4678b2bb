"""Entries of a calendar that fill a day (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

_LONGEST_SUMMARY = 250


def all_day(
    *, uid: str, sequence: int, at: datetime, day: date, title: str, text: str = "", url: str = ""
) -> Any:
    """Return an entry that makes nobody busy; `at` is when it was last changed."""
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("last-modified", at.astimezone(UTC))
    event.add("dtstart", day)
    # The end of an all-day entry is the first day that is no longer part of it (RFC 5545 3.6.1).
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", _shown(title)[:_LONGEST_SUMMARY])
    if text:
        event.add("description", "\n".join(map(_shown, text.splitlines())))
    if url:
        event.add("url", url)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a deadline makes nobody busy
    return event


def calendar_named(name: str) -> Any:
    """Return a calendar without entries."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Revizor//renewals//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _shown(name))
    return calendar


def _shown(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
