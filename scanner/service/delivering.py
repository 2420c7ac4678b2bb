"""Carries what is planned to where people work: at least once outside, exactly once in effect.

Each thing is claimed before it is told, and looked up by its marker before a task is created; what it says
is read when it is told, so that nothing stale is ever said. A place that fails keeps its own things waiting
and nobody else's.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from sqlalchemy import Connection

from scanner.database import Database
from scanner.registry import links, outbox
from scanner.registry.answering import People
from scanner.registry.installation import installation
from scanner.registry.matters import Desk
from scanner.registry.outbox import Claim, target_of_changes
from scanner.registry.subjects import ending_of, subject_now
from scanner.renewals.assignment import Person
from scanner.renewals.matter import Matter, TaskOutside
from scanner.renewals.plan import CLOSE, DONE, GONE, RECHECK, UPDATE
from scanner.renewals.reminders import TASK
from scanner.service.desk import Days, Posts, address
from scanner.service.task_text import TaskText
from scanner.trackers.contract import (
    Channel,
    Later,
    Letter,
    Refused,
    TaskPatch,
    TaskRef,
    TaskSink,
    TaskStatus,
    Uncertain,
)
from scanner.trackers.webhook import WebhookSink

if TYPE_CHECKING:
    from scanner.runs.look import Clock

LOOK_BACK = timedelta(hours=20)
"""How old the last look at a task may be; a daily run looks at each once."""
_MOST_LOOKS = 500
_IN_A_ROW = 3
"""Failures after which a place is left alone until the next run."""
_MARGIN = timedelta(minutes=11)
"""Longer than one question to a tracker may take."""
DIGEST = "digest"
_Answer = TypeVar("_Answer")


class Office(Struct, frozen=True):
    """Everything that is needed to tell."""

    database: Database
    desk: Desk
    days: Days
    posts: Posts
    text: TaskText
    clock: Clock


class Courier:
    """Takes what is planned to the trackers and channels, each on its own."""

    def __init__(self, office: Office) -> None:
        """Work for an office."""
        self._office = office
        self._worker = secrets.token_hex(8)
        self.counts: Counter[str] = Counter()

    async def deliver(self) -> None:
        """Tell everything that can be told now."""
        posts = self._office.posts
        await asyncio.gather(
            *(self._serve([name], _to_sink(self, sink)) for name, sink in posts.sinks.items()),
            *(
                self._serve(self._boxes(name), _to_channel(self, channel))
                for name, channel in posts.channels.items()
            ),
        )

    async def tell_changes(self, sink: WebhookSink) -> None:
        """Tell the receiver of changes what waits for it."""
        await self._serve([target_of_changes(sink.name)], lambda claim: self._told(claim, sink))

    async def _told(self, claim: Claim, sink: WebhookSink) -> str:
        name = await self._office.database.write(installation)
        await sink.changed(f"{claim.subject}@{name}", claim.body)
        await self._said(claim)
        return "sent"

    async def look_back(self) -> None:
        """Read how the tasks stand outside that were not looked at today."""
        await asyncio.gather(*(self._read_back(one) for one in self._office.posts.sinks.values()))

    def _boxes(self, channel: str) -> list[str]:
        return [f"{channel}:{number}" for number in self._people()]

    def _people(self) -> dict[int, Person]:
        return self._office.database.read(lambda connection: People(connection, "").by_id)

    async def _serve(self, targets: list[str], tell: Callable[[Claim], Awaitable[str]]) -> None:
        office, failures = self._office, 0
        while targets and failures < _IN_A_ROW:
            claim = await office.database.write(
                lambda connection: outbox.claim(connection, self._worker, targets, office.clock())
            )
            if claim is None:
                return
            outcome = await self._settle(claim, tell)
            self.counts[outcome] += 1
            failures = failures + 1 if outcome in ("later", "uncertain") else 0

    async def _settle(self, claim: Claim, tell: Callable[[Claim], Awaitable[str]]) -> str:
        """Tell one thing, and note what came of it; return that in a word."""
        office = self._office
        try:
            outcome = await tell(claim)
        except Refused as error:
            said = str(error)
            await office.database.write(lambda c: outbox.refused(c, claim, said))
            return "refused"
        except Later as error:
            said, until = str(error), error.not_before
            await office.database.write(
                lambda c: outbox.later(c, claim, said, office.clock(), until)
            )
            return "waits" if isinstance(error, _NotYet) else "later"
        except Uncertain as error:
            said = str(error)
            await office.database.write(lambda c: outbox.uncertain(c, claim, said, office.clock()))
            return "uncertain"
        if outcome == "overtaken":
            await office.database.write(lambda c: outbox.overtaken(c, claim))
        return outcome

    async def _said(self, claim: Claim, *notes: Callable[[Connection], None]) -> None:
        """Note in one transaction that it was told, and what is known since."""
        office = self._office

        def write(connection: Connection) -> None:
            for note in notes:
                note(connection)
            outbox.said(connection, claim, office.clock())

        await office.database.write(write)

    def _now(self, subject: str) -> Matter | None:
        office = self._office
        today = office.days.of(office.clock())
        return office.database.read(lambda c: subject_now(c, office.desk, subject, today))

    # Task managers

    async def to_sink(self, claim: Claim, sink: TaskSink) -> str:
        """Tell one thing to a task manager; return what came of it."""
        task = await self._office.database.write(lambda c: links.link(c, claim.subject, sink.name))
        if claim.rule == CLOSE:
            return await self._close(claim, sink, task)
        matter = self._now(claim.subject)
        if matter is None:
            return "overtaken"
        if claim.rule == RECHECK:
            return await self._recheck(claim, sink, task, matter)
        if task.id is None or task.status == GONE:
            return await self._create(claim, sink, task, matter)
        return await self._change(claim, sink, task, matter)

    async def _create(self, claim: Claim, sink: TaskSink, task: TaskOutside, matter: Matter) -> str:
        office, subject, name = self._office, claim.subject, sink.name
        if claim.rule != TASK and self._is_coming(subject, name):
            raise _NotYet("its task is not there yet")
        found = await _asked(lambda: sink.find(task.marker))
        new = office.text.new(matter, task.marker, name)
        if office.clock() + _MARGIN > claim.lease_until:
            raise Later("it took too long")  # another may have taken over: he looks first
        if found:
            ref = min(found, key=lambda one: (len(one.id), one.id))
            patch = office.text.patch(matter, name, None)
            await _asked(lambda: sink.update(ref, patch))
        else:
            ref = await sink.create(new)
        mark, deadline = matter.fingerprint(), matter.deadline
        await self._said(
            claim,
            lambda c: links.exists_outside(c, subject, name, ref.id, ref.url),
            lambda c: links.was_told(c, subject, name, mark, deadline),
        )
        return "found" if found else "created"

    async def _change(self, claim: Claim, sink: TaskSink, task: TaskOutside, matter: Matter) -> str:
        office, today = self._office, self._office.days.of(self._office.clock())
        mark, deadline = matter.fingerprint(), matter.deadline
        comment: str | None = None
        if claim.rule.startswith(UPDATE):
            if mark == task.fingerprint:
                return "overtaken"
            if deadline != task.deadline and not claim.attempts:
                comment = office.text.moved(matter)
        elif claim.rule != TASK:
            comment = office.text.reminder(matter, claim.step, today)
        changed = mark != task.fingerprint
        patch = (
            office.text.patch(matter, sink.name, comment) if changed else TaskPatch(comment=comment)
        )
        if changed or comment:
            await sink.update(_ref(task), patch)
        await self._said(
            claim, lambda c: links.was_told(c, claim.subject, sink.name, mark, deadline)
        )
        return "updated" if claim.rule.startswith(UPDATE) else "reminded"

    async def _recheck(
        self, claim: Claim, sink: TaskSink, task: TaskOutside, matter: Matter
    ) -> str:
        """Open a closed task again, once, and say why; what people open themselves needs no word."""
        office, ref = self._office, _ref(task)
        state = await _asked(lambda: sink.get(ref))
        if state.status is TaskStatus.DONE:
            comment = None if claim.attempts else office.text.recheck(matter)
            await sink.update(ref, TaskPatch(comment=comment, reopen=True))
        seen = TaskStatus.OPEN if state.status is TaskStatus.DONE else state.status
        await self._said(
            claim,
            lambda c: links.was_seen(c, claim.subject, sink.name, seen, office.clock()),
        )
        return "reopened" if state.status is TaskStatus.DONE else "overtaken"

    async def _close(self, claim: Claim, sink: TaskSink, task: TaskOutside) -> str:
        """Close the task of what is over; where none is known, look whether one was created after all."""
        office, subject, name = self._office, claim.subject, sink.name
        ending = office.database.read(lambda c: ending_of(c, subject))
        if ending is None:
            return "overtaken"
        ref = _ref(task) if task.id else None
        if ref is None and self._is_coming(subject, name):
            raise _NotYet("its task is being created")
        if ref is None:
            found = await _asked(lambda: sink.find(task.marker))
            ref = found[0] if found else None
        if ref is not None and task.status not in (DONE, GONE):
            said = office.text.closed(ending.code, ending.who, ending.by_hand)
            comment = None if claim.attempts else said
            await sink.update(ref, TaskPatch(comment=comment, close=ending.is_solved))
        status = DONE if ending.is_solved else task.status or GONE
        await self._said(
            claim,
            lambda c: links.was_seen(c, subject, name, status, office.clock()),
            lambda c: links.is_settled(c, subject, name, office.clock()),
        )
        return "closed"

    def _is_coming(self, subject: str, tracker: str) -> bool:
        return self._office.database.read(lambda c: outbox.is_coming(c, subject, tracker))

    async def _read_back(self, sink: TaskSink) -> None:
        office, failures = self._office, 0
        now = office.clock()
        waiting = office.database.read(
            lambda c: links.to_look_at(c, sink.name, now - LOOK_BACK, _MOST_LOOKS)
        )
        for subject, task in waiting:
            try:
                state = await sink.get(_ref(task))
            except Refused:
                self.counts["unread"] += 1
                continue
            except (Later, Uncertain):
                self.counts["unread"] += 1
                failures += 1
                if failures >= _IN_A_ROW:
                    return
                continue
            await self._seen(subject, sink.name, state.status)

    async def _seen(self, subject: str, tracker: str, status: TaskStatus) -> None:
        office = self._office
        await office.database.write(
            lambda c: links.was_seen(c, subject, tracker, status, office.clock())
        )

    # Messages to people

    async def to_channel(self, claim: Claim, channel: Channel) -> str:
        """Send one message to one person; return what came of it."""
        person = self._people().get(int(claim.target.partition(":")[2]))
        to = address(person, channel.name) if person and person.active else None
        letter = await self._letter(claim, to) if to else None
        if letter is None:
            return "overtaken"
        await channel.send(letter)
        await self._said(claim)
        return "sent"

    async def _letter(self, claim: Claim, to: str) -> Letter | None:
        office = self._office
        name = await office.database.write(installation)
        key = f"{claim.subject}/{claim.rule}/{claim.target}@{name}"
        if claim.rule == DIGEST:
            return Letter(key=key, to=to, subject=claim.body["subject"], text=claim.body["text"])
        matter = self._now(claim.subject)
        if matter is None:
            return None
        text, today = office.text, office.days.of(office.clock())
        said = [] if claim.rule == TASK else [text.reminder(matter, claim.step, today), ""]
        said += [f"{line.label}: {line.text}" for line in text.lines(matter)]
        said += ["", *(f"{number}. {step}" for number, step in enumerate(text.steps(matter), 1))]
        return Letter(key=key, to=to, subject=text.title(matter), text="\n".join(said))


class _NotYet(Later):
    """Something of our own has to come first; no fault of the place."""


def _to_sink(courier: Courier, sink: TaskSink) -> Callable[[Claim], Awaitable[str]]:
    return lambda claim: courier.to_sink(claim, sink)


def _to_channel(courier: Courier, channel: Channel) -> Callable[[Claim], Awaitable[str]]:
    return lambda claim: courier.to_channel(claim, channel)


def _ref(task: TaskOutside) -> TaskRef:
    assert task.id is not None
    return TaskRef(task.id, task.url)


async def _asked(question: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Ask what only looks, or may be repeated, once more when its answer is lost; then it has to wait.

    Today may be the last day of what is to be told; a place that names a time itself is not pressed.
    """
    try:
        return await question()
    except Uncertain:
        pass
    except Later as error:
        if error.not_before is not None:
            raise
    try:
        return await question()
    except Uncertain as error:
        raise Later(str(error)) from error
