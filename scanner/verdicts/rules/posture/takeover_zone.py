"""Whether a stranger could come to answer for a whole domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probes.delegation import ServerLook, ServerState
from probes.kit.observation import Seen
from probes.kit.providers import provider_of_name
from probes.kit.target import Domain, Host
from probes.kit.zone_hosts import zone_host
from probes.kit.zone_servers import is_lame
from probes.sub_zone import SubZone
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DELEGATION, DNS_RECORDS, SUB_ZONE
from scanner.discovery.scope import registered
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, free_domain, posture_rule
from scanner.verdicts.verdict import Finding


@posture_rule(
    id="takeover_zone",
    sentence="Whoever gets the name of a name server, or opens the zone it has lost, owns the domain, or "
    "the name below it that was delegated there.",
    authority="usage.md TKO-03, TKO-04, TKO-06",
    kinds=(Kind.DOMAIN,),
    says=(
        "takeover_name_server",
        "takeover_zone_host",
        "zone_host_unproved",
        "takeover_wildcard",
    ),
)
def takeover_zone(dossier: Dossier) -> Iterator[Finding]:
    """Name servers under free domains, zones missing at self-service hosts, wildcards to services."""
    domain = Domain(dossier.asset.key)
    parent = dossier.see(DELEGATION, domain)
    match parent.outcome:
        case Seen(delegation):
            yield from _servers(dossier, parent, delegation.servers)
    for host in dossier.holding.hosts:
        below = dossier.see(SUB_ZONE, Host(host))
        match below.outcome:
            case Seen(SubZone(servers=Seen(servers))):
                yield from _servers(dossier, below, servers, zone=host)
    zone = dossier.see(DNS_RECORDS, domain)
    match zone.outcome:
        case Seen(records) if records.wildcard_alias:
            alias = records.wildcard_alias
            provider = provider_of_name(alias)
            if provider and not dossier.scene.is_clients(registered(alias)):
                told = {"target": alias, "provider": provider.name}
                yield fault("takeover_wildcard", zone, **told)


def _servers(
    dossier: Dossier, sighting: Sighting[Any], servers: tuple[ServerLook, ...], **named: str
) -> Iterator[Finding]:
    """Judge the servers of a zone; `named` tells which it is, where it is not the domain's own."""
    for server in servers:
        # SERVFAIL is never dangling: only a name that an authority denies is.
        denied = server.state is ServerState.NO_ADDRESS and server.detail == "NXDOMAIN"
        if denied and (free := free_domain(dossier, server.host)):
            told = {"server": server.host, "domain": free[0], **named}
            yield fault("takeover_name_server", sighting, *free[1], **told)
    if is_lame(servers):
        hosts = [server.host for server in servers]
        known = [found for host in hosts if (found := zone_host(host))]
        if known:
            proved = any(one.strength == "strong" for one in known)
            code = "takeover_zone_host" if proved else "zone_host_unproved"
            yield fault(code, sighting, servers=hosts, **named)
