"""Work a hosting does for other names, and names on it that we may have missed."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Unknown
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery.looks import CERTIFICATE_LOG
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.names import (
    names_behind_wildcard,
    names_in_sub_zones,
    unseen_certificates,
)
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.verdict import Finding


@rule(
    id="hosting.serves_names",
    sentence="A hosting that answers as a name server is used; one whose names are not all known may be.",
    authority="DESIGN section 4; usage.md 1.3, rows 10 and 14",
    kinds=(Kind.HOSTING,),
    says=("hosting.serves_role",),
    asks_all=True,
)
def serves_names(dossier: Dossier) -> Iterator[Finding]:
    """Say which domains it serves as a name server, and where names may have escaped us."""
    if is_front(dossier):
        return
    served = [asset.key for asset in dossier.scene.objects(dossier.asset, "name_server_of")]
    if served:
        told: Params = {"domains": served[:10], "count": len(served)}
        yield say("hosting.serves_role", facet="role", params=told)
    if dossier.scene.unseen_name_servers:
        unseen = list(dossier.scene.unseen_name_servers)
        yield cannot_tell("role", "name_servers_unseen", domains=unseen[:10])
    for domain in sorted({registered(host) for host in dossier.holding.hosts} - {""}):
        sighting = dossier.see(CERTIFICATE_LOG, Domain(domain))
        if isinstance(sighting.outcome, Unknown) and dossier.scene.is_clients(domain):
            yield cannot_tell("names", sighting.outcome.reason, sighting, domain=domain)
        yield from names_behind_wildcard(dossier, domain)
        yield from names_in_sub_zones(dossier, domain)
    yield from unseen_certificates(dossier)
