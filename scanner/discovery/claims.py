"""Whose a registered name is: evidence in independent groups, and what they add up to.

Groups: person, papers, dns, cert, web, legal_id, registry. A likeness of names is told but never
counted: it is what an imitator has too. Addresses give no evidence: neighbours share them.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from msgspec import Struct

from probes.certificate_log import LoggedCertificates
from probes.dns_records import DnsRecords
from probes.kit.observation import AnyObservation, Seen
from probes.kit.target import Endpoint
from probes.registration import HolderKind, Registration
from probes.tls_certificate import ServedCertificate
from probes.website import Website
from scanner.assets import Ownership, OwnershipReason
from scanner.assets.estate import Params
from scanner.discovery.certificates import siblings
from scanner.discovery.lead import name_in
from scanner.discovery.organisation import same_organisation
from scanner.discovery.scope import Scope, Seeds, Standing, registered
from scanner.discovery.web_name import web_name

ANOTHER_HOLDER = "holder_is_another_organisation"
AGAINST = "against"
"""The group of reasons that speak against the client."""
_UNCOUNTED = frozenset({"name", AGAINST})
Counter = tuple[str, str]
"""A counter's kind and its account."""


class Claims:
    """Evidence on every name of a territory, heard look by look."""

    def __init__(self, seeds: Seeds, scope: Scope) -> None:
        self._seeds, self._scope = seeds, scope
        self._reasons: dict[str, tuple[OwnershipReason, ...]] = {}
        """What a name's own looks prove."""
        self._together: dict[str, _Bond] = {}
        """Names in certificates of the client's names, and which of these comes first."""
        self._sent: dict[str, _Bond] = {}
        """Names that the client's sites send visitors to, and which site comes first."""
        self._ours: dict[Counter, str] = {}
        """Counters on the client's sites, and the first host that has each."""
        self._theirs: dict[str, tuple[frozenset[Counter], tuple[str, ...]]] = {}
        """Counters on pages of names in question, with the evidence."""

    def hear(self, observation: AnyObservation) -> None:
        """Keep what an answer proves of any name; the order of answers makes no difference."""
        if not isinstance(observation.outcome, Seen):
            return
        name, ids = name_in(observation.target), observation.evidence
        match observation.outcome.fact:
            case Website() as site:
                if self._is_in_question(name):
                    self._note(name, self._ends(name, site, ids))
                    self._theirs[name] = frozenset(_counters(site)), ids
                if self._is_the_clients(name):
                    reached = _reached(site) - {registered(name)}
                    _bind(self._sent, reached, _Bond((False, name, False), name, ids))
                    for counter in _counters(site):
                        self._ours[counter] = min(name, self._ours.get(counter, name))
            case ServedCertificate() as served if self._is_the_clients(name):
                place = (False, name, observation.target != Endpoint(name, 443))
                _bind(self._together, siblings(served, name), _Bond(place, name, ids))
            case LoggedCertificates() as logged if name in self._scope.domains:
                bond = _Bond((True, name, False), name, ids)
                _bind(self._together, siblings(logged, name), bond)
            case Registration() as registration:
                self._note(name, self._holder(registration, ids))
            case DnsRecords() as records if self._is_in_question(name):
                self._note(name, self._served(name, records, ids))

    def on(self, domain: str) -> tuple[Ownership, tuple[OwnershipReason, ...]]:
        """Return how sure the client's owning a registered name is, and why."""
        if self._scope.standing(domain) is Standing.FOREIGN:
            reason = OwnershipReason("called_foreign_by_person", "person", {"name": domain})
            return Ownership.FOREIGN, (reason,)
        reasons = [*self._named(domain), *self._reasons.get(domain, ())]
        if self._is_in_question(domain):
            reasons += [*self._bonds(domain), *self._likeness(domain)]
        ordered = tuple(sorted(reasons, key=lambda reason: (reason.group, reason.code)))
        return _weigh(ordered, domain in self._scope.domains), ordered

    def _is_in_question(self, name: str) -> bool:
        """Say whether a name is a domain that no person named: then its pages and records are heard."""
        if name in self._scope.domains:
            return name in self._scope.papers
        return name == registered(name)

    def _is_the_clients(self, host: str) -> bool:
        """Say whether what a host shows proves anything of others; what is only likely vouches for none."""
        ours = self._scope.standing(host) is Standing.OURS
        return ours and registered(host) not in self._scope.likely

    def _note(self, name: str, reasons: Iterator[OwnershipReason]) -> None:
        if found := tuple(reasons):
            self._reasons[name] = (*self._reasons.get(name, ()), *found)

    def _named(self, domain: str) -> Iterator[OwnershipReason]:
        if step := self._scope.domains.get(domain):
            group = "papers" if step.code == "declared_in_paper" else "person"
            yield OwnershipReason(step.code, group, {"source": step.source})
        elif step := self._scope.parents.get(domain):
            # An agency's test host is the client's, and the agency's domain is not.
            yield OwnershipReason("host_below_it_was_named", "name", {"source": step.source})

    def _holder(self, fact: Registration, ids: tuple[str, ...]) -> Iterator[OwnershipReason]:
        holder, seeds = fact.holder, self._seeds
        if holder.kind is not HolderKind.ORGANISATION:
            return
        same_inn = bool(holder.inn) and holder.inn in seeds.inns
        same_name = any(same_organisation(holder.name, org) for org in seeds.orgs)
        comparable = (seeds.orgs and holder.name) or (seeds.inns and holder.inn)
        told: Params = {"holder": holder.name, "inn": holder.inn}
        if same_inn:
            yield OwnershipReason("holder_inn_is_the_clients", "legal_id", told, ids)
        if same_name:
            yield OwnershipReason("holder_is_the_client", "registry", told, ids)
        if comparable and not same_inn and not same_name:
            yield OwnershipReason(ANOTHER_HOLDER, AGAINST, told, ids)

    def _served(
        self, domain: str, records: DnsRecords, ids: tuple[str, ...]
    ) -> Iterator[OwnershipReason]:
        for code, hosts in _servers(records):
            ours = sorted(host for host in hosts if self._is_ours(host, but=domain))
            if ours:
                yield OwnershipReason(code, "dns", {"host": ours[0]}, ids)

    def _ends(self, domain: str, site: Website, ids: tuple[str, ...]) -> Iterator[OwnershipReason]:
        reached = (visit.end_host for visit in (site.https, site.http))
        ours = sorted(end for end in reached if self._is_ours(end, but=domain))
        if ours:
            yield OwnershipReason("redirects_to_client_site", "web", {"to": ours[0]}, ids)

    def _bonds(self, domain: str) -> Iterator[OwnershipReason]:
        """Yield what other names' looks prove of one: certificates, redirects, counters in common."""
        if bond := self._together.get(domain):
            told: Params = {"with": bond.host}
            yield OwnershipReason("shares_certificate", "cert", told, bond.evidence)
        if bond := self._sent.get(domain):
            told = {"from": bond.host}
            yield OwnershipReason("client_site_redirects_here", "web", told, bond.evidence)
        counters, ids = self._theirs.get(domain, (frozenset(), ()))
        shared = sorted(
            f"{kind} {number}"
            for kind, number in counters
            if registered(self._ours.get((kind, number), domain)) != domain
        )
        if shared:
            yield OwnershipReason("same_counter", "web", {"counter": shared[0]}, ids)

    def _likeness(self, domain: str) -> Iterator[OwnershipReason]:
        for brand in sorted(self._seeds.brands):
            if brand and brand.casefold() in domain:
                yield OwnershipReason("name_holds_brand", "name", {"brand": brand})
                return

    def _is_ours(self, host: str, but: str) -> bool:
        """Say whether a host lies under a name of the client other than the one in question."""
        return (
            self._is_the_clients(host)
            and registered(host) != but
            and registered(host) not in self._scope.papers
        )


class _Bond(Struct, frozen=True, gc=False):
    """What ties a name to the client: a host of his, and the evidence."""

    place: tuple[bool, str, bool]
    """Which of several ties is told: served certificates before logged ones, by host, web before mail."""
    host: str
    evidence: tuple[str, ...]


def _weigh(reasons: tuple[OwnershipReason, ...], named: bool) -> Ownership:
    """A person's word confirms; a paper or two independent groups make it likely; more confirms a paper."""
    groups = {reason.group for reason in reasons} - _UNCOUNTED
    if named and "person" in groups:
        return Ownership.CONFIRMED
    if "papers" in groups:
        return Ownership.CONFIRMED if len(groups) > 1 else Ownership.LIKELY
    return Ownership.LIKELY if len(groups) > 1 else Ownership.POSSIBLE


def _bind(bonds: dict[str, _Bond], names: Set[str], bond: _Bond) -> None:
    for name in names:
        known = bonds.get(name)
        if known is None or bond.place < known.place:
            bonds[name] = bond


def _servers(records: DnsRecords) -> Iterator[tuple[str, list[str]]]:
    match records.ns:
        case Seen(hosts):
            yield "served_by_client_name_server", list(hosts)
    match records.mx:
        case Seen(exchanges):
            yield "mail_goes_to_client_host", [exchange.host for exchange in exchanges]


def _reached(site: Website) -> set[str]:
    hops = (hop for visit in (site.https, site.http) for hop in visit.hops)
    return {registered(web_name(hop.to)) for hop in hops} - {""}


def _counters(site: Website) -> Iterator[Counter]:
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page):
                for counter in page.counters:
                    yield counter.kind, counter.id
