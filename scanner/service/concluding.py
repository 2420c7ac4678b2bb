"""From looks to files: judge, tell the registry, write audit.json and the reports."""

from __future__ import annotations

from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from reports import document as doc
from reports.audit_file import AuditFile, opened
from scanner import document
from scanner.assets import Advice, Asset, Confidence, Estate, Holding, Ownership, Use
from scanner.database import Database
from scanner.discovery import Seeds, attribute
from scanner.discovery.account_holders import with_account_holders
from scanner.discovery.declared import with_papers
from scanner.evidence import Evidence, Run, Standing, Standings, vantages
from scanner.intake.names import TYPED
from scanner.registry import Incoming, ObjectType, Registry
from scanner.registry.recognise import RECOGNISED, Shape
from scanner.runs.look import Clock
from scanner.runs.progress import Tally
from scanner.service.judging import Judging, Moment
from scanner.service.papers import kept_of_papers, told_by_papers
from scanner.service.printing import print_reports, replace
from scanner.service.requesting import AuditRequest
from scanner.service.result import AuditResult, result_of
from scanner.settings import Settings
from scanner.verdicts.agreement import EXPIRES


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


async def conclude(job: Job, database: Database, place: Path, clock: Clock) -> AuditResult:
    """Judge what was seen, tell the registry, and write audit.json and the reports into `place`."""
    audit, draft = place / "audit.json", place / "audit.json.draft"
    place.mkdir(parents=True, exist_ok=True)
    try:
        learnt = await _judge(job, database, draft, clock)
        draft.replace(audit)
    finally:
        draft.unlink(missing_ok=True)
    with opened(audit) as written:
        files = (audit, *print_reports(written, job.settings.lang, place))
        result = result_of(written, place, files)
    await Standings(database).keep(job.request.client.slug, learnt)
    return result


async def _judge(job: Job, database: Database, draft: Path, clock: Clock) -> list[Standing]:
    """Write the document, tell the registry what it says; return what later runs will compare."""
    evidence, registry = Evidence(database), Registry(database)
    request, run, slug = job.request, job.run, job.request.client.slug
    since = run.started_at - EXPIRES
    with (
        vantages(evidence, job.base, evidence.runs(slug), since) as seen,
        Standings(database).reading(slug) as earlier,
    ):
        estate = attribute(job.seeds, seen.ours, run.started_at)
        estate = with_papers(estate, request.declarations, seen.ours, job.seeds)
        estate = with_account_holders(estate, job.seeds)
        known_as = registry.known_hostings(slug, _shapes(estate))
        moment = Moment(run, clock(), job.again, job.tally.is_void)
        judging = Judging(estate, seen, moment, earlier, known_as)
        lines = document.lines(
            client=request.client,
            run=run,
            scope=_scope(request, job.settings),
            estate=estate,
            verdicts=judging.verdicts(),
            looks=seen.ours,
            known=seen.known,
            tally=job.tally + job.standing,
            void=moment.void,
            vantages=(seen.home, *(name for name, _ in seen.others)),
            lists=request.sifted,
            evidence=evidence,
            at=clock(),
        )
        replace(draft, lines)
    with opened(draft) as written:
        incoming = _incoming(estate, written)
        received = await registry.receive(slug, run.id, incoming, clock())
        if received.known_as:
            replace(draft, document.known_as(written, received.known_as))
    return judging.new


def _shapes(estate: Estate) -> Iterable[Shape]:
    """Yield what the registry recognises hostings and services by."""
    for holding in estate.holdings:
        known = holding.ownership in (Ownership.CONFIRMED, Ownership.LIKELY)
        if holding.asset.kind in RECOGNISED and known:
            yield Shape(holding.asset, _provider(holding), frozenset(holding.hosts))


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
