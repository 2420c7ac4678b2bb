"""The rescan: what is due of a client is looked at again, everything else stands as it was seen last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net import Net
from scanner.assets import Asset
from scanner.database import Database
from scanner.discovery import Seeds
from scanner.document import complete, sources_of
from scanner.evidence import Evidence, Purpose, Run
from scanner.evidence.asked import keep_asked
from scanner.evidence.due import DueBook
from scanner.evidence.told import ToldBook
from scanner.registry import Registry
from scanner.runs.due_looks import Further
from scanner.runs.look import Clock
from scanner.runs.progress import Tally
from scanner.service.arguments import UnknownThing, client_of
from scanner.service.auditing import options_of
from scanner.service.concluding import Job, conclude
from scanner.service.dated_copy import keep_copy
from scanner.service.due_names import looks_at, wanted_by
from scanner.service.network import usable
from scanner.service.requesting import AuditRequest, encoded, frontier_of, seeds_of
from scanner.service.rescanning import UNATTENDED, once_more, request_of
from scanner.service.result import AuditResult
from scanner.service.scanning import Display, Looker, live, over
from scanner.service.wrong_clock import put_clock_right
from scanner.settings import Settings
from scanner.verdicts.cadence import LookKind

RESUMABLE = timedelta(days=7)
"""A rescan that was cut off, or ran out of time, is gone on with for so long; then it begins anew."""
LATEST = "latest"
"""Folder of the newest report; a dated one is written besides when there is a change to tell."""


class Rescan(Struct, frozen=True):
    """What came of a rescan of one client."""

    client: str
    things: int = 0
    """How many things were looked at again."""
    whole: bool = False
    """Everything was searched for anew."""
    stopped: bool = False
    """The time was up; the next rescan goes on."""
    next_at: datetime | None = None
    """When something is due again."""
    audit: AuditResult | None = None

    @property
    def complete(self) -> bool:
        """False when work was left over, or a required source did not answer."""
        return not self.stopped and (self.audit is None or self.audit.complete)

    def json(self) -> str:
        """Return it as JSON."""
        return msgspec.json.encode(self).decode()

    def text(self) -> str:
        """Return it for a person."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.stopped:
            yield f"{self.client}: the time is up; what was seen is kept, and the next rescan goes on."
        elif self.audit is None:
            yield f"{self.client}: nothing is due."
        else:
            what = "everything" if self.whole else f"{self.things} things"
            told = "1 change" if self.audit.changes == 1 else f"{self.audit.changes} changes"
            yield f"{self.client}: {what} looked at again, {told}."
        if self.next_at and not self.stopped:
            yield f"Next look due on {self.next_at:%Y-%m-%d %H:%M} UTC."
        if self.audit:
            yield self.audit.text()


def clients_due(settings: Settings, clock: Clock, *, everything: bool = False) -> tuple[str, ...]:
    """Return the clients who have anything due, who waits longest first; or all who were ever audited."""
    with Database.open(settings.db) as database:
        book = DueBook(database)
        waiting = [] if everything else [one.client for one in book.clients(clock())]
        planned = frozenset[str]() if everything else book.watched()
        # An audit of a version that planned nothing, or that was never planned: its time has come.
        others = [
            client.slug
            for client in Registry(database).clients()
            if client.slug not in planned and _base(Evidence(database).runs(client.slug))
        ]
        return (*waiting, *others)


def next_due(settings: Settings) -> datetime | None:
    """Return when the next look is due, of whomever; None where nothing is planned."""
    with Database.open(settings.db) as database:
        return DueBook(database).next_at()


async def rescan(
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    everything: bool = False,
    until: datetime | None = None,
    folder: Path | None = None,
) -> Rescan:
    """Look again at what is due of a client's last audit, or at everything, judge, and tell what is different.

    Goes on with a rescan that was cut off less than a week ago. Stops looking at the moment `until`; what
    was seen is kept. Raises Busy when another process is at work on the client, UnknownThing where there
    is no finished audit, or it was made from another place.
    """

    def looker(request: AuditRequest, fresh: bool) -> Looker:
        return live(settings, clock, display, words=request.labels, fresh=fresh)

    return await _rescan(client, settings, clock, display, looker, everything, until, folder)


async def rescan_over(
    net: Net,
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    everything: bool = False,
    until: datetime | None = None,
    folder: Path | None = None,
) -> Rescan:
    """Do the same over a net that is given."""

    def looker(_request: AuditRequest, fresh: bool) -> Looker:
        return over(net, settings, clock, display, fresh=fresh)

    return await _rescan(client, settings, clock, display, looker, everything, until, folder)


LookerFor = Callable[[AuditRequest, bool], Looker]
"""Makes a Looker for what was asked; True: registries are asked again."""


async def _rescan(
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    looker: LookerFor,
    everything: bool,
    until: datetime | None,
    folder: Path | None,
) -> Rescan:
    usable(settings)
    with Database.open(settings.db) as database:
        return await rescan_in(
            database, client, settings, clock, display, looker, everything, until, folder
        )


async def rescan_in(
    database: Database,
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    looker: LookerFor,
    everything: bool = False,
    until: datetime | None = None,
    folder: Path | None = None,
) -> Rescan:
    """Do the same in a database that is open, with the looks of a `looker`."""
    slug = client_of(Registry(database), client).slug
    if said := await put_clock_right(database, clock()):
        display.say(said)
    if not everything and _nothing_due(database, slug, clock()):
        return Rescan(slug, next_at=DueBook(database).next_at(slug))
    if until is not None and clock() >= until:
        return Rescan(slug, stopped=True)
    with database.lock(f"audit {slug}"):
        work = _Rescanning(database, slug, settings, clock, display, until)
        return await work.do(looker, everything, folder)


async def begin_rescan(
    database: Database, client: str, settings: Settings, clock: Clock, display: Display
) -> tuple[Run, Run] | None:
    """Begin what is due of a client's, or take up what was begun, and make no look; None where nothing is due.

    Returns the run with the audit that it completes, or takes the place of. Raises as `rescan` does.
    """
    with database.lock(f"audit {client}"):
        work = _Rescanning(database, client, settings, clock, display, None)
        run = await work.begun(everything=False)
        return (run, work.base) if run else None


def _nothing_due(database: Database, client: str, at: datetime) -> bool:
    next_at = DueBook(database).next_at(client)
    return (
        next_at is not None and next_at > at and _open(Evidence(database).runs(client), at) is None
    )


def _base(runs: Iterable[Run]) -> Run | None:
    """Return the newest audit that came to its end."""
    return next((one for one in runs if one.purpose is Purpose.AUDIT and one.finished_at), None)


def _open(runs: Iterable[Run], at: datetime) -> Run | None:
    """Return the rescan that was cut off; None where a newer run of its kind came to its end."""
    for one in runs:  # newest first
        mine = one.purpose is Purpose.RESCAN or one.options.get(UNATTENDED)
        if one.purpose is Purpose.AUDIT or mine:
            resumable = mine and one.finished_at is None and one.started_at >= at - RESUMABLE
            return one if resumable else None
    return None


class _Rescanning:
    """One client's rescan."""

    def __init__(
        self,
        database: Database,
        slug: str,
        settings: Settings,
        clock: Clock,
        display: Display,
        until: datetime | None,
    ) -> None:
        self._database, self._slug = database, slug
        self._clock, self._display, self._until = clock, display, until
        self._evidence, self._due = Evidence(database), DueBook(database)
        self._runs = self._evidence.runs(slug)
        base = _base(self._runs)
        if base is None:
            raise UnknownThing(
                f"{slug} has no finished audit here; run `revizor audit {slug} …` to its end first."
            )
        if base.vantage != settings.vantage:
            raise UnknownThing(
                f"{slug} was audited from {base.vantage!r}, and this is {settings.vantage!r}: rescan it there, "
                "or look from here with `revizor rescan --second-look`."
            )
        self.base = self._base = base
        self._request = request_of(database, base)
        depth = base.options.get("depth", settings.depth)
        self._settings = replace(settings, depth=depth)

    async def do(self, looker: LookerFor, everything: bool, folder: Path | None) -> Rescan:
        """Look, judge and write, as far as there is anything to do."""
        run = await self.begun(everything)
        if run is None:
            return Rescan(self._slug, next_at=self._due.next_at(self._slug))
        try:
            if run.purpose is Purpose.AUDIT:
                things, result = 0, await self._whole(run, looker, folder)
            else:
                things, result = await self._part(run, looker, folder)
        except TimeoutError:
            return Rescan(self._slug, stopped=True, next_at=self._due.next_at(self._slug))
        await self._tidy(run)
        return Rescan(
            client=self._slug,
            things=things,
            whole=run.purpose is Purpose.AUDIT,
            next_at=self._due.next_at(self._slug),
            audit=result,
        )

    async def begun(self, everything: bool) -> Run | None:
        """Return the run that was cut off, or a new one; None where nothing is due."""
        run = _open(self._runs, self._clock())
        if run and run.purpose is Purpose.RESCAN and (everything or run.base != self._base.id):
            run = None
        if run:
            self._display.say(f"Going on with the rescan of {run.started_at:%Y-%m-%d %H:%M} UTC.")
            return run
        if not everything and _nothing_due(self._database, self._slug, self._clock()):
            return None
        return await self._begin(everything)

    async def _begin(self, everything: bool) -> Run:
        at = self._clock()
        kinds = {one.looks for one in self._due.of(self._slug, at)}
        if everything or LookKind.SEARCH in kinds or self._due.next_at(self._slug) is None:
            options = {**options_of(self._request, self._settings), UNATTENDED: True}
        else:
            options = {
                "purpose": Purpose.RESCAN,
                "base": self._base.id,
                "by": at.isoformat(),
                "keys": self._base.options.get("keys", []),
            }
        return await self._evidence.begin(self._slug, options, self._settings.vantage, at)

    async def _whole(self, run: Run, looker: LookerFor, folder: Path | None) -> AuditResult:
        """Make the whole audit again, as it was asked for; a registry's answer that still stands stands."""
        request = self._request
        await keep_asked(self._database, run.id, encoded(request))
        seeds = self._seeds()
        look = looker(request, False)
        frontier = frontier_of(request, seeds, self._settings)
        tally = await self._in_time(look(frontier, self._evidence, self._database, run))
        await self._look_for_the_missing(run, look, everything=True)
        return await self._conclude(Job(request, self._settings, run, run, seeds, tally), folder)

    async def _part(
        self, run: Run, looker: LookerFor, folder: Path | None
    ) -> tuple[int, AuditResult]:
        """Look at what was due when the run began."""
        seeds = self._seeds()
        dues = tuple(self._due.of(self._slug, datetime.fromisoformat(run.options["by"])))
        wanted = wanted_by(dues)
        again = once_more(
            self._evidence, self._runs, self._base, run,
            frontier_of(self._request, seeds, self._settings), wanted,
        )  # fmt: skip
        look = looker(self._request, True)
        tally = await self._in_time(look(again, self._evidence, self._database, run))
        await self._look_for_the_missing(run, look, everything=False)
        # What has all its names looked at for another's sake is looked at too.
        used = frozenset(
            Asset.parse(one.thing)
            for one in self._due.of(self._slug)
            if one.looks is LookKind.USE and wanted.use.hold_all(one.names)
        )
        job = Job(
            request=self._request,
            settings=self._settings,
            run=run,
            base=self._base,
            seeds=seeds,
            tally=tally,
            again=used,
            standing=again.standing,
            registrations=wanted.registrations,
        )
        return len({one.thing for one in dues}), await self._conclude(job, folder)

    def _seeds(self) -> Seeds:
        words = Registry(self._database).owner_words(self._slug)
        said = {word.asset: word.ownership for word in words}
        return seeds_of(self._request, self._settings, said)

    async def _in_time(self, look: Awaitable[Tally]) -> Tally:
        """Look until the time is up; TimeoutError then."""
        left = (self._until - self._clock()).total_seconds() if self._until else None
        async with asyncio.timeout(None if left is None else max(0.0, left)):
            return await look

    async def _look_for_the_missing(self, run: Run, look: Looker, *, everything: bool) -> None:
        """Look whether things that were not met are still there where they were."""
        done = self._evidence.done(run.id)
        told = ToldBook(self._database).all(self._slug)
        looks = [
            one
            for thing, known in told
            if not known.gone and (everything or known.missing)
            for one in looks_at(Asset.parse(thing), known.hosts)
            if (one.probe, str(one.target)) not in done
        ]
        if looks:
            await self._in_time(look(Further(looks), self._evidence, self._database, run))

    async def _conclude(self, job: Job, folder: Path | None) -> AuditResult:
        self._display.say("Judging.")
        home = Path(self._settings.out) / self._slug
        place = folder or home / LATEST

        def keep_a_copy(result: AuditResult) -> None:
            if result.changes and folder is None:
                keep_copy(place, home, job.run.id, job.run.started_at)

        result = await conclude(job, self._database, place, self._clock, keep_a_copy)
        whole = result.complete and complete(sources_of(job.tally))
        await self._evidence.finish(job.run.id, self._clock(), whole)
        return replace(result, complete=whole)

    async def _tidy(self, run: Run) -> None:
        """Drop raw answers that are too old, once a day."""
        own = (one.started_at.date() for one in self._runs if one.id != run.id and one.finished_at)
        if max(own, default=None) != run.started_at.date():
            kept = timedelta(days=self._settings.keep_raw_days)
            await self._evidence.prune_raw(self._clock() - kept)
