"""Strangers' domains that a client's records and pages lean on: whoever gets one gets that part of his."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes.addresses import HostAddresses
from probes.delegation import Delegation, ServerLook, ServerState
from probes.kit.observation import Absent, AnyObservation, Seen
from probes.mail_policy import MailPolicy
from probes.sub_zone import SubZone
from probes.website import Website
from scanner.discovery.lead import name_in
from scanner.discovery.scope import registered

MOST_SCRIPT_HOSTS = 20
"""Hosts of scripts on one page whose domains are asked for."""


def relied_on(observation: AnyObservation) -> Iterator[str]:
    """Yield the registered names that an answer leans on, where it gives a reason to look whether they exist.

    An alias, a name server, a mail host or an SPF name that leads nowhere; a place that reports go to
    and that does not take them; every host that a page takes its scripts from.
    """
    for host in dict.fromkeys(_hosts(observation)):
        name = registered(host)
        if "." in name:
            yield name


def _hosts(observation: AnyObservation) -> Iterator[str]:
    match observation.outcome:
        case Absent("NXDOMAIN") if observation.probe == "addresses":
            yield name_in(observation.target)  # a host that a record named
        case Seen(HostAddresses() as way) if way.dangling and way.chain:
            yield way.chain[-1]
        case Seen(Delegation() as delegation):
            yield from _without_address(delegation.servers)
        case Seen(SubZone() as zone):
            if isinstance(zone.servers, Seen):
                yield from _without_address(zone.servers.fact)
        case Seen(MailPolicy() as policy):
            match policy.spf:
                case Seen(spf):
                    yield from spf.gone
            for one in policy.reports_accepted:
                if isinstance(one.outcome, Absent):
                    yield one.by
        case Seen(Website() as site):
            for visit in (site.https, site.http):
                match visit.page:
                    case Seen(page):
                        yield from page.script_hosts[:MOST_SCRIPT_HOSTS]


def _without_address(servers: Iterable[ServerLook]) -> Iterator[str]:
    return (server.host for server in servers if server.state is ServerState.NO_ADDRESS)
