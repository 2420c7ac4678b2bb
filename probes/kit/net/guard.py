"""Which addresses may be dialled: global ones, and those inside the nets the operator allowed.

Every address here comes from data that somebody else wrote (DNS answers, redirects, referrals), so
a private one is either a mistake or an attempt to make us knock on our own network's doors.
"""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

IP = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

# IANA has given out nothing but this as global unicast; the rest is reserved, local or multicast.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_MULTICAST = IPv4Network("224.0.0.0/4")

_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 2.5.5.1, deprecated, still routed by some kernels
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_6TO4 = IPv6Network("2002::/16")  # RFC 3056
_TEREDO = IPv6Network("2001::/32")  # RFC 4380

_LONGEST = 45
"""Characters of the longest address there is."""
_REMEMBERED = 4_096


class Guard:
    """Says no, with NetTrouble(not_allowed), to every address that is not ours to dial."""

    def __init__(self, allow: Iterable[IPNetwork] = ()) -> None:
        self._allow = tuple(allow)
        self._verdict = lru_cache(maxsize=_REMEMBERED)(self._examine)

    def check(self, ip: str) -> None:
        """Pass silently, or raise NetTrouble that says what the address is instead of global."""
        refusal = self._verdict(ip) if len(ip) <= _LONGEST else self._examine(ip)
        if refusal:
            raise NetTrouble(Reason.NOT_ALLOWED, refusal)

    def choose(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Return the addresses, IPv4 first, if every one of them may be dialled.

        One forbidden address condemns the whole set: an answer that mixes a public and a private
        address is how rebinding begins, and we would not know which one a later look gets.
        """
        found = tuple(addresses)
        for ip in found:
            self.check(ip)
        return found if len(found) == 1 else tuple(sorted(found, key=lambda ip: ":" in ip))

    def _examine(self, ip: str) -> str:
        """Why the address may not be dialled; empty when it may."""
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return f"not an address: {ip[:60]!r}"
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return f"{ip[:60]}: an address with a zone"
        refusal = self._refusal(address)
        return f"{address}: {refusal}" if refusal else ""

    def _refusal(self, address: IP) -> str:
        if any(address in net for net in self._allow if net.version == address.version):
            return ""
        embedded = _embedded(address)
        if embedded:
            for inner in embedded:
                refusal = self._refusal(inner)
                if refusal:
                    return f"holds {inner}, {refusal}"
            return ""
        return _special(address)


def _embedded(address: IP) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses where a packet to this IPv6 address would come out.

    64:ff9b:1::/48 is not taken apart: where its IPv4 bits lie is each network's own secret.
    """
    if isinstance(address, IPv4Address):
        return ()
    number = int(address)
    if address in _MAPPED or address in _NAT64:
        return (IPv4Address(number & 0xFFFFFFFF),)
    if address in _COMPATIBLE and number > 1:
        return (IPv4Address(number & 0xFFFFFFFF),)
    if address in _6TO4:
        return (IPv4Address(number >> 80 & 0xFFFFFFFF),)
    if address in _TEREDO:
        server, client = number >> 64 & 0xFFFFFFFF, ~number & 0xFFFFFFFF
        return (IPv4Address(server), IPv4Address(client))
    return ()


def _special(address: IP) -> str:
    """What the registries call the address, or an empty string when it is a global one."""
    if isinstance(address, IPv4Address) and address in _MULTICAST:
        return "Multicast"
    for block, name, reachable in _registry(address.version):
        if address in block:
            return "" if reachable else name
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "Multicast" if address.is_multicast else "not global unicast"
    return ""


@cache
def _registry(version: int) -> tuple[tuple[IPNetwork, str, bool], ...]:
    """The special-purpose blocks, narrowest first: the narrowest one that fits speaks."""
    text = (files("probes.kit") / "data" / f"iana_special_ipv{version}.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    found = [row for record in rows for row in _blocks(record)]
    return tuple(sorted(found, key=lambda row: -row[0].prefixlen))


def _blocks(record: dict[str, str]) -> Iterator[tuple[IPNetwork, str, bool]]:
    # Footnote marks follow some values; a terminated block has an empty "Globally Reachable".
    reachable = record["Globally Reachable"].split(" ")[0] == "True"
    for block in record["Address Block"].split(","):
        net = ipaddress.ip_network(block.strip().split(" ")[0])
        yield net, record["Name"].strip('"'), reachable
