"""Whether a stranger could come to show his pages, or run his scripts, under a client's name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from probes.kit.observation import Reason, Seen
from probes.kit.providers import all_providers
from probes.kit.target import Host
from scanner.assets import Kind
from scanner.discovery.looks import ADDRESSES, WEBSITE
from scanner.discovery.owners import owner_of
from scanner.discovery.presence import presence
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, free_domain, posture_rule
from scanner.verdicts.verdict import Finding

_SILENT = frozenset({"no_answer", "no_listener"})
_NOBODY = frozenset({Reason.TIMEOUT, Reason.UNREACHABLE, Reason.NO_LISTENER})


@posture_rule(
    id="takeover_site",
    sentence="An alias to a free domain, to a service that does not know the name, or an address in a "
    "cloud that was given back, shows whatever its next holder wants.",
    authority="usage.md TKO-01, TKO-02, TKO-05, TKO-07",
    kinds=(Kind.SITE, Kind.DOMAIN),
    says=("takeover_cname", "takeover_saas", "takeover_cloud_address", "takeover_page"),
)
def takeover_site(dossier: Dossier) -> Iterator[Finding]:
    """Look at aliases, visits and scripts of each host, on its site or else its domain."""
    for host in dossier.holding.hosts:
        if (host in dossier.scene.site_of) is (dossier.asset.kind is Kind.SITE):
            sighting = dossier.see(ADDRESSES, Host(host))
            match sighting.outcome:
                case Seen(way) if way.dangling and way.chain:
                    if free := free_domain(dossier, way.chain[-1]):
                        told = {"host": host, "target": way.chain[-1], "domain": free[0]}
                        yield fault("takeover_cname", sighting, *free[1], **told)
    if dossier.asset.kind is not Kind.SITE:
        return
    unclaimed = [v for v in dossier.visits.made if v.reading.state == "unclaimed_saas"]
    if unclaimed:
        first = unclaimed[0]
        told = {"host": first.host, "provider": first.reading.provider}
        yield fault("takeover_saas", first.sighting, **told)
    yield from _given_back(dossier)
    yield from _scripts(dossier)


def _given_back(dossier: Dossier) -> Iterator[Finding]:
    """An address in a cloud behind which nobody answers may be somebody else's tomorrow."""
    for host in dossier.holding.hosts:
        visits = [visit for visit in dossier.visits.made if visit.host == host]
        silent = [
            one.sighting for one in dossier.visits.unseen
            if one.host == host and one.visited and one.reason in _NOBODY
        ]  # fmt: skip
        seen = [visit.sighting for visit in visits] or silent
        if not seen or not all(visit.reading.state in _SILENT for visit in visits):
            continue
        for ip in presence(dossier.looks, host).addresses:
            owner = owner_of(dossier.looks, ip)
            if owner.key in _clouds():
                told = {"host": host, "address": ip, "provider": owner.name}
                yield fault("takeover_cloud_address", *seen, **told)
                return


def _scripts(dossier: Dossier) -> Iterator[Finding]:
    told: set[str] = set()
    for host in dossier.holding.hosts:
        sighting = dossier.see(WEBSITE, Host(host))
        match sighting.outcome:
            case Seen(site):
                for visit in (site.https, site.http):
                    match visit.page:
                        case Seen(page):
                            for name in set(page.script_hosts) - told:
                                told.add(name)
                                if free := free_domain(dossier, name):
                                    params = {"target": name, "domain": free[0]}
                                    yield fault("takeover_page", sighting, *free[1], **params)


@cache
def _clouds() -> frozenset[str]:
    return frozenset(one.key for one in all_providers() if "cloud" in one.kinds)
