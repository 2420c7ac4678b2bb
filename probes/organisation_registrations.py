"""Domains that a firm of this name once registered; asked at Whoxy, with a key only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Seen, Unknown
from probes.kit.target import Host, Organisation
from probes.kit.whoxy import registered_by


class OrganisationRegistrations(Struct, frozen=True):
    """Domains whose past holder was called exactly so; namesakes are, too. Absent("whoxy") when there are none."""

    domains: tuple[str, ...]
    """At most 300; none of a holder who has more."""
    count: int
    """How many the service counts."""

    def mentions(self) -> Iterator[Mention]:
        """Every domain."""
        for name in self.domains:
            yield Mention(Host(name), "once_registered_by")


@probe(reach=Reach.SEARCH, patience=timedelta(seconds=60))
async def organisation_registrations(
    organisation: Organisation, net: Net
) -> Seen[OrganisationRegistrations] | Absent | Unknown:
    """Ask which domains a firm of this name registered in former years."""
    found = await registered_by(organisation.name, net)
    if not found.count:
        return Absent("whoxy")
    return Seen(OrganisationRegistrations(found.domains, found.count))
