"""A place where a site is tried out."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.discovery.working_names import is_for_work
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="site.for_work",
    sentence="A test site with content is somebody's work: ask who works on it, never end it unasked.",
    authority="usage.md row 28",
    kinds=(Kind.SITE,),
    says=("site.for_work",),
    may_doubt=False,
)
def for_work(dossier: Dossier) -> Iterator[Finding]:
    """Remark on a host that is called as test sites are, where it shows something of its own."""
    for host in dossier.holding.hosts:
        shown = [visit for visit in dossier.visits.made if visit.host == host]
        alive = [v for v in shown if use_of(Kind.SITE, v.reading.state) is Use.USED]
        if alive and is_for_work(host):
            yield say("site.for_work", alive[0].sighting, params={"host": host})
