"""In whose name a domain is registered."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.registration import HolderKind
from scanner.assets import Kind
from scanner.discovery.looks import REGISTRATION
from scanner.discovery.own_signs import ANOTHER_HOLDER
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.holder",
    sentence="A domain belongs to its holder: another firm's must be transferred, a person's looked into.",
    authority="usage.md row 2, WHO-01",
    kinds=(Kind.DOMAIN,),
    says=("domain.holder_is_private_person", "domain.holder_is_another_organisation"),
    may_doubt=False,
)
def holder(dossier: Dossier) -> Iterator[Finding]:
    """Remark on a holder who is not the client."""
    sighting = dossier.see(REGISTRATION, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(registration) if registration.holder.kind is HolderKind.PRIVATE_PERSON:
            yield say("domain.holder_is_private_person", sighting)
    for reason in dossier.holding.reasons:
        if reason.code == ANOTHER_HOLDER:
            yield say("domain.holder_is_another_organisation", sighting, params=dict(reason.params))
