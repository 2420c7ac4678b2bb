"""Whether a domain is signed, whether its parent says so, and whether the two agree."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.dnssec import (
    DelegationSigner,
    Signature,
    SignedSet,
    ZoneKey,
    iterations_of,
    keys_of,
    read_signed,
    signers_of,
    verified,
)
from probes.kit.net import DnsAnswer, Net, NetTrouble, ServerQuestion
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown
from probes.kit.parent import Referral, ask_parent
from probes.kit.target import Domain

_SERVERS_TRIED = 3


class Dnssec(Struct, frozen=True):
    """DS records at the parent, keys and signatures of the zone as one of its own servers gives them.

    The whole look is Absent("unsigned") when the resolver says that there are neither DS nor keys.
    """

    server: str
    """The address that was asked."""
    signers: tuple[DelegationSigner, ...]
    keys: tuple[ZoneKey, ...]
    signatures: tuple[Signature, ...]
    """Those over the keys and over the SOA."""
    iterations: int | None = None
    """Extra hashing of NSEC3 (RFC 9276); None where the zone does not use it, or did not say."""

    @property
    def linked(self) -> bool:
        """True when a key that the parent points to has signed the zone's keys."""
        return any(
            one.covers == "DNSKEY" and one.by_ds and one.verifies is not False
            for one in self.signatures
        )

    def over(self, type: str) -> tuple[Signature, ...]:
        """Return the signatures over one type."""
        return tuple(one for one in self.signatures if one.covers == type)


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def dnssec(domain: Domain, net: Net) -> Seen[Dnssec] | Absent | Unknown:
    """Ask for a domain's DS and DNSKEY records; where there are any, verify what its own server signs."""
    name = domain.name
    pointed, keyed = await asyncio.gather(dns.look(net, name, "DS"), dns.look(net, name, "DNSKEY"))
    signers = pointed.outcome
    if isinstance(signers, Absent) and isinstance(keyed.outcome, Absent):
        return Absent("unsigned")
    if isinstance(signers, Unknown):
        return signers
    if isinstance(signers, Absent) and isinstance(keyed.outcome, Unknown):
        return keyed.outcome
    texts = tuple(map(str, signers.fact)) if isinstance(signers, Seen) else ()
    last = Unknown(Reason.UNREACHABLE, f"no name server of {name} could be asked")
    for server in await _servers(net, name):
        said = await _at(net, name, server, texts)
        if not isinstance(said, Unknown):
            return said
        last = said
    return last


async def _servers(net: Net, name: str) -> list[str]:
    """Addresses of the zone's servers; those of names in the zone itself come from the parent.

    A resolver that checks signatures says nothing about names in a zone whose signatures are broken.
    """
    said = await ask_parent(net, name)
    if not isinstance(said, Referral):
        return []
    glue = dict(reversed(said.glue))
    looks = await asyncio.gather(
        *(dns.addresses(net, host) for host in said.hosts[:_SERVERS_TRIED])
    )
    found = (
        look.found[0] if look.found else glue.get(host, "")
        for host, look in zip(said.hosts, looks, strict=False)
    )
    return [address for address in found if address]


async def _at(net: Net, zone: str, server: str, ds: tuple[str, ...]) -> Seen[Dnssec] | Unknown:
    keyed = await _ask(net, zone, "DNSKEY", server)
    start = await _ask(net, zone, "SOA", server)
    if isinstance(keyed, Unknown):
        return keyed
    if not isinstance(start, Seen):
        return start if isinstance(start, Unknown) else Unknown(Reason.MALFORMED, "no SOA")
    if isinstance(keyed, Absent):
        return Seen(Dnssec(server, signers_of(ds, zone, None), (), ()))
    keys = keyed.fact
    signers = signers_of(ds, zone, keys)
    signatures = (
        *verified(keys, zone, "DNSKEY", keys, signers),
        *verified(start.fact, zone, "SOA", keys, signers),
    )
    hashed = await _raw(net, zone, "NSEC3PARAM", server)
    iterations = None if isinstance(hashed, Unknown) else iterations_of(hashed.wire, zone)
    return Seen(Dnssec(server, signers, keys_of(keys), signatures, iterations))


async def _ask(net: Net, zone: str, type: str, server: str) -> Outcome[SignedSet]:
    answer = await _raw(net, zone, type, server)
    return answer if isinstance(answer, Unknown) else read_signed(answer.wire, zone, type)


async def _raw(net: Net, zone: str, type: str, server: str) -> DnsAnswer | Unknown:
    """Over TCP: keys and signatures are longer than what crosses every path in one datagram."""
    try:
        return await net.ask(ServerQuestion(zone, type, server, signatures=True))
    except NetTrouble as trouble:
        return Unknown(trouble.reason, trouble.detail)
