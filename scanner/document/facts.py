"""What is told of a thing beside its verdict, by kind, with the day until which it is paid and its registrar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from probes.kit.observation import Seen
from probes.kit.products import product
from probes.kit.registry.merging import Claim
from probes.kit.target import Domain, Host, Target
from probes.registration import Registration
from scanner.assets import Asset, Holding, Kind
from scanner.discovery.bought_certificates import endpoints
from scanner.discovery.looks import (
    ADDRESSES,
    DNS_RECORDS,
    MAIL_POLICY,
    REGISTRATION,
    TLS_CERTIFICATE,
    WEBSITE,
    Ask,
    Looks,
)
from scanner.verdicts.shown_certificate import logged

_MOST_UNCLEAR = 5
T = TypeVar("T", bound=Target)
F = TypeVar("F")


def fact(looks: Looks, ask: Ask[T, F], target: T) -> F | None:
    """Return what a probe last saw, or None when it saw nothing."""
    match looks.latest(ask, target).outcome:
        case Seen(found):
            return found
    return None


def facts_of(
    holding: Holding, looks: Looks, served: Mapping[Asset, list[str]]
) -> tuple[dict[str, Any], date | None, str | None]:
    asset = holding.asset
    match asset.kind:
        case Kind.DOMAIN:
            found = fact(looks, REGISTRATION, Domain(asset.key))
            return ({}, None, None) if found is None else domain_facts(found)
        case Kind.SITE:
            return _site_facts(holding, looks), None, None
        case Kind.MAIL:
            return _mail_facts(asset, looks), None, None
        case Kind.CERTIFICATE:
            return _certificate_facts(holding, looks)
        case Kind.HOSTING:
            facts = {"addresses": list(holding.addresses), "serves": served.get(asset, [])}
            return {**facts, "provider": holding.provider_name or holding.provider}, None, None
        case Kind.SAAS | Kind.LICENCE:
            return _product_facts(holding), None, None
    return {}, None, None


def domain_facts(found: Registration) -> tuple[dict[str, Any], date | None, str | None]:
    """Return what is told of a registered domain: facts, paid until, registrar."""
    facts: dict[str, Any] = {
        "name_servers": list(found.name_servers),
        "statuses": list(found.statuses),
        "created": found.created.at.date().isoformat() if found.created else None,
        "free_date": found.free_on.isoformat() if found.free_on else None,
        "holder": found.holder.name,
        "holder_kind": found.holder.kind,
        "unclear": list(found.unclear[:_MOST_UNCLEAR]),
        "differing": [_differing(claim) for claim in found.differing[:_MOST_UNCLEAR]],
    }
    return _known(facts), found.paid_until, found.registrar or None


def _differing(claim: Claim) -> dict[str, str]:
    """What another source says otherwise; a holder may be a person, who is not named."""
    told = {"field": claim.field, "source": claim.source}
    return told if claim.field == "holder" else {**told, "value": claim.value}


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
        for endpoint in endpoints(host):
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
    entry = logged(looks, holding.asset.key, holding.hosts)
    if entry is None:
        return {}, None, None
    facts = {
        "names": list(entry[0].names[:20]),
        "issuer": entry[0].issuer,
        "not_before": entry[0].not_before.date().isoformat(),
        "not_after": entry[0].not_after.date().isoformat(),
    }
    return facts, entry[0].not_after.date(), None


def _product_facts(holding: Holding) -> dict[str, Any]:
    """Say what is sold, as which type of object it is kept, and what only the client can tell of it."""
    sold = product(holding.asset.key.partition("/")[0])
    facts: dict[str, Any] = {"seen_at": list(holding.hosts[:20])}
    if sold is not None:
        facts |= {
            "product": sold.id,
            "object_type": sold.object_type,
            "asks": list(sold.asks),
            "account_page": sold.account,
        }
    return _known(facts)


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in (None, "", [])}
