"""What a domain does for the client's other domains."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.role",
    sentence="A domain that others lean on for name servers, mail, SPF or an alias is infrastructure.",
    authority="usage.md 1.1 (infrastructure); DESIGN section 4",
    kinds=(Kind.DOMAIN,),
    says=("domain.infrastructure",),
    asks_all=True,
)
def role(dossier: Dossier) -> Iterator[Finding]:
    """Name who leans on it; while a domain of the client is unread, it may be leaning too."""
    leaning = [str(asset) for asset in dossier.scene.subjects(dossier.asset, "served_by")]
    if leaning:
        params: Params = {"for": leaning[:10], "count": len(leaning)}
        yield say("domain.infrastructure", facet="role", params=params)
    unread, key = dossier.scene.unread, dossier.asset.key
    # Sorted, and asked of every domain: it is not gone through whole.
    place = bisect_left(unread, key)
    count = len(unread) - (unread[place : place + 1] == (key,))
    if count:
        others = [name for name in unread[:11] if name != key]
        yield cannot_tell("role", "domains_unread", domains=others[:10], count=count)
