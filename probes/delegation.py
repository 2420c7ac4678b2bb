"""Who serves a domain: what its parent says, and what each name server answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Seen, Unknown
from probes.kit.parent import Referral, ask_parent, parent_of
from probes.kit.target import Domain
from probes.kit.zone_servers import ServerLook, ServerState, is_lame, look_at_servers

__all__ = ["Delegation", "ServerLook", "ServerState", "delegation"]


class Delegation(Struct, frozen=True):
    """The name servers the parent zone delegates to, each asked for the domain's SOA.

    The whole look is Absent("NXDOMAIN") when the parent's own servers say the name does not exist,
    and Absent("not delegated") when they know it but delegate it nowhere.
    """

    parent: str
    servers: tuple[ServerLook, ...]
    glue: tuple[tuple[str, str], ...] = ()
    """Addresses that the parent gives for servers whose names lie in the domain: server, address."""

    @property
    def lame(self) -> bool:
        """True when every server was reached and none has the zone."""
        return is_lame(self.servers)

    def mentions(self) -> Iterator[Mention]:
        """The name server hosts."""
        for host in dns.hosts(server.host for server in self.servers):
            yield Mention(host, "ns_host_of")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=120))
async def delegation(domain: Domain, net: Net) -> Seen[Delegation] | Absent | Unknown:
    """Ask the parent zone's servers who serves a domain, and each of those whether it does."""
    said = await ask_parent(net, domain.name)
    if isinstance(said, Unknown):
        # The resolver may only add to what we know: its "no" is not the parent's.
        match await dns.look(net, domain.name, "NS"):
            case dns.Reading(outcome=Seen(names), chain=()):
                said = Referral(parent_of(domain.name), names)
            case _:
                return said
    if isinstance(said, Absent):
        return said
    servers = await look_at_servers(net, domain.name, said.hosts)
    below = f".{domain.name}"
    glue = tuple(one for one in said.glue if one[0].endswith(below) and one[0] in said.hosts)
    return Seen(Delegation(said.parent, servers, glue))
