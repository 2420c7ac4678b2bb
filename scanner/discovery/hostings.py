"""Which hostings the client's names live on.

One hosting is what one provider does for the client: hosts that share an address there, IPv4 and
IPv6 together. Other people's names on the same addresses play no part.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from msgspec import Struct

from probes.kit.providers import all_providers
from scanner.discovery.notes import Notes
from scanner.discovery.owners import Owner
from scanner.discovery.scope import Scope, registered

_PARKING = frozenset(one.key for one in all_providers() if "parking" in one.kinds)


class _Group(Struct, eq=False):
    provider: str
    hosts: set[str]
    addresses: set[str]


class Hosting(Struct, frozen=True):
    """Hosts of the client at one provider."""

    provider: str
    name: str
    """The shortest of its hosts: with the provider, what the hosting is known by."""
    hosts: tuple[str, ...]
    addresses: tuple[str, ...]
    provider_name: str
    front: bool

    @property
    def key(self) -> str:
        """`beget/romashka.ru`: no address in it, so that a move to another one changes nothing."""
        return f"{self.provider}/{self.name}"


def hostings_of(
    addresses_of: dict[str, tuple[str, ...]], notes: Notes, scope: Scope
) -> tuple[Hosting, ...]:
    """Group hosts with addresses into hostings, sorted by key. Parking services host nobody."""
    owners = {ip: notes.owner(ip) for addresses in addresses_of.values() for ip in addresses}
    groups: dict[tuple[str, str], _Group] = {}
    """By provider and address: the group that address belongs to."""
    for host in sorted(addresses_of):
        for provider, addresses in _parts(addresses_of[host], owners):
            _join(groups, provider, host, addresses)
    distinct = {id(group): group for group in groups.values()}.values()
    kept = (group for group in distinct if group.provider not in _PARKING)
    made = (_hosting(group, owners, scope) for group in kept)
    return tuple(sorted(made, key=lambda hosting: hosting.key))


def _join(
    groups: dict[tuple[str, str], _Group], provider: str, host: str, addresses: tuple[str, ...]
) -> None:
    """Add a host to the group that has any of its addresses; several such groups become one."""
    met = (groups.get((provider, ip)) for ip in addresses)
    joined = next(filter(None, met), None) or _Group(provider, set(), set())
    joined.hosts.add(host)
    joined.addresses.update(addresses)
    for ip in addresses:
        other = groups.get((provider, ip), joined)
        if other is not joined:
            joined.hosts |= other.hosts
            joined.addresses |= other.addresses
            groups.update(((provider, moved), joined) for moved in other.addresses)
        groups[provider, ip] = joined


def _parts(
    addresses: Iterable[str], owners: dict[str, Owner]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Split a host's addresses by provider; those nobody could name go with the only known one."""
    by_key: dict[str, list[str]] = {}
    for ip in addresses:
        by_key.setdefault(owners[ip].key, []).append(ip)
    unknown = by_key.pop("", [])
    if unknown:
        by_key.setdefault(next(iter(by_key)) if len(by_key) == 1 else "unknown", []).extend(unknown)
    for key in sorted(by_key):
        yield key, tuple(by_key[key])


def _hosting(group: _Group, owners: dict[str, Owner], scope: Scope) -> Hosting:
    """Name the hosting after what a person named, if it can be: what was met may come and go."""
    ordered = tuple(sorted(group.addresses, key=_numerically))
    known = [owners[ip].name for ip in ordered if owners[ip].name]
    return Hosting(
        provider=group.provider,
        name=min(group.hosts, key=lambda host: (registered(host) in scope.likely, len(host), host)),
        hosts=tuple(sorted(group.hosts)),
        addresses=ordered,
        provider_name=known[0] if known else "",
        front=any(owners[ip].front for ip in ordered),
    )


def _numerically(ip: str) -> tuple[int, int]:
    address = ipaddress.ip_address(ip)
    return address.version, int(address)


class HostingIndex:
    """Hostings by address, provider and name, so that a thousand names need no thousand searches."""

    def __init__(self, hostings: Iterable[Hosting]) -> None:
        self._by_address: dict[str, list[Hosting]] = {}
        self._by_provider: dict[str, list[Hosting]] = {}
        self._by_host: dict[str, list[Hosting]] = {}
        self._by_domain: dict[str, list[Hosting]] = {}
        for hosting in hostings:
            self._by_provider.setdefault(hosting.provider, []).append(hosting)
            for ip in hosting.addresses:
                self._by_address.setdefault(ip, []).append(hosting)
            for host in hosting.hosts:
                self._by_host.setdefault(host, []).append(hosting)
                self._by_domain.setdefault(registered(host), []).append(hosting)
        self._numbers = sorted((_numerically(ip), ip) for ip in self._by_address)
        self._reached: dict[tuple[str, ...], tuple[Hosting, ...]] = {}

    def at(self, addresses: Iterable[str]) -> list[Hosting]:
        """Return the hostings that have any of the addresses."""
        return _distinct(one for ip in addresses for one in self._by_address.get(ip, ()))

    def of_provider(self, keys: Iterable[str]) -> list[Hosting]:
        """Return the hostings at any of the providers."""
        return _distinct(one for key in keys for one in self._by_provider.get(key, ()))

    def of_hosts(self, hosts: Iterable[str]) -> list[Hosting]:
        """Return the hostings that any of the hosts live on."""
        return _distinct(one for host in hosts for one in self._by_host.get(host, ()))

    def of_domain(self, domain: str) -> list[Hosting]:
        """Return the hostings that any host of a registered name lives on."""
        return _distinct(self._by_domain.get(domain, ()))

    def within(self, networks: tuple[str, ...]) -> tuple[Hosting, ...]:
        """Return the hostings with an address in any of the networks; what is no network is passed over."""
        if networks not in self._reached:
            inside = (ip for text in networks for ip in self._addresses_within(text))
            self._reached[networks] = tuple(self.at(inside))
        return self._reached[networks]

    def _addresses_within(self, text: str) -> Iterator[str]:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return
        first, last = int(network.network_address), int(network.broadcast_address)
        start = bisect_left(self._numbers, ((network.version, first), ""))
        for (version, number), ip in self._numbers[start:]:
            if (version, number) > (network.version, last):
                return
            yield ip


def _distinct(hostings: Iterable[Hosting]) -> list[Hosting]:
    return list({hosting.key: hosting for hosting in hostings}.values())
