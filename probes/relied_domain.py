"""Whether a domain that others lean on, by an alias, a mail host or a script, is there at all."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.parent import Referral, ask_parent
from probes.kit.target import Domain


class ReliedDomain(Struct, frozen=True):
    """A domain that exists. Absent when the parent zone's own servers deny it: one proof of two.

    A resolver's "no" alone is no proof, for it may filter; its "yes" is enough.
    """

    name_servers: tuple[str, ...]


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def relied_domain(domain: Domain, net: Net) -> Seen[ReliedDomain] | Absent | Unknown:
    """Ask a resolver, and where that denies the domain, the zone above it."""
    match await dns.look(net, domain.name, "NS"):
        case dns.Reading(outcome=Seen(hosts)):
            return Seen(ReliedDomain(hosts))
        case dns.Reading(outcome=Absent("NXDOMAIN"), chain=()):
            pass
        case dns.Reading(outcome=Absent()):
            return Seen(ReliedDomain(()))
        case dns.Reading(outcome=Unknown() as unknown):
            return unknown
    said = await ask_parent(net, domain.name)
    if isinstance(said, Referral):
        return Seen(ReliedDomain(said.hosts))
    return said
