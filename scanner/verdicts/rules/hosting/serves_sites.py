"""What the sites on a hosting make of it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scanner.assets import Kind, Ownership, Use
from scanner.assets.use import use_of
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.card import rule
from scanner.verdicts.decide import decide
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.rules.site.does_not_answer import does_not_answer
from scanner.verdicts.rules.site.redirects_elsewhere import redirects_elsewhere
from scanner.verdicts.rules.site.shows_page import shows_page
from scanner.verdicts.verdict import Finding


@rule(
    id="hosting.serves_sites",
    sentence="A hosting is as much in use as the best of the client's own sites on it.",
    authority="DESIGN section 4; usage.md 1.3, rows 8 to 12",
    kinds=(Kind.HOSTING,),
    says=(
        "hosting.serves",
        "hosting.serves_sites",
        "hosting.redirects_only",
        "hosting.placeholders_only",
        "hosting.suspended",
        "hosting.no_listener",
        "hosting.no_answer",
        "hosting.no_names",
    ),
)
def serves_sites(dossier: Dossier) -> Iterator[Finding]:
    """Sum up the sites by what they are; one that is only possibly the client's is a doubt."""
    every = tuple(dossier.hanging_on_it("on_hosting", Kind.SITE))
    sites = tuple(site for site in every if not _is_only_possible(dossier, site))
    met = [site for site in every if site not in sites and not _is_idle(site)]
    if sites:
        names = [site.asset.key for site in sites]
        yield say("hosting.serves", params={"sites": names[:10], "count": len(names)})
    if is_front(dossier):
        return
    by_code: dict[str, list[Opinion]] = {}
    for site in sites:
        by_code.setdefault(_meaning(_state_here(dossier, site)), []).append(site)
    for code, same in by_code.items():
        told = [site.asset.key for site in same]
        if code:
            yield say(code, facet="web", params={"sites": told[:10], "count": len(told)})
        else:
            yield cannot_tell("web", same[0].doubt, sites=told[:10], count=len(told))
    if met:
        told = [site.asset.key for site in met]
        yield cannot_tell("web", "perhaps_yours", sites=told[:10], count=len(told))
    known = dossier.holding
    if known.addresses and not known.hosts and not dossier.scene.is_object(dossier.asset):
        yield say("hosting.no_names", facet="web")


def _is_only_possible(dossier: Dossier, site: Opinion) -> bool:
    holding = dossier.scene.holding(site.asset)
    return holding is not None and holding.ownership is Ownership.POSSIBLE


def _is_idle(site: Opinion) -> bool:
    return use_of(Kind.SITE, site.state) in (Use.IDLE, Use.UNUSED)


def _state_here(dossier: Dossier, site: Opinion) -> str:
    """Return the state of the part of a site that lives here: an apex may be a stub, its www not."""
    holding = dossier.scene.holding(site.asset)
    hosts = holding.hosts if holding else ()
    here = tuple(host for host in hosts if not _lives_elsewhere(dossier, host))
    if holding is None or here == hosts:
        return site.state
    part = replace(dossier, holding=replace(holding, hosts=here))
    cards = (shows_page, redirects_elsewhere, does_not_answer)
    return decide(Kind.SITE, [finding for card in cards for finding in card.hear(part)])


def _lives_elsewhere(dossier: Dossier, host: str) -> bool:
    found = presence(dossier.looks, host)
    here = host in dossier.hosts or set(found.addresses) & set(dossier.holding.addresses)
    return found.lives is Lives.SOMEWHERE and not here


def _meaning(state: str) -> str:
    """Return the code a site's state means for its hosting; empty where it leaves us in doubt."""
    match use_of(Kind.SITE, state):
        case Use.USED:
            return "hosting.serves_sites"
        case Use.REDIRECT:
            return "hosting.redirects_only"
        case Use.IDLE | Use.UNUSED:
            return "hosting.placeholders_only"
        case Use.BROKEN if state in ("suspended", "no_listener"):
            return f"hosting.{state}"
        case Use.UNKNOWN if state == "no_answer":
            return "hosting.no_answer"
    return ""
