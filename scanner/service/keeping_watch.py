"""After a run: what is told of it, and when each thing is to be looked at again."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from probes.kit.observation import Absent
from probes.kit.target import Domain
from reports import document as doc
from reports.audit_file import AuditFile
from scanner.assets import Asset, Estate, Holding, Kind, Ownership, Use
from scanner.database import Database
from scanner.discovery.looks import REGISTRATION, Looks, Sighting
from scanner.discovery.presence import Lives, presence
from scanner.evidence import Run, Standings
from scanner.evidence.due import Due, DueBook
from scanner.evidence.told import ToldBook, keep_told
from scanner.registry.observed_changes import record_observed
from scanner.registry.switching_off import SwitchingOff
from scanner.runs.freshness import good_for
from scanner.service.comparing import Answered, Comparing, Comparison, Ran, Refusal
from scanner.service.judging import names_of
from scanner.service.pending import pending
from scanner.verdicts.cadence import (
    LATELY,
    SLOT,
    Known,
    LookKind,
    next_registration,
    next_use,
    next_whole,
)
from scanner.verdicts.changes import Told
from scanner.verdicts.coverage import is_looked_at

_OURS = (Ownership.CONFIRMED, Ownership.LIKELY)


class Looked(Struct, frozen=True):
    """What a run looked at."""

    run: Run
    base: Run
    """The audit it completes; itself where it is one."""
    again: Container[Asset] | None = None
    """Things whose use it looked at; None for everything."""
    registrations: Container[str] | None = None
    """Domains whose registry it asked; None: of everything that it looked at."""

    @property
    def is_from_home(self) -> bool:
        """Say whether the looks were made where the audit was."""
        return self.run.vantage == self.base.vantage

    def at(self, thing: str) -> frozenset[LookKind]:
        """Return which looks were made at a thing."""
        if self.again is None:
            return frozenset(LookKind)
        asset = Asset.parse(thing)
        used = asset in self.again
        asked = used if self.registrations is None else asset.key in self.registrations
        return frozenset([LookKind.USE] * used + [LookKind.REGISTRATION] * asked)


class Watch(Struct, frozen=True):
    """A thing that is looked at again and again."""

    thing: str
    names: tuple[str, ...]
    use: Use
    registration_due: datetime | None = None


def watches(
    client: str,
    estate: Estate,
    written: AuditFile,
    looks: Looks,
    names: Mapping[Asset, Asset],
    at: datetime,
) -> Iterator[Watch]:
    """Yield what of an estate is to be looked at again: the client's, as far as looks can tell of it."""
    for holding, entry in zip(estate.holdings, written.entries, strict=True):
        if holding.ownership in _OURS and is_looked_at(holding):
            thing = names.get(holding.asset, holding.asset)
            due = _registration_due(client, holding, looks, at)
            yield Watch(str(thing), names_of(holding), Use(entry.use), due)


def _registration_due(client: str, holding: Holding, looks: Looks, at: datetime) -> datetime | None:
    if holding.asset.kind is not Kind.DOMAIN:
        return None
    found = looks.latest(REGISTRATION, Domain(holding.asset.key))
    if found.at is None:
        return None
    seen_at = min(found.at, at)  # what a wrong clock dated later must not put off the next question
    return next_registration(client, holding.asset.key, seen_at, good_for(found.outcome, seen_at))


def answered_by(looks: Looks) -> Answered:
    """Return what says of a thing that a run did not meet whether it was asked for, and is not there."""

    def answered(asset: Asset, told: Told) -> bool:
        missed = told.missing.last if told.missing else None
        if asset.kind in (Kind.DOMAIN, Kind.MAIL):
            found = looks.latest(REGISTRATION, Domain(asset.key))
            return isinstance(found.outcome, Absent) and _is_newer(found, missed)
        seen = [presence(looks, host) for host in told.hosts]
        lives = {one.lives for one in seen}
        gone = lives == {Lives.NOWHERE} if asset.kind is Kind.SITE else Lives.UNKNOWN not in lives
        return bool(seen) and gone and all(_is_newer(one.sighting, missed) for one in seen)

    return answered


def _is_newer(sighting: Sighting[Any], than: datetime | None) -> bool:
    return sighting.at is not None and (than is None or sighting.at > than)


def compared(
    database: Database,
    comparing: Comparing,
    looked: Looked,
    sources: Sequence[doc.Source],
    answered: Answered,
    at: datetime,
) -> Comparison:
    """Return what is to be told of a run from our own place; of another's looks nothing."""
    if not looked.is_from_home:
        return Comparison()
    client = looked.run.client
    ended = SwitchingOff(database).under_observation(client)
    return comparing.compared(
        Ran(
            client=client,
            looked=looked.at,
            answered=answered,
            ended={str(asset) for asset in ended},
            sources=sources,
            at=at,
        )
    )


def refusing(book: ToldBook, client: str, at: datetime) -> Comparison:
    """Return what is remembered of a run that would have given up too much."""
    known = dict(book.records(client, [""], Refusal)).get("")
    since = known.since if known and known.since else at
    return Comparison(records={"": Refusal(since)})


async def keep(
    database: Database,
    run: Run,
    comparison: Comparison,
    at: datetime,
    put_by: Callable[[Connection], None],
) -> None:
    """Keep what was told, and what the registry has no field for in its history, in one transaction.

    `put_by` stores in it what others are to be told of it.
    """

    def write(connection: Connection) -> None:
        keep_told(connection, run.client, run.id, comparison.records)
        record_observed(connection, run.client, run.id, comparison.observed, at)
        put_by(connection)

    await database.write(write)


async def plan_next(
    database: Database, looked: Looked, things: Iterable[Watch], at: datetime, *, doubtful: bool
) -> None:
    """Say when everything of the client's is to be looked at again; after a `doubtful` run soon."""
    if not looked.is_from_home:
        return
    client = looked.run.client
    book, told = DueBook(database), ToldBook(database)
    planning = _Planning(database, looked, at, doubtful)
    dues = [due for watch in things for due in planning.dues(watch)]
    planned = {due.thing for due in dues}
    soon = looked.run.started_at + SLOT
    for thing, one in told.all(client):
        if one.missing and not one.gone and thing not in planned:
            dues.append(Due(thing, LookKind.USE, soon, one.hosts))
    dues.append(Due(client, LookKind.SEARCH, next_whole(client, looked.base.started_at)))
    await book.replace(client, dues)


class _Planning:
    """When each thing of one client is due."""

    def __init__(self, database: Database, looked: Looked, at: datetime, doubtful: bool) -> None:
        run, self._looked, self._doubtful = looked.run, looked, doubtful
        self._client = run.client
        before = DueBook(database).of(run.client)
        self._before = {one.thing: one.due_at for one in before if one.looks is LookKind.USE}
        self._told = {
            thing: one
            for thing, one in ToldBook(database).all(run.client)
            if one.hastens or (one.changed_at and at - one.changed_at < LATELY)
        }
        waiting = pending(Standings(database), run.client, looked.base, run.vantage, at)
        self._second = {str(one.asset): one.due for one in waiting if one.due}
        ended = SwitchingOff(database).under_observation(run.client)
        self._ended: AbstractSet[str] = {str(asset) for asset in ended}

    def dues(self, watch: Watch) -> Iterator[Due]:
        """Yield what is due of a thing, and when."""
        yield Due(watch.thing, LookKind.USE, self._use(watch), watch.names)
        if watch.registration_due:
            name = watch.thing.partition(":")[2]
            due = watch.registration_due
            if self._is_unconfirmed(watch.thing):
                due = min(due, self._looked.run.started_at + SLOT)
            yield Due(watch.thing, LookKind.REGISTRATION, due, (name,))

    def _use(self, watch: Watch) -> datetime:
        before = self._before.get(watch.thing)
        if before and LookKind.USE not in self._looked.at(watch.thing):
            return before
        told = self._told.get(watch.thing)
        return next_use(
            Known(
                client=self._client,
                thing=watch.thing,
                looked_at=self._looked.run.started_at,
                use=watch.use,
                watched=watch.thing in self._ended,
                unconfirmed=self._doubtful or self._is_unconfirmed(watch.thing),
                changed_at=told.changed_at if told else None,
                second_look_from=self._second.get(watch.thing),
            )
        )

    def _is_unconfirmed(self, thing: str) -> bool:
        told = self._told.get(thing)
        return told is not None and told.hastens
