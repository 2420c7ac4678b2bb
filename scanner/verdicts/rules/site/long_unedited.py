"""A site that works as it was years ago."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.unedited import age, is_nobodys
from scanner.verdicts.verdict import Finding


@rule(
    id="site.long_unedited",
    sentence="A site on which every date is old may still serve people: that is a word to its owner, "
    "and no more.",
    authority="DESIGN section 4 (abandoned); usage.md R3",
    kinds=(Kind.SITE,),
    says=("site.long_unedited",),
    may_doubt=False,
)
def long_unedited(dossier: Dossier) -> Iterator[Finding]:
    """Name the newest sign of an editor where it is years old and the site is not called abandoned."""
    if any(visit.reading.state == "content" for visit in dossier.visits.made):
        found = age(dossier)
        if found and not is_nobodys(dossier, found):
            told: Params = {"year": str(found.newest.year), "signs": list(found.signs)}
            yield say("site.long_unedited", *found.sightings, params=told)
