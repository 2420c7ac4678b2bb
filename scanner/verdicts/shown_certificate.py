"""The certificate a dossier is about, wherever it was shown."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Endpoint
from probes.tls_certificate import ServedCertificate
from scanner.discovery import Sighting
from scanner.discovery.looks import TLS_CERTIFICATE
from scanner.verdicts.dossier import Dossier


def shown(dossier: Dossier) -> Iterator[tuple[str, ServedCertificate, Sighting[ServedCertificate]]]:
    """Yield every host that shows the certificate, web first, with what was seen there."""
    hosts = dossier.holding.hosts
    web = [Endpoint(host, 443) for host in hosts]
    mail = [Endpoint(host, 25, "smtp") for host in hosts if host in dossier.scene.mail_hosts]
    for endpoint in (*web, *mail):
        sighting = dossier.see(TLS_CERTIFICATE, endpoint)
        match sighting.outcome:
            case Seen(served) if served.sha256 == dossier.asset.key:
                yield endpoint.name, served, sighting
