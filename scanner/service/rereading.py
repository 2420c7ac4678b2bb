"""Stored answers of registries, read once more with today's reader: no network."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.observation import AnyObservation, Seen, Unknown
from probes.kit.target import Domain
from probes.registration import Registration, read_stored
from scanner.assets import Asset, Kind
from scanner.database import Database
from scanner.document import domain_facts
from scanner.evidence import Evidence, Purpose, Run
from scanner.registry import Change, Incoming, Registry
from scanner.runs.look import Clock
from scanner.service.answers import Answers
from scanner.service.arguments import client_of
from scanner.settings import Settings

REREAD = "reread"
"""The option of a run that looked at nothing, and read the answers of another one again."""


class Reread(Struct, frozen=True):
    """What came of reading one client's stored answers again."""

    client: str
    read: int
    """Answers that are still kept whole, and were read."""
    aged: int
    """Answers that are no longer kept: what they said stays as it was read then."""
    otherwise: tuple[str, ...]
    """Domains of which today's reader says something else, or more."""
    changed: tuple[Change, ...]
    """What that changed in the registry."""
    under_way: bool = False
    """True when an audit has begun and not ended: its end comes first, and nothing was read."""

    def text(self, settings: Settings) -> str:
        """Return it for a person."""
        answers = Answers(settings)
        if self.under_way:
            return answers.say("unfinished", client=self.client)
        head = answers.say(
            "read_again", client=self.client, read=self.read, otherwise=len(self.otherwise),
            aged=self.aged,
        )  # fmt: skip
        rows = [
            f"  {change.asset} {answers.change(change.field, change.before, change.after)}"
            for change in self.changed
        ]
        told = {change.asset.key for change in self.changed}
        rows += [
            f"  {answers.say('further_facts', name=name)}"
            for name in self.otherwise
            if name not in told
        ]
        return "\n".join([head, *rows])


async def reparse(client: str | None, settings: Settings, clock: Clock) -> tuple[Reread, ...]:
    """Read the stored registry answers of a client's last audit again, or of every client's.

    What is read otherwise is added to the evidence as a run of its own, dated as it was seen, and
    told to the registry; a person's values stay. Verdicts follow with the next audit.
    """
    database = Database.open(settings.db)
    try:
        book, evidence = Registry(database), Evidence(database)
        slugs = [client_of(book, client).slug] if client else [one.slug for one in book.clients()]
        done = []
        for slug in slugs:
            with database.lock(f"audit {slug}"):
                done.append(await _reparse(slug, evidence, book, clock))
        return tuple(done)
    finally:
        database.close()


async def _reparse(slug: str, evidence: Evidence, book: Registry, clock: Clock) -> Reread:
    runs = evidence.runs(slug)
    newest = next((run for run in runs if run.purpose is Purpose.AUDIT), None)
    if newest and newest.finished_at is None:
        return Reread(slug, 0, 0, (), (), under_way=True)
    fresh: dict[str, AnyObservation] = {}
    read = aged = 0
    for earlier in _registrations(runs, evidence).values():
        if not earlier.evidence:
            continue  # nobody was asked
        exchanges = evidence.exchanges(earlier.evidence)
        if len(exchanges) < len(earlier.evidence):
            aged += 1
            continue
        read += 1
        assert isinstance(earlier.target, Domain)
        outcome = await read_stored(earlier.target, exchanges)
        if outcome != earlier.outcome and not _is_loss(earlier, outcome):
            fresh[earlier.target.name] = replace(earlier, outcome=outcome)
    changed: tuple[Change, ...] = ()
    if fresh:
        known = {found.asset for found in book.objects(slug, kind=Kind.DOMAIN)}
        run = await evidence.begin(slug, {REREAD: True}, "", clock())
        await asyncio.gather(*(evidence.keep(run.id, seen, ()) for seen in fresh.values()))
        received = await book.receive(slug, run.id, tuple(_incoming(fresh, known)), clock())
        await evidence.finish(run.id, clock(), True)
        changed = received.changed
    return Reread(slug, read, aged, tuple(sorted(fresh)), changed)


def _registrations(runs: Iterable[Run], evidence: Evidence) -> dict[str, AnyObservation]:
    """Return the newest look at each domain, by its name."""
    newest: dict[str, AnyObservation] = {}
    for run in _back_to_the_last_audit(runs):
        for observation in evidence.observations(run.id):
            if observation.probe == "registration":
                newest.setdefault(str(observation.target), observation)
    return newest


def _back_to_the_last_audit(runs: Iterable[Run]) -> Iterator[Run]:
    for run in runs:  # newest first
        if run.purpose is not Purpose.IMPORTED:
            yield run
        if run.purpose is Purpose.AUDIT:
            return


def _is_loss(earlier: AnyObservation, outcome: object) -> bool:
    """Say whether a fact would give way to a failure to read it: errors never overwrite facts."""
    return isinstance(outcome, Unknown) and not isinstance(earlier.outcome, Unknown)


def _incoming(fresh: dict[str, AnyObservation], known: Collection[Asset]) -> Iterator[Incoming]:
    """Yield what is new of the client's domains; what the registry does not have stays out of it."""
    for name, observation in fresh.items():
        match observation.outcome:
            case Seen(Registration() as found) if Asset(Kind.DOMAIN, name) in known:
                facts, paid_until, registrar = domain_facts(found)
                yield Incoming(
                    asset=Asset(Kind.DOMAIN, name),
                    registrar=registrar,
                    paid_until=paid_until,
                    facts=facts,
                )
