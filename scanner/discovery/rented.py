"""Hosts that live on a service and on no hosting: a shop at its builder, pages in a storage. Pure.

Such a host has addresses as any other, but they are the vendor's: who pays him for the service pays for
them too, and there is no hosting beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from probes.kit import signs
from probes.kit.products import Product, product
from probes.kit.sign import Sign
from scanner.assets import Asset, Kind, Relation
from scanner.discovery.notes import Notes
from scanner.discovery.scope import registered
from scanner.discovery.services import Service, kind_of
from scanner.discovery.sites import Site

_CARRY_SITES: Final = frozenset({"builder", "shop", "lms", "hosting", "cloud", "storage"})
"""What a product must sell for a host at its vendor's addresses to be the vendor's."""


def rented(
    addresses_of: Mapping[str, tuple[str, ...]], services: Iterable[Service], notes: Notes
) -> dict[str, Asset]:
    """Return the hosts that live on a service, each with it.

    A name of the same domain at the very address of such a host lives there too, unless that is a
    front's, behind which anybody may stand.
    """
    found: dict[str, Asset] = {}
    for service in services:
        if service.product.object_type != "cdn":
            for host in service.hosts:
                if _is_the_vendors(host, addresses_of.get(host, ()), service.product, notes):
                    found.setdefault(host, service.asset)
    beside = {
        (registered(host), ip): asset
        for host, asset in found.items()
        for ip in addresses_of[host]
        if not notes.owner(ip).front
    }
    for host, addresses in addresses_of.items() if beside else ():
        at = [beside.get((registered(host), ip)) for ip in addresses]
        if at and at[0] and len(set(at)) == 1:
            found.setdefault(host, at[0])
    return found


def service_relations(sites: Iterable[Site], hosts: Mapping[str, Asset]) -> Iterator[Relation]:
    """Yield which sites live on which service."""
    for site in sites:
        for host in site.hosts:
            if host in hosts:
                yield Relation(Asset(Kind.SITE, site.key), "on_service", hosts[host])


def _is_the_vendors(host: str, addresses: tuple[str, ...], sold: Product, notes: Notes) -> bool:
    """Say whether an alias leads to the vendor, or every address is his."""
    if not addresses:
        return False
    chain = notes.host(host).chain
    if any(sign.product == sold.id for name in chain for sign in signs.read("cname", name)):
        return True
    if _CARRY_SITES.isdisjoint(sold.sells):
        return False
    return all(notes.owner(ip).key == sold.id or _is_shared_front(ip, sold.id) for ip in addresses)


def _is_shared_front(ip: str, key: str) -> bool:
    """Say whether an address is the vendor's own, or of the front that he puts his customers behind."""
    return any(one.product == key or one.caveat == "shared_front" for one in _at(ip))


@lru_cache(maxsize=4_096)
def _at(ip: str) -> tuple[Sign, ...]:
    return signs.read("a_net", ip)


def sells_services(provider: str) -> bool:
    """Say whether what is paid to a provider is paid for a service, whatever a paper calls it."""
    return kind_of(product(provider)) is Kind.SAAS
