"""From looks to an estate: what the client owns, how sure that is, and how each thing was found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.observation import Observation
from scanner.assets import (
    Asset,
    Estate,
    Holding,
    Kind,
    Ownership,
    OwnershipReason,
    Relation,
    Step,
)
from scanner.discovery.agenda import Look
from scanner.discovery.bought_certificates import Bought
from scanner.discovery.certificates import covers
from scanner.discovery.claims import Claims
from scanner.discovery.copies import copies
from scanner.discovery.frontier import Frontier
from scanner.discovery.hosting_providers import with_providers
from scanner.discovery.hostings import Hosting, HostingIndex, hostings_of
from scanner.discovery.looks import Ask, Looks, Sighting
from scanner.discovery.mails import MailRoute, mail_route
from scanner.discovery.notes import NameServer, Notes
from scanner.discovery.relations import (
    mail_relations,
    met_mail_relations,
    name_server_relations,
    site_relations,
)
from scanner.discovery.rented import rented, service_relations
from scanner.discovery.scope import Seeds, Standing, registered
from scanner.discovery.services import Service, Traces
from scanner.discovery.sites import Site, sites_of
from scanner.discovery.weights import AGAINST

_BEST_FIRST = tuple(Ownership)


def attribute(seeds: Seeds, looks: Looks, as_of: datetime) -> Estate:
    """Return everything attributed to the client, sorted, with ownership, story and relations.

    The same looks give the same estate, in whatever order they were made. Each is read once.
    """
    frontier = Frontier(seeds, depth=sys.maxsize, max_hosts=sys.maxsize)
    notes, traces = Notes(looks), Traces()
    for look, sighting in survey(frontier, looks, as_of):
        notes.take(look, sighting)
        traces.take(look, sighting)
    attribution = _Attribution(seeds, frontier, notes, traces)
    frontier.conclude()
    return with_providers(attribution.estate(), notes)


def survey(
    frontier: Frontier, looks: Looks, as_of: datetime
) -> Iterator[tuple[Look, Sighting[Any]]]:
    """Walk a frontier over looks already made, and yield each, name by name."""
    due = list(frontier.start())
    while due:
        look = due.pop()
        asked: Ask[Any, Any] = Ask(look.probe)
        seen = looks.latest(asked, look.target)
        yield look, seen
        answer = seen.at or as_of, seen.vantage, seen.outcome, seen.evidence
        due.extend(frontier.learn(Observation(look.probe, look.target, *answer)))


class _Standing(Struct, frozen=True, gc=False):
    ownership: Ownership
    reasons: tuple[OwnershipReason, ...]


class _Attribution:
    """One pass over a territory; every step reads what the steps before it made."""

    def __init__(self, seeds: Seeds, frontier: Frontier, notes: Notes, traces: Traces) -> None:
        self._seeds, self._frontier, self._notes = seeds, frontier, notes
        self._scope = frontier.scope
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        """One of many equal lists of hosts or addresses, for all to use."""
        self._stories: dict[str, tuple[Step, ...]] = {}
        met = {*self._scope.followed(), *frontier.siblings}
        self._domains = sorted(filter(frontier.tells, met))
        self._standings = {name: _Standing(*frontier.claims.on(name)) for name in self._domains}
        self._hosts_under: dict[str, list[str]] = {}
        for host in sorted(frontier.sites | frontier.mail_hosts):
            self._hosts_under.setdefault(registered(host), []).append(host)
        told = (site for site in sites_of(frontier, notes) if frontier.tells(site.domain))
        self._sites = tuple(told)
        self._our_sites = tuple(s for s in self._sites if self._is_ours(s.key))
        self._routes = tuple(mail_route(notes, name) for name in self._scope.followed())
        addresses = self._addresses()
        self._met_services = tuple(traces.services(self._is_the_clients_host, self._plainest))
        self._rented = rented(addresses, self._met_services, notes)
        hosted = {host: ips for host, ips in addresses.items() if host not in self._rented}
        self._hostings = hostings_of(hosted, notes, self._scope)
        self._certificates = self._served_certificates()
        self._foreign = tuple(self._ruled_out(frontier.claims))

    def estate(self) -> Estate:
        """Return the holdings and relations, sorted."""
        holdings = {
            holding.asset: self._as_people_said(holding)
            for holding in (
                *map(self._domain, self._domains),
                *map(self._site, self._sites),
                *map(self._hosting, self._hostings),
                *map(self._mail, self._routes),
                *(self._certificate(sha, hosts) for sha, hosts in self._certificates.items()),
                *map(self._bought, self._bought_certificates()),
                *map(self._service, self._services()),
                *self._foreign,
            )
        }
        known = {asset: asset for asset in holdings}
        relations = {
            Relation(known[one.subject], one.kind, known[one.object])
            for one in self._relations()
            if one.subject in known and one.object in known
        }
        told = {host for site in self._sites for host in site.hosts}
        return Estate(
            tuple(holdings[one] for one in sorted(holdings)),
            tuple(sorted(relations)),
            visited=tuple(sorted(self._frontier.sites - told)),
            left_out=tuple(sorted(self._left_out(holdings.values()))),
        )

    def _left_out(self, holdings: Iterable[Holding]) -> Iterator[str]:
        for holding in holdings:
            domain = holding.asset.kind is Kind.DOMAIN
            if domain and holding.ownership is not Ownership.FOREIGN:
                yield from (name for name in holding.hosts if not self._notes.host(name).asked)

    def _relations(self) -> Iterator[Relation]:
        every, hostings = self._standings.keys(), HostingIndex(self._hostings)
        yield from site_relations(
            self._sites, every, hostings, self._certificates.keys(), self._notes
        )
        yield from service_relations(self._sites, self._rented)
        yield from copies(self._our_sites, self._notes, self._precedence)
        for site in self._anothers_sites():
            yield Relation(site, "of_domain", Asset(Kind.DOMAIN, registered(site.key)))
        for route in self._routes:
            yield from mail_relations(route, every, hostings, self._notes)
        for domain in self._domains:
            yield from name_server_relations(domain, every, hostings, self._notes)
            if not self._scope.follows(domain):
                route = mail_route(self._notes, domain)
                likely = self._standings[domain].ownership is not Ownership.POSSIBLE
                yield from met_mail_relations(route, likely, every, hostings)

    def _domain(self, name: str) -> Holding:
        standing = self._standings[name]
        return Holding(
            Asset(Kind.DOMAIN, name),
            standing.ownership,
            standing.reasons,
            self._story(name),
            hosts=self._same(self._hosts_under.get(name, ())),
        )

    def _site(self, site: Site) -> Holding:
        standing = self._of_host(site.key)
        return Holding(
            Asset(Kind.SITE, site.key),
            standing.ownership,
            standing.reasons,
            self._story(site.hosts[0]),
            hosts=self._same(site.hosts),
            addresses=self._addresses_of(site.hosts),
        )

    def _mail(self, route: MailRoute) -> Holding:
        standing = self._of_host(route.domain)
        return Holding(
            Asset(Kind.MAIL, route.domain),
            standing.ownership,
            standing.reasons,
            self._story(route.domain),
            hosts=route.hosts,
            addresses=route.addresses,
            provider=route.provider,
            provider_name=route.provider_name,
        )

    def _hosting(self, hosting: Hosting) -> Holding:
        standing = self._best_of(hosting.hosts, "serves_client_names", "dns")
        return Holding(
            Asset(Kind.HOSTING, hosting.key),
            standing.ownership,
            standing.reasons,
            (*self._story(hosting.name), Step("address_of", hosting.name)),
            hosts=hosting.hosts,
            addresses=hosting.addresses,
            provider=hosting.provider,
            provider_name=hosting.provider_name,
        )

    def _certificate(self, sha256: str, hosts: tuple[str, ...]) -> Holding:
        first = min(hosts, key=lambda host: (len(self._story(host)), host))
        standing = self._best_of(hosts, "served_for_client_names", "cert")
        return Holding(
            Asset(Kind.CERTIFICATE, sha256),
            standing.ownership,
            standing.reasons,
            (*self._story(first), Step("certificate_of", first)),
            hosts=hosts,
        )

    def _bought_certificates(self) -> Iterator[Bought]:
        """Yield what the logs know and no server shows; what one shows is told of with the rest."""
        for bought in self._frontier.bought.unshown(self._frontier.addressed):
            if bought.sha256 not in self._certificates:
                yield bought

    def _bought(self, bought: Bought) -> Holding:
        standing = self._best_of(bought.hosts, "issued_for_client_names", "cert")
        first = min(bought.hosts, key=self._plainest)
        return Holding(
            Asset(Kind.CERTIFICATE, bought.sha256),
            standing.ownership,
            standing.reasons,
            (*self._story(first), Step("certificate_logged_for", first)),
            hosts=bought.hosts,
        )

    def _services(self) -> Iterator[Service]:
        """Yield the services at the client's names; a front that is a hosting already is not told twice."""
        hosted = {hosting.provider for hosting in self._hostings}
        for service in self._met_services:
            if service.product.object_type != "cdn" or service.product.id not in hosted:
                yield service

    def _service(self, service: Service) -> Holding:
        standing = self._best_of(service.hosts, "met_at_client_names", "dns")
        first = min(service.hosts, key=self._plainest)
        return Holding(
            service.asset,
            standing.ownership,
            standing.reasons,
            (*self._story(first), Step("trace_at", first)),
            hosts=service.hosts,
            provider=service.product.id,
            provider_name=service.product.name,
        )

    def _is_the_clients_host(self, host: str) -> bool:
        above = self._standings.get(registered(host))
        known = above is not None and above.ownership in (Ownership.CONFIRMED, Ownership.LIKELY)
        return known and self._scope.standing(host) is not Standing.FOREIGN

    def _plainest(self, host: str) -> tuple[bool, int, str]:
        return registered(host) in self._scope.likely, len(host), host

    def _ruled_out(self, claims: Claims) -> Iterator[Holding]:
        """Names of the territory that a person called somebody else's: listed, never looked at."""
        named = {*self._seeds.domains, *self._seeds.from_files, *self._seeds.from_papers}
        for name in sorted({registered(one) for one in named} - {""}):
            if self._scope.standing(name) is Standing.FOREIGN:
                ownership, reasons = claims.on(name)
                yield Holding(Asset(Kind.DOMAIN, name), ownership, reasons, ())
        for site in self._anothers_sites():
            reason = OwnershipReason("called_foreign_by_person", "person", {"name": site.key})
            yield Holding(site, Ownership.FOREIGN, (reason,), ())

    def _anothers_sites(self) -> Iterator[Asset]:
        """Sites below the client's own domains that a person called somebody else's."""
        for asset in sorted(map(Asset.parse, self._seeds.foreign)):
            if asset.kind is Kind.SITE and self._scope.follows(registered(asset.key)):
                yield asset

    def _of_host(self, host: str) -> _Standing:
        """A host stands as the registered name above it does, unless it was named itself."""
        if step := self._scope.hosts.get(host):
            paper = host in self._scope.papers
            reason = OwnershipReason(
                step.code, "papers" if paper else "person", {"source": step.source}
            )
            return _Standing(Ownership.LIKELY if paper else Ownership.CONFIRMED, (reason,))
        above = self._standings.get(registered(host))
        if above is None:
            return _Standing(Ownership.POSSIBLE, ())
        if all(reason.group != AGAINST for reason in above.reasons):
            return above
        reasons = tuple(reason for reason in above.reasons if reason.group != AGAINST)
        return _Standing(above.ownership, reasons)

    def _best_of(self, hosts: tuple[str, ...], code: str, group: str) -> _Standing:
        standings = [self._of_host(host).ownership for host in hosts]
        reason = OwnershipReason(code, group, {"names": list(hosts[:5]), "count": len(hosts)})
        return _Standing(min(standings, key=_BEST_FIRST.index), (reason,))

    def _as_people_said(self, holding: Holding) -> Holding:
        """A person's word on exactly this thing outranks the machine's."""
        asset_id = str(holding.asset)
        for word, ownership, code in (
            (self._seeds.foreign, Ownership.FOREIGN, "called_foreign_by_person"),
            (self._seeds.confirmed, Ownership.CONFIRMED, "confirmed_by_person"),
        ):
            if asset_id in word:
                said = OwnershipReason(code, "person", {"name": holding.asset.key})
                others = tuple(reason for reason in holding.reasons if reason.code != code)
                return replace(holding, ownership=ownership, reasons=(said, *others))
        return holding

    def _precedence(self, host: str) -> int:
        return _BEST_FIRST.index(self._of_host(host).ownership)

    def _is_ours(self, host: str) -> bool:
        return self._scope.standing(host) is Standing.OURS

    def _story(self, name: str) -> tuple[Step, ...]:
        story = self._stories.get(name)
        if story is None:
            story = self._stories[name] = self._frontier.story(name)
        return story

    def _same(self, names: Iterable[str]) -> tuple[str, ...]:
        listed = tuple(names)
        return self._shared.setdefault(listed, listed)

    def _addresses_of(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        found = (ip for host in hosts for ip in self._notes.host(host).addresses)
        return self._same(dict.fromkeys(found))

    def _addresses(self) -> dict[str, tuple[str, ...]]:
        """Return the addresses of the client's own hosts: sites, mail hosts, name servers."""
        hosts = {host for site in self._our_sites for host in site.hosts}
        hosts |= {host for host in self._frontier.mail_hosts if self._is_ours(host)}
        found = {host: self._addresses_of((host,)) for host in sorted(hosts)}
        for server in self._our_name_servers():
            met = found.get(server.host, ())
            found[server.host] = tuple(dict.fromkeys((*met, *server.addresses)))
        return {host: addresses for host, addresses in found.items() if addresses}

    def _our_name_servers(self) -> Iterator[NameServer]:
        for domain in self._scope.followed():
            for server in self._notes.name_servers(domain):
                if self._is_ours(server.host):
                    yield server

    def _served_certificates(self) -> dict[str, tuple[str, ...]]:
        """Return certificates shown for the client's names and good for them, with the hosts.

        A certificate that is good for none of them is the server's default: the hoster's, or a
        neighbour's.
        """
        found: dict[str, set[str]] = {}
        sites = {host for site in self._our_sites for host in site.hosts}
        mail = {host for host in self._frontier.mail_hosts if self._is_ours(host)}
        for hosts, port in ((sites, 443), (mail, 25)):
            for host in hosts:
                shown = self._notes.certificate(host, port)
                if shown and self._is_the_clients(shown.names, host):
                    found.setdefault(shown.sha256, set()).add(host)
        for sha256, host in self._frontier.bought.shown_elsewhere():
            if self._is_ours(host):
                found.setdefault(sha256, set()).add(host)
        return {sha256: self._same(sorted(hosts)) for sha256, hosts in found.items()}

    def _is_the_clients(self, names: tuple[str, ...], host: str) -> bool:
        plain = {name.removeprefix("*.") for name in names}
        return covers(names, host) or any(self._is_ours(name) for name in plain)
