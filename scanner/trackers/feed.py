"""The calendar of renewals (RFC 5545): all-day entries that move, count their changes, and are called off.

The file that was written last is all the memory there is: an entry that has not changed keeps its
bytes, one that has counts one up, one that is gone is called off for a while and then leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import Struct

from reports.all_day import all_day, calendar_named

_CALLED_OFF = timedelta(days=60)
"""So long an entry that is gone stays as called off: every subscriber comes by in that time."""


class BrokenFeed(ValueError):
    """The calendar that was written last cannot be read: to begin anew would set every count back."""


class Entry(Struct, frozen=True, kw_only=True):
    """One day of the calendar. Holds no key and no price: whoever has the address reads it."""

    id: str
    """`cycle-12`: the same for as long as it is about the same period, whatever its day."""
    day: date
    title: str
    text: str = ""
    url: str = ""


class _Known(Struct, frozen=True):
    """An entry as it was told last."""

    event: Any
    sequence: int
    called_off: bool
    changed_at: datetime


def feed(
    entries: Iterable[Entry],
    *,
    installation: str,
    name: str,
    at: datetime,
    previous: bytes = b"",
) -> bytes:
    """Return the calendar; the same bytes as `previous` where nothing is new.

    Raises BrokenFeed for a previous calendar that cannot be read.
    """
    try:
        known = dict(_known(previous))
    except (ValueError, KeyError, AttributeError) as error:
        raise BrokenFeed(f"the last calendar cannot be read: {error}") from error
    calendar = calendar_named(name)
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    told = set()
    for entry in sorted(entries, key=lambda one: (one.day, one.id)):
        uid = f"renewal-{entry.id}@{installation}"
        told.add(uid)
        calendar.add_component(_event(entry, uid, known.get(uid), at))
    for uid in sorted(known.keys() - told):
        if event := _off(known[uid], at):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _known(previous: bytes) -> Iterable[tuple[str, _Known]]:
    if not previous:
        return
    from icalendar import Calendar

    for event in Calendar.from_ical(previous).walk("VEVENT"):
        changed = event.decoded("last-modified")
        yield (
            str(event["uid"]),
            _Known(
                event,
                int(event.get("sequence", 0)),
                str(event.get("status", "")) == "CANCELLED",
                changed if changed.tzinfo else changed.replace(tzinfo=UTC),
            ),
        )


def _event(entry: Entry, uid: str, before: _Known | None, at: datetime) -> Any:
    """Return an entry, with the count and the moment it had while it says the same."""
    if before is None:
        return _made(entry, uid, 0, at)
    as_it_was = _made(entry, uid, before.sequence, before.changed_at)
    if not before.called_off and as_it_was.to_ical() == before.event.to_ical():
        return as_it_was
    return _made(entry, uid, before.sequence + 1, at)


def _made(entry: Entry, uid: str, sequence: int, at: datetime) -> Any:
    return all_day(
        uid=uid,
        sequence=sequence,
        at=at,
        day=entry.day,
        title=entry.title,
        text=entry.text,
        url=entry.url,
    )


def _off(before: _Known, at: datetime) -> Any:
    """Return the entry as called off; None once everybody has seen that."""
    event = before.event
    if before.called_off:
        return event if at - before.changed_at <= _CALLED_OFF else None
    for name, value in (
        ("sequence", before.sequence + 1),
        ("status", "CANCELLED"),
        ("dtstamp", at.astimezone(UTC)),
        ("last-modified", at.astimezone(UTC)),
    ):
        del event[name]
        event.add(name, value)
    return event
