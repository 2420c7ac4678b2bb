"""What hangs on what: sites and mail on hostings, on certificates, on other domains."""

from __future__ import annotations

from collections.abc import Iterator, Set

from scanner.assets import Asset, Kind, Relation
from scanner.discovery.hostings import Hosting, HostingIndex
from scanner.discovery.mails import MailRoute
from scanner.discovery.notes import Notes
from scanner.discovery.scope import registered
from scanner.discovery.sites import Site


def site_relations(
    sites: tuple[Site, ...],
    domains: Set[str],
    hostings: HostingIndex,
    certificates: Set[str],
    notes: Notes,
) -> Iterator[Relation]:
    """Sites on their domain, hosting, certificate, and where they redirect to."""
    site_of = {host: Asset(Kind.SITE, site.key) for site in sites for host in site.hosts}
    for site in sites:
        asset, domain = site_of[site.hosts[0]], site.domain
        if domain in domains:
            yield Relation(asset, "of_domain", Asset(Kind.DOMAIN, domain))
        for host in site.hosts:
            found = notes.host(host)
            # By address: a site that is only met makes no hosting, and may live on one all the same.
            for hosting in hostings.at(found.addresses):
                yield Relation(asset, "on_hosting", Asset(Kind.HOSTING, hosting.key))
            shown = notes.certificate(host)
            if shown and shown.sha256 in certificates:
                yield Relation(asset, "secured_by", Asset(Kind.CERTIFICATE, shown.sha256))
            for end in notes.site(host).ends:
                to = site_of.get(end, asset)
                if to != asset:
                    yield Relation(asset, "redirects_to", to)
            for name in found.chain:
                behind = registered(name)
                if behind in domains and behind != domain:
                    yield Relation(asset, "served_by", Asset(Kind.DOMAIN, behind))


def mail_relations(
    route: MailRoute, domains: Set[str], hostings: HostingIndex, notes: Notes
) -> Iterator[Relation]:
    """A domain's mail on that domain, on the hostings that take it, and on other domains' hosts."""
    mail = Asset(Kind.MAIL, route.domain)
    yield Relation(mail, "of_domain", Asset(Kind.DOMAIN, route.domain))
    taking = _taking(route, hostings)
    for hosting in taking:
        yield Relation(mail, "on_hosting", Asset(Kind.HOSTING, hosting.key))
    senders = notes.senders(route.domain)
    named = (*hostings.of_hosts(senders.hosts), *hostings.at(senders.addresses))
    for hosting in (*hostings.within(senders.networks), *named):
        if hosting not in taking:
            yield Relation(mail, "sends_from", Asset(Kind.HOSTING, hosting.key))
    for name in (*route.hosts, *senders.names):
        if registered(name) in domains and registered(name) != route.domain:
            yield Relation(mail, "served_by", Asset(Kind.DOMAIN, registered(name)))


def met_mail_relations(
    route: MailRoute, likely: bool, domains: Set[str], hostings: HostingIndex
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
    domain: str, domains: Set[str], hostings: HostingIndex, notes: Notes
) -> Iterator[Relation]:
    """A domain on the client's own name servers: on their domain, and on the hosting they run on."""
    asset = Asset(Kind.DOMAIN, domain)
    names = {*notes.records(domain).name_servers}
    for server in notes.name_servers(domain):
        names.add(server.host)
        for hosting in hostings.at(server.addresses) if server.working else ():
            yield Relation(Asset(Kind.HOSTING, hosting.key), "name_server_of", asset)
    for name in names:
        if registered(name) in domains and registered(name) != domain:
            yield Relation(asset, "served_by", Asset(Kind.DOMAIN, registered(name)))
