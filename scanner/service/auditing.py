"""The whole job: look, judge, register, and write audit.json and the reports."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from probes.kit.net import Net
from probes.kit.net.live import LiveNet
from probes.kit.net.tape import Player
from reports import document as doc
from reports.audit_file import AuditFile, opened
from scanner import document
from scanner.assets import Advice, Confidence, Estate, Ownership, Use
from scanner.database import Database
from scanner.discovery import Frontier, Seeds, attribute
from scanner.discovery.declared import with_papers
from scanner.discovery.listed import BackedByLists
from scanner.evidence import Evidence, Run, StoredLooks
from scanner.intake.names import TYPED
from scanner.registry import Incoming, Registry
from scanner.runs.listed import read_lists
from scanner.runs.look import Clock
from scanner.runs.progress import ScanState, Tally, Waiting
from scanner.runs.reach import Reach, reach_of
from scanner.runs.scan import Scan
from scanner.runs.tape import load_tape
from scanner.service.network import live_net, rates, usable
from scanner.service.papers import kept_of_papers, told_by_papers
from scanner.service.printing import dated_folder, print_reports, replace
from scanner.service.requesting import AuditRequest, frontier_of, request, seeds_of
from scanner.service.result import AuditResult, result_of
from scanner.settings import Settings
from scanner.verdicts import judge_iter

RESUMABLE = timedelta(hours=24)
_Look = Callable[[Frontier, Evidence, Database, Run], Awaitable[Tally]]
"""Makes every look of a run; the way it looked, and all that it remembered, goes when it is done."""


class Display(Protocol):
    """Somebody who watches an audit."""

    def saw(self, state: ScanState) -> None:
        """Take one picture of the scan."""

    def say(self, text: str) -> None:
        """Hear of a step that is not a look."""


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def reach(request: AuditRequest, settings: Settings) -> Reach:
    """Say what an audit would contact; sends nothing, opens nothing."""
    usable(settings)
    seeds = seeds_of(request, settings)
    looks = frontier_of(request, seeds, settings).start()
    return reach_of(len(request.names) + len(seeds.listed), looks, rates(settings))


async def audit(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    folder: Path | None = None,
) -> AuditResult:
    """Do the whole job: look, judge, register, and write audit.json and the reports.

    Goes on with an unfinished run of this client younger than 24 h. Raises Busy when another process
    audits the same client.
    """

    async def look(frontier: Frontier, evidence: Evidence, database: Database, run: Run) -> Tally:
        async with live_net(settings, database, request.labels) as net:
            scan = Scan(
                frontier,
                evidence,
                net,
                clock,
                settings.vantage,
                display,
                partial(_waiting, net, clock),
                net.stay_away,
                request.fresh,
            )
            return await scan.run(run.id)

    return await _audit(request, settings, clock, display, look, folder)


async def replay(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    net: Net,
    *,
    folder: Path | None = None,
) -> AuditResult:
    """Do the whole job over a net of recorded exchanges: real probes, rules and reports."""

    async def look(frontier: Frontier, evidence: Evidence, _database: Database, run: Run) -> Tally:
        scan = Scan(frontier, evidence, net, clock, settings.vantage, display, fresh=request.fresh)
        return await scan.run(run.id)

    return await _audit(request, settings, clock, display, look, folder)


async def _audit(
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    look: _Look,
    folder: Path | None,
) -> AuditResult:
    usable(settings)
    database = Database.open(settings.db)
    try:
        with database.lock(f"audit {request.client.slug}"):
            return await _audit_into(database, request, settings, clock, display, look, folder)
    finally:
        database.close()


async def _audit_into(
    database: Database,
    request: AuditRequest,
    settings: Settings,
    clock: Clock,
    display: Display,
    look: _Look,
    folder: Path | None,
) -> AuditResult:
    evidence, registry = Evidence(database), Registry(database)
    await registry.ensure_client(request.client, clock())
    words = registry.owner_words(request.client.slug)
    seeds = seeds_of(request, settings, {word.asset: word.ownership for word in words})
    run = evidence.unfinished(request.client.slug, clock() - RESUMABLE)
    if run is not None and run.options.get("names") == _options(request, settings)["names"]:
        display.say(f"Going on with the audit of {run.started_at:%Y-%m-%d %H:%M} UTC.")
    else:
        run = await evidence.begin(
            request.client.slug, _options(request, settings), settings.vantage, clock()
        )
    tally = await look(frontier_of(request, seeds, settings), evidence, database, run)
    if request.zone_lists:
        await read_lists(run.id, request.zone_lists, evidence, clock, settings.vantage, display.say)
    display.say("Judging.")
    place = folder or dated_folder(Path(settings.out) / request.client.slug, clock())
    audit = await _conclude(request, settings, run, seeds, tally, evidence, registry, place, clock)
    with opened(audit) as written:
        files = (audit, *print_reports(written, settings.lang, place))
        result = result_of(written, place, files)
    # Only now: where the files could not be written, the same command goes on and asks nobody again.
    await evidence.finish(run.id, clock(), result.complete)
    await evidence.prune_raw(clock() - timedelta(days=settings.keep_raw_days))
    return result


def _options(request: AuditRequest, settings: Settings) -> dict[str, Any]:
    return {
        "names": sorted(name.name for name in request.names),
        "labels": len(request.labels),
        "depth": settings.depth,
        "allow_net": list(settings.allow_net),
        "keys": sorted(settings.keys.services),  # whose they are, never the keys
    }


async def _conclude(
    request: AuditRequest,
    settings: Settings,
    run: Run,
    seeds: Seeds,
    tally: Tally,
    evidence: Evidence,
    registry: Registry,
    place: Path,
    clock: Clock,
) -> Path:
    """Judge what the run has seen, tell the registry, and write audit.json; return its path."""
    audit, draft = place / "audit.json", place / "audit.json.draft"
    place.mkdir(parents=True, exist_ok=True)
    try:
        with StoredLooks(evidence, run.id) as stored:
            looks = BackedByLists(stored)
            estate = attribute(seeds, looks, run.started_at)
            estate = with_papers(estate, request.declarations, looks, seeds)
            lines = document.lines(
                client=request.client,
                run=run,
                scope=_scope(request, settings),
                estate=estate,
                verdicts=judge_iter(estate, looks, run.started_at),
                looks=looks,
                tally=tally,
                lists=request.sifted,
                evidence=evidence,
                at=clock(),
            )
            replace(draft, lines)
        with opened(draft) as written:
            incoming = _incoming(estate, written)
            received = await registry.receive(request.client.slug, run.id, incoming, clock())
            if received.known_as:
                replace(draft, document.known_as(written, received.known_as))
        draft.replace(audit)
    finally:
        draft.unlink(missing_ok=True)
    return audit


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
                **told_by_papers(asset, holding.said),
            )


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


def _waiting(net: LiveNet, clock: Clock) -> Iterable[Waiting]:
    for row in net.waiting():
        yield Waiting(
            row.server,
            {"turn": "its pace", "back_off": "it asked us to stay away"}[row.why],
            max(0.0, (row.until - clock()).total_seconds()),
        )


async def demo(folder: Path, display: Display) -> AuditResult:
    """Audit the recorded internet that comes with the package; nothing is left but the files."""
    tape = load_tape()
    asked = request(client=tape.client, typed=tape.names, orgs=tape.orgs)
    with tempfile.TemporaryDirectory(prefix="revizor-demo-") as scratch:
        settings = Settings(
            db=f"sqlite:///{scratch}/demo.db",
            vantage=tape.vantage,
            max_hosts=tape.max_hosts,
            guesses=tape.guesses,
        )
        net = Player(tape.exchanges)
        return await replay(asked, settings, lambda: tape.at, display, net, folder=folder)
