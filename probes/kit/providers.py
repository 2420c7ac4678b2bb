"""Who runs an address or stands behind a name, by our own data (`data/providers.toml`).

Suffixes are compared label by label: `ns1.dns-parking.com` is no parking service, and
`evilbeget.com` is not Beget.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import date
from functools import cache

import msgspec
from msgspec import Struct

from probes.kit.knowledge import shipped


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """A firm, or one service of it, that addresses and names lead to."""

    key: str
    name: str
    """Its name for people."""
    kinds: tuple[str, ...]
    """hosting, cloud, mail, dns, registrar, saas, carrier, front, cdn, parking."""
    source: str
    source_date: date
    asns: tuple[int, ...] = ()
    reverse: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    front: bool = False
    """True when it hides the paid origin (CDN, DDoS protection)."""


@cache
def all_providers() -> tuple[Provider, ...]:
    """Return every known provider; a mistake in the data is a programming error and raises."""
    rows = [row for content in shipped("providers.toml") for row in content["providers"]]
    return tuple(msgspec.convert(rows, list[Provider]))


def provider_of_address(ip: str, asn: int | None, reverse_names: Iterable[str]) -> Provider | None:
    """Return who runs an address.

    A known single service (by network) comes first, then a front by its AS: nobody else's machine
    stands there. Then the reverse name, which tells a reseller from the network's owner, then the AS.
    """
    by_network = provider_of_network(ip)
    if by_network:
        return by_network
    by_asn = _by_asn().get(asn) if asn is not None else None
    if by_asn and by_asn.front:
        return by_asn
    for name in reverse_names:
        by_name = _longest(_by_reverse(), name)
        if by_name:
            return by_name
    return by_asn


def provider_of_network(ip: str) -> Provider | None:
    """Return the provider whose listed network holds the address, if any."""
    address = ipaddress.ip_address(ip)
    for network, provider in _by_network():
        if address.version == network.version and address in network:
            return provider
    return None


def provider_of_name(name: str) -> Provider | None:
    """Return who stands behind an NS, MX or CNAME target, if we know the name."""
    return _longest(_by_name(), name)


def is_hosters_machine(name: str) -> bool:
    """Say whether a host name lies under one that a known provider gives to machines of its own."""
    return _longest(_by_reverse(), name) is not None or _longest(_by_name(), name) is not None


def _longest(known: dict[str, Provider], name: str) -> Provider | None:
    """Look the name up, then each of its parents: the longest known suffix wins."""
    rest = name.rstrip(".").lower()
    while rest:
        if rest in known:
            return known[rest]
        rest = rest.partition(".")[2]
    return None


@cache
def _by_asn() -> dict[int, Provider]:
    return {asn: one for one in all_providers() for asn in one.asns}


@cache
def _by_reverse() -> dict[str, Provider]:
    return {suffix: one for one in all_providers() for suffix in one.reverse}


@cache
def _by_name() -> dict[str, Provider]:
    return {suffix: one for one in all_providers() for suffix in one.names}


@cache
def _by_network() -> tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, Provider], ...]:
    """Smallest networks first: the most exact statement wins."""
    pairs = [(ipaddress.ip_network(text), one) for one in all_providers() for text in one.networks]
    return tuple(sorted(pairs, key=lambda pair: -pair[0].prefixlen))
