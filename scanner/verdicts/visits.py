"""Every visit to a site, read and put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, assert_never

from msgspec import Struct

from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Host
from probes.website import Website
from scanner.assets import Asset
from scanner.assets.estate import Params
from scanner.discovery import Looks, Sighting
from scanner.discovery.looks import WEBSITE
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.binding import bound_to
from scanner.verdicts.finding import say
from scanner.verdicts.pages import Reading, read_visit
from scanner.verdicts.verdict import Finding


class VisitRead(Struct, frozen=True, gc=False):
    """One visit: the host it started from, what it showed, and the look it was part of."""

    host: str
    reading: Reading
    sighting: Sighting[Website]


class HostUnseen(Struct, frozen=True, gc=False):
    """A host of the site of which we could not find out a thing."""

    host: str
    reason: Reason
    sighting: Sighting[Any]
    visited: bool
    """True when it has addresses and was called at."""


class Visits(Struct, frozen=True, gc=False):
    """Every visit to a site's hosts, and the hosts that could not be visited."""

    made: tuple[VisitRead, ...]
    unseen: tuple[HostUnseen, ...]


def visits_to(hosts: tuple[str, ...], looks: Looks, others: Mapping[str, Asset]) -> Visits:
    """Read the visits to a site known by `hosts`; `others` are the client's sites by host."""
    visits: list[VisitRead] = []
    unseen: list[HostUnseen] = []
    for host in hosts:
        found = presence(looks, host)
        match found.lives:
            case Lives.NOWHERE:
                continue
            case Lives.UNKNOWN:
                unseen.append(HostUnseen(host, found.reason, found.sighting, False))
                continue
            case Lives.SOMEWHERE:
                pass
        if found.family_unseen:
            unseen.append(HostUnseen(host, found.family_unseen, found.sighting, False))
        sighting = looks.latest(WEBSITE, Host(host))
        match sighting.outcome:
            case Seen(site):
                bound = bound_to(looks, host)
                for visit in (site.https, site.http):
                    reading = read_visit(visit, site, hosts, others, bound)
                    visits.append(VisitRead(host, reading, sighting))
            case Absent():
                # It had addresses a moment ago.
                unseen.append(HostUnseen(host, Reason.NO_ADDRESS, sighting, True))
            case Unknown(reason):
                unseen.append(HostUnseen(host, reason, sighting, sighting.asked))
            case never:
                assert_never(never)
    return Visits(tuple(visits), tuple(unseen))


def by_state(visits: Iterable[VisitRead]) -> Iterator[Finding]:
    """Yield one finding for each state that the visits speak for."""
    states: dict[str, list[VisitRead]] = {}
    for visit in visits:
        states.setdefault(visit.reading.state, []).append(visit)
    for state, same in states.items():
        first = same[0].reading
        params: Params = {"urls": [visit.reading.url for visit in same]}
        for name in ("status", "marker", "provider", "target", "reason"):
            if value := getattr(first, name):
                params[name] = str(value) if name == "reason" else value
        yield say(f"site.{state}", *(visit.sighting for visit in same), facet="web", params=params)
