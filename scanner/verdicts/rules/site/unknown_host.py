"""The control visit: what the server shows to a name that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Host
from scanner.assets import Kind
from scanner.discovery.looks import WEBSITE
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="site.unknown_host",
    sentence="A server that shows the same to a name nobody uses does not know this name.",
    authority="usage.md R12",
    kinds=(Kind.SITE,),
    says=("site.same_as_unknown_host",),
    may_doubt=False,
)
def unknown_host(dossier: Dossier) -> Iterator[Finding]:
    """Remark on every host whose page is the server's page for anybody."""
    for host in dossier.holding.hosts:
        sighting = dossier.see(WEBSITE, Host(host))
        match sighting.outcome:
            case Seen(site) if site.same_as_unknown_host:
                yield say("site.same_as_unknown_host", sighting, params={"host": host})
