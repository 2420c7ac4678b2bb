"""Certificates that public logs hold for a firm, by its name: domains of one owner under many names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Seen, Unknown
from probes.kit.organisation_certificates import certified_for
from probes.kit.source import COMPLETED, unknown_reason
from probes.kit.target import Host, Organisation


class OrganisationCertificates(Struct, frozen=True):
    """Hosts certified for a firm that is called exactly so; namesakes are, too.

    The whole look is Absent("certificate log") when a complete answer held nothing.
    """

    hosts: tuple[str, ...]
    """At most 300, wildcards kept; none of a name with more than 2,000 certificates."""
    certificates: int
    complete: bool
    """False when the log was cut off: there may be more."""

    def mentions(self) -> Iterator[Mention]:
        """Every host, once."""
        for name in dict.fromkeys(host.removeprefix("*.") for host in self.hosts):
            yield Mention(Host(name), "certified_for")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def organisation_certificates(
    organisation: Organisation, net: Net
) -> Seen[OrganisationCertificates] | Absent | Unknown:
    """Ask crt.sh for the certificates that were issued to a firm of this name."""
    found = await certified_for([organisation.name], net)
    complete = found.ended == COMPLETED
    hosts = tuple(host for one in found.certified for host in one.hosts)
    count = sum(one.certificates for one in found.certified)
    if count:
        return Seen(OrganisationCertificates(hosts, count, complete))
    if complete:
        return Absent("certificate log")
    return Unknown(unknown_reason(found.ended), f"crt.sh {found.ended.status}")
