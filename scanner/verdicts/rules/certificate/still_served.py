"""Whether a certificate is still shown to anybody."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Endpoint
from probes.tls_certificate import ServedCertificate
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery import Sighting
from scanner.discovery.looks import TLS_CERTIFICATE
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding

TLS_PORTS = (443, 8443, 465, 993, 995, 25, 587)
"""Every port a certificate may still be served on before it may be called superseded."""


@rule(
    id="certificate.still_served",
    sentence="A certificate is served where it was seen; superseded only when no TLS port shows it.",
    authority="DESIGN section 4; usage.md 1.5",
    kinds=(Kind.CERTIFICATE,),
    says=(
        "certificate.served",
        "certificate.expired",
        "certificate.superseded",
        "certificate.unserved",
    ),
    may_doubt=False,
)
def still_served(dossier: Dossier) -> Iterator[Finding]:
    """Look at every TLS port of the hosts it was shown for."""
    sha256 = dossier.asset.key
    proved_elsewhere = bool(dossier.holding.hosts)
    elsewhere: list[Sighting[ServedCertificate]] = []
    for host in dossier.holding.hosts:
        for port in TLS_PORTS:
            endpoint = Endpoint(host, port, "smtp" if port in (25, 587) else "")
            sighting = dossier.see(TLS_CERTIFICATE, endpoint)
            match sighting.outcome:
                case Seen(served) if served.sha256 == sha256:
                    ended = dossier.as_of > served.not_after
                    params: Params = {
                        "host": host,
                        "port": port,
                        "issuer": served.issuer,
                        "not_after": served.not_after.date().isoformat(),
                    }
                    code = "certificate.expired" if ended else "certificate.served"
                    yield say(code, sighting, facet="served", params=params)
                    return
                case Seen() | Absent():
                    elsewhere.append(sighting)
                case Unknown():
                    proved_elsewhere = False
    code = "certificate.superseded" if proved_elsewhere else "certificate.unserved"
    yield say(code, *elsewhere, facet="served")
