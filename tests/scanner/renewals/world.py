"""A year and more of an agency's life: things fall due, managers renew in time, late or never, the job is
missed, runs twice at once, is killed, and its tracker loses answers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

from msgspec import Struct
from sqlalchemy import select

from scanner.assets import Advice, Asset, Kind
from scanner.registry.renewal_rows import CYCLE, TASK_LINK
from scanner.registry.rows import OBJECT
from scanner.registry.words import DEFAULT_TYPES, ObjectType
from scanner.renewals.cycle import CycleState
from scanner.renewals.months import months_after
from scanner.renewals.terms import TermsBook, product_of, thresholds
from scanner.renewals.working_days import WorkingDays
from scanner.service import tasks
from tests.scanner.renewals import one_run
from tests.scanner.renewals.office import Office
from tests.scanner.renewals.tracker import Kept, Tracker

_KINDS = {type: kind for kind, type in DEFAULT_TYPES.items()} | {
    ObjectType.SERVER: Kind.HOSTING, ObjectType.BACKUP_HOSTING: Kind.HOSTING,
    ObjectType.CLOUD_STORAGE: Kind.HOSTING, ObjectType.LICENCE_KEY: Kind.LICENCE,
    ObjectType.MARKETPLACE_SUB: Kind.SAAS, ObjectType.CDN: Kind.SAAS,
}  # fmt: skip


class Thing(Struct):
    """A thing and how its manager behaves."""

    id: int
    asset: str
    months: int
    observed: bool
    """Its term is seen by looks; nobody enters it."""
    habit: str
    """`early`, `late`, `never`, `closes`: when it is renewed; the last one only closes his task."""
    paid: date
    """Until when it is paid in truth."""


class World:
    """One agency, its clock, and everything that goes wrong."""

    def __init__(self, url: str, folder: Path, *, things: int, seed: int) -> None:
        self.luck = Random(seed)
        self.url, self.file = url, folder / "tracker.db"
        self.office = Office(url)
        self.managers = [self.office.person(f"Менеджер {number}") for number in range(5)]
        self.office.person("Дежурная")
        self.projects = [
            self.office.project(f"Проект {number}", self.luck.choice([*self.managers, None]))
            for number in range(8)
        ]
        self.tracker = self._tracker()
        self.things: list[Thing] = []
        self.runs: list[date] = []
        """Days on which a run came to its end."""
        self.counts: Counter[str] = Counter()
        for _ in range(things):
            self.add()

    def _tracker(self) -> Tracker:
        return Tracker(
            self.file,
            clock=self.office.clock,
            lag=timedelta(minutes=5),
            timeouts=0.05,
            luck=Random(self.luck.random()),
        )

    def add(self) -> None:
        """Meet a thing, of any type, with a date anywhere from long gone to next year."""
        luck, number = self.luck, len(self.things)
        type = luck.choice(list(ObjectType))
        kind = _KINDS.get(type, Kind.OTHER)
        name = f"thing{number}.{luck.choice(['ru', 'com'])}"
        asset = Asset(kind, name if kind in (Kind.DOMAIN, Kind.SITE, Kind.MAIL) else f"p/{name}")
        due = self.office.today + timedelta(
            days=luck.choice([luck.randint(0, 400), luck.randint(-20, 40)])
        )
        observed = kind is Kind.DOMAIN and luck.random() < 0.6
        months = 12 if kind is Kind.DOMAIN else luck.choice([1, 3, 6, 12, 12, 24])
        more: dict[str, object] = {"type": type, "period_months": months}
        if luck.random() < 0.5:
            more["responsible"] = luck.choice(self.managers)
        if luck.random() < 0.1:
            more |= {"verdict": Advice.ASK}
        if luck.random() < 0.1:
            more["decide_by"] = due - timedelta(days=luck.randint(20, 60))
        id_ = self.office.thing(
            str(asset), due, origin="observed" if observed else "confirmed", **more
        )
        if luck.random() < 0.7:
            self.office.belongs(id_, luck.choice(self.projects), lead=luck.random() < 0.5)
        habit = luck.choice(["early", "early", "early", "late", "closes", "never"])
        self.things.append(Thing(id_, str(asset), months, observed, habit, due))

    def day(self, run: str) -> None:
        """Live one day: people work, looks look, the job runs (or not), the next day comes."""
        self._people()
        self.office.see_all({thing.asset: thing.paid for thing in self.things if thing.observed})
        getattr(self, f"_run_{run}")()
        self.counts[run] += 1
        self.office.go()

    def _run_once(self) -> None:
        asyncio.run(tasks.sync(self.office.settings, self.office.clock, [self.tracker], []))
        self.runs.append(self.office.today)

    def _run_missed(self) -> None:
        pass

    def _run_twice(self) -> None:
        """Two runs at the same time."""
        both = [
            threading.Thread(target=asyncio.run, args=[self._sync(self._tracker)]) for _ in range(2)
        ]
        for one in both:
            one.start()
        for one in both:
            one.join()
        self.runs.append(self.office.today)

    async def _sync(self, tracker: object) -> None:
        made = self._tracker()  # in its own thread: a connection belongs to one
        await tasks.sync(self.office.settings, self.office.clock, [made], [])

    def _run_killed(self) -> None:
        """A run in a process of its own, killed with -9 at one of its calls or at any moment."""
        dies_at = self.luck.choice([0, 1, 2, 3, 4, 5, 6, 8, 11])
        arguments = (
            self.url, str(self.file), self.office.at.isoformat(), str(self.luck.random()), "0.05", str(dies_at),
        )  # fmt: skip
        process = subprocess.Popen([sys.executable, one_run.__file__, *arguments])
        try:
            code = process.wait(None if dies_at else self.luck.uniform(0.5, 3.0))
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        self.counts["dead" if code else "survived"] += 1
        if code == 0:
            self.runs.append(self.office.today)

    def _people(self) -> None:
        """Let managers work through their open tasks."""
        by_marker = self._things_by_marker()
        for task in self.tracker.tasks():
            thing = by_marker.get(task.marker)
            if thing is None or task.status != "open":
                continue
            left = (thing.paid - self.office.today).days
            match thing.habit:
                case "early" if self.luck.random() < 0.15:
                    self._renew(thing)
                case "late" if left < -5:
                    self._renew(thing)
                case "closes" if self.luck.random() < 0.1:
                    self.tracker.set(task.id, "done")
                    if left < 3:
                        self._renew(thing)
        thing = self.luck.choice(self.things)
        if self.luck.random() < 0.3 and not thing.observed and thing.paid > self.office.today:
            thing.paid += timedelta(days=self.luck.randint(1, 6))  # somebody corrects a date
            self.office.say(thing.id, thing.paid, why="опечатка")

    def _renew(self, thing: Thing) -> None:
        thing.paid = months_after(thing.paid, thing.months)
        if not thing.observed:
            self.office.say(thing.id, thing.paid)

    def _things_by_marker(self) -> Mapping[str, Thing]:
        """Return the things whose period is open, by the marker of its task."""
        known = {thing.id: thing for thing in self.things}
        query = select(CYCLE.c.id, CYCLE.c.object_id).where(CYCLE.c.closed_at.is_(None))
        links = select(TASK_LINK.c.subject, TASK_LINK.c.marker)

        def read(connection: object) -> dict[str, Thing]:
            open_ = {f"cycle:{row.id}": known[row.object_id] for row in connection.execute(query)}  # type: ignore[attr-defined]
            rows = connection.execute(links)  # type: ignore[attr-defined]
            return {row.marker: open_[row.subject] for row in rows if row.subject in open_}

        return self.office.database.read(read)

    # What must be so at the end

    def faults(self) -> list[str]:
        """Return everything that is not as promised."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        of_marker: dict[str, list[Kept]] = defaultdict(list)
        for task in self.tracker.tasks():
            of_marker[task.marker].append(task)
            for text, count in Counter(text for _, text in task.words).items():
                if count > 1 and "изменился" not in text:
                    yield f"{task.marker}: said {count} times: {text}"
        links, rows = self.office.database.read(
            lambda c: (
                {row.subject: row for row in c.execute(select(TASK_LINK))},
                c.execute(
                    select(CYCLE, OBJECT.c.kind, OBJECT.c.key, OBJECT.c.type, OBJECT.c.provider,
                           OBJECT.c.period_months, OBJECT.c.lifecycle)
                    .join(OBJECT, OBJECT.c.id == CYCLE.c.object_id)
                ).all(),
            )
        )  # fmt: skip
        open_of: Counter[int] = Counter()
        for row in rows:
            link = links.get(f"cycle:{row.id}")
            found = of_marker.get(link.marker, []) if link else []
            yield from self._of_cycle(row, found)
            open_of[row.object_id] += row.closed_at is None
        for thing in self.things:
            if open_of[thing.id] > 1:
                yield f"{thing.asset}: {open_of[thing.id]} open periods"
            lost = any(row.state is CycleState.LOST for row in rows if row.object_id == thing.id)
            if not open_of[thing.id] and not lost:
                yield f"{thing.asset}: no open period"

    def _of_cycle(self, row: object, found: list[Kept]) -> Iterator[str]:
        name = f"{row.key} #{row.seq} due {row.due}"  # type: ignore[attr-defined]
        if len(found) > 1:
            yield f"{name}: {len(found)} tasks"
        terms = _BOOK.terms(row.type, product_of(row.kind, row.key, row.provider))  # type: ignore[attr-defined]
        widest = max(thresholds(terms, row.period_months))  # type: ignore[attr-defined]
        last = _WORK.on_or_before(row.due)  # type: ignore[attr-defined]
        opened = row.opened_at.date()  # type: ignore[attr-defined]
        closed = row.closed_at.date() if row.closed_at else date.max  # type: ignore[attr-defined]
        near = max(opened, last - timedelta(days=widest))
        chances = [day for day in self.runs if near <= day < closed]
        if chances and not found:
            yield f"{name}: no task, though the job ran on {chances[0]}"
        in_time = [day for day in chances if day <= row.due]  # type: ignore[attr-defined]
        if in_time and found and not any(_said_by(task, row.due) for task in found):  # type: ignore[attr-defined]
            yield f"{name}: nothing said before its end"
        after = [day for day in self.runs if (day - closed).days > 3]
        solved = row.state is not CycleState.LOST  # type: ignore[attr-defined]
        if (
            closed != date.max
            and solved
            and len(after) > 3
            and any(t.status == "open" for t in found)
        ):
            yield f"{name}: its task is still open"


def _said_by(task: Kept, day: date) -> bool:
    return any(at.date() <= day for at in [task.created, *(at for at, _ in task.words)])


_BOOK, _WORK = TermsBook(), WorkingDays("RU")
