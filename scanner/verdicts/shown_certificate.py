"""The certificate a dossier is about, wherever it was shown, and as the logs know it."""

from __future__ import annotations

from collections.abc import Iterator

from probes.certificate_log import LoggedCertificate, LoggedCertificates
from probes.kit.observation import Seen
from probes.kit.target import Domain, Endpoint
from probes.tls_certificate import ServedCertificate
from scanner.discovery import Looks, Sighting
from scanner.discovery.bought_certificates import endpoints
from scanner.discovery.looks import CERTIFICATE_LOG, TLS_CERTIFICATE
from scanner.discovery.scope import registered
from scanner.verdicts.dossier import Dossier

Shown = tuple[str, ServedCertificate, Sighting[ServedCertificate]]


def shown(dossier: Dossier) -> Iterator[Shown]:
    """Yield every host that shows the certificate, web first, with what was seen there.

    Further ports are read only where neither web nor mail shows it.
    """
    hosts = dossier.holding.hosts
    web = [Endpoint(host, 443) for host in hosts]
    mail = [Endpoint(host, 25, "smtp") for host in hosts if host in dossier.scene.mail_hosts]
    usual = list(_showing(dossier, (*web, *mail)))
    further = (one for host in hosts for one in endpoints(host) if one.port not in (443, 25))
    yield from usual or _showing(dossier, further)


def _showing(dossier: Dossier, at: Iterator[Endpoint] | tuple[Endpoint, ...]) -> Iterator[Shown]:
    for endpoint in at:
        sighting = dossier.see(TLS_CERTIFICATE, endpoint)
        match sighting.outcome:
            case Seen(served) if served.sha256 == dossier.asset.key:
                yield endpoint.name, served, sighting


def logged(
    looks: Looks, sha256: str, hosts: tuple[str, ...]
) -> tuple[LoggedCertificate, Sighting[LoggedCertificates]] | None:
    """Return a certificate as the log of one of the client's domains knows it, if any does."""
    for domain in sorted({registered(host) for host in hosts} - {""}):
        sighting = looks.latest(CERTIFICATE_LOG, Domain(domain))
        match sighting.outcome:
            case Seen(log):
                for one in log.certificates:
                    if one.sha256 == sha256:
                        return one, sighting
    return None
