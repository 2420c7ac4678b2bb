"""Signs that somebody wants a broken thing to work."""

from __future__ import annotations

from datetime import timedelta

from probes.kit.observation import Seen
from probes.kit.target import Domain, Endpoint
from probes.tls_certificate import Trust
from scanner.assets import Asset, Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.discovery.looks import CERTIFICATE_LOG, TLS_CERTIFICATE
from scanner.discovery.scope import registered
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.finding import say
from scanner.verdicts.references import PARTS
from scanner.verdicts.roles import proof, roles_of
from scanner.verdicts.verdict import Finding

WANTED = "asset.wanted"
_FRESH = timedelta(days=90)
"""A certificate issued within this time was ordered, or renewed, by somebody who cares."""


def wanted(dossier: Dossier) -> Finding | None:
    """Return the first sign that a broken thing is meant to work; None where nothing says so."""
    kind, key = dossier.asset.kind, dossier.asset.key
    if kind is Kind.SITE:
        return _site(dossier, dossier.asset, dossier.holding.hosts)
    if kind is Kind.MAIL:
        return _live(dossier, Asset(Kind.DOMAIN, key), "of_domain", Kind.SITE, "live_site")
    relation = "of_domain" if kind is Kind.DOMAIN else "on_hosting"
    sign = _live(dossier, dossier.asset, relation, Kind.MAIL, "live_mail")
    for site in dossier.scene.subjects(dossier.asset, relation):
        holding = dossier.scene.holding(site)
        if sign is None and site.kind is Kind.SITE and holding:
            sign = _site(dossier, site, holding.hosts)
    if sign is None and kind is Kind.DOMAIN:
        sign = _logged(dossier)
    return sign


def _site(dossier: Dossier, site: Asset, hosts: tuple[str, ...]) -> Finding | None:
    domain = Asset(Kind.DOMAIN, registered(site.key))
    if sign := _live(dossier, domain, "of_domain", Kind.MAIL, "live_mail"):
        return sign
    if source := dossier.scene.linked_from.get(site):
        return say(WANTED, params={"by": "link", "from": source})
    for host in hosts:
        taken = [one for one in roles_of(dossier, host) if one.reference.how in PARTS]
        if taken:
            pages = list(dict.fromkeys(one.reference.source for one in taken))
            return say(WANTED, *proof(dossier, taken), params={"by": "part", "pages": pages})
    for host in hosts:
        sighting = dossier.see(TLS_CERTIFICATE, Endpoint(host, 443))
        match sighting.outcome:
            case Seen(served) if (
                served.trust is Trust.TRUSTED
                and timedelta() <= dossier.as_of - served.not_before <= _FRESH
            ):
                return say(WANTED, sighting, params={"by": "fresh_certificate", "host": host})
    return None


def _live(dossier: Dossier, asset: Asset, relation: str, kind: Kind, by: str) -> Finding | None:
    for subject in dossier.scene.subjects(asset, relation):
        opinion: Opinion | None = dossier.opinions.get(subject)
        if opinion and subject.kind is kind and use_of(kind, opinion.state) is Use.USED:
            return say(WANTED, params={"by": by, "asset": str(subject)})
    return None


def _logged(dossier: Dossier) -> Finding | None:
    sighting = dossier.see(CERTIFICATE_LOG, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(log):
            for one in log.certificates:
                if timedelta() <= dossier.as_of - one.not_before <= _FRESH:
                    names = list(one.names[:5])
                    params: Params = {"by": "fresh_certificate", "names": names}
                    return say(WANTED, sighting, params=params)
    return None
