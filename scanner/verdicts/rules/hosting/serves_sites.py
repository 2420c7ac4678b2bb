"""What the sites on a hosting make of it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier, Opinion
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.rules.hosting.behind_front import is_front
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
    """Sum up the sites by what they are."""
    sites = tuple(dossier.hanging_on_it("on_hosting", Kind.SITE))
    if sites:
        names = [site.asset.key for site in sites]
        yield say("hosting.serves", params={"sites": names[:10], "count": len(names)})
    if is_front(dossier):
        return
    by_code: dict[str, list[Opinion]] = {}
    for site in sites:
        by_code.setdefault(_meaning(site), []).append(site)
    for code, same in by_code.items():
        told = [site.asset.key for site in same]
        if code:
            yield say(code, facet="web", params={"sites": told[:10], "count": len(told)})
        else:
            yield cannot_tell("web", same[0].doubt, sites=told[:10], count=len(told))
    if dossier.holding.addresses and not dossier.scene.is_object(dossier.asset):
        yield say("hosting.no_names", facet="web")


def _meaning(site: Opinion) -> str:
    """Return the code a site's state means for its hosting; empty where it leaves us in doubt."""
    match use_of(Kind.SITE, site.state):
        case Use.USED:
            return "hosting.serves_sites"
        case Use.REDIRECT:
            return "hosting.redirects_only"
        case Use.IDLE | Use.UNUSED:
            return "hosting.placeholders_only"
        case Use.BROKEN if site.state in ("suspended", "no_listener"):
            return f"hosting.{site.state}"
        case Use.UNKNOWN if site.state == "no_answer":
            return "hosting.no_answer"
    return ""
