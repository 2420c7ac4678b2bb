"""Whose a registered name is: evidence in independent groups, and what they add up to.

Groups: person, papers, dns, cert, web, legal_id, registry. A likeness of names is told but never
counted: it is what an imitator has too. Addresses give no evidence: neighbours share them.
"""

from __future__ import annotations

from collections.abc import Iterator

from probes.certificate_log import LoggedCertificates
from probes.dns_records import DnsRecords
from probes.kit.observation import Seen
from probes.kit.target import Domain, Endpoint, Host
from probes.registration import HolderKind
from probes.tls_certificate import ServedCertificate
from probes.website import Page, Visit, Website
from scanner.assets import Ownership, OwnershipReason
from scanner.assets.estate import Params
from scanner.discovery.certificates import siblings
from scanner.discovery.frontier import Frontier
from scanner.discovery.looks import (
    CERTIFICATE_LOG,
    DNS_RECORDS,
    REGISTRATION,
    TLS_CERTIFICATE,
    WEBSITE,
    Looks,
)
from scanner.discovery.organisation import same_organisation
from scanner.discovery.scope import Seeds, Standing, registered
from scanner.discovery.web_name import web_name

ANOTHER_HOLDER = "holder_is_another_organisation"
AGAINST = "against"
"""The group of reasons that speak against the client."""
_UNCOUNTED = frozenset({"name", AGAINST})


class Claims:
    """Evidence on every name of a territory, read once."""

    def __init__(self, seeds: Seeds, frontier: Frontier, looks: Looks) -> None:
        self._seeds, self._scope, self._looks = seeds, frontier.scope, looks
        self._frontier = frontier
        self._together = self._shared_certificates()
        self._sent, self._counters = self._what_our_sites_say()

    def on(self, domain: str) -> tuple[Ownership, tuple[OwnershipReason, ...]]:
        """Return how sure the client's owning a registered name is, and why."""
        if self._scope.standing(domain) is Standing.FOREIGN:
            reason = OwnershipReason("called_foreign_by_person", "person", {"name": domain})
            return Ownership.FOREIGN, (reason,)
        reasons = [*self._named(domain), *self._holder(domain)]
        if domain not in self._scope.domains or domain in self._scope.papers:
            reasons += [*self._certificates(domain), *self._web(domain), *self._dns(domain)]
            reasons += self._likeness(domain)
        ordered = tuple(sorted(reasons, key=lambda reason: (reason.group, reason.code)))
        return _weigh(ordered, domain in self._scope.domains), ordered

    def _named(self, domain: str) -> Iterator[OwnershipReason]:
        if step := self._scope.domains.get(domain):
            group = "papers" if step.code == "declared_in_paper" else "person"
            yield OwnershipReason(step.code, group, {"source": step.source})
        elif step := self._scope.parents.get(domain):
            # An agency's test host is the client's, and the agency's domain is not.
            yield OwnershipReason("host_below_it_was_named", "name", {"source": step.source})

    def _holder(self, domain: str) -> Iterator[OwnershipReason]:
        sighting = self._looks.latest(REGISTRATION, Domain(domain))
        match sighting.outcome:
            case Seen(fact) if fact.holder.kind is HolderKind.ORGANISATION:
                holder, seeds = fact.holder, self._seeds
                same_inn = bool(holder.inn) and holder.inn in seeds.inns
                same_name = any(same_organisation(holder.name, org) for org in seeds.orgs)
                comparable = (seeds.orgs and holder.name) or (seeds.inns and holder.inn)
                told: Params = {"holder": holder.name, "inn": holder.inn}
                ids = sighting.evidence
                if same_inn:
                    yield OwnershipReason("holder_inn_is_the_clients", "legal_id", told, ids)
                if same_name:
                    yield OwnershipReason("holder_is_the_client", "registry", told, ids)
                if comparable and not same_inn and not same_name:
                    yield OwnershipReason(ANOTHER_HOLDER, AGAINST, told, ids)

    def _certificates(self, domain: str) -> Iterator[OwnershipReason]:
        for with_name, evidence in self._together.get(domain, [])[:1]:
            yield OwnershipReason("shares_certificate", "cert", {"with": with_name}, evidence)

    def _web(self, domain: str) -> Iterator[OwnershipReason]:
        for source, evidence in self._sent.get(domain, [])[:1]:
            yield OwnershipReason("client_site_redirects_here", "web", {"from": source}, evidence)
        sighting = self._looks.latest(WEBSITE, Host(domain))
        match sighting.outcome:
            case Seen(site):
                ends = sorted(
                    visit.end_host
                    for visit in (site.https, site.http)
                    if self._is_ours(visit.end_host, but=domain)
                )
                ids = sighting.evidence
                if ends:
                    yield OwnershipReason("redirects_to_client_site", "web", {"to": ends[0]}, ids)
                shared = sorted(
                    f"{kind} {number}"
                    for page in _pages(site)
                    for kind, number in _counters(page)
                    if (kind, number) in self._counters and self._counters[kind, number] != domain
                )
                if shared:
                    yield OwnershipReason("same_counter", "web", {"counter": shared[0]}, ids)

    def _dns(self, domain: str) -> Iterator[OwnershipReason]:
        sighting = self._looks.latest(DNS_RECORDS, Domain(domain))
        match sighting.outcome:
            case Seen(records):
                for code, hosts in _served_by(records):
                    ours = sorted(host for host in hosts if self._is_ours(host, but=domain))
                    if ours:
                        yield OwnershipReason(code, "dns", {"host": ours[0]}, sighting.evidence)

    def _likeness(self, domain: str) -> Iterator[OwnershipReason]:
        for brand in sorted(self._seeds.brands):
            if brand and brand.casefold() in domain:
                yield OwnershipReason("name_holds_brand", "name", {"brand": brand})
                return

    def _is_ours(self, host: str, but: str) -> bool:
        """Say whether a host lies under a name of the client other than the one in question."""
        return (
            self._scope.standing(host) is Standing.OURS
            and registered(host) != but
            and registered(host) not in self._scope.papers
        )

    def _shared_certificates(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        together: dict[str, list[tuple[str, tuple[str, ...]]]] = {}

        def note(
            about: str, fact: ServedCertificate | LoggedCertificates, ids: tuple[str, ...]
        ) -> None:
            for name in siblings(fact, about):
                together.setdefault(name, []).append((about, ids))

        for host in sorted(self._frontier.sites | self._frontier.mail_hosts):
            if self._scope.standing(host) is not Standing.OURS:
                continue
            for endpoint in (Endpoint(host, 443), Endpoint(host, 25, "smtp")):
                served = self._looks.latest(TLS_CERTIFICATE, endpoint)
                match served.outcome:
                    case Seen(certificate):
                        note(host, certificate, served.evidence)
        for domain in sorted(self._scope.domains):
            logged = self._looks.latest(CERTIFICATE_LOG, Domain(domain))
            match logged.outcome:
                case Seen(certificates):
                    note(domain, certificates, logged.evidence)
        return together

    def _what_our_sites_say(
        self,
    ) -> tuple[dict[str, list[tuple[str, tuple[str, ...]]]], dict[tuple[str, str], str]]:
        """Return where our sites redirect to, and whose the counters on their pages are."""
        sent: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        counters: dict[tuple[str, str], str] = {}
        for host in sorted(self._frontier.sites):
            if self._scope.standing(host) is not Standing.OURS:
                continue
            sighting = self._looks.latest(WEBSITE, Host(host))
            match sighting.outcome:
                case Seen(site):
                    for visit in (site.https, site.http):
                        for name in _reached(visit) - {registered(host)}:
                            sent.setdefault(name, []).append((host, sighting.evidence))
                    for page in _pages(site):
                        for counter in _counters(page):
                            counters.setdefault(counter, registered(host))
        return sent, counters


def _weigh(reasons: tuple[OwnershipReason, ...], named: bool) -> Ownership:
    """A person's word confirms; a paper or two independent groups make it likely; more confirms a paper."""
    groups = {reason.group for reason in reasons} - _UNCOUNTED
    if named and "person" in groups:
        return Ownership.CONFIRMED
    if "papers" in groups:
        return Ownership.CONFIRMED if len(groups) > 1 else Ownership.LIKELY
    return Ownership.LIKELY if len(groups) > 1 else Ownership.POSSIBLE


def _served_by(records: DnsRecords) -> Iterator[tuple[str, list[str]]]:
    match records.ns:
        case Seen(hosts):
            yield "served_by_client_name_server", list(hosts)
    match records.mx:
        case Seen(exchanges):
            yield "mail_goes_to_client_host", [exchange.host for exchange in exchanges]


def _reached(visit: Visit) -> set[str]:
    return {registered(web_name(hop.to)) for hop in visit.hops} - {""}


def _pages(site: Website) -> Iterator[Page]:
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page):
                yield page


def _counters(page: Page) -> Iterator[tuple[str, str]]:
    for counter in page.counters:
        yield counter.kind, counter.id
