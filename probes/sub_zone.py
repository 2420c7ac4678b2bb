"""A host below a registered name: whether it is a zone of its own, and who may issue certificates for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Outcome, Seen, Unknown
from probes.kit.parent import Referral, ask_parent
from probes.kit.target import Host
from probes.kit.zone_servers import ServerLook, is_lame, look_at_servers


class SubZone(Struct, frozen=True):
    """What a host has of its own in the DNS, beside its addresses.

    The whole look is Absent("NXDOMAIN") when the name does not exist.
    """

    servers: Outcome[tuple[ServerLook, ...]]
    """Name servers that the zone above delegates it to, each asked; Absent where it is part of that zone."""
    caa: Outcome[tuple[dns.IssuerRule, ...]]
    """Its own CAA records; Absent where those above it count (RFC 8659, section 3)."""

    @property
    def lame(self) -> bool:
        """True when it is delegated, every server was reached and none has the zone."""
        return isinstance(self.servers, Seen) and is_lame(self.servers.fact)


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def sub_zone(host: Host, net: Net) -> Seen[SubZone] | Absent | Unknown:
    """Ask a resolver for a host's NS and CAA records; where NS fails, the zone above, which knows the servers."""
    ns, caa = await asyncio.gather(dns.look(net, host.name, "NS"), dns.look(net, host.name, "CAA"))
    if ns.outcome == Absent("NXDOMAIN") and not ns.chain:
        return Absent("NXDOMAIN")
    if ns.chain or caa.chain:  # an alias has no records of its own
        return Seen(SubZone(Absent("CNAME"), Absent("CNAME")))
    servers = await _servers(net, host.name, ns.outcome)
    if isinstance(servers, Unknown) and isinstance(caa.outcome, Unknown):
        return servers
    return Seen(SubZone(servers, caa.outcome))


async def _servers(
    net: Net, name: str, said: Outcome[tuple[str, ...]]
) -> Outcome[tuple[ServerLook, ...]]:
    match said:
        case Seen(hosts):
            return Seen(await look_at_servers(net, name, hosts))
        case Absent():
            return said
    # Nobody answers for a zone that was lost: only the one above still says whose servers it is to be at.
    above = await ask_parent(net, name)
    if isinstance(above, Referral):
        return Seen(await look_at_servers(net, name, above.hosts))
    return above
