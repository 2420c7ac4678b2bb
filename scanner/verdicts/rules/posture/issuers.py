"""Whether a domain says who may issue certificates for it, and whether that fits what it shows."""

from __future__ import annotations

from collections.abc import Iterator

from probes.dns_records import CertificateAuthorityRule, DnsRecords
from probes.kit.caa import identities_of, permission
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain, Endpoint
from probes.tls_certificate import ServedCertificate
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, TLS_CERTIFICATE
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding


@posture_rule(
    id="issuers",
    sentence="A domain that names its certificate authorities names the one whose certificate it shows.",
    authority="RFC 8659 sections 3 to 5; TLS-08",
    kinds=(Kind.DOMAIN,),
    says=("caa_absent", "caa_forbids_issuer", "caa_critical_unknown"),
)
def issuers(dossier: Dossier) -> Iterator[Finding]:
    """Compare the CAA records at the apex with the certificates of the domain's hosts."""
    records = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    match records.outcome:
        case Seen(fact):
            match fact.caa:
                case Absent():
                    if any(_certificates(dossier)):
                        yield fault("caa_absent", records)
                case Unknown(reason):
                    yield from unchecked("issuers", reason, records)
                case Seen(rules):
                    yield from _judge(dossier, rules, records)


def _certificates(dossier: Dossier) -> Iterator[tuple[str, str, bool, Sighting[ServedCertificate]]]:
    """Host, issuer, whether only a wildcard covers it, and the look; publicly issued ones alone."""
    for host in dossier.holding.hosts:
        sighting = dossier.see(TLS_CERTIFICATE, Endpoint(host, 443))
        match sighting.outcome:
            case Seen(served) if served.trust == "trusted":
                yield host, served.issuer, host not in served.names, sighting


def _judge(
    dossier: Dossier, rules: tuple[CertificateAuthorityRule, ...], records: Sighting[DnsRecords]
) -> Iterator[Finding]:
    unknown = permission(rules).unknown_critical
    if unknown:
        yield fault("caa_critical_unknown", records, tags=list(unknown))
        return
    told: set[str] = set()
    for host, issuer, wildcard, sighting in _certificates(dossier):
        identities = identities_of(issuer)
        # An authority that we do not know may go by any name.
        allowed = not identities or permission(rules, wildcard=wildcard).allows(identities)
        if not allowed and issuer not in told:
            told.add(issuer)
            yield fault("caa_forbids_issuer", records, sighting, host=host, issuer=issuer)
