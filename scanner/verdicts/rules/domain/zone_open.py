"""Whether a domain's name servers hand its whole zone to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.zone_transfer import Transfer
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery.looks import ZONE_TRANSFER
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.zone_open",
    sentence="A zone that any stranger can transfer shows an attacker everything the firm has.",
    authority="RFC 5936 section 5",
    kinds=(Kind.DOMAIN,),
    says=("domain.zone_given_away",),
    may_doubt=False,
)
def zone_open(dossier: Dossier) -> Iterator[Finding]:
    """Remark on the name servers that gave the zone away."""
    sighting = dossier.see(ZONE_TRANSFER, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(transfer) if transfer.given:
            given = [one.host for one in transfer.servers if one.said is Transfer.GIVEN]
            params: Params = {"servers": given[:5], "count": len(given)}
            yield say("domain.zone_given_away", sighting, params=params)
