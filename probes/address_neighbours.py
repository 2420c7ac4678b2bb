"""What the addresses beside one are called: a client's machines often stand in one row."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.dns import hosts, records
from probes.kit.names import registrable
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.target import Address, Host

BLOCK: Final = 28
"""The prefix of sixteen addresses: what hosters and carriers commonly give one customer."""
_NAMES_OF_ONE: Final = 5
_CROWD: Final = 12
"""Reverse names of a block under one registered name, from which on they are its owner's numbering."""
_NUMBER = re.compile(r"[0-9]+")
_LONG_NUMBER: Final = 3


class ReverseName(Struct, frozen=True):
    """An address and what it is called."""

    ip: str
    name: str


class AddressNeighbours(Struct, frozen=True):
    """The reverse names of a block of sixteen addresses, as far as they tell anything.

    Neighbours are mostly strangers: a name found so is no more than a hint.
    """

    block: str
    """`203.0.113.16/28`."""
    names: tuple[ReverseName, ...]
    """By address; of each at most five."""
    numbered: int
    """Names that only number the hoster's machines (`vps123.hoster.example`)."""
    unanswered: int
    """Addresses about which nothing could be found out."""

    def mentions(self) -> Iterator[Mention]:
        """Every name once."""
        for name in dict.fromkeys(one.name for one in self.names):
            yield Mention(Host(name), "reverse_name_beside")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def address_neighbours(
    address: Address, net: Net
) -> Seen[AddressNeighbours] | Absent | Unknown:
    """Say what the addresses round an IPv4 address are called: sixteen questions to the DNS."""
    if ipaddress.ip_address(address.ip).version != 4:
        return Unknown(Reason.NOT_ASKED, "networks of IPv6 are too large to go through")
    block = ipaddress.IPv4Network((address.ip, BLOCK), strict=False)
    asked = [str(ip) for ip in block]
    answers = await asyncio.gather(*(_names(ip, net) for ip in asked))
    troubles = [one for one in answers if isinstance(one, Unknown)]
    if len(troubles) == len(answers):
        return troubles[0]
    named = [
        ReverseName(ip, name)
        for ip, answer in zip(asked, answers, strict=True)
        if isinstance(answer, Seen)
        for name in answer.fact
    ]
    if not named and not troubles:
        return Absent("no reverse name")
    crowds = Counter(_registered(one.name) for one in named)
    telling = tuple(one for one in named if _tells(one, crowds))
    return Seen(AddressNeighbours(str(block), telling, len(named) - len(telling), len(troubles)))


async def _names(ip: str, net: Net) -> Outcome[tuple[str, ...]]:
    answer = await records(net, ipaddress.ip_address(ip).reverse_pointer, "PTR")
    if not isinstance(answer, Seen):
        return answer
    return Seen(tuple(host.name for host in hosts(answer.fact))[:_NAMES_OF_ONE])


def _tells(one: ReverseName, crowds: Counter[str]) -> bool:
    """Say whether somebody chose the name: it is public, and does not number one machine of many."""
    domain = _registered(one.name)
    return bool(domain) and crowds[domain] < _CROWD and not _is_numbered(one, domain)


def _is_numbered(one: ReverseName, domain: str) -> bool:
    below = one.name.removesuffix(domain)
    octet = one.ip.rpartition(".")[2]
    return f"{int(ipaddress.IPv4Address(one.ip)):08x}" in below or any(
        len(number) >= _LONG_NUMBER or (len(number) > 1 and number == octet)
        for number in _NUMBER.findall(below)
    )


def _registered(name: str) -> str:
    domain = registrable(name)
    return domain.name if domain else ""
