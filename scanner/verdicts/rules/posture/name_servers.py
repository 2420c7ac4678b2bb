"""Whether a domain's name servers are enough, agree with their parent and keep their duties."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from probes.delegation import Delegation, ServerState
from probes.dns_records import DnsRecords, StartOfAuthority
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from probes.name_servers import NameServers
from scanner.assets import Kind
from scanner.discovery import Sighting
from scanner.discovery.looks import DELEGATION, DNS_RECORDS, NAME_SERVERS
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule, unchecked
from scanner.verdicts.verdict import Finding

_DAY = 86_400


@posture_rule(
    id="name_servers",
    sentence="A domain has two name servers at two places, named alike by parent and zone, that answer "
    "over TCP and look up nothing for strangers.",
    authority="RFC 1034 4.1, 4.2.2; RFC 2181 10.3; RFC 2182; RFC 5358; RFC 7766; DNS-03 to DNS-07",
    kinds=(Kind.DOMAIN,),
    says=(
        "one_name_server",
        "name_servers_one_address",
        "name_servers_one_network",
        "name_servers_differ",
        "glue_differs",
        "name_server_is_alias",
        "name_server_no_tcp",
        "name_server_open_recursion",
        "zone_serials_differ",
        "soa_timers",
    ),
)
def name_servers(dossier: Dossier) -> Iterator[Finding]:
    """Read the delegation, the zone's own list, and how each server behaves."""
    domain = Domain(dossier.asset.key)
    parent, zone = dossier.see(DELEGATION, domain), dossier.see(DNS_RECORDS, domain)
    match parent.outcome:
        case Seen(delegation):
            yield from _places(delegation, parent)
            match zone.outcome:
                case Seen(records):
                    yield from _lists(delegation, records, parent, zone)
        case Unknown(reason):
            yield from unchecked("name_servers", reason, parent)
    match zone.outcome:
        case Seen(records):
            match records.soa:
                case Seen(start) if start.refresh and (wrong := _timers(start)):
                    yield fault("soa_timers", zone, timers=wrong)
    manners = dossier.see(NAME_SERVERS, domain)
    match manners.outcome:
        case Seen(servers):
            yield from _manners(servers, manners)
        case Unknown(reason):
            yield from unchecked("name_servers", reason, manners)


def _places(delegation: Delegation, seen: Sighting[Delegation]) -> Iterator[Finding]:
    hosts = [server.host for server in delegation.servers]
    if len(hosts) == 1:
        yield fault("one_name_server", seen, servers=hosts)
        return
    if not all(server.addresses for server in delegation.servers):
        return
    addresses = {ip for server in delegation.servers for ip in server.addresses}
    if len(addresses) == 1:
        yield fault("name_servers_one_address", seen, address=addresses.pop())
        return
    networks = {_network(ip) for ip in addresses}
    if len(networks) == 1:
        yield fault("name_servers_one_network", seen, network=networks.pop())


def _network(ip: str) -> str:
    """The smallest network that is routed by itself."""
    return str(ip_network(f"{ip}/{48 if ':' in ip else 24}", strict=False))


def _lists(
    delegation: Delegation,
    records: DnsRecords,
    parent: Sighting[Delegation],
    zone: Sighting[DnsRecords],
) -> Iterator[Finding]:
    above = {server.host for server in delegation.servers}
    match records.ns:
        case Seen(names) if set(names) != above and delegation.servers:
            alone = sorted(set(names) ^ above)
            yield fault("name_servers_differ", parent, zone, servers=alone)
    given: dict[str, set[str]] = {}
    for host, ip in delegation.glue:
        given.setdefault(host, set()).add(ip)
    for server in delegation.servers:
        known = given.get(server.host, set())
        answers = server.state is ServerState.AUTHORITATIVE
        if answers and known and known.isdisjoint(server.addresses):
            yield fault("glue_differs", parent, server=server.host, address=min(known))


def _timers(start: StartOfAuthority) -> list[str]:
    """Values outside what RFC 1912 section 2.2 and RFC 2308 section 5 advise, far enough to hurt."""
    wrong = []
    if not 1_200 <= start.refresh <= 2 * _DAY:
        wrong.append("refresh")
    if start.retry >= start.refresh or start.retry < 180:
        wrong.append("retry")
    if start.expire < max(7 * _DAY, start.refresh + start.retry):
        wrong.append("expire")
    if start.minimum > _DAY:
        wrong.append("minimum")
    return wrong


def _manners(servers: NameServers, seen: Sighting[NameServers]) -> Iterator[Finding]:
    deaf = [one.host for one in servers.servers if isinstance(one.by_tcp, Absent)]
    if deaf:
        yield fault("name_server_no_tcp", seen, servers=deaf)
    if open_ones := [one.host for one in servers.servers if one.recurses]:
        yield fault("name_server_open_recursion", seen, servers=open_ones)
    if aliases := [one.host for one in servers.servers if one.alias]:
        yield fault("name_server_is_alias", seen, servers=aliases)
    serials = {one.by_tcp.fact for one in servers.servers if isinstance(one.by_tcp, Seen)}
    if len(serials) > 1:
        yield fault("zone_serials_differ", seen, serials=[str(one) for one in sorted(serials)])
    for one in servers.servers:
        match one.by_tcp:
            case Unknown(reason):
                yield from unchecked("name_servers", reason, seen)
                return
