"""A site that shows nothing."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.pages import unanswered
from scanner.verdicts.verdict import Finding
from scanner.verdicts.visits import by_state


@rule(
    id="site.does_not_answer",
    sentence="Resets on every port are a fact; a timeout or a refusal only says that we do not know.",
    authority="DESIGN section 3; usage.md 1.2, R2",
    kinds=(Kind.SITE,),
    says=(
        "site.no_listener",
        "site.no_address",
        "site.no_answer",
        "site.forbidden",
        "site.undetermined",
    ),
)
def does_not_answer(dossier: Dossier) -> Iterator[Finding]:
    """Say why visits brought no page."""
    visits, unseen = dossier.visits.made, dossier.visits.unseen
    silent = [visit for visit in visits if not visit.reading.status]
    resets = [visit for visit in silent if visit.reading.state == "no_listener"]
    if len(resets) == len(visits) and not unseen:
        yield from by_state(resets)
    yield from by_state(
        visit for visit in silent if visit.reading.state not in ("no_listener", "redirects")
    )
    for host in unseen:
        if host.visited and unanswered(host.reason) == "no_answer":
            told: Params = {"urls": [f"https://{host.host}/"], "reason": str(host.reason)}
            yield say("site.no_answer", host.sighting, facet="web", params=told)
        else:
            yield cannot_tell("web", host.reason, host.sighting, host=host.host)
    found = [presence(dossier.looks, host) for host in dossier.holding.hosts]
    if found and all(one.lives is Lives.NOWHERE for one in found):
        hosts = list(dossier.holding.hosts)
        sightings = (one.sighting for one in found)
        yield say("site.no_address", *sightings, facet="web", params={"hosts": hosts})
