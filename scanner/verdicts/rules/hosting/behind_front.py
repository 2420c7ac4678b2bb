"""A front that hides the hosting that is paid."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.discovery.owners import owner_of
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.verdict import Finding


def is_front(dossier: Dossier) -> bool:
    """Say whether the addresses belong to a CDN or a DDoS front."""
    return any(owner_of(dossier.looks, ip).front for ip in dossier.holding.addresses)


@rule(
    id="hosting.behind_front",
    sentence="Behind a front the paid origin cannot be seen, so nothing is said of its use.",
    authority="usage.md 1.3",
    kinds=(Kind.HOSTING,),
    says=("hosting.behind_front",),
)
def behind_front(dossier: Dossier) -> Iterator[Finding]:
    """Say that the origin is hidden, or that it may be: nobody could tell whose the address is."""
    if is_front(dossier):
        params = {"provider": dossier.holding.provider_name or dossier.holding.provider}
        yield say("hosting.behind_front", facet="front", params=params)
        return
    for ip in dossier.holding.addresses:
        if not owner_of(dossier.looks, ip).key:
            yield cannot_tell("provider", "owner_unknown", address=ip)
