"""Whether a name is registered, by one question to the zone above it."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.parent import Referral, ask_parent
from probes.kit.target import Domain


class ParentDelegation(Struct, frozen=True):
    """A name that its parent zone delegates: somebody has registered it.

    The whole look is Absent when the parent's own servers say that they delegate it to nobody. That
    is not yet free: a name may be registered and paid for without being delegated.
    """

    parent: str
    servers: tuple[str, ...]
    """The name servers it is delegated to."""


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def parent_delegation(domain: Domain, net: Net) -> Seen[ParentDelegation] | Absent | Unknown:
    """Ask one server of the zone above whether it delegates a name: made for guesses by the thousand."""
    said = await ask_parent(net, domain.name, one_of_many=True)
    if not isinstance(said, Referral):
        return said
    # Some suffixes delegate whatever they are asked for.
    control = f"{dns.control_label(said.parent)}.{said.parent}"
    match await ask_parent(net, control, one_of_many=True):
        case Referral(hosts=hosts) if hosts == said.hosts:
            return Unknown(Reason.MALFORMED, f"{said.parent} delegates every name")
        case Unknown() as unknown:
            return unknown
    return Seen(ParentDelegation(said.parent, said.hosts))
