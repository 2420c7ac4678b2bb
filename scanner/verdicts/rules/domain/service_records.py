"""Services that know a domain, where nothing else lives in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from probes.kit import products, signs
from probes.kit.observation import Seen
from probes.kit.target import Domain
from scanner.assets import Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.discovery import Sighting
from scanner.discovery.looks import (
    DNS_RECORDS,
    MAIL_POLICY,
    MICROSOFT_TENANT,
    SERVICE_RECORDS,
)
from scanner.discovery.presence import Lives, presence
from scanner.discovery.services import traces_in
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.tenancy import named
from scanner.verdicts.verdict import Finding

_OF_SERVICES: Final = (DNS_RECORDS, MAIL_POLICY, SERVICE_RECORDS, MICROSOFT_TENANT)
_ALIVE: Final = (Use.USED, Use.REDIRECT)
_TOLD: Final = 6


@rule(
    id="domain.service_records",
    sentence="Records of paid services in a domain without a site or mail, and any text in an empty one, "
    "stand for accounts that would be lost with it: their owner is asked first.",
    authority="usage.md 1.1 (dark, TXT only), row 22, R6; DESIGN section 4",
    kinds=(Kind.DOMAIN,),
    says=("domain.service_records",),
    may_doubt=False,
)
def service_records(dossier: Dossier) -> Iterator[Finding]:
    """Name the services, those that cost nothing too where the domain holds nothing else."""
    if _is_alive(dossier):
        return
    found: dict[str, Sighting[Any]] = dict(_paid(dossier))
    texts = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    said = _texts(texts) if _leads_nowhere(dossier) else ()
    for text in said:
        found |= dict.fromkeys(_services(text), texts)
    if found or said:
        params: Params = {"services": sorted(found)[:_TOLD]} if found else {}
        rests_on = dict.fromkeys(found.values()) if found else (texts,)
        yield say("domain.service_records", *rests_on, params=params)


def _paid(dossier: Dossier) -> Iterator[tuple[str, Sighting[Any]]]:
    name = dossier.asset.key
    for ask in _OF_SERVICES:
        sighting: Sighting[Any] = dossier.see(ask, Domain(name))
        if isinstance(sighting.outcome, Seen):
            for trace in traces_in(name, sighting.outcome.fact):
                sold = products.product(trace.product)
                if sold and trace.alone:
                    yield named(sold), sighting


def _texts(records: Sighting[Any]) -> tuple[str, ...]:
    """Return the TXT records but sender policies, which the rules on mail read."""
    match records.outcome:
        case Seen(fact) if isinstance(fact.txt, Seen):
            texts = (text.strip() for text in fact.txt.fact)
            return tuple(text for text in texts if text and text[:6].lower() != "v=spf1")
    return ()


def _services(text: str) -> Iterator[str]:
    for sign in signs.read("txt", text):
        if sold := products.product(sign.product):
            yield named(sold)


def _leads_nowhere(dossier: Dossier) -> bool:
    return all(
        presence(dossier.looks, host).lives is Lives.NOWHERE for host in dossier.holding.hosts
    )


def _is_alive(dossier: Dossier) -> bool:
    return any(
        use_of(kind, opinion.state) in _ALIVE
        for kind in (Kind.SITE, Kind.MAIL)
        for opinion in dossier.hanging_on_it("of_domain", kind)
    )
