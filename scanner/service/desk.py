"""The agency's desk: its day, its terms and holidays, and where its people are told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scanner.registry.matters import Desk
from scanner.renewals.assignment import Person
from scanner.renewals.matter import Matter
from scanner.renewals.terms import BadTerms, TermsBook
from scanner.renewals.working_days import UnknownCountry, WorkingDays
from scanner.settings import BadSettings, Settings
from scanner.trackers.contract import Channel, TaskSink


def desk_of(settings: Settings) -> Desk:
    """Return what the agency goes by; raise BadSettings for what cannot be."""
    agency = settings.agency
    try:
        working = WorkingDays(agency.country)
        working.is_working(date(2026, 1, 1))
        return Desk(TermsBook(settings.terms), working, agency.duty)
    except (BadTerms, UnknownCountry) as error:
        raise BadSettings(f"{error}") from error


class Days:
    """Which day it is where the agency works."""

    def __init__(self, settings: Settings) -> None:
        """Take the agency's zone; raise BadSettings for one that does not exist."""
        try:
            self._zone = ZoneInfo(settings.agency.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadSettings(
                f"there is no time zone {settings.agency.zone!r}; write [agency] zone like Europe/Moscow."
            ) from error

    def of(self, moment: datetime) -> date:
        """Return the agency's civil day at a moment."""
        return moment.astimezone(self._zone).date()


class Posts:
    """Where matters are told: in task managers, and where there is none, to the person himself."""

    def __init__(self, sinks: Sequence[TaskSink], channels: Sequence[Channel]) -> None:
        """Take the trackers and channels of the settings."""
        self.sinks = {sink.name: sink for sink in sinks}
        self._everywhere = tuple(self.sinks)
        self.channels = {channel.name: channel for channel in channels}

    def targets(self, matter: Matter) -> Collection[str]:
        """Return where a matter is told.

        In the trackers that its projects are in, else in all; without any tracker, by message to the
        person who answers for it.
        """
        if not self.sinks:
            return self.letters_to(matter.assignment.person)
        named = [name for one in matter.projects for name in one.trackers if name in self.sinks]
        return sorted(set(named)) if named else self._everywhere

    def reach(self, matter: Matter) -> bool:
        """Say whether anybody can be told of a matter."""
        return bool(self.sinks or self.letters_to(matter.assignment.person))

    def letters_to(self, person: Person | None) -> tuple[str, ...]:
        """Return the channels in which a person can be reached."""
        if person is None:
            return ()
        return tuple(
            f"{name}:{person.id}" for name in self.channels if address(person, name) is not None
        )


def address(person: Person, channel: str) -> str | None:
    """Return where a person is reached in a channel."""
    return person.trackers.get(channel) or (person.email if channel == "mail" else None)
