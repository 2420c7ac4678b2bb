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
    for port, starttls in ((443, ""), (25, "smtp")):
        for host in dossier.holding.hosts:
            sighting = dossier.see(TLS_CERTIFICATE, Endpoint(host, port, starttls))
            match sighting.outcome:
                case Seen(served) if served.sha256 == dossier.asset.key:
                    yield host, served, sighting
