"""What the name servers of a zone do when asked whether they have it."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from msgspec import Struct

from probes.kit import dns
from probes.kit.net import DnsQuestion, Net, NetTrouble
from probes.kit.observation import Absent, Reason, Seen, Unknown

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


_BEST_FIRST = (
    ServerState.AUTHORITATIVE,
    ServerState.UNKNOWN,
    ServerState.LAME,
    ServerState.NO_ADDRESS,
)


async def look_at_servers(net: Net, zone: str, hosts: tuple[str, ...]) -> tuple[ServerLook, ...]:
    """Ask the first eight name servers for the zone's SOA; the others are named all the same.

    A delegation is not lame while one of its servers was never asked.
    """
    looks = await asyncio.gather(*(_look_at(net, zone, host) for host in hosts[:_MOST_SERVERS]))
    unasked = (
        ServerLook(host, (), ServerState.UNKNOWN, str(Reason.NOT_ASKED))
        for host in hosts[_MOST_SERVERS:]
    )
    return (*looks, *unasked)


def is_lame(servers: tuple[ServerLook, ...]) -> bool:
    """Say whether every server was reached and none has the zone."""
    return bool(servers) and all(
        one.state in (ServerState.LAME, ServerState.NO_ADDRESS) for one in servers
    )


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
