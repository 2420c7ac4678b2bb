"""What hangs on what: sites and mail on hostings, on certificates, on other domains."""

from __future__ import annotations

from collections.abc import Iterator

from probes.delegation import ServerState
from probes.kit.observation import Seen
from probes.kit.target import Domain, Endpoint, Host
from scanner.assets import Asset, Kind, Relation
from scanner.discovery.hostings import Hosting, HostingIndex
from scanner.discovery.looks import (
    DELEGATION,
    DNS_RECORDS,
    TLS_CERTIFICATE,
    WEBSITE,
    Looks,
)
from scanner.discovery.mails import MailRoute, sender_policy
from scanner.discovery.presence import presence
from scanner.discovery.scope import registered
from scanner.discovery.sites import Site


def site_relations(
    sites: tuple[Site, ...],
    domains: frozenset[str],
    hostings: HostingIndex,
    certificates: frozenset[str],
    looks: Looks,
) -> Iterator[Relation]:
    """Sites on their domain, hosting, certificate, and where they redirect to."""
    site_of = {host: Asset(Kind.SITE, site.key) for site in sites for host in site.hosts}
    for site in sites:
        asset = Asset(Kind.SITE, site.key)
        if site.domain in domains:
            yield Relation(asset, "of_domain", Asset(Kind.DOMAIN, site.domain))
        for host in site.hosts:
            # By address: a site that is only met makes no hosting, and may live on one all the same.
            for hosting in hostings.at(presence(looks, host).addresses):
                yield Relation(asset, "on_hosting", Asset(Kind.HOSTING, hosting.key))
            match looks.latest(TLS_CERTIFICATE, Endpoint(host, 443)).outcome:
                case Seen(served) if served.sha256 in certificates:
                    secured = Asset(Kind.CERTIFICATE, served.sha256)
                    yield Relation(asset, "secured_by", secured)
            match looks.latest(WEBSITE, Host(host)).outcome:
                case Seen(seen):
                    for visit in (seen.https, seen.http):
                        to = site_of.get(visit.end_host, asset)
                        if to != asset:
                            yield Relation(asset, "redirects_to", to)
            for name in presence(looks, host).chain:
                behind = registered(name)
                if behind in domains and behind != site.domain:
                    yield Relation(asset, "served_by", Asset(Kind.DOMAIN, behind))


def mail_relations(
    route: MailRoute, domains: frozenset[str], hostings: HostingIndex, looks: Looks
) -> Iterator[Relation]:
    """A domain's mail on that domain, on the hostings that take it, and on other domains' hosts."""
    mail = Asset(Kind.MAIL, route.domain)
    yield Relation(mail, "of_domain", Asset(Kind.DOMAIN, route.domain))
    policy = sender_policy(looks, route.domain)
    taking = _taking(route, hostings)
    for hosting in taking:
        yield Relation(mail, "on_hosting", Asset(Kind.HOSTING, hosting.key))
    if policy:
        named = (*hostings.of_hosts(policy.hosts), *hostings.at(policy.addresses))
        for hosting in (*hostings.within(policy.networks), *named):
            if hosting not in taking:
                yield Relation(mail, "sends_from", Asset(Kind.HOSTING, hosting.key))
    names = [*route.hosts, *(policy.includes if policy else ()), *(policy.hosts if policy else ())]
    for name in names:
        if registered(name) in domains and registered(name) != route.domain:
            yield Relation(mail, "served_by", Asset(Kind.DOMAIN, registered(name)))


def met_mail_relations(
    route: MailRoute, likely: bool, domains: frozenset[str], hostings: HostingIndex
) -> Iterator[Relation]:
    """The mail of a domain that was only met: on the client's domains and hostings, as far as seen.

    A hoster's mail servers tell of an account there, but only where the domain is likely the client's.
    """
    asset = Asset(Kind.DOMAIN, route.domain)
    for name in route.hosts:
        if registered(name) in domains and registered(name) != route.domain:
            yield Relation(asset, "served_by", Asset(Kind.DOMAIN, registered(name)))
    taking = [*hostings.of_hosts(route.hosts), *hostings.at(route.addresses)]
    if likely:
        taking += hostings.of_provider(route.providers)
    for hosting in taking:
        yield Relation(asset, "mail_on_hosting", Asset(Kind.HOSTING, hosting.key))


def _taking(route: MailRoute, hostings: HostingIndex) -> list[Hosting]:
    """Return the hostings that take a domain's mail.

    A hoster's mail servers stand apart from his web servers, but belong to the same account: the
    one that holds the domain's own names, or any of the client's at that hoster where none does.
    """
    here = hostings.at(route.addresses)
    for one in hostings.of_domain(route.domain):
        if one.provider in route.providers and one not in here:
            here.append(one)
    return here or hostings.of_provider(route.providers)


def name_server_relations(
    domain: str, domains: frozenset[str], hostings: HostingIndex, looks: Looks
) -> Iterator[Relation]:
    """A domain on the client's own name servers: on their domain, and on the hosting they run on."""
    asset = Asset(Kind.DOMAIN, domain)
    names: set[str] = set()
    match looks.latest(DELEGATION, Domain(domain)).outcome:
        case Seen(delegation):
            for server in delegation.servers:
                names.add(server.host)
                working = server.state is not ServerState.LAME
                for hosting in hostings.at(server.addresses) if working else ():
                    on = Asset(Kind.HOSTING, hosting.key)
                    yield Relation(on, "name_server_of", asset)
    match looks.latest(DNS_RECORDS, Domain(domain)).outcome:
        case Seen(records):
            match records.ns:
                case Seen(hosts):
                    names.update(hosts)
    for name in names:
        if registered(name) in domains and registered(name) != domain:
            yield Relation(asset, "served_by", Asset(Kind.DOMAIN, registered(name)))
