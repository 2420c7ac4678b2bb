"""Whether a host name leads anywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from probes.addresses import HostAddresses
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Host
from scanner.discovery.looks import ADDRESSES, Looks, Sighting


class Lives(StrEnum):
    """What the DNS said about a host's addresses."""

    SOMEWHERE = "somewhere"
    NOWHERE = "nowhere"  # said by an authority, for IPv4 and IPv6
    UNKNOWN = "unknown"


class Presence(Struct, frozen=True, gc=False):
    """A host's addresses, or why there are none to be had."""

    lives: Lives
    sighting: Sighting[HostAddresses]
    addresses: tuple[str, ...] = ()
    reason: Reason = Reason.NOT_ASKED
    """Why nothing is known; means nothing where something is."""
    chain: tuple[str, ...] = ()
    dangling: bool = False
    family_unseen: Reason | None = None
    """Why IPv4 or IPv6 addresses, beside those of the other family, could not be found out."""


def presence(looks: Looks, host: str) -> Presence:
    """Return whether a host leads anywhere, as far as anybody looked."""
    return presence_seen(looks.latest(ADDRESSES, Host(host)))


def presence_seen(sighting: Sighting[HostAddresses]) -> Presence:
    """Read a host's addresses. Only absence of both families, by authority, is NOWHERE."""
    match sighting.outcome:
        case Seen(fact):
            return _seen(fact, sighting)
        case Absent():
            return Presence(Lives.NOWHERE, sighting)
        case Unknown(reason):
            return Presence(Lives.UNKNOWN, sighting, reason=reason)
        case never:
            assert_never(never)


def _seen(fact: HostAddresses, sighting: Sighting[HostAddresses]) -> Presence:
    addresses = fact.all
    if addresses:
        dim = next((way.reason for way in (fact.v4, fact.v6) if isinstance(way, Unknown)), None)
        return Presence(Lives.SOMEWHERE, sighting, addresses, chain=fact.chain, family_unseen=dim)
    for family in (fact.v4, fact.v6):
        match family:
            case Unknown(reason):
                return Presence(Lives.UNKNOWN, sighting, reason=reason, chain=fact.chain)
            case Seen() | Absent():
                continue
            case never:
                assert_never(never)
    return Presence(Lives.NOWHERE, sighting, chain=fact.chain, dangling=fact.dangling)
