"""How the name servers of a domain keep their duties: TCP, no service to strangers, one zone for all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import DnsAnswer, Net, NetTrouble, ServerQuestion
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown
from probes.kit.target import Domain

_MOST = 6
_NEUTRAL = "example.com"
"""A name that is nobody's business (RFC 2606): what an open resolver would look up for a stranger."""


class NameServer(Struct, frozen=True):
    """One name server as it answers over TCP."""

    host: str
    address: str
    by_tcp: Outcome[int]
    """The serial of its zone. Absent("no listener") when port 53 resets every connection."""
    recurses: bool | None
    """True when it looked up a stranger's name for us; None where that was not found out."""
    alias: bool
    """True when its name is a CNAME, which NS records must not point to (RFC 2181 section 10.3)."""


class NameServers(Struct, frozen=True):
    """Every name server of a domain, six at most, at its first address."""

    servers: tuple[NameServer, ...]


@probe(reach=Reach.VISIT, patience=timedelta(seconds=60))
async def name_servers(domain: Domain, net: Net) -> Seen[NameServers] | Absent | Unknown:
    """Ask each name server of a domain over TCP, and those that offer recursion for a neutral name."""
    named = await dns.look(net, domain.name, "NS")
    match named.outcome:
        case Seen(hosts) if not named.chain:
            looks = await asyncio.gather(*(_at(net, domain.name, host) for host in hosts[:_MOST]))
            return Seen(NameServers(tuple(looks)))
        case Seen():
            return Absent("CNAME")
        case Absent() | Unknown() as other:
            return other


async def _at(net: Net, zone: str, host: str) -> NameServer:
    look = await dns.addresses(net, host)
    if not look.found:
        why = look.trouble or Unknown(Reason.NO_ADDRESS, host)
        return NameServer(host, "", why, None, bool(look.chain))
    address = look.found[0]
    try:
        answer = await net.ask(ServerQuestion(zone, "SOA", address))
    except NetTrouble as trouble:
        closed = trouble.reason is Reason.NO_LISTENER
        told = Absent("no listener") if closed else Unknown(trouble.reason, trouble.detail)
        return NameServer(host, address, told, None, bool(look.chain))
    message = dns.open_message(answer.wire)
    recurses: bool | None = None
    if message is not None:
        recurses = await _recurses(net, address) if message.recursive else False
    return NameServer(host, address, _serial(answer, zone), recurses, bool(look.chain))


def _serial(answer: DnsAnswer, zone: str) -> Outcome[int]:
    match dns.read_answer(answer, zone, "SOA").outcome:
        case Seen((first, *_)):
            return Seen(first.serial)
        case Unknown() as unknown:
            return unknown
    return Unknown(Reason.MALFORMED, "no SOA")


async def _recurses(net: Net, address: str) -> bool | None:
    try:
        answer = await net.ask(ServerQuestion(_NEUTRAL, "SOA", address, recursion=True))
    except NetTrouble:
        return None
    match dns.read_answer(answer, _NEUTRAL, "SOA").outcome:
        case Unknown(reason):
            return False if reason is Reason.DNS_REFUSED else None
    message = dns.open_message(answer.wire)
    # With authority of its own it looked nothing up: it merely has that zone, too.
    return None if message is None or message.authoritative else True
