"""From looks to files: judge, tell the registry, write audit.json and the reports."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from reports import document as doc
from reports.audit_file import AuditFile, opened
from scanner import document
from scanner.assets import Advice, Asset, Confidence, Estate, Holding, Kind, Ownership, Use
from scanner.database import Database
from scanner.discovery import Seeds, attribute
from scanner.discovery.account_holders import with_account_holders
from scanner.discovery.declared import with_papers
from scanner.evidence import Evidence, Run, Standing, Standings, Vantages, vantages
from scanner.evidence.printed import keep_printed
from scanner.evidence.standings import Earlier
from scanner.evidence.told import ToldBook
from scanner.intake.names import TYPED
from scanner.registry import Client, Incoming, ObjectType, Registry
from scanner.registry.recognise import RECOGNISED, Shape
from scanner.runs.look import Clock
from scanner.runs.progress import Tally
from scanner.service import keeping_watch
from scanner.service.changes_to_tell import put_by
from scanner.service.comparing import Comparing, Comparison
from scanner.service.heeding import Heeding
from scanner.service.judging import Judging, Moment
from scanner.service.keeping_watch import (
    Looked,
    Watch,
    answered_by,
    compared,
    refusing,
    watches,
)
from scanner.service.papers import kept_of_papers, told_by_papers
from scanner.service.printing import print_reports, replace
from scanner.service.requesting import AuditRequest
from scanner.service.result import AuditResult, result_of
from scanner.service.switching_off import keep_proposals
from scanner.settings import Settings
from scanner.verdicts.agreement import EXPIRES
from scanner.verdicts.weigh import TOO_MANY, VOID


class Job(Struct, frozen=True):
    """A run whose looks are made, and what it was made for."""

    request: AuditRequest
    settings: Settings
    run: Run
    base: Run
    """The audit it completes; itself where it is one."""
    seeds: Seeds
    tally: Tally
    """Its own looks."""
    again: Container[Asset] | None = None
    """What it looked at, where that is not everything."""
    standing: Tally = Tally()
    """Looks of the audit that still stand."""
    registrations: Container[str] | None = None
    """Domains whose registry it asked, where that is not all of what it looked at."""


class _Judged(Struct, frozen=True):
    """What came of judging a run."""

    learnt: list[Standing]
    """What later runs will compare."""
    comparison: Comparison
    watches: tuple[Watch, ...]
    """What is to be looked at again."""
    doubtful: bool
    """Nothing is to be believed of it until another run has looked."""


def _nobody(_result: AuditResult) -> None:
    """Nobody wants to hear of a result before its changes count as told."""


async def conclude(
    job: Job,
    database: Database,
    place: Path,
    clock: Clock,
    hear: Callable[[AuditResult], None] = _nobody,
) -> AuditResult:
    """Judge what was seen, tell the registry, and write audit.json and the reports into `place`.

    `hear` has the result before its changes count as told: after a stop in between it hears it again.
    """
    audit, draft = place / "audit.json", place / "audit.json.draft"
    place.mkdir(parents=True, exist_ok=True)
    try:
        judged = await _judge(job, database, draft, clock)
        draft.replace(audit)
    finally:
        draft.unlink(missing_ok=True)
    with opened(audit) as written:
        files = (audit, *print_reports(written, job.settings.lang, place))
        result = result_of(written, place, files)
        await keep_proposals(database, written, clock())
        waiting = put_by(job.settings, job.run, written, judged.comparison, clock())
    await keep_printed(database, job.run.id, audit)
    hear(result)
    await Standings(database).keep(job.request.client.slug, judged.learnt)
    at, looked = clock(), _looked(job)
    await keeping_watch.keep(database, job.run, judged.comparison, at, waiting)
    await keeping_watch.plan_next(database, looked, judged.watches, at, doubtful=judged.doubtful)
    return result


def _looked(job: Job) -> Looked:
    return Looked(job.run, job.base, job.again, job.registrations)


async def _judge(job: Job, database: Database, draft: Path, clock: Clock) -> _Judged:
    """Write the document, tell the registry what it says, and compare it with what was told before."""
    evidence, slug = Evidence(database), job.request.client.slug
    since = job.run.started_at - EXPIRES
    with (
        vantages(evidence, job.base, evidence.runs(slug), since) as seen,
        Standings(database).reading(slug) as earlier,
    ):
        estate = attribute(job.seeds, seen.ours, job.run.started_at)
        estate = with_papers(estate, job.request.declarations, seen.ours, job.seeds)
        estate = with_account_holders(estate, job.seeds)
        return await _Judgement(job, database, draft, clock, estate, seen, earlier).judged()


class _Judgement:
    """The estate of one run on its way into the document, the registry and what is told."""

    def __init__(
        self,
        job: Job,
        database: Database,
        draft: Path,
        clock: Clock,
        estate: Estate,
        seen: Vantages,
        earlier: Earlier,
    ) -> None:
        self._job, self._database, self._draft, self._clock = job, database, draft, clock
        self._estate, self._seen, self._earlier = estate, seen, earlier
        self._slug = job.request.client.slug
        self._registry, self._book = Registry(database), ToldBook(database)
        self._known_as = self._registry.known_hostings(self._slug, _shapes(estate))
        self._answered = answered_by(seen.ours)

    async def judged(self) -> _Judged:
        """Judge; once more, proposing no end, where that would be too many ends to be true."""
        judging = self._judge()
        with opened(self._draft) as written:
            comparing = Comparing(written, self._known_as, self._book)
            refused = self._refused(comparing)
            if not refused:
                doubtful = self._job.tally.is_void
                return await self._told(judging, written, self._compared(comparing), doubtful)
        judging = self._judge(refused)
        with opened(self._draft) as written:
            nothing = refusing(self._book, self._slug, self._clock())
            return await self._told(judging, written, nothing, True)

    async def _told(
        self, judging: Judging, written: AuditFile, comparison: Comparison, doubtful: bool
    ) -> _Judged:
        """Tell the registry, and add the changes to the document."""
        slug, run = self._slug, self._job.run
        at = self._clock()
        things = watches(slug, self._estate, written, self._seen.ours, self._known_as, at)
        judged = _Judged(judging.new, comparison, tuple(things), doubtful)
        incoming = _incoming(self._estate, written)
        received = await self._registry.receive(slug, run.id, incoming, self._clock())
        if not doubtful:
            await self._heeding.keep(run.id, whole=self._job.again is None)
        registry = self._extract(written, received.known_as)
        if received.known_as or comparison.changes or registry.objects:
            told = document.known_as(written, received.known_as, comparison.changes, registry)
            replace(self._draft, told)
        return judged

    def _extract(self, written: AuditFile, known_as: Mapping[Asset, Asset]) -> doc.Registry:
        """Return what the registry says of the client's things and of what no look can see."""
        ids = {str(seen): str(known) for seen, known in known_as.items()}
        return document.registry_extract(
            self._database,
            self._slug,
            run=self._job.run.id,
            audited_at=written.frame.generated_at,
            assets={ids.get(entry.id, entry.id): entry for entry in written.entries},
            at=self._clock(),
            zone=ZoneInfo(self._job.settings.agency.zone),
        )

    def _client(self) -> Client:
        """Return the client as the registry calls him: a person's word outranks what a command was given."""
        asked, known = self._job.request.client, self._registry.client(self._slug)
        return structs.replace(asked, name=known.name) if known else asked

    def _judge(self, refused: int = 0) -> Judging:
        """Write the draft."""
        job, seen, void = self._job, self._seen, self._job.tally.is_void
        why = TOO_MANY if refused else VOID
        moment = Moment(job.run, self._clock(), job.again, void or refused > 0, why)
        judging = Judging(self._estate, seen, moment, self._earlier, self._known_as)
        self._heeding = Heeding(
            self._database, self._slug, seen.ours, self._known_as, self._clock()
        )
        lines = document.lines(
            client=self._client(),
            run=job.run,
            scope=_scope(job.request, job.settings),
            estate=self._estate,
            verdicts=self._heeding.passing(judging.verdicts()),
            looks=seen.ours,
            known=seen.known,
            tally=job.tally + job.standing,
            void=void,
            refused=refused,
            vantages=(seen.home, *(name for name, _ in seen.others)),
            lists=job.request.sifted,
            evidence=Evidence(self._database),
            at=self._clock(),
        )
        replace(self._draft, lines)
        return judging

    def _refused(self, comparing: Comparing) -> int:
        """Return how many things the draft gives up, where that is too much to be believed; else 0."""
        job = self._job
        if job.tally.is_void or not _looked(job).is_from_home or not self._book.has(self._slug):
            return 0
        share, at = job.settings.retire_share, self._clock()
        return comparing.refused(self._slug, share, self._answered, at)

    def _compared(self, comparing: Comparing) -> Comparison:
        job = self._job
        if job.tally.is_void:
            return Comparison()
        return compared(
            self._database,
            comparing,
            _looked(job),
            tuple(document.sources_of(job.tally)),
            self._answered,
            self._clock(),
        )


def _shapes(estate: Estate) -> Iterable[Shape]:
    """Yield what the registry recognises hostings and services by."""
    for holding in estate.holdings:
        known = holding.ownership in (Ownership.CONFIRMED, Ownership.LIKELY)
        if holding.asset.kind in RECOGNISED and known:
            yield Shape(
                holding.asset, _provider(holding), frozenset(holding.hosts), _addresses(holding)
            )


def _addresses(holding: Holding) -> frozenset[str]:
    by_account = holding.said is not None and holding.said.account
    outside = holding.asset.kind is Kind.HOSTING and not by_account
    return frozenset(holding.addresses if outside else ())


def _provider(holding: Holding) -> str:
    said = holding.said.provider_name if holding.said else ""
    return holding.provider_name or holding.provider or said


def _scope(request: AuditRequest, settings: Settings) -> doc.Scope:
    return doc.Scope(
        names=tuple(sorted(name.name for name in request.names)),
        files=tuple(
            sorted(
                {n.source for n in request.names if n.source != TYPED}
                | {path.name for path in request.zone_lists}
            )
        ),
        allow_nets=settings.allow_net,
        depth=settings.depth,
    )


def _incoming(estate: Estate, written: AuditFile) -> Iterable[Incoming]:
    """Yield what the registry is told of each of the client's assets."""
    for holding, entry in zip(estate.holdings, written.entries, strict=True):
        if holding.ownership in (Ownership.CONFIRMED, Ownership.LIKELY):
            asset = written.asset(entry)
            yield Incoming(
                asset=holding.asset,
                ownership=holding.ownership,
                use=Use(asset.use),
                state=asset.state,
                advice=Advice(asset.verdict),
                confidence=Confidence(asset.confidence),
                display_name=asset.display_name,
                provider=asset.provider,
                registrar=asset.registrar,
                paid_until=asset.paid_until,
                hosts=holding.hosts,
                facts={**asset.facts, **_grounds(asset), **kept_of_papers(holding.said)},
                **{**_type_of(asset), **told_by_papers(asset, holding.said)},
            )


def _type_of(asset: doc.Asset) -> dict[str, Any]:
    """Return the type of object that a service or licence is to those who renew it."""
    told = asset.facts.get("object_type")
    return {"type": ObjectType(told)} if told else {}


def _grounds(asset: doc.Asset) -> dict[str, Any]:
    """What `revizor why` explains an asset with: codes and parameters, no sentences."""
    return {
        "found_by": [
            {
                "code": step.code,
                "params": {
                    **step.params,
                    "from": "" if step.source in (asset.name, None) else step.source,
                },
            }
            for step in asset.found_by
        ],
        "ownership_reasons": [
            {"code": one.code, "params": one.params, "evidence": list(one.evidence)}
            for one in asset.ownership_reasons
        ],
        "reasons": [
            {"code": one.code, "params": one.params, "evidence": list(one.evidence)}
            for one in asset.reasons
        ],
    }
