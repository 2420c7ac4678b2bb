"""The calendar: whole days that stay themselves, move, and are called off; nothing secret, nobody invited."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from scanner.trackers.feed import BrokenFeed, Entry, feed
from scanner.trackers.feed_file import feed_path, read_feed, write_feed
from tests.peers.radicale import Radicale, radicale

__all__ = ["radicale"]

AT = datetime(2026, 4, 20, 9, 30, tzinfo=UTC)
DOMAIN = Entry(
    id="cycle-12",
    day=date(2026, 5, 4),
    title="Продлить домен пример.рф; срочно, иначе потеряем имя, почту и сайт",
    text="Клиент: Ромашка\nГде: REG.RU",
    url="https://portal.example/task/1",
)
CERTIFICATE = Entry(id="cycle-13", day=date(2026, 12, 31), title="Сертификат")


def calendar(*entries: Entry, previous: bytes = b"", days: int = 0) -> bytes:
    """The feed of an installation, so many days later."""
    return feed(
        entries,
        installation="a1b2c3",
        name="Продления",
        at=AT + timedelta(days=days),
        previous=previous,
    )


def events(written: bytes) -> dict[str, dict[str, str]]:
    """Each entry's fields as they stand there."""
    return {
        str(event["uid"]): {
            key: str(value.to_ical().decode() if hasattr(value, "to_ical") else value)
            for key, value in event.items()
        }
        for event in Calendar.from_ical(written).walk("VEVENT")
    }


def test_an_entry_is_one_whole_day_that_makes_nobody_busy():
    """The end is the day after; the id is the period's, not the date's."""
    (entry,) = events(calendar(DOMAIN)).values()

    assert entry["UID"] == "renewal-cycle-12@a1b2c3"
    assert (entry["DTSTART"], entry["DTEND"]) == ("20260504", "20260505")
    assert (entry["TRANSP"], entry["STATUS"], entry["SEQUENCE"]) == (
        "TRANSPARENT",
        "CONFIRMED",
        "0",
    )
    assert not {"ATTENDEE", "ORGANIZER"} & entry.keys()


def test_lines_are_as_short_as_the_standard_wants():
    """RFC 5545 3.1: at most 75 octets, ended by CRLF."""
    lines = calendar(DOMAIN, CERTIFICATE).split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_what_has_not_changed_keeps_its_bytes():
    """A subscriber is not told twice."""
    first = calendar(DOMAIN, CERTIFICATE)

    assert calendar(CERTIFICATE, DOMAIN, previous=first, days=30) == first


def test_a_moved_day_is_the_same_entry_with_a_higher_count():
    """And the other entry is left as it was."""
    first = calendar(DOMAIN, CERTIFICATE)
    moved = Entry(id="cycle-12", day=date(2026, 5, 6), title=DOMAIN.title)

    entries = events(calendar(moved, CERTIFICATE, previous=first, days=1))

    changed = entries["renewal-cycle-12@a1b2c3"]
    assert (changed["DTSTART"], changed["SEQUENCE"]) == ("20260506", "1")
    assert changed["LAST-MODIFIED"] == "20260421T093000Z"
    assert entries["renewal-cycle-13@a1b2c3"] == events(first)["renewal-cycle-13@a1b2c3"]


def test_what_is_over_is_called_off_and_leaves_when_everybody_knows():
    """It may come back as well, and counts on."""
    first = calendar(DOMAIN)
    off = calendar(previous=first, days=1)
    (entry,) = events(off).values()
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", "1")

    assert calendar(previous=off, days=50) == off
    assert events(calendar(previous=off, days=70)) == {}
    (back,) = events(calendar(DOMAIN, previous=off, days=2)).values()
    assert (back["STATUS"], back["SEQUENCE"]) == ("CONFIRMED", "2")


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_foreign_ends_a_line(title: str, text: str):
    """Whatever a name contains, there is one entry with the usual fields, and it reads back."""
    entry = Entry(id="cycle-1", day=date(2026, 5, 4), title=title, text=text)
    written = calendar(entry)

    assert len(events(written)) == 1
    assert len(re.findall(rb"(?m)^BEGIN:", written)) == 2
    assert calendar(entry, previous=written, days=1) == written


def test_a_calendar_server_reads_what_we_write(radicale: Radicale):
    """Radicale takes it, keeps each entry on its civil day, and sees it moved and called off."""
    first = calendar(DOMAIN, CERTIFICATE)
    assert radicale.put(first) == 201
    on_the_day = radicale.between("20260504T000000Z", "20260505T000000Z")
    assert "renewal-cycle-12@a1b2c3" in on_the_day
    assert "renewal-cycle-13@a1b2c3" not in on_the_day
    assert "renewal-cycle" not in radicale.between("20260505T000000Z", "20260506T000000Z")
    assert "renewal-cycle" not in radicale.between("20260503T000000Z", "20260504T000000Z")

    moved = Entry(id="cycle-12", day=date(2026, 5, 6), title=DOMAIN.title)
    second = calendar(moved, previous=first, days=1)
    assert radicale.put(second) == 201
    assert "cycle-12" in radicale.between("20260506T000000Z", "20260507T000000Z")
    assert "STATUS:CANCELLED" in radicale.get()
    assert events(radicale.get().encode()).keys() == events(second).keys()


def test_the_file_keeps_its_name_and_nobody_guesses_it(tmp_path: Path):
    """32 characters of chance; the calendar of one person does not take another's."""
    folder = tmp_path / "feeds"
    path = feed_path(folder)
    assert path.parent == folder
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}\.ics", path.name)
    assert feed_path(folder) != path

    write_feed(path, b"one")
    write_feed(path, b"two")

    assert feed_path(folder) == path
    assert read_feed(path) == b"two"
    assert [one.name for one in folder.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o644
    mine = feed_path(folder, "petrov")
    assert mine.name.startswith("petrov-")
    write_feed(mine, b"three")
    assert (feed_path(folder), feed_path(folder, "petrov")) == (path, mine)
    assert read_feed(folder / "none.ics") == b""


@pytest.mark.parametrize("broken", [b"nonsense", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_a_broken_calendar_is_said(broken: bytes):
    """It is not silently begun anew: every count would fall back."""
    with pytest.raises(BrokenFeed, match="cannot be read"):
        calendar(DOMAIN, previous=broken)
