"""The few addresses that a client calls his own: his rack's, his office's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_address, ip_network

from probes.address_neighbours import BLOCK
from probes.kit.observation import Seen
from probes.mail_policy import MailPolicy

_FEW = 16
MOST = 16
"""Small networks of one sender policy that are read, in its order."""


def few_addresses(policy: MailPolicy) -> Iterator[IPv4Network]:
    """Yield the networks of at most sixteen addresses that a domain's own sender policy names.

    A single address is often a hoster's web server, and a large network a service's.
    """
    left = MOST
    match policy.spf:
        case Seen(spf):
            for written in spf.own_networks:
                try:
                    network = IPv4Network(written, strict=False)
                except ValueError:
                    continue  # IPv6, or no network at all
                if BLOCK <= network.prefixlen < network.max_prefixlen and left:
                    left -= 1
                    yield network


def holds(written: Iterable[str], ip: str) -> bool:
    """Say whether one of a sender policy's own networks, sixteen addresses at most, holds an address."""
    address = ip_address(ip)
    for one in written:
        try:
            network = ip_network(one, strict=False)
        except ValueError:
            continue
        if network.num_addresses <= _FEW and address in network:
            return True
    return False


def within(
    addresses: Iterable[str], networks: Iterable[IPv4Network]
) -> Iterator[tuple[str, IPv4Network]]:
    """Yield every address that lies in a network, with the network, in the order of these."""
    ordered = sorted(networks)
    for ip in addresses if ordered else ():
        address = ip_address(ip)
        for network in ordered:
            if address in network:
                yield ip, network
