"""An agency on paper: a database, a clock that is moved by hand, people, things, and a tracker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from scanner.assets import Asset
from scanner.database import Database
from scanner.registry import Registry
from scanner.registry.cycles import Cycle, cycles_of, keep_cycles
from scanner.registry.party_rows import PERSON, PROJECT, PROJECT_OBJECT
from scanner.registry.rows import CLIENT, OBJECT
from scanner.registry.sightings import note_sightings
from scanner.registry.words import DEFAULT_TYPES, Lifecycle
from scanner.renewals.closing import Sighting
from scanner.renewals.terms import TermsBook
from scanner.service import tasks
from scanner.service.tasks import Plan, Synced
from scanner.settings import Agency, Settings
from scanner.trackers.contract import Channel, TaskSink

START = date(2026, 3, 2)
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


class Office:
    """Everything a renewal needs, on one database."""

    def __init__(self, url: str, *, zone: str = "Europe/Moscow", duty: str = "Дежурная") -> None:
        self.agency = Agency(zone=zone, duty=duty)
        self.settings = Settings(db=url, agency=self.agency)
        self.at = datetime.combine(START, datetime.min.time(), UTC) + timedelta(hours=7)
        self.sinks: list[TaskSink] = []
        self.channels: list[Channel] = []
        self.database = Database.open(url)
        self._people = 0
        self.do(
            insert(CLIENT).values(
                slug="romashka", name="Ромашка", org=[], brands=[], inns=[], since=_SINCE
            )
        )

    def close(self) -> None:
        self.database.close()

    def clock(self) -> datetime:
        return self.at

    def go(self, days: int = 1) -> None:
        """Let days pass."""
        self.at += timedelta(days=days)

    def go_to(self, day: date) -> None:
        """Go to a day's morning."""
        self.at = self.at.replace(year=day.year, month=day.month, day=day.day)

    @property
    def today(self) -> date:
        return self.at.date()

    def do(self, statement: Any) -> Any:
        """Run one writing statement; return the id of a new row."""

        def write(connection: Any) -> Any:
            done = connection.execute(statement)
            return done.inserted_primary_key[0] if done.is_insert else None

        return asyncio.run(self.database.write(write))

    def person(
        self, name: str, *, active: bool = True, trackers: Mapping[str, str] | None = None
    ) -> int:
        """Add somebody; by default he is known in the tracker by his name."""
        known = {"tracker": name.lower()} if trackers is None else dict(trackers)
        self._people += 1
        mail = f"person{self._people}@example.org"
        row = insert(PERSON).values(
            name=name, email=mail, trackers=known, active=active, since=_SINCE
        )
        return int(self.do(row))

    def project(self, name: str, manager: int | None, **trackers: str) -> int:
        """Add a project."""
        row = insert(PROJECT).values(
            client="romashka",
            name=name,
            manager=manager,
            trackers=trackers,
            active=True,
            since=_SINCE,
        )
        return int(self.do(row))

    def belongs(self, thing: int, project: int, *, lead: bool = False) -> None:
        """Put a thing into a project."""
        self.do(insert(PROJECT_OBJECT).values(object_id=thing, project_id=project, lead=lead))

    def thing(self, asset: str, paid_until: date | None, **more: Any) -> int:
        """Add a thing; its date is what a person said, unless `origin` says otherwise."""
        read = Asset.parse(asset)
        origin = more.pop("origin", "confirmed")
        price = more.pop("price", None)
        if price:
            more |= {
                "cost_amount": Decimal(price),
                "cost_currency": "RUB",
                "cost_months": more.get("period_months", 12),
            }
        columns = {
            "client": "romashka", "kind": read.kind, "key": read.key, "type": DEFAULT_TYPES[read.kind],
            "lifecycle": Lifecycle.DISCOVERED, "paid_until": paid_until, "hosts": [], "facts": {},
            "origins": {"paid_until": origin} if paid_until else {}, "first_seen_at": _SINCE,
            "last_seen_at": _SINCE, "last_run": "", "custom": {},
        }  # fmt: skip
        return int(self.do(insert(OBJECT).values(columns | more)))

    def change(self, thing: int, **values: Any) -> None:
        """Change columns of a thing behind everybody's back."""
        self.do(update(OBJECT).where(OBJECT.c.id == thing).values(**values))

    def say(self, thing: int, until: date, who: str = "Ольга", why: str = "по счёту") -> None:
        """Let a manager enter a new date."""
        asyncio.run(
            Registry(self.database).set(thing, "paid_until", until.isoformat(), who, why, self.at)
        )

    def see(self, asset: str, until: date | None, *statuses: str, replaced: bool = False) -> None:
        """Let a look see a term now, and the registry take it in."""
        read = Asset.parse(asset)
        seen = {read: Sighting(self.at, until, statuses, replaced)}
        asyncio.run(self.database.write(lambda c: note_sightings(c, "romashka", seen)))
        if until is not None:
            thing = OBJECT.c
            row = select(thing.id, thing.origins).where(
                thing.kind == read.kind, thing.key == read.key
            )
            number, origins = self.database.read(lambda c: c.execute(row).one())
            if origins.get("paid_until") != "confirmed":
                self.change(number, paid_until=until, origins={"paid_until": "observed"})

    def see_all(self, terms: Mapping[str, date]) -> None:
        """Let looks see the terms of several things at once."""
        seen = {
            Asset.parse(asset): Sighting(self.at, until, ("ok",)) for asset, until in terms.items()
        }

        def write(connection: Any) -> None:
            note_sightings(connection, "romashka", seen)
            for asset, sighting in seen.items():
                row = update(OBJECT).where(OBJECT.c.kind == asset.kind, OBJECT.c.key == asset.key)
                connection.execute(row.values(paid_until=sighting.until))

        asyncio.run(self.database.write(write))

    def keep(self) -> None:
        """Keep the periods."""
        asyncio.run(self.database.write(lambda c: keep_cycles(c, self.today, self.at, TermsBook())))

    def sync(self, **how: Any) -> Synced:
        """Run the job once."""
        return asyncio.run(tasks.sync(self.settings, self.clock, self.sinks, self.channels, **how))

    def plan(self) -> Plan:
        """Say what the job would tell."""
        return asyncio.run(tasks.plan(self.settings, self.clock, self.sinks, self.channels))

    def cycles(self, thing: int) -> tuple[Cycle, ...]:
        """Return a thing's periods."""
        return self.database.read(lambda c: cycles_of(c, thing))
