"""One message a day for each person: what is his to renew, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from itertools import chain

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from reports.wording import Wording
from scanner.database import Database
from scanner.evidence.looked import looked
from scanner.registry import job_runs, outbox
from scanner.registry.answering import People
from scanner.registry.contradictions import count_contradictions
from scanner.registry.invoices_to_tell import invoices_to_tell
from scanner.registry.near import near
from scanner.registry.notices_to_tell import lines_to_tell, notices_to_tell, were_told
from scanner.registry.outbox_list import count_failed
from scanner.registry.troubles import (
    NOBODY_ANSWERS,
    NOT_CONFIRMED,
    count_open,
    troubles_to_tell,
)
from scanner.renewals.assignment import Person
from scanner.renewals.digest import Digest, digests
from scanner.renewals.plan import Effect
from scanner.runs.look import Clock
from scanner.service.delivering import DIGEST, Courier, Office
from scanner.service.speech import stranger, wording_of
from scanner.service.tasks import JOB, office_of, outcomes
from scanner.service.wrong_clock import put_clock_right
from scanner.settings import Settings
from scanner.trackers.contract import Channel


class Message(Struct, frozen=True, kw_only=True):
    """One person's digest."""

    person: str
    subject: str
    text: str
    matters: int
    hidden: int
    changes: int = 0
    """How many changes it tells."""
    sent_to: tuple[str, ...] = ()
    """The channels it goes to; none where he cannot be reached."""


class Post(Struct, frozen=True):
    """The day's digests."""

    on: date
    messages: tuple[Message, ...]
    told: dict[str, int] = {}
    """What came of sending; empty where nothing was sent."""

    @property
    def complete(self) -> bool:
        """False when a message could not be sent, or somebody cannot be reached."""
        failed = any(self.told.get(one) for one in ("refused", "later", "uncertain"))
        return not failed and all(message.sent_to for message in self.messages)

    def json(self) -> str:
        """Return it as JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    def out(self, wording: Wording) -> str:
        """Return it for a person."""
        parts = [f"{one.person}\n{one.subject}\n\n{one.text}" for one in self.messages]
        told = outcomes(self.told, wording)
        return "\n\n\n".join([*parts, told] if told else parts) or wording.say("answer.no_digest")


async def digest(
    settings: Settings,
    clock: Clock,
    channels: Sequence[Channel],
    *,
    send: bool = False,
    person: str | None = None,
    language: str | None = None,
) -> Post:
    """Return each person's digest of today; `send` sends it, once a day."""
    spoken = wording_of(settings, language).language
    with Database.open(settings.db) as database:
        if send:
            await put_clock_right(database, clock())
        office = office_of(database, settings, clock, (), channels, language=spoken)
        today = office.days.of(clock())
        while True:
            with database.reading() as connection:
                drafts = list(_drafts(connection, office, today, person))
            told = tuple(draft.message for draft in drafts)
            if not send:
                return Post(today, told)
            try:
                await database.write(partial(_put, drafts=drafts, today=today, at=clock()))
                break
            except _Told:
                continue  # another run was faster: what it told is no news any more
        courier = Courier(office)
        await courier.deliver()
    return Post(today, told, dict(courier.counts))


class _Draft(Struct, frozen=True):
    """A message, the person it is for, and the changes it tells, by id."""

    person: Person
    message: Message
    lines: tuple[int, ...]


class _Told(Exception):
    """A change was told meanwhile by another digest."""


def _put(connection: Connection, drafts: list[_Draft], today: date, at: datetime) -> None:
    """Store the messages; raise _Told, and store nothing, where a change of theirs has been told."""
    for draft in drafts:
        message = draft.message
        subject = f"{DIGEST}:{today.isoformat()}:{draft.person.id}"
        body = {"subject": message.subject, "text": message.text}
        rows = [Effect(subject, DIGEST, target, DIGEST) for target in message.sent_to]
        # Who has had his message today is sent no other: its changes wait for tomorrow's.
        is_new = outbox.put(connection, rows, at, body)
        if is_new and draft.lines and not were_told(connection, draft.lines, subject):
            raise _Told


def _drafts(
    connection: Connection, office: Office, today: date, name: str | None
) -> Iterator[_Draft]:
    desk = office.desk
    people = People(connection, desk.duty)
    known = {one.name for one in people.by_id.values()}
    if name and name not in known:
        raise stranger(name, known, office.text.wording)
    matters = chain(
        near(connection, desk, today),
        troubles_to_tell(connection, desk, today),
        notices_to_tell(connection, desk, today),
        invoices_to_tell(connection, desk, today),
    )
    changed = lines_to_tell(connection, desk, office.clock())
    duty = people.duty.id if people.duty else None
    found = digests(matters, today, lines=changed, duty=duty)
    notes = _Notes(connection, office)
    for person in people.by_id.values():
        mine = found.get(person.id, Digest(person.id))
        on_duty = person == people.duty and notes.is_alarming
        is_told = mine.matters or mine.lines or on_duty
        if person.active and name in (None, person.name) and is_told:
            said = _said(office, mine, person, notes, today, on_duty=person == people.duty)
            yield _Draft(person, said, tuple(line.id for line in mine.lines))


class _Notes:
    """What is said of the job itself."""

    def __init__(self, connection: Connection, office: Office) -> None:
        self.runs = job_runs.regularity(connection, JOB, office.clock())
        self.looked = looked(connection, office.clock())
        self.failed = count_failed(connection)
        self.unanswered = count_open(connection, NOBODY_ANSWERS)
        self.unconfirmed = count_open(connection, NOT_CONFIRMED)
        self.contradicted = count_contradictions(connection)

    @property
    def is_alarming(self) -> bool:
        """Say whether the person on duty must hear of it even when nothing is due."""
        missed = self.runs.missed or self.looked.overdue
        return bool(missed or self.failed or self.unanswered)

    def lines(self, office: Office, *, on_duty: bool) -> Iterator[str]:
        """Say when the job last ran, when things were looked at last, and what is wrong with either."""
        wording, runs = office.text.wording, self.runs
        if runs.last is None:
            yield wording.say("digest.never_run")
        else:
            yield wording.say("digest.last_run", at=runs.last.started_at.isoformat())
        if runs.missed:
            yield wording.say("digest.missed", count=runs.missed)
        if self.looked.last:
            yield wording.say("digest.looked", at=self.looked.last.isoformat())
        if self.looked.overdue:
            yield wording.say("digest.overdue", count=self.looked.overdue)
        if on_duty:
            counts = (
                ("broken", runs.broken),
                ("failed", self.failed),
                ("unanswered", self.unanswered),
                ("unconfirmed", self.unconfirmed),
                ("contradicted", self.contradicted),
            )
            for code, count in counts:
                if count:
                    yield wording.say(f"digest.{code}", count=count)


def _said(
    office: Office, mine: Digest, person: Person, notes: _Notes, today: date, *, on_duty: bool
) -> Message:
    text, say = office.text, office.text.wording.say
    count = len(mine.matters) + mine.hidden
    lines = [
        say("digest.line", left=text.left(matter, today), title=text.title(matter))
        for matter in mine.matters
    ]
    if mine.hidden:
        lines.append(say("digest.hidden", count=mine.hidden, name=person.name))
    lines += _changed(office, mine)
    lines += ["", *notes.lines(office, on_duty=on_duty)]
    code = "digest.subject" if count else "digest.subject_empty"
    if mine.lines and not count:
        code = "digest.subject_changes"
    return Message(
        person=person.name,
        subject=say(code, count=count or len(mine.lines), day=today.isoformat()),
        text="\n".join(lines).strip(),
        matters=count,
        hidden=mine.hidden,
        changes=len(mine.lines),
        sent_to=office.posts.letters_to(person),
    )


def _changed(office: Office, mine: Digest) -> Iterator[str]:
    """Say what is different of his things, each change once."""
    if mine.lines:
        yield ""
        yield office.text.wording.say("digest.changes")
        yield from (f"- {office.text.news(line.news)}" for line in mine.lines)
        if mine.waiting:
            yield office.text.wording.say("digest.waiting", count=mine.waiting)
