"""Whether a domain's name servers hand the whole zone to strangers, and what is in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net, NetTrouble, ZoneQuestion
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.kit.zone_reading import charges, possible_hosts, read_zone

_MOST_SERVERS = 8
_MOST_HOSTS = 5_000


class Transfer(StrEnum):
    """What a name server did when asked for the whole zone."""

    GIVEN = "given"
    REFUSED = "refused"  # as it should be
    UNKNOWN = "unknown"  # no address, no connection, broken off before anything came


class ServerTransfer(Struct, frozen=True):
    """One name server of the zone."""

    host: str
    address: str
    said: Transfer
    detail: str = ""


class ZoneTransfer(Struct, frozen=True):
    """What each name server did, and the hosts of the zone where one gave it away.

    A refusal is how it should be and says nothing about names. A zone that is given to anybody is a
    weakness of its server: whoever wants to attack the firm reads there what it has.
    """

    servers: tuple[ServerTransfer, ...]
    hosts: tuple[str, ...]
    """Below the apex, sorted, at most 5,000."""
    complete: bool
    """False when the zone was given, but not to its end, or holds more hosts than that."""
    charges: tuple[str, ...] = ()
    """Other domains on whose mail the zone says that it takes reports."""

    @property
    def given(self) -> bool:
        """True when a stranger can have the zone."""
        return any(server.said is Transfer.GIVEN for server in self.servers)

    def mentions(self) -> Iterator[Mention]:
        """Every host of the zone, and the domains of others that it has in its charge."""
        for host in dns.hosts(self.hosts):
            yield Mention(host, "transferred_from_zone")
        for host in dns.hosts(self.charges):
            yield Mention(host, "takes_reports_on")


class _Told(Struct, frozen=True):
    server: ServerTransfer
    zone: Outcome[tuple[str, ...]]
    complete: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return self.zone.fact if isinstance(self.zone, Seen) else ()


@probe(reach=Reach.SEARCH, patience=timedelta(seconds=150))
async def zone_transfer(domain: Domain, net: Net) -> Seen[ZoneTransfer] | Absent | Unknown:
    """Ask every name server of a domain for the whole zone (AXFR)."""
    zone = domain.name
    match await dns.look(net, zone, "NS"):
        case dns.Reading(outcome=Seen(hosts), chain=()):
            pass
        case dns.Reading(outcome=Seen()):
            return Absent("CNAME")
        case dns.Reading(outcome=Absent() | Unknown() as outcome):
            return outcome
    told = await asyncio.gather(*(_ask(net, zone, host) for host in hosts[:_MOST_SERVERS]))
    unknown = [one.zone for one in told if isinstance(one.zone, Unknown)]
    if len(unknown) == len(told):
        return unknown[0]
    # The servers of a zone give the same; the longest list is the whole one.
    best = max(told, key=lambda one: (len(one.names), one.complete))
    found = possible_hosts(best.names, zone)
    complete = best.complete and len(found) <= _MOST_HOSTS
    servers = tuple(one.server for one in told)
    return Seen(ZoneTransfer(servers, found[:_MOST_HOSTS], complete, charges(best.names, zone)))


async def _ask(net: Net, zone: str, host: str) -> _Told:
    """Ask one name server, at its first address."""
    look = await dns.addresses(net, host)
    if not look.found:
        trouble = look.trouble or Unknown(Reason.NO_ADDRESS, host)
        return _Told(ServerTransfer(host, "", Transfer.UNKNOWN, str(trouble.reason)), trouble)
    address = look.found[0]
    try:
        answer = await net.ask(ZoneQuestion(zone, address))
    except NetTrouble as trouble:
        if trouble.reason is Reason.NO_LISTENER:
            # A name server without TCP has no way to give a zone away.
            return _Told(
                ServerTransfer(host, address, Transfer.REFUSED, "no TCP"), Absent("no TCP")
            )
        told = Unknown(trouble.reason, trouble.detail)
        return _Told(ServerTransfer(host, address, Transfer.UNKNOWN, str(trouble.reason)), told)
    read = read_zone(answer, zone)
    match read:
        case Seen():
            return _Told(ServerTransfer(host, address, Transfer.GIVEN), read, answer.complete)
        case Absent(statement):
            return _Told(ServerTransfer(host, address, Transfer.REFUSED, statement), read)
        case Unknown(reason):
            return _Told(ServerTransfer(host, address, Transfer.UNKNOWN, str(reason)), read)
