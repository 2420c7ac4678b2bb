"""A site that only sends its visitors on."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.verdict import Finding
from scanner.verdicts.visits import by_state


@rule(
    id="site.redirects_elsewhere",
    sentence="A site that ends at another site redirects, whether or not the other one answers.",
    authority="DESIGN section 4; usage.md row 4",
    kinds=(Kind.SITE,),
    says=("site.redirects",),
    may_doubt=False,
)
def redirects_elsewhere(dossier: Dossier) -> Iterator[Finding]:
    """Say where the visits ended."""
    made = dossier.visits.made
    yield from by_state(visit for visit in made if visit.reading.state == "redirects")
