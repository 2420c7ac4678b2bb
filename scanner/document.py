"""Verdicts laid out as the audit document. The only bridge between the two wings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from msgspec import structs

from probes.kit.observation import Seen
from probes.kit.target import Domain, Endpoint, Host, Target, display_name
from reports import document as doc
from scanner.assets import Asset, Estate, Holding, Kind, Ownership
from scanner.discovery.looks import (
    ADDRESSES,
    CERTIFICATE_LOG,
    DNS_RECORDS,
    MAIL_POLICY,
    REGISTRATION,
    TLS_CERTIFICATE,
    WEBSITE,
    Ask,
    Looks,
)
from scanner.evidence import Evidence, Run
from scanner.registry import Client
from scanner.runs.progress import Tally
from scanner.verdicts import Finding, Verdict

T = TypeVar("T", bound=Target)
F = TypeVar("F")

EVIDENCE_A_REASON = 3
"""At most so many excerpts for one reason; all of them stay in the database."""

SOURCES: Mapping[str, tuple[str, ...]] = {
    "dns": ("addresses", "delegation", "dns_records", "mail_policy"),
    "registration": ("registration",),
    "websites": ("website",),
    "certificates": ("tls_certificate",),
    "certificate_logs": ("certificate_log",),
    "mail_servers": ("mail_server",),
    "address_owners": ("address_owner",),
}
"""What a reader calls a source, and the probes that ask it."""

REQUIRED = ("dns", "registration")
"""Without these an audit is not finished, whatever else answered."""


def write(
    *,
    client: Client,
    run: Run,
    scope: doc.Scope,
    estate: Estate,
    verdicts: Sequence[Verdict],
    looks: Looks,
    tally: Tally,
    evidence: Evidence,
    at: datetime,
) -> doc.Document:
    """Return the document of one finished run."""
    incomplete = _incomplete_logs(estate, looks)
    sources = tuple(sources_of(tally, {"certificate_logs": len(incomplete)}))
    judged = {verdict.asset: verdict for verdict in verdicts}
    assets = tuple(
        _asset(holding, judged[holding.asset], looks, estate) for holding in estate.holdings
    )
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
        assets=assets,
        relations=tuple(
            doc.Relation(source=str(r.subject), target=str(r.object), kind=r.kind)
            for r in estate.relations
        ),
        evidence=_excerpts(assets, evidence),
        not_seen=tuple(_not_seen(sources, tally, estate, verdicts, looks, incomplete, run.vantage)),
        savings=doc.Savings(
            priced=0, total=sum(1 for asset in assets if asset.ownership in ("confirmed", "likely"))
        ),
    )


def known_as(written: doc.Document, names: Mapping[Asset, Asset]) -> doc.Document:
    """Return the document with assets under the ids the registry has known them by all along."""
    ids = {str(seen): str(known) for seen, known in names.items()}
    if not ids:
        return written

    def known(asset: doc.Asset) -> doc.Asset:
        facts = asset.facts
        if "serves" in facts:
            facts = {**facts, "serves": [ids.get(one, one) for one in facts["serves"]]}
        return structs.replace(asset, id=ids.get(asset.id, asset.id), facts=facts)

    return structs.replace(
        written,
        assets=tuple(known(asset) for asset in written.assets),
        relations=tuple(
            structs.replace(
                r, source=ids.get(r.source, r.source), target=ids.get(r.target, r.target)
            )
            for r in written.relations
        ),
    )


def sources_of(tally: Tally, in_part: Mapping[str, int] | None = None) -> Iterator[doc.Source]:
    """Yield each source with how often it was asked and answered; half an answer is none.

    `in_part` tells how many answers of a source were not whole.
    """
    for name, probes in SOURCES.items():
        asked = sum(tally.done[probe] for probe in probes)
        halves = (in_part or {}).get(name, 0)
        answered = sum(tally.answered[probe] for probe in probes) - halves
        reasons: dict[str, int] = {}
        for probe in probes:
            for reason, count in tally.reasons.get(probe, {}).items():
                reasons[reason] = reasons.get(reason, 0) + count
        if halves:
            reasons["partial"] = halves
        if asked == 0:
            status, reason = "skipped", "nothing_to_ask"
        elif answered == asked:
            status, reason = "completed", ""
        else:
            limited = reasons.get("rate_limited", 0) * 2 > asked - answered
            silent = not answered and not halves
            status = "failed" if silent else "limited" if limited else "partial"
            reason = max(sorted(reasons), key=lambda code: reasons[code])
        yield doc.Source(name=name, status=status, asked=asked, answered=answered, reason=reason)


def complete(sources: Iterable[doc.Source]) -> bool:
    """Say whether every source that an audit cannot do without answered at all."""
    return all(source.status != "failed" for source in sources if source.name in REQUIRED)


def _asset(holding: Holding, verdict: Verdict, looks: Looks, estate: Estate) -> doc.Asset:
    asset = holding.asset
    name = _name(holding)
    facts, paid_until, registrar = _facts(holding, looks, estate)
    renews_itself = facts.pop("renews_itself", None)
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
        reasons=tuple(_finding(finding) for finding in verdict.findings),
        paid_until=paid_until,
        registrar=registrar,
        provider=holding.provider_name or holding.provider or None,
        auto_renew=renews_itself,
        facts={**facts, **({"blocked_by": list(verdict.blocked_by)} if verdict.blocked_by else {})},
    )


def _finding(finding: Finding) -> doc.Finding:
    return doc.Finding(
        code=finding.code,
        params=finding.params,
        leans=finding.leans or "",
        at=finding.at,
        evidence=finding.rests_on[:EVIDENCE_A_REASON],
    )


def _name(holding: Holding) -> str:
    if holding.asset.kind is Kind.CERTIFICATE and holding.hosts:
        return holding.hosts[0]
    return holding.asset.key


def fact(looks: Looks, ask: Ask[T, F], target: T) -> F | None:
    """Return what a probe last saw, or None when it saw nothing."""
    match looks.latest(ask, target).outcome:
        case Seen(found):
            return found
    return None


def _facts(
    holding: Holding, looks: Looks, estate: Estate
) -> tuple[dict[str, Any], date | None, str | None]:
    asset = holding.asset
    match asset.kind:
        case Kind.DOMAIN:
            return _domain_facts(asset, looks)
        case Kind.SITE:
            return _site_facts(holding, looks), None, None
        case Kind.MAIL:
            return _mail_facts(asset, looks), None, None
        case Kind.CERTIFICATE:
            return _certificate_facts(holding, looks)
        case Kind.HOSTING:
            serves = [str(r.subject) for r in estate.relations if r.object == asset]
            facts = {"addresses": list(holding.addresses), "serves": serves}
            return {**facts, "provider": holding.provider_name or holding.provider}, None, None
    return {}, None, None


def _domain_facts(asset: Asset, looks: Looks) -> tuple[dict[str, Any], date | None, str | None]:
    found = fact(looks, REGISTRATION, Domain(asset.key))
    if found is None:
        return {}, None, None
    facts: dict[str, Any] = {
        "name_servers": list(found.name_servers),
        "statuses": list(found.statuses),
        "created": found.created.at.date().isoformat() if found.created else None,
        "free_date": found.free_on.isoformat() if found.free_on else None,
        "holder": found.holder.name,
        "holder_kind": found.holder.kind,
    }
    return _known(facts), found.paid_until, found.registrar or None


def _site_facts(holding: Holding, looks: Looks) -> dict[str, Any]:
    for host in holding.hosts:
        found = fact(looks, WEBSITE, Host(host))
        if found is None:
            continue
        for visit in (found.https, found.http):
            match visit.page:
                case Seen(page):
                    reached = fact(looks, ADDRESSES, Host(host))
                    return _known(
                        {
                            "urls": [
                                f"{scheme}://{name}/"
                                for name in holding.hosts
                                for scheme in ("https",)
                            ],
                            "title": page.title,
                            "final_url": page.url,
                            "status": page.status,
                            "server": page.server,
                            "addresses": list(reached.all) if reached else [],
                        }
                    )
    return {"urls": [f"https://{name}/" for name in holding.hosts]}


def _mail_facts(asset: Asset, looks: Looks) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    records = fact(looks, DNS_RECORDS, Domain(asset.key))
    if records is not None:
        match records.mx:
            case Seen(found):
                facts["hosts"] = [record.host for record in found if record.host]
    policy = fact(looks, MAIL_POLICY, Domain(asset.key))
    if policy is not None:
        match policy.spf:
            case Seen(sender):
                facts["spf"] = sender.record
        match policy.dmarc:
            case Seen(record):
                facts["dmarc"] = record
    return facts


def _certificate_facts(
    holding: Holding, looks: Looks
) -> tuple[dict[str, Any], date | None, str | None]:
    for host in holding.hosts:
        for endpoint in (Endpoint(host, 443), Endpoint(host, 25, "smtp")):
            found = fact(looks, TLS_CERTIFICATE, endpoint)
            if found is not None and found.sha256 == holding.asset.key:
                facts = {
                    "names": list(found.names[:20]),
                    "issuer": found.issuer,
                    "not_before": found.not_before.date().isoformat(),
                    "not_after": found.not_after.date().isoformat(),
                    "served_at": list(holding.hosts),
                    "trust": found.trust,
                    "renews_itself": found.automated or None,
                }
                return facts, found.not_after.date(), None
    return {}, None, None


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in (None, "", [])}


def _excerpts(assets: Iterable[doc.Asset], evidence: Evidence) -> dict[str, doc.Evidence]:
    wanted: set[str] = set()
    for asset in assets:
        for finding in asset.reasons:
            wanted.update(finding.evidence)
        for reason in asset.ownership_reasons:
            wanted.update(reason.evidence)
    return {
        id_: doc.Evidence(
            at=found.at, vantage=found.vantage, question=found.question, excerpt=found.excerpt
        )
        for id_, found in sorted(evidence.excerpts(wanted).items())
    }


def _not_seen(
    sources: Iterable[doc.Source],
    tally: Tally,
    estate: Estate,
    verdicts: Iterable[Verdict],
    looks: Looks,
    incomplete: Sequence[str],
    vantage: str,
) -> Iterator[doc.NotSeen]:
    for source in sources:
        params: doc.Params = {
            "source": source.name,
            "asked": source.asked,
            "answered": source.answered,
            "reason": source.reason,
        }
        if source.status == "failed":
            yield doc.NotSeen(code="source_failed", params=params)
        elif source.status in ("partial", "limited"):
            yield doc.NotSeen(code="source_partial", params=params)
    if incomplete:
        yield doc.NotSeen(
            code="certificate_log_partial",
            params={"domains": list(incomplete[:20]), "count": len(incomplete)},
        )
    left_out = sorted(_never_asked(estate, looks))
    if left_out:
        yield doc.NotSeen(
            code="names_left_out", params={"hosts": left_out[:20], "count": len(left_out)}
        )
    unknown = sum(1 for verdict in verdicts if verdict.blocked_by)
    if unknown:
        yield doc.NotSeen(code="facet_unknown_count", params={"count": unknown})
    bugs = sum(reasons.get("bug", 0) for reasons in tally.reasons.values())
    if bugs:
        yield doc.NotSeen(code="look_failed", params={"count": bugs})
    leads = sum(1 for h in estate.holdings if h.ownership is Ownership.POSSIBLE)
    if leads:
        yield doc.NotSeen(code="unverified_leads", params={"count": leads})
    for code in ("hosting_accounts", "saas_and_licences", "wayback_not_asked"):
        yield doc.NotSeen(code=code)
    yield doc.NotSeen(code="vantage_single", params={"vantage": vantage})


def _incomplete_logs(estate: Estate, looks: Looks) -> tuple[str, ...]:
    """Domains of which a certificate log told something, but not all."""
    logs = {
        holding.asset.key: fact(looks, CERTIFICATE_LOG, Domain(holding.asset.key))
        for holding in estate.holdings
        if holding.asset.kind is Kind.DOMAIN
    }
    return tuple(name for name, log in logs.items() if log is not None and not log.complete)


def _never_asked(estate: Estate, looks: Looks) -> set[str]:
    """Names that were found, and not looked at: more than an audit may look at, or too far out."""
    return {
        host
        for holding in estate.holdings
        if holding.asset.kind is Kind.DOMAIN and holding.ownership is not Ownership.FOREIGN
        for host in holding.hosts
        if not looks.latest(ADDRESSES, Host(host)).asked
    }
