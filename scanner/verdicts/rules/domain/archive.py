"""When the web archive last saw a site under a domain."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery.looks import WEB_ARCHIVE
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding


@rule(
    id="domain.archive",
    sentence="What the web archive kept tells when a site was alive, and proves nothing about today.",
    authority="discovery.md section 2.8",
    kinds=(Kind.DOMAIN,),
    says=("domain.last_seen_alive",),
    may_doubt=False,
)
def archive(dossier: Dossier) -> Iterator[Finding]:
    """Tell the day of the last good capture."""
    sighting = dossier.see(WEB_ARCHIVE, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(site) if site.last_seen:
            params = {"on": site.last_seen.isoformat()}
            yield say("domain.last_seen_alive", sighting, params=params)
