"""DNS hosts at which strangers may open a zone for a client's name (`data/zone_hosts.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

import msgspec
from msgspec import Struct

from probes.kit.knowledge import shipped


class ZoneHost(Struct, frozen=True, forbid_unknown_fields=True):
    """One DNS host, and how well it is borne out that its customers may take names over."""

    names: tuple[str, ...]
    """Suffixes of its name servers, label by label."""
    strength: Literal["strong", "weak"]
    terms: str = ""
    """What a customer must have there before."""
    source: str = ""
    source_date: date | None = None
    """The day the source was read."""
    told: date | None = None
    """The day of the last word in it."""

    def __post_init__(self) -> None:
        if self.strength == "strong" and not (self.source and self.source_date and self.told):
            raise ValueError(f"no source and dates, so weak at most: {', '.join(self.names)}")


@cache
def all_zone_hosts() -> tuple[ZoneHost, ...]:
    """Return every known one; a mistake in the data raises."""
    rows = [row for content in shipped("zone_hosts.toml") for row in content["hosts"]]
    return tuple(msgspec.convert(rows, list[ZoneHost]))


def zone_host(server: str) -> ZoneHost | None:
    """Return the host that a name server is one of; None where it is none of these."""
    rest = server.rstrip(".").lower()
    while rest:
        if found := _by_name().get(rest):
            return found
        rest = rest.partition(".")[2]
    return None


@cache
def _by_name() -> Mapping[str, ZoneHost]:
    return {name: one for one in all_zone_hosts() for name in one.names}
