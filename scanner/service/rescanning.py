"""The second look: what is proposed to be ended, or is broken, is looked at again when the time has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net import Net
from probes.kit.observation import AnyObservation
from scanner.assets import Ownership
from scanner.database import Database
from scanner.document import complete, sources_of
from scanner.evidence import Evidence, Purpose, Run, Standings
from scanner.evidence.asked import asked_of
from scanner.evidence.run import OWN
from scanner.registry import Registry
from scanner.runs.again import Again, Plan, Wanted
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of
from scanner.service.auditing import RESUMABLE
from scanner.service.concluding import Job, conclude
from scanner.service.network import usable
from scanner.service.pending import (
    Pending,
    names_to_look_at,
    pending,
    wanted_elsewhere,
)
from scanner.service.printing import dated_folder
from scanner.service.requesting import AuditRequest, decoded, frontier_of, seeds_of
from scanner.service.result import AuditResult
from scanner.service.scanning import Display, Looker, live, over
from scanner.settings import Settings

LookerFor = Callable[[AuditRequest], Looker]
UNATTENDED = "unattended"
"""Option of an audit that no person began: cut off, it is in nobody's way."""
_TOLD = 5
"""Things that wait and are told by name."""


class SecondLook(Struct, frozen=True):
    """What came of looking again at one client's things."""

    client: str
    looked: tuple[str, ...]
    """Asset ids that were looked at."""
    waiting: tuple[Pending, ...]
    """What is not due yet, after this look."""
    elsewhere: int
    """Things that wait for a look from another place."""
    audit: AuditResult | None
    """The new report; None where there was nothing to look at or to judge anew."""

    @property
    def complete(self) -> bool:
        """False when a required source did not answer."""
        return self.audit is None or self.audit.complete

    def json(self) -> str:
        """Return it as JSON."""
        return msgspec.json.encode(self).decode()

    def text(self) -> str:
        """Return it for a person."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.looked:
            yield f"{self.client}: {_things(len(self.looked))} looked at again."
        elif self.audit:
            yield f"{self.client}: nothing is due; judged anew with what came from elsewhere."
        else:
            yield f"{self.client}: nothing is due for a second look."
        for due, several in groupby(self.waiting, key=lambda thing: thing.due):
            things = list(several)
            named = ", ".join(str(thing.asset) for thing in things[:_TOLD])
            more = ", …" if len(things) > _TOLD else ""
            yield f"Next second look due on {due:%Y-%m-%d %H:%M} UTC: {named}{more}."
        if self.elsewhere:
            yield (
                f"{_things(self.elsewhere)} also wait for a look from another place: "
                f"revizor observations export --wanted {self.client} --out wanted.jsonl"
            )
        if self.audit:
            yield self.audit.text()


async def second_look(
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    folder: Path | None = None,
) -> SecondLook:
    """Look again at what is due of a client's last audit, judge, and write a new report.

    Goes on with a second look that was interrupted less than 24 h ago. Raises Busy when another process
    audits the same client, UnknownThing where there is no finished audit to look again at.
    """

    def looker(request: AuditRequest) -> Looker:
        return live(settings, clock, display, words=request.labels, fresh=True)

    return await _second_look(client, settings, clock, display, looker, folder)


async def second_look_over(
    net: Net,
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    folder: Path | None = None,
) -> SecondLook:
    """Do the same over a net that is given."""

    def looker(_request: AuditRequest) -> Looker:
        return over(net, settings, clock, display, fresh=True)

    return await _second_look(client, settings, clock, display, looker, folder)


def clients(settings: Settings) -> tuple[str, ...]:
    """Return the slugs of all clients."""
    with Database.open(settings.db) as database:
        return tuple(client.slug for client in Registry(database).clients())


async def _second_look(
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    looker: LookerFor,
    folder: Path | None,
) -> SecondLook:
    usable(settings)
    with Database.open(settings.db) as database:
        return await second_look_in(database, client, settings, clock, display, looker, folder)


async def second_look_in(
    database: Database,
    client: str,
    settings: Settings,
    clock: Clock,
    display: Display,
    looker: LookerFor,
    folder: Path | None = None,
) -> SecondLook:
    """Do the same in a database that is open, with the looks of a `looker`."""
    slug = client_of(Registry(database), client).slug
    with database.lock(f"audit {slug}"):
        again = _Again(database, slug, settings, clock, display)
        return await again.do(looker, folder)


class _Again:
    """One client's second look."""

    def __init__(
        self, database: Database, slug: str, settings: Settings, clock: Clock, display: Display
    ) -> None:
        self._database, self._slug = database, slug
        self._clock, self._display = clock, display
        self._evidence, self._standings = Evidence(database), Standings(database)
        self._runs = self._evidence.runs(slug)
        self._base = last_audit(self._runs, slug)
        self._request = request_of(database, self._base)
        self._settings = replace(settings, depth=self._base.options.get("depth", settings.depth))

    async def do(self, looker: LookerFor, folder: Path | None) -> SecondLook:
        """Look, judge and write, as far as there is anything to do."""
        run, things = self._unfinished()
        if run is None:
            things = tuple(thing for thing in self._pending() if thing.is_due(self._clock()))
            if not things and not self._has_news():
                return self._told((), None)
            run = await self._begin(things)
        result = await self._conclude(run, things, looker, folder)
        return self._told(things, result)

    def _pending(self) -> tuple[Pending, ...]:
        vantage = self._settings.vantage
        return pending(self._standings, self._slug, self._base, vantage, self._clock())

    def _unfinished(self) -> tuple[Run | None, tuple[Pending, ...]]:
        """Return the second look that was interrupted, and what it was to look at."""
        since = self._clock() - RESUMABLE
        run = self._evidence.unfinished(self._slug, since, Purpose.SECOND_LOOK)
        if run is None or (run.base, run.vantage) != (self._base.id, self._settings.vantage):
            return None, ()
        ids = set(run.options.get("assets", ()))
        self._display.say(f"Going on with the second look of {run.started_at:%Y-%m-%d %H:%M} UTC.")
        return run, tuple(thing for thing in self._pending() if str(thing.asset) in ids)

    def _has_news(self) -> bool:
        """Say whether looks came from elsewhere since the client's things were judged last."""
        judged = max(
            run.finished_at for run in self._runs if run.purpose in OWN and run.finished_at
        )
        return any(
            datetime.fromisoformat(run.options["imported_at"]) > judged
            for run in self._runs
            if run.purpose is Purpose.IMPORTED
        )

    async def _begin(self, things: Sequence[Pending]) -> Run:
        options = {
            "purpose": Purpose.SECOND_LOOK,
            "base": self._base.id,
            "assets": [str(thing.asset) for thing in things],
            "keys": self._base.options.get("keys", []),
        }
        return await self._evidence.begin(
            self._slug, options, self._settings.vantage, self._clock()
        )

    async def _conclude(
        self, run: Run, things: Sequence[Pending], looker: LookerFor, folder: Path | None
    ) -> AuditResult:
        request, settings = self._request, self._settings
        words = Registry(self._database).owner_words(self._slug)
        seeds = seeds_of(request, settings, {word.asset: word.ownership for word in words})
        foreign = {word.asset for word in words if word.ownership is Ownership.FOREIGN}
        things = [thing for thing in things if thing.asset not in foreign]
        frontier = frontier_of(request, seeds, settings)
        names = names_to_look_at(things)
        plan = once_more(self._evidence, self._runs, self._base, run, frontier, names)
        tally = await looker(request)(plan, self._evidence, self._database, run)
        self._display.say("Judging.")
        place = folder or dated_folder(Path(settings.out) / self._slug, self._clock())
        job = Job(
            request,
            settings,
            run,
            self._base,
            seeds,
            tally,
            frozenset(thing.asset for thing in things),
            plan.standing,
        )
        result = await conclude(job, self._database, place, self._clock)
        whole = result.complete and complete(sources_of(tally))
        await self._evidence.finish(run.id, self._clock(), whole)
        return replace(result, complete=whole)

    def _told(self, looked: Sequence[Pending], result: AuditResult | None) -> SecondLook:
        waiting = self._pending()
        elsewhere = wanted_elsewhere(self._standings, self._slug, self._base)
        return SecondLook(
            client=self._slug,
            looked=tuple(str(thing.asset) for thing in looked),
            waiting=tuple(sorted((t for t in waiting if t.due), key=_by_due)),
            elsewhere=len(elsewhere),
            audit=result,
        )


def once_more(
    evidence: Evidence, runs: Sequence[Run], base: Run, run: Run, plan: Plan, wanted: Wanted
) -> Again:
    """Return an audit's plan gone through once more in `run`: what is `wanted` anew, the rest as it was seen last.

    `runs` are all of the client's, newest first.
    """
    own = layers_of(runs, base, run)
    newest: dict[tuple[str, str], int] = {}
    for place, one in enumerate(own):
        for pair in evidence.done(one.id):
            newest.setdefault(pair, place)

    def kept() -> Iterator[AnyObservation]:
        for place, one in enumerate(own):
            mine = {pair for pair, where in newest.items() if where == place}
            yield from evidence.observations(one.id, only=mine)

    return Again(plan, wanted, newest.keys(), kept)


def layers_of(runs: Iterable[Run], base: Run, run: Run) -> list[Run]:
    """Return an audit and what completed it before `run`, in the order of `runs`."""
    return [
        one
        for one in runs
        if one.id == base.id
        or (one.base == base.id and one.vantage == base.vantage and one.id != run.id)
    ]


def last_audit(runs: Sequence[Run], client: str) -> Run:
    """Return the newest audit; raise UnknownThing where there is none, or it is not finished."""
    newest = next(
        (
            run
            for run in runs
            if run.purpose is Purpose.AUDIT and (run.finished_at or not run.options.get(UNATTENDED))
        ),
        None,
    )
    if newest is None:
        raise UnknownThing(
            f"{client} was never audited here; run `revizor audit {client} …` first."
        )
    if newest.finished_at is None:
        raise UnknownThing(
            f"{client}: an audit is unfinished; run the same `revizor audit` to its end first."
        )
    return newest


def request_of(database: Database, base: Run) -> AuditRequest:
    """Return what an audit was asked for; raise UnknownThing where that is not kept, or cannot be read."""
    body = asked_of(database, base.id)
    if body is None:
        raise UnknownThing(
            f"the last audit of {base.client} was made by an older Revizor, which did not keep what it "
            "was asked for; run `revizor audit` once more."
        )
    try:
        return decoded(body)
    except msgspec.DecodeError as error:
        raise UnknownThing(
            f"what the last audit of {base.client} was asked for cannot be read ({error}); "
            "run `revizor audit` once more."
        ) from error


def _by_due(thing: Pending) -> tuple[str, str]:
    return (thing.due.isoformat() if thing.due else ""), str(thing.asset)


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count} things"
