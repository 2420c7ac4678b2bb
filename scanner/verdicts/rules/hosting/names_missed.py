"""Names on a hosting that we may have missed."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Unknown
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery.looks import CERTIFICATE_LOG
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.names import (
    names_behind_wildcard,
    names_in_sub_zones,
    unseen_certificates,
)
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.verdict import Finding


@rule(
    id="hosting.names_missed",
    sentence="A hosting whose names are not all known may be used by one that we missed.",
    authority="DESIGN section 4; usage.md 1.3, rows 10 and 14",
    kinds=(Kind.HOSTING,),
    says=(),
)
def names_missed(dossier: Dossier) -> Iterator[Finding]:
    """Say where names may have escaped us."""
    if is_front(dossier):
        return
    for domain in sorted({registered(host) for host in dossier.holding.hosts} - {""}):
        sighting = dossier.see(CERTIFICATE_LOG, Domain(domain))
        if isinstance(sighting.outcome, Unknown) and dossier.scene.is_clients(domain):
            yield cannot_tell("names", sighting.outcome.reason, sighting, domain=domain)
        yield from names_behind_wildcard(dossier, domain)
        yield from names_in_sub_zones(dossier, domain)
    yield from unseen_certificates(dossier)
