"""An alias to a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Host
from scanner.assets import Kind
from scanner.discovery.looks import ADDRESSES
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="dangling_cname",
    sentence="An alias to a name that does not exist can be taken over by whoever registers it.",
    authority="usage.md row 15, TKO-01",
    kinds=(Kind.SITE, Kind.DOMAIN),
    says=("site.dangling_cname",),
    may_doubt=False,
)
def dangling_cname(dossier: Dossier) -> Iterator[Finding]:
    """Warn of every host whose chain of aliases ends nowhere, on its site or else its domain."""
    for host in dossier.holding.hosts:
        at_site = host in dossier.scene.site_of
        if at_site is not (dossier.asset.kind is Kind.SITE):
            continue
        sighting = dossier.see(ADDRESSES, Host(host))
        match sighting.outcome:
            case Seen(fact) if fact.dangling and fact.chain:
                params = {"host": host, "target": fact.chain[-1]}
                yield say("site.dangling_cname", sighting, params=params)
