"""Where papers contradict what was seen, or one another."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery.looks import REGISTRATION
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.term import ends_on
from scanner.verdicts.verdict import Finding

_DRIFT = 2
"""Days by which a term may differ: registries and panels count in different time zones."""


@rule(
    id="papers.disagreement",
    sentence="Where a paper and the registry, or two papers, disagree, somebody must look; neither is believed in silence.",
    authority="registry.md R5",
    kinds=tuple(Kind),
    says=("paper.registry_says_otherwise", "paper.papers_disagree"),
    may_doubt=False,
)
def disagreement(dossier: Dossier) -> Iterator[Finding]:
    """Tell both sides of each contradiction."""
    said = dossier.holding.said
    if said is None:
        return
    if dossier.asset.kind is Kind.DOMAIN and said.paid_until:
        sighting = dossier.see(REGISTRATION, Domain(dossier.asset.key))
        match sighting.outcome:
            case Seen(registration):
                end = ends_on(registration)
                if end and abs((end - said.paid_until).days) > _DRIFT:
                    yield say(
                        "paper.registry_says_otherwise",
                        sighting,
                        params={
                            "date": said.paid_until.isoformat(),
                            "paid_until": end.isoformat(),
                            "source": said.sources[0],
                        },
                    )
    for dispute in said.disputes:
        told = {"field": dispute.field, "source": dispute.source}
        if dispute.field != "holder":  # people are not named in what travels with the report
            told |= {"kept": dispute.kept, "other": dispute.other}
        yield say("paper.papers_disagree", params=told)
