"""What the sites under a domain make of it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.ground import is_out_of_dns
from scanner.verdicts.verdict import Finding

_IDLE = {"parked": "parked", "for_sale": "for_sale", "abandoned": "abandoned"}


@rule(
    id="domain.web",
    sentence="A domain is as much in use on the web as the best of the sites at and below it.",
    authority="DESIGN section 4; usage.md 1.1",
    kinds=(Kind.DOMAIN,),
    says=(
        "domain.active_web",
        "domain.redirect_only",
        "domain.parked",
        "domain.placeholder",
        "domain.for_sale",
        "domain.abandoned",
        "domain.web_broken",
    ),
)
def web(dossier: Dossier) -> Iterator[Finding]:
    """Sum up the sites, and name the hosts of which we could not find out a thing."""
    gone = is_out_of_dns(dossier)
    by_code: dict[str, list[Opinion]] = {}
    for site in dossier.hanging_on_it("of_domain", Kind.SITE):
        by_code.setdefault(_meaning(site), []).append(site)
    for code, same in by_code.items():
        names = [site.asset.key for site in same]
        if code:
            params: Params = {"sites": names[:10], "count": len(names), "state": same[0].state}
            yield say(code, facet="web", params=params)
        elif not gone:
            yield cannot_tell("web", same[0].doubt, sites=names[:10], count=len(names))
    anothers = [
        asset.key
        for asset in dossier.scene.subjects(dossier.asset, "of_domain")
        if asset.kind is Kind.SITE and asset not in dossier.opinions
    ]
    if anothers:
        yield cannot_tell("web", "anothers_site", sites=anothers[:10], count=len(anothers))
    if not gone:
        yield from _hosts_unseen(dossier)


def _hosts_unseen(dossier: Dossier) -> Iterator[Finding]:
    unseen: dict[str, list[str]] = {}
    for host in dossier.holding.hosts:
        found = presence(dossier.looks, host)
        if found.lives is Lives.UNKNOWN:
            unseen.setdefault(found.reason, []).append(host)
    for reason, hosts in sorted(unseen.items()):
        yield cannot_tell("names", reason, hosts=hosts[:10], count=len(hosts))


def _meaning(site: Opinion) -> str:
    """Return the code a site's state means for its domain; empty where it leaves us in doubt."""
    match use_of(Kind.SITE, site.state):
        case Use.USED:
            return "domain.active_web"
        case Use.REDIRECT:
            return "domain.redirect_only"
        case Use.BROKEN:
            return "domain.web_broken"
        case Use.IDLE | Use.UNUSED:
            return f"domain.{_IDLE.get(site.state, 'placeholder')}"
    return ""
