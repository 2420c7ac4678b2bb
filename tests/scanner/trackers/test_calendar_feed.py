"""The calendar of a registry: the day of the task, what it is and whose, and nothing that is secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from scanner.service.arguments import UnknownThing
from scanner.service.calendar_feed import Written, write_calendar
from scanner.settings import FeedOptions
from tests.probes.kit.net.loopback import run
from tests.scanner.renewals.office import START, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An agency with two people and two things."""
    opened = Office(f"sqlite:///{tmp_path}/revizor.db", duty="")
    opened.settings = replace(opened.settings, feed=FeedOptions(folder=str(tmp_path / "feeds")))
    anna, boris = opened.person("Анна"), opened.person("Борис")
    opened.thing(
        "domain:romashka.ru",
        date(2026, 5, 6),
        responsible=anna,
        price="1299",
        account="reg.ru/secret-login",
        licence_key_tail="7K3Q",
    )
    opened.thing("hosting:timeweb/cl1", date(2026, 6, 10), responsible=boris)
    opened.keep()
    yield opened
    opened.close()


def written(office: Office, person: str | None = None) -> Written:
    """Write the calendar."""
    return run(write_calendar(office.settings, office.clock, person=person))


def days(path: Path) -> dict[str, date]:
    """Titles and days."""
    events = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    return {str(one["summary"]): one.decoded("dtstart") for one in events}


def test_it_tells_the_day_of_the_task_and_no_secret(office: Office):
    """Neither price nor account nor key: whoever has the address reads it."""
    first = written(office)

    assert (first.entries, first.changed) == (2, True)
    assert sorted(days(first.path).values()) == [date(2026, 5, 6), date(2026, 6, 10)]
    text = first.path.read_text("utf-8").replace("\r\n ", "")
    assert "romashka.ru" in text
    for secret in ("1299", "1 299", "secret-login", "7K3Q"):
        assert secret not in text


def test_it_is_left_alone_until_something_changes(office: Office):
    """The same file under the same name, and a moved day in the same entry."""
    first = written(office)
    before = first.path.read_bytes()
    office.go()
    assert written(office) == replace(first, changed=False)
    assert first.path.read_bytes() == before

    office.change(1, paid_until=date(2026, 5, 20))
    office.keep()
    again = written(office)

    assert again == first
    assert date(2026, 5, 20) in days(again.path).values()
    assert again.path.read_bytes().count(b"BEGIN:VEVENT") == 2


def test_a_person_has_a_calendar_of_his_own(office: Office):
    """With what he answers for; a name that nobody has is said."""
    mine = written(office, "Анна")

    assert mine.entries == 1
    assert mine.path != written(office).path
    with pytest.raises(UnknownThing, match="nobody called"):
        written(office, "Вера")


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Europe/Moscow"])
def test_the_civil_day_is_the_same_in_every_zone(tmp_path: Path, zone: str):
    """A whole day has no hour that could move it."""
    office = Office(f"sqlite:///{tmp_path}/{zone.replace('/', '_')}.db", zone=zone)
    office.settings = replace(office.settings, feed=FeedOptions(folder=str(tmp_path / "feeds")))
    office.at = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    office.thing("domain:romashka.ru", date(2026, 3, 31))
    office.keep()

    assert [*days(written(office).path).values()] == [date(2026, 3, 31)]
    assert date(2026, 3, 2) == START
    office.close()
