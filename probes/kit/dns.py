"""DNS as probes see it: ask for records, get Seen, Absent or Unknown, names in canonical spelling."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Literal, overload

from probes.kit.net import SECOND_RESOLVER, Net
from probes.kit.net.dns_authority import read_authority, read_glue, read_referral
from probes.kit.net.dns_look import AddressLook, look_up, look_up_addresses
from probes.kit.net.dns_reading import (
    Authority,
    Exchange,
    IssuerRule,
    Message,
    Reading,
    Service,
    open_message,
    read_answer,
)
from probes.kit.observation import Outcome
from probes.kit.target import Host

__all__ = [
    "SECOND_RESOLVER",
    "AddressLook",
    "Authority",
    "Exchange",
    "IssuerRule",
    "Message",
    "Reading",
    "Service",
    "addresses",
    "control_label",
    "has_second_resolver",
    "hosts",
    "look",
    "open_message",
    "read_answer",
    "read_authority",
    "read_glue",
    "read_referral",
    "records",
]

TextType = Literal["A", "AAAA", "NS", "CNAME", "PTR", "TXT"]


async def look(net: Net, name: str, type: str, server: str | None = None) -> Reading:
    """Return the records of a name beside the aliases that led to them."""
    return await look_up(net.ask, name, type, server)


@overload
async def records(
    net: Net, name: str, type: TextType, server: str | None = None
) -> Outcome[tuple[str, ...]]: ...
@overload
async def records(
    net: Net, name: str, type: Literal["MX"], server: str | None = None
) -> Outcome[tuple[Exchange, ...]]: ...
@overload
async def records(
    net: Net, name: str, type: Literal["SOA"], server: str | None = None
) -> Outcome[tuple[Authority, ...]]: ...
@overload
async def records(
    net: Net, name: str, type: Literal["CAA"], server: str | None = None
) -> Outcome[tuple[IssuerRule, ...]]: ...
@overload
async def records(
    net: Net, name: str, type: Literal["SRV"], server: str | None = None
) -> Outcome[tuple[Service, ...]]: ...
async def records(
    net: Net, name: str, type: str, server: str | None = None
) -> Outcome[tuple[Any, ...]]:
    """Return the records of a name, aliases followed, at most 100 in a settled order.

    Absent is `NXDOMAIN` or `NODATA`. Names come in lower case without the final dot, a TXT record
    as one text of at most 4096 octets (UTF-8, with replacement characters where it is not).
    """
    return (await look_up(net.ask, name, type, server)).outcome


async def addresses(net: Net, name: str, server: str | None = None) -> AddressLook:
    """Return the IPv4 and IPv6 answers for a name."""
    return await look_up_addresses(net.ask, name, server)


def has_second_resolver(net: Net) -> bool:
    """Say whether questions to SECOND_RESOLVER find anybody: few nets have one, and most do not say."""
    return bool(getattr(net, "has_second_resolver", False))


def hosts(names: Iterable[str]) -> Iterator[Host]:
    """Yield the names that can be hosts; what a zone file holds besides is dropped."""
    for name in names:
        try:
            yield Host.of(name)
        except ValueError:
            continue


def control_label(name: str) -> str:
    """Return a label that nobody would create under this name, the same at every look."""
    return "rvz" + hashlib.sha256(name.encode()).hexdigest()[:12]
