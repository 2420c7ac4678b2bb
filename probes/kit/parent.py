"""The zone above a name, and the servers that say what it delegates."""

from __future__ import annotations

from hashlib import sha256

from msgspec import Struct

from probes.kit import dns
from probes.kit.net import DnsAnswer, DnsQuestion, Net, NetTrouble, ReferralQuestion
from probes.kit.observation import Absent, Reason, Seen, Unknown

_SERVERS = 3


class Referral(Struct, frozen=True):
    """The name servers that a parent zone gives for a name."""

    parent: str
    hosts: tuple[str, ...]
    glue: tuple[tuple[str, str], ...] = ()
    """Addresses of those servers that the parent gave with them: name server, address."""


async def ask_parent(
    net: Net, name: str, *, one_of_many: bool = False
) -> Referral | Absent | Unknown:
    """Return the first definite statement of the parent's own servers, three of them at most.

    `one_of_many` puts the question at the pace for thousands (see ReferralQuestion).
    """
    found = await _parent_servers(net, name)
    if isinstance(found, Unknown):
        return found
    parent, hosts = found
    last = Unknown(Reason.UNREACHABLE, f"no server of {parent or 'the root'} could be asked")
    # Which server is asked first differs from domain to domain, and is the same every time.
    order = sorted(hosts, key=lambda host: sha256(f"{name} {host}".encode()).digest())
    for host in order[:_SERVERS]:
        addresses = (await dns.addresses(net, host)).found
        if not addresses:
            continue
        try:
            answer = await _put(net, name, addresses[0], one_of_many)
        except NetTrouble as trouble:
            last = Unknown(trouble.reason, f"{host}: {trouble.detail}")
            continue
        said = dns.read_referral(answer, name)
        if isinstance(said, Unknown):
            last = said
            continue
        if isinstance(said, Absent):
            return said
        return Referral(parent, said.fact, dns.read_glue(answer))
    return last


def parent_of(name: str) -> str:
    """Return what stands behind the first dot."""
    return name.partition(".")[2]


async def _put(net: Net, name: str, server: str, one_of_many: bool) -> DnsAnswer:
    if one_of_many:
        return await net.ask(ReferralQuestion(name, server))
    return await net.ask(DnsQuestion(name, "NS", server))


async def _parent_servers(net: Net, name: str) -> tuple[str, tuple[str, ...]] | Unknown:
    """Walk up to the closest zone above: for a name under `co.uk` that is `co.uk`, not `uk`."""
    parent = name
    while parent:
        parent = parent_of(parent)
        reading = await dns.look(net, parent, "NS")
        match reading.outcome:
            case Unknown():
                return reading.outcome
            case Seen(hosts) if not reading.chain:
                return parent, hosts
    return Unknown(Reason.MALFORMED, "not even the root has name servers")
