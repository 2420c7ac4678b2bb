"""What a site shows."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.verdict import Finding
from scanner.verdicts.visits import by_state


@rule(
    id="site.shows_page",
    sentence="A site is what its pages show, over http and https, at every host it has.",
    authority="DESIGN section 4; usage.md 1.2, R10, R12",
    kinds=(Kind.SITE,),
    says=(
        "site.content",
        "site.login",
        "site.api",
        "site.app",
        "site.mirror",
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
    made = dossier.visits.made
    yield from by_state(
        visit for visit in made if visit.reading.status and visit.reading.state != "redirects"
    )
