"""Until when a thing is paid that only papers know the term of."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.term import RENEW_WITHIN
from scanner.verdicts.verdict import Finding


@rule(
    id="papers.term",
    sentence="What papers say is paid until a day is due before it; a day that has passed says the paper is old, or the thing lapsed.",
    authority="registry.md R3, R5",
    kinds=(Kind.HOSTING, Kind.SAAS, Kind.LICENCE, Kind.OTHER),
    says=("paper.expires_soon", "paper.ran_out"),
    may_doubt=False,
)
def term(dossier: Dossier) -> Iterator[Finding]:
    """Say when the declared term ends, once that is near or past."""
    said = dossier.holding.said
    if said is None or said.paid_until is None:
        return
    today = dossier.as_of.date()
    params: Params = {"date": said.paid_until.isoformat(), "source": said.sources[0]}
    if said.paid_until < today:
        yield say("paper.ran_out", params=params)
    elif said.paid_until <= today + RENEW_WITHIN:
        days = (said.paid_until - today).days
        yield say("paper.expires_soon", params={**params, "days": days})
