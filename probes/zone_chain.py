"""Whether a signed zone can be read from name to name, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.kit.zone_reading import charges, possible_hosts

_MOST_STEPS = 3_000
_MOST_SERVERS = 3


class Chain(StrEnum):
    """How a zone proves that a name does not exist, and so whether its names can be listed."""

    UNSIGNED = "unsigned"  # it proves nothing
    PLAIN = "plain"  # each name tells the next one (NSEC, RFC 4034): whoever asks on reads them all
    HASHED = "hashed"  # only hashes of names are told (NSEC3, RFC 5155)
    MINIMAL = "minimal"  # the next name is made up on the spot (RFC 4470, RFC 9824)
    HIDDEN = "hidden"  # signed, and tells no next name when asked for it


class ZoneChain(Struct, frozen=True):
    """What kind of chain a zone has, and its hosts as far as the chain was followed."""

    chain: Chain
    hosts: tuple[str, ...]
    """Below the apex, sorted."""
    steps: int
    complete: bool
    """True when a plain chain was followed until it came round to the apex, or there was none."""
    charges: tuple[str, ...] = ()
    """Other domains on whose mail the zone says that it takes reports."""
    stopped: str = ""
    """Why a plain chain was not followed to its end: too_long, loop, outside, delegation, or a Reason."""

    def mentions(self) -> Iterator[Mention]:
        """Every host met, and the domains of others that the zone has in its charge."""
        for host in dns.hosts(self.hosts):
            yield Mention(host, "listed_in_zone_chain_of")
        for host in dns.hosts(self.charges):
            yield Mention(host, "takes_reports_on")


@probe(reach=Reach.SEARCH, patience=timedelta(minutes=5))
async def zone_chain(domain: Domain, net: Net) -> Seen[ZoneChain] | Absent | Unknown:
    """Follow the chain of a signed zone (NSEC) from its apex, at most 3,000 names far."""
    zone = domain.name
    match (await dns.look(net, zone, "NSEC")).outcome:
        case Unknown() as trouble:
            return trouble
        case Absent("NXDOMAIN") as absent:
            return absent
        case Absent():
            return await _without_next_names(net, zone)
        case Seen((first, *_)):
            return Seen(await _follow(net, zone, _next_name(first)))
        case Seen():
            return await _without_next_names(net, zone)


async def _without_next_names(net: Net, zone: str) -> Seen[ZoneChain] | Unknown:
    keys = (await dns.look(net, zone, "DNSKEY")).outcome
    if isinstance(keys, Unknown):
        return keys
    if isinstance(keys, Absent):
        return Seen(ZoneChain(Chain.UNSIGNED, (), 0, True))
    hashes = (await dns.look(net, zone, "NSEC3PARAM")).outcome
    if isinstance(hashes, Unknown):
        return hashes
    chain = Chain.HASHED if isinstance(hashes, Seen) else Chain.HIDDEN
    return Seen(ZoneChain(chain, (), 0, True))


async def _follow(net: Net, zone: str, name: str) -> ZoneChain:
    met: dict[str, None] = {}
    stopped = ""
    while name != zone:
        if name.startswith("\\000."):
            if not met:
                return ZoneChain(Chain.MINIMAL, (), 1, True)
            stopped = "outside"
        elif not name.endswith(f".{zone}"):
            stopped = "outside"
        elif name in met:
            stopped = "loop"
        elif len(met) == _MOST_STEPS:
            stopped = "too_long"
        if stopped:
            break
        met[name] = None
        match await _next_record(net, zone, name):
            case Seen((value, *_)):
                name = _next_name(value)
            case Unknown(reason):
                stopped = str(reason)
                break
            case _:
                # What is delegated answers for itself, and does not know what comes next up here.
                stopped = "delegation"
                break
    names = tuple(sorted(met))
    return ZoneChain(
        chain=Chain.PLAIN,
        hosts=possible_hosts(names, zone),
        steps=len(met) + 1,
        complete=not stopped,
        charges=charges(names, zone),
        stopped=stopped,
    )


async def _next_record(net: Net, zone: str, name: str) -> Outcome[tuple[Any, ...]]:
    """Ask the resolver, or the zone's own server where the resolver goes after an alias.

    An alias owns an NSEC record beside its CNAME (RFC 4035, 2.5), which only the zone's servers give.
    """
    reading = await dns.look(net, name, "NSEC")
    if not reading.chain:
        return reading.outcome
    match (await dns.look(net, zone, "NS")).outcome:
        case Seen(hosts):
            for host in hosts[:_MOST_SERVERS]:
                for address in (await dns.addresses(net, host)).found[:1]:
                    told = await dns.look(net, name, "NSEC", address)
                    if not told.chain and not isinstance(told.outcome, Unknown):
                        return told.outcome
        case Unknown() as trouble:
            return trouble
    return Unknown(Reason.UNPARSED, "an alias without a next name")


def _next_name(value: object) -> str:
    """The first word of an NSEC record's data."""
    return str(value).partition(" ")[0].lower().removesuffix(".")
