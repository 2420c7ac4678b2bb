"""The few addresses that a client calls his own: his rack's, his office's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_address

from probes.address_neighbours import BLOCK
from probes.kit.observation import Seen
from probes.mail_policy import MailPolicy

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


def within(
    addresses: Iterable[str], networks: Iterable[IPv4Network]
) -> Iterator[tuple[str, IPv4Network]]:
    """Yield every address that lies in a network, with the network, in the order of these."""
    ordered = sorted(networks)
    for ip in addresses:
        for network in ordered:
            if ip_address(ip) in network:
                yield ip, network
