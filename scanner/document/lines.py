"""The document of a run, asset by asset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field, structs

from probes.kit.target import display_name
from reports import document as doc
from reports.audit_file import AuditFile
from scanner.assets import Asset, Estate, Holding, Kind
from scanner.discovery.looks import Looks
from scanner.document.answers import answers_of
from scanner.document.everywhere import Everywhere
from scanner.document.facts import facts_of
from scanner.document.gaps import not_followed, not_seen
from scanner.document.papers import filled, savings_of
from scanner.document.provider_names import in_other_languages
from scanner.document.savings import Proposals, with_registry
from scanner.document.sources import complete, sources_of
from scanner.document.work import told_hands, work_of
from scanner.evidence import Evidence, LastKnown, Run
from scanner.registry import Client
from scanner.runs.listed import NO_LISTS, Sifted
from scanner.runs.progress import Tally
from scanner.verdicts.needs_hand import hands
from scanner.verdicts.severity import risk_of
from scanner.verdicts.verdict import Finding, Verdict
from scanner.verdicts.weigh import FACTS_FROM

EVIDENCE_A_REASON = 3
"""At most so many excerpts for one reason; all of them stay in the database."""


class _Whole(Struct):
    """What is learnt of the whole document while its assets pass."""

    cited: set[str] = field(default_factory=set)
    """Evidence that some reason rests on."""
    doubtful: int = 0
    """Assets with a side that could not be seen."""
    proposals: Proposals = field(default_factory=Proposals)
    everywhere: Everywhere = field(default_factory=Everywhere)
    """Gaps that many things share."""


def lines(
    *,
    client: Client,
    run: Run,
    scope: doc.Scope,
    estate: Estate,
    verdicts: Iterable[Verdict],
    looks: Looks,
    tally: Tally,
    evidence: Evidence,
    at: datetime,
    lists: Sifted = NO_LISTS,
    known: LastKnown | None = None,
    vantages: Sequence[str] = (),
    void: bool = False,
    refused: int = 0,
) -> Iterator[bytes]:
    """Yield the document of one finished run in pieces; verdicts come in the estate's order.

    Verdicts, looks and excerpts pass one by one: none is held longer than it takes to write it.
    `known` shows what was known before where `looks` found out nothing; `vantages` are all places that
    looked, the run's own first; a `void` run found out too little to propose anything;
    of a run that would give up so many things at once, `refused`, nothing is proposed either.
    """
    answers = answers_of(estate, looks, tally)
    incomplete = answers.incomplete_logs
    sources = tuple(sources_of(tally, answers, run.options.get("keys", ()), lists.lists))
    whole = _Whole()

    def gaps() -> Iterator[doc.NotSeen]:  # read last, when every asset has passed
        places = vantages or (run.vantage,)
        yield from whole.everywhere.gaps()
        yield from not_seen(sources, tally, estate, incomplete, whole.doubtful, places)
        if void:
            yield doc.NotSeen(code="run_void")
        if refused:
            yield doc.NotSeen(code="too_many_at_once", params={"count": refused})
        yield from not_followed(lists, estate)

    frame = _frame(client, run, scope, estate, sources, at)
    return doc.lines(
        frame,
        assets=_assets(estate, verdicts, known or LastKnown(looks, evidence, ()), whole),
        relations=(
            doc.Relation(source=str(r.subject), target=str(r.object), kind=r.kind)
            for r in estate.relations
        ),
        evidence=_excerpts(evidence, whole),
        not_seen=gaps(),
        savings=lambda: whole.proposals.added_to(frame.savings),
    )


def _frame(
    client: Client,
    run: Run,
    scope: doc.Scope,
    estate: Estate,
    sources: tuple[doc.Source, ...],
    at: datetime,
) -> doc.Document:
    """The document without what is one by one."""
    return doc.Document(
        client=doc.Client(
            slug=client.slug,
            name=client.name,
            org=client.org,
            brands=client.brands,
            inn=client.inns,
        ),
        generated_at=at,
        run=doc.Run(
            id=run.id,
            started_at=run.started_at,
            finished_at=at,
            complete=complete(sources),
            vantage=run.vantage,
            sources=sources,
            scope=scope,
        ),
        savings=savings_of(estate),
    )


def known_as(
    audit: AuditFile,
    names: Mapping[Asset, Asset],
    changes: tuple[doc.Change, ...] = (),
    registry: doc.Registry | None = None,
) -> Iterator[bytes]:
    """Yield the document again with assets under the ids the registry has known them by all along.

    And with what is different from the run before, and what the registry says.
    """
    ids = {str(seen): str(known) for seen, known in names.items()}
    told = registry or doc.Registry()
    savings = with_registry(audit.frame.savings, audit.entries, told, ids)

    def known(asset: doc.Asset) -> doc.Asset:
        facts = asset.facts
        if "serves" in facts:
            facts = {**facts, "serves": [ids.get(one, one) for one in facts["serves"]]}
        return structs.replace(asset, id=ids.get(asset.id, asset.id), facts=facts)

    return doc.lines(
        structs.replace(audit.frame, changes=changes, registry=told, savings=savings),
        assets=map(known, audit.assets(audit.entries)),
        relations=(
            structs.replace(
                r, source=ids.get(r.source, r.source), target=ids.get(r.target, r.target)
            )
            for r in audit.relations()
        ),
        evidence=((id_, audit.evidence(id_)) for id_ in audit.evidence_ids),
        not_seen=audit.frame.not_seen,
    )


def _assets(
    estate: Estate, verdicts: Iterable[Verdict], looks: LastKnown, whole: _Whole
) -> Iterator[doc.Asset]:
    served: dict[Asset, list[str]] = {}
    for relation in estate.relations:
        if relation.object.kind is Kind.HOSTING:
            served.setdefault(relation.object, []).append(str(relation.subject))
    for holding, verdict in zip(estate.holdings, verdicts, strict=True):
        asset = filled(_asset(holding, verdict, looks, served), holding.said)
        whole.cited.update(*(reason.evidence for reason in asset.reasons))
        whole.cited.update(*(sign.evidence for sign in asset.ownership_reasons))
        whole.doubtful += bool(verdict.blocked_by)
        whole.everywhere.pass_by(verdict)
        whole.proposals.pass_by(asset)
        yield asset


def _asset(
    holding: Holding, verdict: Verdict, looks: LastKnown, served: Mapping[Asset, list[str]]
) -> doc.Asset:
    asset = holding.asset
    name = _name(holding)
    facts, paid_until, registrar = facts_of(holding, looks, served)
    renews_itself = facts.pop("renews_itself", None)
    provider = holding.provider_name or holding.provider or None
    declared = holding.said.paid_until if holding.said else None
    troubles = hands(verdict)
    reasons = [_finding(finding) for finding in verdict.findings]
    if earlier := looks.fell_back_to():
        reasons.append(doc.Finding(code=FACTS_FROM, params={"on": earlier.date().isoformat()}))
    return doc.Asset(
        id=str(asset),
        kind=asset.kind,
        name=name,
        display_name=display_name(name),
        ownership=holding.ownership,
        ownership_reasons=tuple(
            doc.OwnershipReason(
                code=reason.code,
                params=reason.params,
                group=reason.group,
                evidence=reason.evidence[:EVIDENCE_A_REASON],
            )
            for reason in holding.reasons
        ),
        found_by=tuple(
            doc.FoundBy(code=step.code, params=step.params, source=step.source)
            for step in holding.found_by
        ),
        use=verdict.use,
        state=verdict.state,
        verdict=verdict.advice,
        confidence=verdict.confidence,
        needs=tuple(verdict.needs),
        reasons=tuple(reasons),
        paid_until=paid_until,
        registrar=registrar,
        provider=provider,
        provider_names=in_other_languages(provider),
        auto_renew=renews_itself,
        work=work_of(verdict, troubles, paid_until or declared),
        hands=told_hands(troubles),
        facts={**facts, **({"blocked_by": list(verdict.blocked_by)} if verdict.blocked_by else {})},
    )


def _finding(finding: Finding) -> doc.Finding:
    risk = risk_of(finding.code, finding.params)
    return doc.Finding(
        code=finding.code,
        params=finding.params,
        leans=finding.leans or "",
        at=finding.at,
        evidence=finding.rests_on[:EVIDENCE_A_REASON],
        severity=risk.severity if risk else "",
        standard=risk.standard if risk else "",
    )


def _name(holding: Holding) -> str:
    if holding.asset.kind is Kind.CERTIFICATE and holding.hosts:
        return holding.hosts[0]
    return holding.asset.key


def _excerpts(evidence: Evidence, whole: _Whole) -> Iterator[tuple[str, doc.Evidence]]:
    # Read after the assets, when it is known what they cite.
    for id_, found in evidence.iter_excerpts(sorted(whole.cited)):
        yield (
            id_,
            doc.Evidence(
                at=found.at, vantage=found.vantage, question=found.question, excerpt=found.excerpt
            ),
        )
