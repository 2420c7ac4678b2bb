"""Whether a vantage has looked at the whole of a thing, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from probes.addresses import HostAddresses
from probes.kit.observation import Seen
from probes.kit.target import Domain, Endpoint, Host
from scanner.assets import Holding, Kind
from scanner.discovery import Looks, Sighting
from scanner.discovery.looks import ADDRESSES, DELEGATION, DNS_RECORDS, TLS_CERTIFICATE, WEBSITE

LOOKED_AT = (Kind.DOMAIN, Kind.SITE, Kind.MAIL, Kind.HOSTING, Kind.CERTIFICATE)
"""Kinds that looks tell of; of the others papers and people do."""


class Span(Struct, frozen=True, gc=False):
    """From when to when a thing was looked at."""

    began: datetime
    ended: datetime


def is_looked_at(holding: Holding) -> bool:
    """Say whether looks can tell of a thing at all: not of what only papers know."""
    kind = holding.asset.kind
    return kind in (Kind.DOMAIN, Kind.MAIL) or (kind in LOOKED_AT and bool(holding.hosts))


def looked_from(holding: Holding, looks: Looks, vantage: str) -> Span | None:
    """Return when a vantage looked at everything that decides on a thing; None when at less than that.

    `looks` are that vantage's, with our own where it has not looked: one of those shows the gap.
    """
    made = [sighting for sighting in _deciding(holding, looks) if sighting.at]
    if not made or any(sighting.vantage != vantage for sighting in made):
        return None
    moments = [sighting.at for sighting in made if sighting.at]
    return Span(min(moments), max(moments))


def _deciding(holding: Holding, looks: Looks) -> Iterator[Sighting[Any]]:
    kind, key = holding.asset.kind, holding.asset.key
    if kind in (Kind.DOMAIN, Kind.MAIL):
        yield looks.latest(DNS_RECORDS, Domain(key))
    if kind is Kind.DOMAIN:
        yield looks.latest(DELEGATION, Domain(key))
    for host in holding.hosts:
        if kind is Kind.CERTIFICATE:
            yield looks.latest(TLS_CERTIFICATE, Endpoint(host, 443))
            continue
        reached = looks.latest(ADDRESSES, Host(host))
        yield reached
        match reached.outcome:
            case Seen(HostAddresses() as found) if found.all and kind is not Kind.MAIL:
                yield looks.latest(WEBSITE, Host(host))
