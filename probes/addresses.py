"""The addresses a host name leads to, and how much that proves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.names import registrable
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.target import Address, Host

_NOT_ASKED = Unknown(Reason.NOT_ASKED)


class Standing(StrEnum):
    """What the DNS says about a name today."""

    CURRENT = "current"  # it leads somewhere, and of its own
    WILDCARD = "wildcard"  # it leads where every name beside it leads: it need not be meant
    NOT_CURRENT = "not_current"  # an authority says that it leads nowhere
    DISPUTED = "disputed"  # one resolver says that it does, another that it does not
    UNKNOWN = "unknown"  # could not be found out; a failure never means gone


class HostAddresses(Struct, frozen=True, omit_defaults=True):
    """Where a name leads: the CNAME chain, and the addresses at its end.

    The whole look is Absent("NXDOMAIN") when the name itself does not exist. Where a second resolver
    is configured and knows addresses of a name that the first denies, that denial is
    Unknown(disputed): filters and stale answers look the same from outside.
    """

    chain: tuple[str, ...]
    """CNAME targets in order; empty when the name has addresses of its own."""
    dangling: bool
    """True when the chain ends at a name that does not exist (its authority said NXDOMAIN)."""
    v4: Outcome[tuple[str, ...]]
    v6: Outcome[tuple[str, ...]]
    beside: Outcome[tuple[str, ...]] = _NOT_ASKED
    """Addresses, of the family that the name has, given for a label beside it that nobody would create.

    Absent means: no wildcard here. Asked for names below a registered one that have addresses.
    """
    second: Outcome[tuple[str, ...]] = _NOT_ASKED
    """Addresses that the second resolver gives; not_asked where none is configured."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every address seen, IPv4 first; see `v4` and `v6` for what could not be found out."""
        found: list[str] = []
        for family in (self.v4, self.v6):
            found.extend(getattr(family, "fact", ()))
        return tuple(found)

    @property
    def like_any_name(self) -> bool:
        """True when it leads nowhere but where a name leads that nobody created."""
        own = self.v4 if isinstance(self.v4, Seen) else self.v6
        if not isinstance(own, Seen) or not isinstance(self.beside, Seen):
            return False
        return set(own.fact) <= set(self.beside.fact)

    @property
    def standing(self) -> Standing:
        """What the DNS says about the name; a denial by one resolver outweighs nothing."""
        if self.all:
            if isinstance(self.second, Absent):
                return Standing.DISPUTED
            return Standing.WILDCARD if self.like_any_name else Standing.CURRENT
        reasons = [way.reason for way in (self.v4, self.v6) if isinstance(way, Unknown)]
        if Reason.DISPUTED in reasons:
            return Standing.DISPUTED
        return Standing.UNKNOWN if reasons else Standing.NOT_CURRENT

    def mentions(self) -> Iterator[Mention]:
        """The addresses and the names of the chain."""
        for host in dns.hosts(self.chain):
            yield Mention(host, "cname_of")
        for ip in self.all:
            yield Mention(Address(ip), "address_of")


def standing(outcome: Seen[HostAddresses] | Absent | Unknown) -> Standing:
    """Return what a whole look says about a name."""
    match outcome:
        case Seen(fact):
            return fact.standing
        case Absent():
            return Standing.NOT_CURRENT
        case Unknown():
            return Standing.UNKNOWN


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def addresses(host: Host, net: Net) -> Seen[HostAddresses] | Absent | Unknown:
    """Ask for the IPv4 and IPv6 addresses of a host, through its aliases, and of a label beside it."""
    look = await dns.addresses(net, host.name)
    second = await _second(net, host.name)
    if isinstance(second, Seen) and not look.found:
        v4, v6 = _disputed(look.v4, second), _disputed(look.v6, second)
        return Seen(HostAddresses(look.chain, False, v4, v6, second=second))
    if look.nonexistent and not look.chain:
        return Absent("NXDOMAIN")
    if isinstance(look.v4, Unknown) and isinstance(look.v6, Unknown):
        return look.v4
    dangling = look.nonexistent
    beside = await _beside(net, host.name, look)
    last = Absent("NXDOMAIN") if dangling else look.v6
    return Seen(HostAddresses(look.chain, dangling, look.v4, last, beside, second))


async def _second(net: Net, name: str) -> Outcome[tuple[str, ...]]:
    """Ask somebody else's resolver; a name has no addresses there only when it denies both families."""
    if not dns.has_second_resolver(net):
        return _NOT_ASKED
    look = await dns.addresses(net, name, dns.SECOND_RESOLVER)
    if look.found:
        return Seen(look.found)
    return look.trouble or Absent("NXDOMAIN" if look.nonexistent else "NODATA")


def _disputed(
    own: Outcome[tuple[str, ...]], second: Seen[tuple[str, ...]]
) -> Outcome[tuple[str, ...]]:
    if isinstance(own, Absent):
        return Unknown(Reason.DISPUTED, f"{own.authority} here, {second.fact[0]} elsewhere")
    return own


async def _beside(net: Net, name: str, look: dns.AddressLook) -> Outcome[tuple[str, ...]]:
    """Ask for a label at the level of the name: one question for all names of a level, remembered."""
    above = name.partition(".")[2]
    domain = registrable(name)
    if not look.found or domain is None or domain.name == name:
        return _NOT_ASKED
    control = f"{dns.control_label(above)}.{above}"
    if isinstance(look.v4, Seen):
        return await dns.records(net, control, "A")
    return await dns.records(net, control, "AAAA")
