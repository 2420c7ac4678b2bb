"""The addresses a host name leads to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Seen, Unknown
from probes.kit.target import Address, Host


class HostAddresses(Struct, frozen=True):
    """Where a name leads: the CNAME chain, and the addresses at its end.

    The whole look is Absent("NXDOMAIN") when the name itself does not exist.
    """

    chain: tuple[str, ...]
    """CNAME targets in order; empty when the name has addresses of its own."""
    dangling: bool
    """True when the chain ends at a name that does not exist (its authority said NXDOMAIN)."""
    v4: Outcome[tuple[str, ...]]
    v6: Outcome[tuple[str, ...]]

    @property
    def all(self) -> tuple[str, ...]:
        """Every address seen, IPv4 first; see `v4` and `v6` for what could not be found out."""
        found: list[str] = []
        for family in (self.v4, self.v6):
            found.extend(getattr(family, "fact", ()))
        return tuple(found)

    def mentions(self) -> Iterator[Mention]:
        """The addresses and the names of the chain."""
        for host in dns.hosts(self.chain):
            yield Mention(host, "cname_of")
        for ip in self.all:
            yield Mention(Address(ip), "address_of")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def addresses(host: Host, net: Net) -> Seen[HostAddresses] | Absent | Unknown:
    """Ask for the IPv4 and IPv6 addresses of a host, through its aliases."""
    look = await dns.addresses(net, host.name)
    if look.nonexistent and not look.chain:
        return Absent("NXDOMAIN")
    if isinstance(look.v4, Unknown) and isinstance(look.v6, Unknown):
        return look.v4
    dangling = look.nonexistent
    v6 = Absent("NXDOMAIN") if dangling else look.v6
    return Seen(HostAddresses(look.chain, dangling, look.v4, v6))
