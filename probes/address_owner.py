"""Whose an address is: reverse name, network, provider."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from msgspec import Struct

from probes.kit.announcement import announcement
from probes.kit.declare import Reach, probe
from probes.kit.dns import hosts, records
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.providers import provider_of_address
from probes.kit.rdap_network import registered_network
from probes.kit.target import Address, Host

_REVERSE_NAMES: Final = 5


class AutonomousSystem(Struct, frozen=True):
    """The network an address is announced from."""

    number: int
    prefix: str
    country: str
    name: str


class Network(Struct, frozen=True):
    """The registered network (RDAP ip) round an address."""

    handle: str
    name: str
    holder: str
    country: str


class AddressOwner(Struct, frozen=True):
    """Who runs an address, by independent sources."""

    reverse_names: Outcome[tuple[str, ...]]
    system: Outcome[AutonomousSystem]
    network: Outcome[Network]
    provider: str
    """A provider's key from our data (`beget`, `timeweb`, `cloudflare` …); empty when not known."""
    provider_name: str
    """Its name for people; the network holder's or AS name where the provider is not in our data."""
    front: bool
    """True when this is a CDN or DDoS front that hides the paid origin."""

    def mentions(self) -> Iterator[Mention]:
        """Reverse names."""
        match self.reverse_names:
            case Seen(names):
                for name in names:
                    yield Mention(Host(name), "reverse_name_of")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def address_owner(address: Address, net: Net) -> Seen[AddressOwner] | Absent | Unknown:
    """Say whose an address is, by its reverse name, its network and our list of providers."""
    reverse_names, system = await asyncio.gather(
        _reverse_names(address, net), _system(address, net)
    )
    provider = provider_of_address(
        address.ip,
        system.fact.number if isinstance(system, Seen) else None,
        reverse_names.fact if isinstance(reverse_names, Seen) else (),
    )
    network: Outcome[Network]
    if provider:
        network = Unknown(Reason.NOT_ASKED, "provider known by AS, reverse name or network")
    else:
        network = await _network(address, net)
    if not provider and all(isinstance(one, Unknown) for one in (reverse_names, system, network)):
        return Unknown(Reason.SOURCE_FAILED, "neither DNS nor RDAP could tell")
    return Seen(
        AddressOwner(
            reverse_names=reverse_names,
            system=system,
            network=network,
            provider=provider.key if provider else "",
            provider_name=provider.name if provider else _called(network, system),
            front=provider.front if provider else False,
        )
    )


async def _reverse_names(address: Address, net: Net) -> Outcome[tuple[str, ...]]:
    answer = await records(net, ipaddress.ip_address(address.ip).reverse_pointer, "PTR")
    if not isinstance(answer, Seen):
        return answer
    names = tuple(host.name for host in hosts(answer.fact))[:_REVERSE_NAMES]
    return Seen(names) if names else Unknown(Reason.UNPARSED, f"PTR: {answer.fact[0][:80]!r}")


async def _system(address: Address, net: Net) -> Outcome[AutonomousSystem]:
    match await announcement(address.ip, net):
        case Seen(fact):
            return Seen(AutonomousSystem(fact.asn, fact.prefix, fact.country, fact.name))
        case other:
            return other


async def _network(address: Address, net: Net) -> Outcome[Network]:
    match await registered_network(address.ip, net):
        case Seen(fact):
            return Seen(Network(fact.handle, fact.name, fact.holder, fact.country))
        case other:
            return other


def _called(network: Outcome[Network], system: Outcome[AutonomousSystem]) -> str:
    """A name for people where the provider is not in our data."""
    if isinstance(network, Seen) and (network.fact.holder or network.fact.name):
        return network.fact.holder or network.fact.name
    return system.fact.name if isinstance(system, Seen) else ""
