"""A public name of a place inside somebody's network."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.assets import Kind
from scanner.discovery.hosting_providers import is_internal
from scanner.discovery.presence import presence
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="site.internal_address",
    sentence="A name with an address of a private network serves those inside; from outside nothing "
    "can be said of it, but the public DNS tells strangers of the network.",
    authority="RFC 1918; RFC 4193; usage.md row 29",
    kinds=(Kind.SITE,),
    says=("site.internal_address",),
    may_doubt=False,
)
def internal_address(dossier: Dossier) -> Iterator[Finding]:
    """Remark on every host with such an address."""
    for host in dossier.holding.hosts:
        found = presence(dossier.looks, host)
        inside = [ip for ip in found.addresses if is_internal(ip)]
        if inside:
            params = {"host": host, "address": inside[0]}
            yield say("site.internal_address", found.sighting, params=params)
