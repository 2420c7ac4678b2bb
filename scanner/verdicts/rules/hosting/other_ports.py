"""Services on a hosting that answer elsewhere than its pages."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen
from probes.kit.target import Endpoint
from scanner.assets import Kind
from scanner.discovery.bought_certificates import endpoints
from scanner.discovery.certificates import covers
from scanner.discovery.looks import TLS_CERTIFICATE
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.rules.hosting.behind_front import is_front
from scanner.verdicts.verdict import Finding

_USUAL = 443


@rule(
    id="hosting.other_ports",
    sentence="A machine that shows a certificate for the client's name on a port of mail or programs has a "
    "service there, whatever its web shows.",
    authority="usage.md 1.3, 1.5 (served on any port), R3",
    kinds=(Kind.HOSTING,),
    says=(),
)
def other_ports(dossier: Dossier) -> Iterator[Finding]:
    """Name the first such service; ports that were not knocked at say nothing."""
    if is_front(dossier):
        return
    for host in dossier.holding.hosts:
        for endpoint in endpoints(host) if _is_shown_elsewhere(dossier, host) else ():
            sighting = dossier.see(TLS_CERTIFICATE, endpoint)
            match sighting.outcome:
                case Seen(served) if endpoint.port != _USUAL and covers(served.names, host):
                    yield cannot_tell("ports", "other_port", sighting, host=host)
                    return


def _is_shown_elsewhere(dossier: Dossier, host: str) -> bool:
    """Say whether the host has a certificate that its web does not show: else nobody knocked further."""
    known = dossier.scene.certificates_of.get(host, ())
    match dossier.see(TLS_CERTIFICATE, Endpoint(host, _USUAL)).outcome if known else None:
        case Seen(served):
            return any(one != served.sha256 for one in known)
    return bool(known)
