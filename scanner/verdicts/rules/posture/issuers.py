"""Whether a domain says who may issue certificates for it, and whether that fits what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from probes.kit.caa import Property, identities_of, permission, relevant
from probes.kit.observation import Seen, Unknown
from probes.kit.target import Domain, Endpoint, Host
from probes.sub_zone import SubZone
from probes.tls_certificate import ServedCertificate
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, SUB_ZONE, TLS_CERTIFICATE
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding


class _Shown(Struct, frozen=True):
    """A publicly issued certificate that a host shows."""

    host: str
    issuer: str
    wildcard: bool
    """Only a wildcard of it covers the host."""
    sighting: Sighting[ServedCertificate]

    @property
    def issued_for(self) -> str:
        """The name whose records an authority had to obey: a wildcard's is the one above."""
        return self.host.partition(".")[2] if self.wildcard else self.host


@posture_rule(
    id="issuers",
    sentence="A domain that names its certificate authorities names the one whose certificate it shows; "
    "the records nearest to a name count.",
    authority="RFC 8659 sections 3 to 5; TLS-08",
    kinds=(Kind.DOMAIN,),
    says=("caa_absent", "caa_forbids_issuer", "caa_critical_unknown"),
)
def issuers(dossier: Dossier) -> Iterator[Finding]:
    """Compare the CAA records of each host, or else of the names above it, with its certificate."""
    apex = dossier.see(DNS_RECORDS, Domain(dossier.asset.key))
    match apex.outcome:
        case Seen(fact):
            rules: dict[str, Sequence[Property]] = {}
            where: dict[str, Sighting[Any]] = {dossier.asset.key: apex}
            match fact.caa:
                case Unknown(reason):
                    yield from unchecked("issuers", reason, apex)
                    return
                case Seen(own):
                    rules[dossier.asset.key] = own
            untold: set[str] = set()
            for host in dossier.holding.hosts:
                below = dossier.see(SUB_ZONE, Host(host))
                match below.outcome:
                    case Seen(SubZone(caa=Seen(own_rules))):
                        rules[host], where[host] = own_rules, below
                    case Seen(SubZone(caa=Unknown(reason))):
                        untold.add(host)
                        yield from unchecked("issuers", reason, below)
            shown = [one for one in _certificates(dossier) if one.issued_for not in untold]
            yield from _compare(shown, rules, where, apex)


def _compare(
    shown: list[_Shown],
    rules: dict[str, Sequence[Property]],
    where: dict[str, Sighting[Any]],
    apex: Sighting[Any],
) -> Iterator[Finding]:
    by_place: dict[str, list[_Shown]] = {}
    for one in shown:
        by_place.setdefault(relevant(rules, one.issued_for)[0], []).append(one)
    for place, some in by_place.items():
        if place:
            yield from _judge(some, rules[place], where[place])
        else:
            yield fault("caa_absent", apex)
    for place in sorted(
        rules.keys() - by_place.keys()
    ):  # nothing to compare with, and wrong all the same
        yield from _judge([], rules[place], where[place])


def _certificates(dossier: Dossier) -> Iterator[_Shown]:
    for host in dossier.holding.hosts:
        sighting = dossier.see(TLS_CERTIFICATE, Endpoint(host, 443))
        match sighting.outcome:
            case Seen(served) if served.trust == "trusted":
                yield _Shown(host, served.issuer, host not in served.names, sighting)


def _judge(
    some: list[_Shown], rules: Sequence[Property], records: Sighting[Any]
) -> Iterator[Finding]:
    unknown = permission(rules).unknown_critical
    if unknown:
        yield fault("caa_critical_unknown", records, tags=list(unknown))
        return
    told: set[str] = set()
    for one in some:
        identities = identities_of(one.issuer)
        # An authority that we do not know may go by any name.
        allowed = not identities or permission(rules, wildcard=one.wildcard).allows(identities)
        if not allowed and one.issuer not in told:
            told.add(one.issuer)
            yield fault(
                "caa_forbids_issuer", records, one.sighting, host=one.host, issuer=one.issuer
            )
