"""What a site shows."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scanner.assets import Kind, Ownership
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.unedited import age, is_nobodys
from scanner.verdicts.verdict import Finding
from scanner.verdicts.visits import VisitRead, by_state


@rule(
    id="site.shows_page",
    sentence="A site is what its pages show, over http and https, at every host it has.",
    authority="DESIGN section 4; usage.md 1.2, R3, R10, R12",
    kinds=(Kind.SITE,),
    says=(
        "site.content",
        "site.login",
        "site.api",
        "site.app",
        "site.mirror",
        "site.abandoned",
        "site.placeholder",
        "site.parked",
        "site.for_sale",
        "site.unclaimed_saas",
        "site.suspended",
        "site.unpaid_saas",
        "site.maintenance",
        "site.origin_down",
        "site.server_error",
        "site.challenge",
        "site.forbidden",
        "site.undetermined",
    ),
    may_doubt=False,
)
def shows_page(dossier: Dossier) -> Iterator[Finding]:
    """Say one thing for each kind of page that was shown."""
    shown = [
        visit
        for visit in dossier.visits.made
        if visit.reading.status and visit.reading.state != "redirects"
    ]
    pages = [visit for visit in shown if visit.reading.state == "content"]
    if pages and (original := _original(dossier)):
        shown = [_as_copy(visit, original) if visit in pages else visit for visit in shown]
    elif pages and (abandoned := _abandoned(dossier, pages)):
        yield abandoned
        shown = [visit for visit in shown if visit not in pages]
    yield from by_state(shown)


def _original(dossier: Dossier) -> str:
    """The client's site that this one copies, if it does."""
    for site in dossier.scene.objects(dossier.asset, "copies"):
        holding = dossier.scene.holding(site)
        if holding and holding.ownership in (Ownership.CONFIRMED, Ownership.LIKELY):
            return site.key
    return ""


def _as_copy(visit: VisitRead, original: str) -> VisitRead:
    return replace(visit, reading=replace(visit.reading, state="mirror", target=original))


def _abandoned(dossier: Dossier, pages: list[VisitRead]) -> Finding | None:
    found = age(dossier)
    if found is None or not is_nobodys(dossier, found):
        return None
    told: Params = {
        "urls": [visit.reading.url for visit in pages],
        "year": str(found.newest.year),
        "signs": list(found.signs),
    }
    return say("site.abandoned", *found.sightings, facet="web", params=told)
