"""What a domain publishes at its apex, and whether it answers for any name at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct, convert

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.mail_address import destinations, mail_domain, mailbox_domain
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.kit.text_tokens import TextToken, tokens_in


class MailExchange(Struct, frozen=True, order=True):
    """One MX record; host is empty for a null MX (RFC 7505)."""

    preference: int
    host: str


class StartOfAuthority(Struct, frozen=True):
    """The zone's SOA: primary server, responsible mailbox, serial."""

    primary: str
    mailbox: str
    serial: int
    refresh: int = 0
    retry: int = 0
    expire: int = 0
    minimum: int = 0
    """Seconds, all four; 0 where an older look did not note them."""


class CertificateAuthorityRule(Struct, frozen=True):
    """One CAA record (RFC 8659)."""

    tag: str
    value: str
    flags: int = 0
    """128 means that who does not know the tag must not issue."""


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
    wildcard_alias: str = ""
    """Where that label's chain of aliases ends; empty when it has addresses of its own, or none."""

    @property
    def null_mx(self) -> bool:
        """True when the domain declares that it takes no mail (RFC 7505)."""
        match self.mx:
            case Seen(records):
                return len(records) == 1 and records[0].host == ""
        return False

    @property
    def mailbox_domain(self) -> str:
        """The mail domain of whoever answers for the zone (SOA); empty when not seen, or no address.

        Most name the mailbox of their hoster: it ties a domain to another only where strangers do not
        name it too.
        """
        return mailbox_domain(self.soa.fact.mailbox) if isinstance(self.soa, Seen) else ""

    @property
    def certificate_contacts(self) -> tuple[str, ...]:
        """Mail domains and hosts to be told of wrong certificates: CAA `iodef` and `contactemail`.

        RFC 8659 section 4.4, and the CA/Browser Forum's Baseline Requirements, appendix A.
        """
        if not isinstance(self.caa, Seen):
            return ()
        told = [one.host for one in destinations(_values(self.caa.fact, "iodef"))]
        told += [mail_domain(address) for address in _values(self.caa.fact, "contactemail")]
        return tuple(dict.fromkeys(filter(None, told)))

    @property
    def tokens(self) -> tuple[TextToken, ...]:
        """Tokens of known services among the TXT records."""
        return tokens_in(self.txt.fact) if isinstance(self.txt, Seen) else ()

    def mentions(self) -> Iterator[Mention]:
        """Mail hosts, name servers, and the domains of those who answer for the zone and its certificates."""
        match self.mx:
            case Seen(records):
                for host in dns.hosts(record.host for record in records):
                    yield Mention(host, "mx_host_of")
        match self.ns:
            case Seen(names):
                for host in dns.hosts(names):
                    yield Mention(host, "ns_host_of")
        for host in dns.hosts(filter(None, (self.mailbox_domain,))):
            yield Mention(host, "soa_mailbox_of")
        for host in dns.hosts(self.certificate_contacts):
            yield Mention(host, "caa_contact_of")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def dns_records(domain: Domain, net: Net) -> Seen[DnsRecords] | Absent | Unknown:
    """Ask for the NS, SOA, MX, TXT and CAA records of a domain, and for a name nobody created."""
    name = domain.name
    control = f"{dns.control_label(name)}.{name}"
    ns, soa, mx, txt, caa, wildcard = await asyncio.gather(
        dns.look(net, name, "NS"),
        dns.look(net, name, "SOA"),
        dns.records(net, name, "MX"),
        dns.records(net, name, "TXT"),
        dns.records(net, name, "CAA"),
        dns.look(net, control, "A"),
    )
    apex = (ns.outcome, soa.outcome, mx, txt, caa)
    if all(outcome == Absent("NXDOMAIN") for outcome in apex):
        return Absent("NXDOMAIN")
    if isinstance(ns.outcome, Unknown) and all(isinstance(outcome, Unknown) for outcome in apex):
        return ns.outcome
    return Seen(
        DnsRecords(
            ns=_own(ns),
            soa=_start(_own(soa)),
            mx=_exchanges(mx),
            txt=txt,
            caa=_rules(caa),
            wildcard=wildcard.outcome,
            wildcard_alias=wildcard.chain[-1] if wildcard.chain else "",
        )
    )


def _own(reading: dns.Reading) -> Outcome[tuple[Any, ...]]:
    """An alias has no zone of its own: the records at its end are another domain's."""
    return Absent("CNAME") if reading.chain else reading.outcome


def _start(outcome: Outcome[tuple[dns.Authority, ...]]) -> Outcome[StartOfAuthority]:
    match outcome:
        case Seen((first, *_)):
            return Seen(convert(first, StartOfAuthority, from_attributes=True))
        case Seen():
            return Unknown(Reason.MALFORMED, "an empty answer")
    return outcome


def _exchanges(outcome: Outcome[tuple[dns.Exchange, ...]]) -> Outcome[tuple[MailExchange, ...]]:
    match outcome:
        case Seen(records):
            return Seen(tuple(MailExchange(r.preference, r.host) for r in records))
    return outcome


def _values(rules: tuple[CertificateAuthorityRule, ...], tag: str) -> Iterator[str]:
    return (rule.value for rule in rules if rule.tag == tag)


def _rules(
    outcome: Outcome[tuple[dns.IssuerRule, ...]],
) -> Outcome[tuple[CertificateAuthorityRule, ...]]:
    match outcome:
        case Seen(records):
            return Seen(tuple(CertificateAuthorityRule(r.tag, r.value, r.flags) for r in records))
    return outcome
