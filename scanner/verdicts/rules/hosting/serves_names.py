"""Work a hosting does for other names."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.verdict import Finding


@rule(
    id="hosting.serves_names",
    sentence="A hosting that answers as a name server is used; while some client's name servers are unseen, "
    "any may be.",
    authority="DESIGN section 4; usage.md 1.3, row 10",
    kinds=(Kind.HOSTING,),
    says=("hosting.serves_role",),
    asks_all=True,
)
def serves_names(dossier: Dossier) -> Iterator[Finding]:
    """Say which domains it serves as a name server, and which it may serve."""
    if is_front(dossier):
        return
    served = [asset.key for asset in dossier.scene.objects(dossier.asset, "name_server_of")]
    if served:
        told: Params = {"domains": served[:10], "count": len(served)}
        yield say("hosting.serves_role", facet="role", params=told)
    if dossier.scene.unseen_name_servers:
        unseen = list(dossier.scene.unseen_name_servers)
        yield cannot_tell("role", "name_servers_unseen", domains=unseen[:10])
