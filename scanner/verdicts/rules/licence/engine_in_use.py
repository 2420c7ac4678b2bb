"""A program that a site runs on, and that is sold by licence."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.tenancy import met, told
from scanner.verdicts.verdict import Finding


@rule(
    id="licence.engine_in_use",
    sentence="A site made with a paid program proves nothing of its licence; the program's own word that it "
    "is over is told beside, whatever papers say: somebody must decide to renew it.",
    authority="usage.md 1.6; row 13",
    kinds=(Kind.LICENCE,),
    says=("licence.trace", "licence.said_over"),
    may_doubt=False,
)
def engine_in_use(dossier: Dossier) -> Iterator[Finding]:
    """Tell where the program was met, and where it says that its licence is over."""
    traces = met(dossier)
    over = tuple(one for one in traces if one.code == "unpaid")
    if over:
        seen = (one.sighting for one in over)
        yield say("licence.said_over", *seen, params=told(over, dossier))
    if traces:
        seen = (one.sighting for one in traces)
        yield say("licence.trace", *seen, params=told(traces, dossier))
