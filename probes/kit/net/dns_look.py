"""Ask, read, and follow an alias the resolver left hanging: from a name to what is known about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from msgspec import Struct

from probes.kit.net.dns_reading import MOST_ALIASES, Reading, read_answer
from probes.kit.net.question import SECOND_RESOLVER, DnsAnswer, DnsQuestion, NetTrouble
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown

Ask = Callable[[DnsQuestion], Awaitable[DnsAnswer]]

_RESOLVERS = (None, SECOND_RESOLVER)
"""Those of whom it can be asked where an alias leads on."""


class AddressLook(Struct, frozen=True):
    """The A and AAAA answers for one name."""

    a: Reading
    aaaa: Reading

    @property
    def v4(self) -> Outcome[tuple[str, ...]]:
        """The IPv4 addresses, in numeric order."""
        return self.a.outcome

    @property
    def v6(self) -> Outcome[tuple[str, ...]]:
        """The IPv6 addresses, in numeric order."""
        return self.aaaa.outcome

    @property
    def chain(self) -> tuple[str, ...]:
        """The aliases on the way; the longer when the two answers differ."""
        return max(self.a.chain, self.aaaa.chain, key=len)

    @property
    def found(self) -> tuple[str, ...]:
        """Every address seen, IPv4 first."""
        return tuple(ip for way in (self.v4, self.v6) if isinstance(way, Seen) for ip in way.fact)

    @property
    def nonexistent(self) -> bool:
        """True when the last name of the chain does not exist.

        The A answer decides: balancers that answer NXDOMAIN to every AAAA question are common.
        """
        return self.v4 == Absent("NXDOMAIN") and not isinstance(self.v6, Seen)

    @property
    def trouble(self) -> Unknown | None:
        """Why it could not be found out whether the name has addresses; None when it could."""
        if self.found or self.nonexistent:
            return None
        return next((way for way in (self.v4, self.v6) if isinstance(way, Unknown)), None)


async def look_up(ask: Ask, name: str, type: str, server: str | None = None) -> Reading:
    """Return what the DNS says about a name and a type, aliases followed; never raises NetTrouble."""
    reading = await _once(ask, name, type, server)
    while reading.unfinished and server in _RESOLVERS:
        onward = await _once(ask, reading.chain[-1], type, server)
        chain = reading.chain + onward.chain
        if len(set(chain)) < len(chain) or len(chain) > MOST_ALIASES:
            return Reading(Unknown(Reason.LOOP, f"aliases without an end: {chain[-1]}"))
        ttl = min(reading.ttl, onward.ttl)
        reading = Reading(onward.outcome, chain, ttl, onward.unfinished)
    match reading.outcome:
        case Unknown(Reason.SERVFAIL) if server is None and await _leads_in_a_circle(ask, name):
            return Reading(Unknown(Reason.LOOP, f"aliases without an end: {name}"))
    return reading


async def _leads_in_a_circle(ask: Ask, name: str) -> bool:
    """Say whether aliases lead back to where they began: resolvers say no more than SERVFAIL to that.

    Then the failure lies in the zone, and nobody else fares better.
    """
    met = [name.removesuffix(".").lower()]
    while len(met) <= MOST_ALIASES:
        match (await _once(ask, met[-1], "CNAME", None)).outcome:
            case Seen((target,)) if target in met:
                return True
            case Seen((target,)):
                met.append(target)
            case _:
                return False
    return False


async def _once(ask: Ask, name: str, type: str, server: str | None) -> Reading:
    try:
        answer = await ask(DnsQuestion(name.removesuffix(".").lower(), type, server))
    except NetTrouble as trouble:
        return Reading(Unknown(trouble.reason, trouble.detail))
    return read_answer(answer, name, type)


async def look_up_addresses(ask: Ask, name: str, server: str | None = None) -> AddressLook:
    """Ask for both address families at once."""
    aaaa = asyncio.create_task(look_up(ask, name, "AAAA", server))
    try:
        return AddressLook(await look_up(ask, name, "A", server), await aaaa)
    finally:
        aaaa.cancel()
