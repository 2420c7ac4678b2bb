"""Who serves a domain: what its parent says, and what each name server answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import DnsQuestion, Net, NetTrouble
from probes.kit.observation import Absent, Mention, Reason, Seen, Unknown
from probes.kit.parent import Referral, ask_parent, parent_of
from probes.kit.target import Domain

_MOST_SERVERS = 8
_ADDRESSES_A_SERVER = 2
_TRIES = 3


class ServerState(StrEnum):
    """What one name server of a delegation did when asked for the zone's SOA."""

    AUTHORITATIVE = "authoritative"
    LAME = "lame"  # refused three times, or answered without authority: it does not have the zone
    NO_ADDRESS = "no_address"  # its name has no address, or does not exist
    UNKNOWN = "unknown"  # no answer, SERVFAIL, not dialled


class ServerLook(Struct, frozen=True):
    """One name server of a domain."""

    host: str
    addresses: tuple[str, ...]
    state: ServerState
    detail: str = ""


class Delegation(Struct, frozen=True):
    """The name servers the parent zone delegates to, each asked for the domain's SOA.

    The whole look is Absent("NXDOMAIN") when the parent's own servers say the name does not exist,
    and Absent("not delegated") when they know it but delegate it nowhere.
    """

    parent: str
    servers: tuple[ServerLook, ...]
    glue: tuple[tuple[str, str], ...] = ()
    """Addresses that the parent gives for servers whose names lie in the domain: server, address."""

    @property
    def lame(self) -> bool:
        """True when every server was reached and none has the zone."""
        return bool(self.servers) and all(
            s.state in (ServerState.LAME, ServerState.NO_ADDRESS) for s in self.servers
        )

    def mentions(self) -> Iterator[Mention]:
        """The name server hosts."""
        for host in dns.hosts(server.host for server in self.servers):
            yield Mention(host, "ns_host_of")


_BEST_FIRST = (
    ServerState.AUTHORITATIVE,
    ServerState.UNKNOWN,
    ServerState.LAME,
    ServerState.NO_ADDRESS,
)


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=120))
async def delegation(domain: Domain, net: Net) -> Seen[Delegation] | Absent | Unknown:
    """Ask the parent zone's servers who serves a domain, and each of those whether it does."""
    said = await ask_parent(net, domain.name)
    if isinstance(said, Unknown):
        # The resolver may only add to what we know: its "no" is not the parent's.
        match await dns.look(net, domain.name, "NS"):
            case dns.Reading(outcome=Seen(names), chain=()):
                said = Referral(parent_of(domain.name), names)
            case _:
                return said
    if isinstance(said, Absent):
        return said
    looks = await asyncio.gather(
        *(_look_at(net, domain.name, host) for host in said.hosts[:_MOST_SERVERS])
    )
    # Named all the same: a delegation is not lame while one of its servers was never asked.
    unasked = (
        ServerLook(host, (), ServerState.UNKNOWN, str(Reason.NOT_ASKED))
        for host in said.hosts[_MOST_SERVERS:]
    )
    below = f".{domain.name}"
    glue = tuple(one for one in said.glue if one[0].endswith(below) and one[0] in said.hosts)
    return Seen(Delegation(said.parent, (*looks, *unasked), glue))


async def _look_at(net: Net, zone: str, host: str) -> ServerLook:
    """Ask one name server, at its first two addresses, for the zone's SOA."""
    look = await dns.addresses(net, host)
    addresses = look.found[:_ADDRESSES_A_SERVER]
    if not addresses:
        if trouble := look.trouble:
            return ServerLook(host, (), ServerState.UNKNOWN, f"address: {trouble.reason}")
        authority = "NXDOMAIN" if look.nonexistent else "NODATA"
        return ServerLook(host, (), ServerState.NO_ADDRESS, authority)
    states = await asyncio.gather(*(_state_at(net, zone, ip) for ip in addresses))
    # One address with the zone is enough; "it does not have it" must be said by all.
    untold = any(isinstance(family, Unknown) for family in (look.v4, look.v6))
    if untold or len(look.found) > len(addresses):
        states.append((ServerState.UNKNOWN, str(Reason.NOT_ASKED)))
    best, detail = min(states, key=lambda state: _BEST_FIRST.index(state[0]))
    return ServerLook(host, addresses, best, detail)


async def _state_at(net: Net, zone: str, ip: str) -> tuple[ServerState, str]:
    for _ in range(_TRIES):
        try:
            answer = await net.ask(DnsQuestion(zone, "SOA", ip))
        except NetTrouble as trouble:
            return ServerState.UNKNOWN, str(trouble.reason)
        match dns.read_authority(answer, zone):
            case Seen():
                return ServerState.AUTHORITATIVE, ""
            case Absent(statement):
                return ServerState.LAME, statement
            case Unknown(reason, detail):
                if reason is not Reason.DNS_REFUSED:
                    return ServerState.UNKNOWN, f"{reason}: {detail}" if detail else str(reason)
    return ServerState.LAME, f"refused {_TRIES} times"
