"""Whether a site's server leaves out the old versions of TLS and has a new one."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Seen, Unknown
from probes.kit.target import Endpoint
from scanner.assets import Kind
from scanner.discovery.looks import OLD_TLS, TLS_CERTIFICATE
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding

_OLD = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})


@posture_rule(
    id="encryption",
    sentence="TLS 1.1 and older are not to be spoken any more; TLS 1.2 is the least.",
    authority="RFC 8996; RFC 9325; TLS-07",
    kinds=(Kind.SITE,),
    says=("tls_old_versions", "tls_no_modern"),
)
def encryption(dossier: Dossier) -> Iterator[Finding]:
    """Read the ordinary handshake, and the one that offered old versions only."""
    for host in dossier.holding.hosts:
        served = dossier.see(TLS_CERTIFICATE, Endpoint(host, 443))
        match served.outcome:
            case Seen(certificate) if certificate.tls_version in _OLD:
                told = {"host": host, "version": certificate.tls_version}
                yield fault("tls_no_modern", served, **told)
                continue
        sighting = dossier.see(OLD_TLS, Endpoint(host, 443))
        match sighting.outcome:
            case Seen(old):
                yield fault("tls_old_versions", sighting, host=host, version=old.version)
            case Unknown(reason):
                yield from unchecked("encryption", reason, sighting)
