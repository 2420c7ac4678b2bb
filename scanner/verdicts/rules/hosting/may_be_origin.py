"""A hosting that looks idle, and may be what a front of the client's takes its pages from."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Asset, Holding, Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.discovery.owners import owner_of
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.roles import Weight, roles_of
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.verdict import Finding

_MOST = 10


@rule(
    id="hosting.may_be_origin",
    sentence="A hosting with a name under a domain whose site stands behind a front may be what the "
    "front shows; whatever its own names show, it is not proved idle.",
    authority="usage.md 1.3, row 27",
    kinds=(Kind.HOSTING,),
    says=("hosting.origin_candidates",),
    asks_all=True,
)
def may_be_origin(dossier: Dossier) -> Iterator[Finding]:
    """On a front, name what may stand behind it; elsewhere, name the fronted sites that may live here."""
    holding = dossier.holding
    said = holding.said.hosts if holding.said else ()
    domains = sorted({registered(host) for host in (*holding.hosts, *said)} - {""})
    if is_front(dossier):
        names = sorted({name for domain in domains for name in _beside(dossier, domain)})
        if names:
            told: Params = {"names": names[:_MOST], "count": len(names)}
            yield say("hosting.origin_candidates", params=told)
        return
    fronted = sorted({site for domain in domains for site in _fronted(dossier, domain)})
    if fronted:
        yield cannot_tell("origin", "may_be_origin", sites=fronted[:_MOST], count=len(fronted))


def _fronted(dossier: Dossier, domain: str) -> Iterator[str]:
    """Yield the sites of a domain that a front shows, unless it shows a stub."""
    for site in _hanging(dossier, domain, Kind.SITE):
        opinion = dossier.opinions.get(site.asset)
        idle = opinion and use_of(Kind.SITE, opinion.state) in (Use.IDLE, Use.UNUSED)
        needed = (one for host in site.hosts for one in roles_of(dossier, host))
        idle = idle and not any(one.weight is Weight.PROVED for one in needed)
        if not idle and any(_is_front(dossier, ip) for ip in site.addresses):
            yield site.asset.key


def _beside(dossier: Dossier, domain: str) -> Iterator[str]:
    """Yield the names of a domain that lead past the front: sites elsewhere, and hosts that take its mail."""
    for kind in (Kind.SITE, Kind.MAIL):
        for thing in _hanging(dossier, domain, kind):
            own = tuple(host for host in thing.hosts if registered(host) == domain)
            if (
                own
                and thing.addresses
                and not any(_is_front(dossier, ip) for ip in thing.addresses)
            ):
                yield own[0]


def _hanging(dossier: Dossier, domain: str, kind: Kind) -> Iterator[Holding]:
    for asset in dossier.scene.subjects(Asset(Kind.DOMAIN, domain), "of_domain"):
        holding = dossier.scene.holding(asset) if asset.kind is kind else None
        if holding is not None:
            yield holding


def _is_front(dossier: Dossier, ip: str) -> bool:
    return owner_of(dossier.looks, ip).front
