"""What a domain publishes at its apex, and whether it answers for any name at all."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from probes.kit.observation import Mention, Outcome, Seen
from probes.kit.target import Host


class MailExchange(Struct, frozen=True, order=True):
    """One MX record; host is empty for a null MX (RFC 7505)."""

    preference: int
    host: str


class StartOfAuthority(Struct, frozen=True):
    """The zone's SOA: primary server, responsible mailbox, serial."""

    primary: str
    mailbox: str
    serial: int


class CertificateAuthorityRule(Struct, frozen=True):
    """One CAA record (RFC 8659)."""

    tag: str
    value: str


class DnsRecords(Struct, frozen=True):
    """Apex records by type, each Seen, Absent or Unknown on its own.

    The whole look is Absent("NXDOMAIN") when the resolver says the name does not exist.
    """

    ns: Outcome[tuple[str, ...]]
    soa: Outcome[StartOfAuthority]
    mx: Outcome[tuple[MailExchange, ...]]
    """Sorted by preference."""
    txt: Outcome[tuple[str, ...]]
    caa: Outcome[tuple[CertificateAuthorityRule, ...]]
    wildcard: Outcome[tuple[str, ...]]
    """Addresses given for a label nobody would create; Absent means: no wildcard."""

    @property
    def null_mx(self) -> bool:
        """True when the domain declares that it takes no mail (RFC 7505)."""
        match self.mx:
            case Seen(records):
                return len(records) == 1 and records[0].host == ""
        return False

    def mentions(self) -> Iterator[Mention]:
        """Mail hosts and name servers."""
        match self.mx:
            case Seen(records):
                for record in records:
                    if record.host:
                        yield Mention(Host(record.host), "mx_host_of")
        match self.ns:
            case Seen(hosts):
                for host in hosts:
                    yield Mention(Host(host), "ns_host_of")
