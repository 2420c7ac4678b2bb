"""The main job: what is to be told today, to whom and why; and telling it, each thing once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from reports.wording import Wording
from scanner.database import Database
from scanner.registry import Registry, job_runs, outbox
from scanner.registry.cycles import Kept, as_kept, keep_cycles
from scanner.registry.invoices_to_tell import invoices_to_tell, retire_paid
from scanner.registry.matters import Desk
from scanner.registry.near import horizon, near
from scanner.registry.notices import settle_closed
from scanner.registry.notices_to_tell import notices_to_tell
from scanner.registry.outbox_list import Waiting, waiting
from scanner.registry.paid_in_vain import keep_paid_in_vain
from scanner.registry.told import planned
from scanner.registry.troubles import (
    NOBODY_ANSWERS,
    NOT_CONFIRMED,
    keep_own,
    troubles_to_tell,
)
from scanner.renewals.matter import Matter
from scanner.renewals.plan import Effect
from scanner.renewals.reminders import step_on
from scanner.service.arguments import client_of
from scanner.service.desk import Addresses, Days, Named, Posts, desk_of
from scanner.service.speech import wording_of
from scanner.service.table import table
from scanner.service.task_text import task_text
from scanner.settings import Settings
from scanner.trackers.contract import Channel, TaskSink

if TYPE_CHECKING:
    from scanner.runs.look import Clock
    from scanner.service.delivering import Office

JOB = "tasks"
_UNFINISHED = ("refused", "later", "uncertain", "waits", "unread")


class Planned(Struct, frozen=True, kw_only=True, gc=False):
    """One thing that would be told today."""

    subject: str
    object: int
    asset: str
    name: str
    client: str
    ask: str
    """What is asked for: renew, confirm, decide, do_not_pay, trouble, changed."""
    rule: str
    step: str
    target: str
    person: str | None
    chosen: str
    due: date
    deadline: date


class Plan(Struct, frozen=True, kw_only=True):
    """A day's plan."""

    on: date
    told: tuple[Planned, ...]
    unanswered: int
    """Things near their day that nobody answers for."""
    untold: int
    """Things near their day of which nobody can be told: no tracker, and no address."""
    unconfirmed: int
    """Things near their day of which nobody has confirmed it for long."""
    missed: int
    """Runs of the job that should have been and were not."""

    def __repr__(self) -> str:
        # Python's asyncio.run spells out what it returns, which for ten thousand tasks takes its time.
        return f"<plan of {self.on}: {len(self.told)} to tell>"

    def json(self) -> str:
        """Return it as JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    def text(self, language: str) -> str:
        """Return it for a person, a line for each thing to tell."""
        wording = Wording(language)
        say = wording.say
        names = ("deadline", "name", "client", "what", "why", "person", "where")
        rows = (
            (
                one.deadline.isoformat(), one.name, one.client, say(f"stance.{one.ask}"),
                rule_in_words(one.rule, wording), f"{one.person or '—'} ({say(f'chosen.{one.chosen}')})",
                one.target,
            )
            for one in self.told
        )  # fmt: skip
        told = table([say(f"table.{name}") for name in names], rows, say("table.nothing"))
        notes = (
            ("unanswered", self.unanswered),
            ("untold", self.untold),
            ("unconfirmed", self.unconfirmed),
            ("missed", self.missed),
        )
        more = [say(f"digest.{code}", count=count) for code, count in notes if count]
        return "\n".join([told, *more])


class Synced(Struct, frozen=True, kw_only=True):
    """What a run has done."""

    opened: int
    moved: int
    closed: int
    planned: int
    untold: int
    """Things near their day of which nobody can be told."""
    told: dict[str, int]
    """Outcomes and how often: created, found, reminded, updated, reopened, closed, sent, refused …"""
    missed: int
    broken: int
    last: datetime | None
    """When the last successful run before this one began."""

    @property
    def complete(self) -> bool:
        """False when something is left to tell."""
        return not self.untold and not any(self.told.get(outcome) for outcome in _UNFINISHED)

    def json(self) -> str:
        """Return it as JSON."""
        return msgspec.json.encode(self).decode()

    def text(self, language: str) -> str:
        """Return it for a person."""
        return "\n".join(self._lines(Wording(language)))

    def _lines(self, wording: Wording) -> Iterator[str]:
        say = wording.say
        yield say("synced.periods", opened=self.opened, moved=self.moved, closed=self.closed)
        told = outcomes(self.told, wording)
        yield say("synced.told", planned=self.planned, told=told or say("synced.nothing"))
        if self.last is None:
            yield say("synced.first")
        else:
            yield say("digest.last_run", at=self.last.isoformat())
        notes = (("missed", self.missed), ("broken", self.broken), ("untold", self.untold))
        for code, count in notes:
            if count:
                yield say(f"digest.{code}", count=count)
        if self.untold:
            yield say("synced.set_up")
        if any(self.told.get(outcome) for outcome in _UNFINISHED):
            yield say("synced.unfinished")


async def plan(
    settings: Settings,
    clock: Clock,
    sinks: Iterable[Named],
    channels: Iterable[Named],
    *,
    client: str | None = None,
) -> Plan:
    """Return what would be told today, to whom and why; nothing is told, and nothing kept."""
    desk, days, posts = desk_of(settings), Days(settings), Addresses(sinks, channels)
    now = clock()
    today = days.of(now)
    with Database.open(settings.db) as database:
        slug = client_of(Registry(database), client).slug if client else None

        def look(connection: Connection) -> Plan:
            gaps = Gaps()
            found = _effects(connection, desk, posts, days, today, gaps, slug)
            return Plan(
                on=today,
                told=tuple(sorted((_planned(*one) for one in found), key=_by_deadline)),
                unanswered=len(gaps.unanswered),
                untold=len(gaps.untold),
                unconfirmed=len(gaps.unconfirmed),
                missed=job_runs.regularity(connection, JOB, now).missed,
            )

        until = horizon(desk.book, today)
        return await as_kept(database, today, now, desk.book, look, until=until)


async def sync(
    settings: Settings,
    clock: Clock,
    sinks: Sequence[TaskSink],
    channels: Sequence[Channel],
    *,
    again: bool = False,
) -> Synced:
    """Keep the periods, read back the tasks, plan the day, and tell it.

    It may run as often as one likes, at the same time too, and be killed anywhere: the next run goes on.
    `again` tries once more what was refused for good.
    """
    from scanner.service.delivering import Courier
    from scanner.service.trackers import changes_sink
    from scanner.service.wrong_clock import put_clock_right

    with Database.open(settings.db) as database:
        await put_clock_right(database, clock())
        office = office_of(database, settings, clock, sinks, channels)
        run = await database.write(lambda c: job_runs.begin(c, JOB, clock()))
        before = database.read(lambda c: job_runs.regularity(c, JOB, clock(), but=run))
        kept = await keep(office)
        if again:
            await database.write(lambda c: outbox.try_again(c, clock()))
        courier = Courier(office)
        await courier.look_back()
        await database.write(lambda c: settle_closed(c, clock()))
        new, untold = await put_plan(office)
        await courier.deliver()
        if receiver := changes_sink(settings, clock):
            await courier.tell_changes(receiver)
        counts = {"planned": new, **courier.counts}
        await database.write(lambda c: job_runs.finish(c, run, counts, clock()))
    return Synced(
        opened=kept.opened,
        moved=kept.moved,
        closed=kept.closed,
        planned=new,
        untold=untold,
        told=dict(courier.counts),
        missed=before.missed,
        broken=before.broken,
        last=before.last.started_at if before.last else None,
    )


async def keep(office: Office) -> Kept:
    """Bring the periods in line with the registry."""
    now = office.clock()
    today = office.days.of(now)

    def write(connection: Connection) -> Kept:
        retire_paid(connection, now)
        keep_paid_in_vain(connection, now)
        return keep_cycles(connection, today, now, office.desk.book)

    return await office.database.write(write)


class Gaps:
    """Things near their day, by id, that something is missing for."""

    def __init__(self) -> None:
        self.unanswered: set[int] = set()
        self.untold: set[int] = set()
        self.unconfirmed: set[int] = set()


async def put_plan(office: Office) -> tuple[int, int]:
    """Plan the day, and store what is to be told; return how much is new, and of how much nobody can be told."""
    now, database = office.clock(), office.database
    today = office.days.of(now)
    gaps = Gaps()
    with database.reading() as connection:
        found = _effects(connection, office.desk, office.posts, office.days, today, gaps)
        new = [(matter.deadline, effect) for matter, effect in found]
    new.sort(key=itemgetter(0))  # the most urgent is told first, should the place tire

    def write(connection: Connection) -> int:
        keep_own(connection, NOBODY_ANSWERS, gaps.unanswered, now)
        keep_own(connection, NOT_CONFIRMED, gaps.unconfirmed, now)
        return outbox.put(connection, (effect for _, effect in new), now)

    return await database.write(write), len(gaps.untold)


def tasks_list(
    settings: Settings,
    *,
    client: str | None,
    failed: bool,
    every: bool,
    as_json: bool,
    language: str | None = None,
) -> str:
    """Return the tasks outside and what waits to be told, a line each, or as JSON."""
    with Database.open(settings.db) as database:
        slug = client_of(Registry(database), client).slug if client else None
        found = database.read(lambda c: list(waiting(c, client=slug, failed=failed, every=every)))
    if as_json:
        return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    wording = wording_of(settings, language)
    say = wording.say
    names = ("marker", "name", "client", "where", "task", "status", "deadline", "error")
    rows = (_row(one, wording) for one in found)
    return table([say(f"table.{name}") for name in names], rows, say("table.nothing"))


def outcomes(told: Mapping[str, int], wording: Wording) -> str:
    """Say what came of telling, and how often; empty where nothing was told."""
    return ", ".join(
        wording.say("synced.outcome", what=outcome, count=count)
        for outcome, count in sorted(told.items())
    )


def rule_in_words(rule: str, wording: Wording) -> str:
    """Say what is told: a new task, a reminder so many days before."""
    kind, _, rest = rule.partition(".")[0].partition("-")
    number = int(rest) if rest.isdigit() else 0
    return wording.say(f"rule.{kind}", days=number, count=number)


def office_of(
    database: Database,
    settings: Settings,
    clock: Clock,
    sinks: Sequence[TaskSink],
    channels: Sequence[Channel],
    *,
    language: str | None = None,
) -> Office:
    """Return everything that is needed to tell, in the agency's language where no other is asked for."""
    from scanner.service.delivering import Office  # talks to the network, which a plan never does

    text = task_text(database, language or settings.agency.language)
    posts = Posts(sinks, channels)
    return Office(database, desk_of(settings), Days(settings), posts, text, clock)


def _effects(
    connection: Connection,
    desk: Desk,
    posts: Addresses,
    days: Days,
    today: date,
    gaps: Gaps,
    client: str | None = None,
) -> Iterator[tuple[Matter, Effect]]:
    """Yield what is to be told today; what something is missing for is added to `gaps`."""

    def watched(matters: Iterable[Matter]) -> Iterator[Matter]:
        for matter in matters:
            unanswered, untold = matter.assignment.is_gap, not posts.reach(matter)
            stale = matter.unconfirmed_since is not None
            if (unanswered or untold or stale) and step_on(matter.ladder, today) is not None:
                if unanswered and matter.thing.id:
                    gaps.unanswered.add(matter.thing.id)
                if untold:
                    gaps.untold.add(matter.thing.id)
                if stale:
                    gaps.unconfirmed.add(matter.thing.id)
            yield matter

    periods = near(connection, desk, today, client=client)
    yield from planned(connection, watched(periods), posts.targets, today, days.of)
    others = chain(
        troubles_to_tell(connection, desk, today),
        notices_to_tell(connection, desk, today),
        invoices_to_tell(connection, desk, today),
    )
    mine = (one for one in others if client in (None, one.thing.client))
    yield from planned(connection, watched(mine), posts.targets, today, days.of)


def _planned(matter: Matter, effect: Effect) -> Planned:
    person = matter.assignment.person
    return Planned(
        subject=matter.subject,
        object=matter.thing.id,
        asset=matter.thing.asset,
        name=matter.thing.name,
        client=matter.thing.client,
        ask=matter.stance or ("changed" if matter.news else "trouble"),
        rule=effect.rule,
        step=effect.step,
        target=effect.target,
        person=person.name if person else None,
        chosen=matter.assignment.chosen,
        due=matter.ladder.due,
        deadline=matter.deadline,
    )


def _by_deadline(one: Planned) -> tuple[date, str]:
    return one.deadline, one.asset


def _row(one: Waiting, wording: Wording) -> tuple[str, ...]:
    what = one.url or one.task or (rule_in_words(one.rule, wording) if one.rule else "")
    deadline = one.deadline.isoformat() if one.deadline else ""
    status = wording.value(one.status, "task_status?")
    return (
        one.marker or "", one.name, one.client, one.target, what, status, deadline, one.error or "",
    )  # fmt: skip
