"""The agency's desk: its day, its terms and holidays, and where its people are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from scanner.registry.matters import Desk
from scanner.renewals.assignment import Person
from scanner.renewals.matter import Matter
from scanner.renewals.terms import BadTerms, TermsBook
from scanner.renewals.working_days import UnknownCountry, WorkingDays
from scanner.settings import BadSettings, Settings
from scanner.trackers.contract import Channel, TaskSink
from scanner.trackers.options import MAIL, takes_messages, takes_tasks


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


class Named(Protocol):
    """A task manager or channel, as far as a plan knows it."""

    @property
    def name(self) -> str: ...


class Place(Struct, frozen=True):
    """One of the settings by its name alone, not ready to be told: enough to plan, and at hand at once."""

    name: str


def places_of(settings: Settings) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return the names of the task managers and of the channels that the settings have."""
    trackers = settings.trackers.items()
    sinks = tuple(Place(name) for name, options in trackers if takes_tasks(options))
    channels = tuple(Place(name) for name, options in trackers if takes_messages(options))
    return sinks, (Place(MAIL), *channels) if settings.mail else channels


class Addresses:
    """Where matters are told: in task managers, and where there is none, to the person himself."""

    def __init__(self, sinks: Iterable[Named], channels: Iterable[Named]) -> None:
        """Take the trackers and channels of the settings."""
        self._sinks = tuple(sink.name for sink in sinks)
        self._channels = tuple(channel.name for channel in channels)

    def targets(self, matter: Matter) -> Collection[str]:
        """Return where a matter is told.

        In the trackers that its projects are in, else in all; without any tracker, by message to the
        person who answers for it.
        """
        if not self._sinks:
            return self.letters_to(matter.assignment.person)
        named = [name for one in matter.projects for name in one.trackers if name in self._sinks]
        return sorted(set(named)) if named else self._sinks

    def reach(self, matter: Matter) -> bool:
        """Say whether anybody can be told of a matter."""
        return bool(self._sinks or self.letters_to(matter.assignment.person))

    def letters_to(self, person: Person | None) -> tuple[str, ...]:
        """Return the channels in which a person can be reached."""
        if person is None:
            return ()
        return tuple(
            f"{name}:{person.id}" for name in self._channels if address(person, name) is not None
        )


class Posts(Addresses):
    """The same, ready to be told."""

    def __init__(self, sinks: Sequence[TaskSink], channels: Sequence[Channel]) -> None:
        """Take the trackers and channels of the settings."""
        super().__init__(sinks, channels)
        self.sinks = {sink.name: sink for sink in sinks}
        self.channels = {channel.name: channel for channel in channels}


def address(person: Person, channel: str) -> str | None:
    """Return where a person is reached in a channel."""
    return person.trackers.get(channel) or (person.email if channel == "mail" else None)
