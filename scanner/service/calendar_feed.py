"""The calendar of renewals, written for whoever subscribes to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from reports.wording import Wording
from scanner.database import Database
from scanner.registry.answering import People
from scanner.registry.installation import installation
from scanner.registry.matters import Desk
from scanner.registry.near import ending
from scanner.renewals.assignment import Person
from scanner.renewals.matter import Matter
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing
from scanner.service.desk import Days, desk_of
from scanner.service.task_text import TaskText, task_text
from scanner.settings import BadSettings, Settings
from scanner.trackers.feed import BrokenFeed, Entry, feed
from scanner.trackers.feed_file import feed_path, read_feed, write_feed

WITHIN = 400


class Written(Struct, frozen=True):
    """A calendar that was written."""

    path: Path
    entries: int
    changed: bool


async def write_calendar(
    settings: Settings, clock: Clock, *, person: str | None = None, within: int = WITHIN
) -> Written:
    """Write the days of the next `within` days, and what is overdue, into the folder of the settings.

    With `person` only what he answers for or watches, as a calendar of its own. Raises UnknownThing
    for a name that is not in the registry, BadSettings for a calendar there that cannot be read.
    """
    desk, days = desk_of(settings), Days(settings)
    now = clock()
    today = days.of(now)
    with Database.open(settings.db) as database:
        ours = await database.write(installation)
        text = task_text(database, settings.agency.language)
        with database.reading() as connection:
            whose = _person(connection, desk, person)
            entries = [
                _entry(matter, text)
                for matter in ending(connection, desk, today, within)
                if whose is None or _is_his(matter, whose)
            ]
    path = feed_path(Path(settings.feed.folder), f"person-{whose.id}" if whose else "")
    before = read_feed(path)
    name = settings.feed.name or Wording(settings.agency.language).say("feed.name")
    try:
        calendar = feed(entries, installation=ours, name=name, at=now, previous=before)
    except BrokenFeed as error:
        raise BadSettings(f"{path}: {error}. Move it away to begin anew.") from error
    if calendar != before:
        write_feed(path, calendar)
    return Written(path, len(entries), calendar != before)


def _person(connection: Connection, desk: Desk, name: str | None) -> Person | None:
    if name is None:
        return None
    known = People(connection, desk.duty).by_id.values()
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise UnknownThing(f"there is nobody called {name!r}; see `revizor people list`.")
    return found


def _is_his(matter: Matter, person: Person) -> bool:
    told = (matter.assignment.person, *matter.assignment.watchers)
    return any(one is not None and one.id == person.id for one in told)


def _entry(matter: Matter, text: TaskText) -> Entry:
    """Return a day of the calendar: no price, no account, no key, for whoever knows the address reads it."""
    return Entry(
        id=matter.subject.replace(":", "-"),
        day=matter.deadline,
        title=text.title(matter),
        text="\n".join(_told(matter, text)),
    )


def _told(matter: Matter, text: TaskText) -> Iterator[str]:
    say, value = text.wording.say, text.wording.value
    yield f"{say('task_label.client')}: {value(matter.thing.client_name)}"
    if matter.projects:
        names = [one.name for one in matter.projects]
        yield f"{say('task_label.projects')}: {text.wording.items(names, value)}"
    if person := matter.assignment.person:
        yield f"{say('task_label.answers')}: {value(person.name)}"
