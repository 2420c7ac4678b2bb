"""Names of the client that a failed look may have kept from us."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Unknown
from probes.kit.target import Endpoint
from scanner.discovery.looks import TLS_CERTIFICATE
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.verdict import Finding


def unseen_certificates(dossier: Dossier) -> Iterator[Finding]:
    """Say where a certificate, which may name further hosts, could not be read."""
    for host in dossier.holding.hosts:
        if host not in dossier.scene.site_of:
            continue
        sighting = dossier.see(TLS_CERTIFICATE, Endpoint(host, 443))
        if isinstance(sighting.outcome, Unknown):
            yield cannot_tell("names", sighting.outcome.reason, sighting, host=host)
