"""Whether a stranger could come to answer for a whole domain."""

from __future__ import annotations

from collections.abc import Iterator

from probes.delegation import ServerState
from probes.kit.observation import Seen
from probes.kit.providers import provider_of_name
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.discovery.looks import DELEGATION, DNS_RECORDS
from scanner.discovery.mail_providers import lies_under_any
from scanner.discovery.scope import registered
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, free_domain, posture_rule
from scanner.verdicts.verdict import Finding

SELF_SERVICE = (
    "reg.ru", "digitalocean.com", "dnsimple.com", "dnsimple-edge.net", "he.net", "linode.com",
    "dnsmadeeasy.com", "domain.com", "dotster.com", "mydomain.com", "easydns.com", "easydns.net",
    "easydns.org", "easydns.ca", "googledomains.com", "name.com", "tierra.net",
)  # fmt: skip
"""DNS hosts at which any customer may open a zone for any name (can-i-take-over-dns, seen 2026-11-23)."""


@posture_rule(
    id="takeover_zone",
    sentence="Whoever gets the name of a name server, or opens the zone it has lost, owns the domain.",
    authority="usage.md TKO-03, TKO-04, TKO-06",
    kinds=(Kind.DOMAIN,),
    says=("takeover_name_server", "takeover_zone_host", "takeover_wildcard"),
)
def takeover_zone(dossier: Dossier) -> Iterator[Finding]:
    """Name servers under free domains, zones missing at self-service hosts, wildcards to services."""
    domain = Domain(dossier.asset.key)
    parent = dossier.see(DELEGATION, domain)
    match parent.outcome:
        case Seen(delegation):
            for server in delegation.servers:
                # SERVFAIL is never dangling: only a name that an authority denies is.
                denied = server.state is ServerState.NO_ADDRESS and server.detail == "NXDOMAIN"
                if denied and (free := free_domain(dossier, server.host)):
                    told = {"server": server.host, "domain": free[0]}
                    yield fault("takeover_name_server", parent, *free[1], **told)
            hosts = [server.host for server in delegation.servers]
            if delegation.lame and any(lies_under_any(host, SELF_SERVICE) for host in hosts):
                yield fault("takeover_zone_host", parent, servers=hosts)
    zone = dossier.see(DNS_RECORDS, domain)
    match zone.outcome:
        case Seen(records) if records.wildcard_alias:
            alias = records.wildcard_alias
            provider = provider_of_name(alias)
            if provider and not dossier.scene.is_clients(registered(alias)):
                told = {"target": alias, "provider": provider.name}
                yield fault("takeover_wildcard", zone, **told)
