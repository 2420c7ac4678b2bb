"""Things that only papers and people can tell of."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.verdict import Finding


@rule(
    id="papers.declared",
    sentence="A declared licence is in use until somebody says otherwise; of a service that is paid, use cannot be seen.",
    authority="DESIGN section 4",
    kinds=(Kind.LICENCE, Kind.SAAS, Kind.OTHER),
    says=("licence.declared", "other.declared"),
)
def declared(dossier: Dossier) -> Iterator[Finding]:
    """Say what a paper's word makes of it."""
    said = dossier.holding.said
    if said is None:
        return
    if dossier.asset.kind is Kind.SAAS:
        if dossier.holding.hosts:
            return  # what was seen of it is told by the rules on services
        yield cannot_tell("account", "paid_not_seen")
    elif said.type == "certificate":
        yield cannot_tell("served", "not_met")
    elif dossier.asset.kind is Kind.OTHER and not said.type and said.paid:
        yield cannot_tell("account", "purpose_unsaid")
    else:
        yield say(f"{dossier.asset.kind}.declared")
