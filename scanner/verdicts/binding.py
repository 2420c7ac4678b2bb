"""Whose service a host is at by its names and addresses, to bear out what a page says (usage.md R10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from probes.kit import signs
from probes.kit.observation import Seen
from probes.kit.sign import Sign
from probes.kit.target import Address, Domain, Host
from probes.website import Marker
from scanner.discovery import Looks
from scanner.discovery.looks import ADDRESS_OWNER, ADDRESSES, DNS_RECORDS
from scanner.discovery.scope import registered

Bound = Callable[[Marker], bool]
"""Says whether a page's sign is bound to the host that showed it."""


def bound_to(looks: Looks, host: str) -> Bound:
    """Return a judge of signs met at a host; what the host is at is read when first asked."""
    known: list[Sign] | None = None

    def is_bound(marker: Marker) -> bool:
        nonlocal known
        sign = signs.of_marker(marker.id)
        if sign is None:
            return False
        if known is None:
            known = list(_signs_at(looks, host))
        return signs.is_borne_out(sign, known)

    return is_bound


def _signs_at(looks: Looks, host: str) -> Iterator[Sign]:
    match looks.latest(ADDRESSES, Host(host)).outcome:
        case Seen(found):
            for name in found.chain:
                yield from signs.read("cname", name)
            for ip in found.all:
                yield from signs.read("a_net", ip)
                yield from _signs_of_owner(looks, ip)
    match looks.latest(DNS_RECORDS, Domain(registered(host))).outcome:
        case Seen(records):
            match records.ns:
                case Seen(servers):
                    for server in servers:
                        yield from signs.read("ns", server)


def _signs_of_owner(looks: Looks, ip: str) -> Iterator[Sign]:
    match looks.latest(ADDRESS_OWNER, Address(ip)).outcome:
        case Seen(owner):
            match owner.reverse_names:
                case Seen(names):
                    for name in names:
                        yield from signs.read("ptr", name)
            match owner.system:
                case Seen(system):
                    yield from signs.read("asn", str(system.number))
