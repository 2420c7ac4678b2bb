"""Names that were met on the way: how, how far out, and which of them may be the client's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Set
from enum import IntEnum
from functools import cached_property
from sys import intern
from typing import Any

from probes.certificate_log import LoggedCertificates
from probes.kit.observation import AnyObservation, Seen
from probes.kit.providers import provider_of_name
from probes.kit.target import Address, Domain, Endpoint, Host, Organisation
from probes.tls_certificate import ServedCertificate
from scanner.assets import Step
from scanner.discovery.certificates import plain_names, siblings
from scanner.discovery.lead import LISTED, Lead, mentions_in, name_in
from scanner.discovery.scope import Scope, Standing, registered
from scanner.discovery.ties import ALONE, TOGETHER, Tie

SERVICE_CODES = frozenset(
    {"ns_host_of", "mx_host_of", "cname_of", "srv_host_of", "spf_include_of", "reverse_name_of"}
)
"""How the names of those are met who do a service for the client."""
_IN_CERTIFICATES = frozenset({"named_in_certificate_of", "named_in_certificate_log_of"})
_NO_SITES = frozenset({"ns_host_of", "mx_host_of", "spf_include_of"})
"""Hosts of the client's that are met so have work of their own, and are no sites for it."""
_BY_ITSELF = frozenset({"registered_like", LISTED})
"""How names are met that nobody mentioned."""
_SEARCHED = frozenset(
    {"found_by_label_below", "transferred_from_zone", "listed_in_zone_chain_of", "archived_below"}
)
"""A list of names says nothing of what each is for."""
_LONGEST_STORY = 64
_NO_CODES: frozenset[str] = frozenset()


class Rank(IntEnum):
    """How telling the way is by which a registered name was met: the room for looks goes by it."""

    TELLING = 0
    """The client's own sites and certificates put it beside his names."""
    LIKELY = 1
    """They name it for a purpose of their own."""
    WEAK = 2
    """Suppliers, partners and strangers are met so too."""


_RANKS = {
    "redirect_from": Rank.TELLING,
    "canonical_of": Rank.TELLING,
    "alternate_of": Rank.TELLING,
    "accepts_reports_of": Rank.TELLING,
    "takes_reports_on": Rank.TELLING,
    "registered_like": Rank.LIKELY,
    LISTED: Rank.LIKELY,
    "in_app_links_of": Rank.TELLING,
    "certified_for_organisation_of": Rank.TELLING,
    "same_registrant_as": Rank.LIKELY,
    "certified_for": Rank.LIKELY,
    "once_registered_by": Rank.LIKELY,
    "in_sitemap_of": Rank.LIKELY,
    "in_security_txt_of": Rank.LIKELY,
    "mail_domain_on_page_of": Rank.LIKELY,
    "soa_mailbox_of": Rank.LIKELY,
    "dmarc_report_of": Rank.LIKELY,
    "tls_report_of": Rank.LIKELY,
    "caa_contact_of": Rank.LIKELY,
    "linked_from": Rank.WEAK,
    "allowed_by_policy_of": Rank.WEAK,
    "loaded_by": Rank.WEAK,
    "mail_picture_of": Rank.WEAK,
    "reverse_name_beside": Rank.WEAK,
    **dict.fromkeys(SERVICE_CODES, Rank.WEAK),
}


class Met:
    """What answers mention, of hosts of the client's and of registered names beside them."""

    def __init__(self, scope: Scope, visited: Set[str]) -> None:
        """Begin with nothing; `visited` are the hosts that are looked at as sites, as they grow."""
        self._scope, self._visited = scope, visited
        self.hosts: set[str] = set()
        """Hosts of the client's."""
        self.siblings: dict[str, Rank] = {}
        """Registered names that may be the client's, and how telling the best way to each is."""
        self._codes: dict[str, frozenset[str]] = {}
        self._shared: dict[Hashable, Any] = {}
        """One of many equal values, for all to use."""
        self._beside: dict[str, dict[str, Lead]] = {}
        """Hosts met under names that are only possible, with the mail hosts of these."""
        self._providers: set[str] = set()
        self._stories: dict[str, Lead] = {}
        self._sources: dict[tuple[str, str], str] = {}
        """Of names that nobody mentioned, the brand they are like, or the list they stand in."""

    def hear(self, observation: AnyObservation) -> None:
        """Remember every name the answer mentions that may be worth a look in the next round."""
        if not isinstance(observation.outcome, Seen):
            return
        target = observation.target
        about, far = name_in(target), isinstance(target, Address | Organisation)
        ours = not far and self._scope.standing(about) is Standing.OURS
        named = self._scope.follows(about)
        if not (ours or named or far):
            self._hear_possible(observation)
            return
        answer, distance = _Answer(observation), self.distance(about) + 1
        for mention in mentions_in(observation):
            code, name = mention.how, name_in(mention.target)
            if code == "mx_host_of" and named:
                self.remember(name, Lead(target, code, distance))
            if code in SERVICE_CODES:
                self._providers.add(registered(name))
            if name not in self._visited or code not in self.codes(name):
                self._meet(name, Lead(target, code, distance), answer)

    def sibling(self, domain: str, lead: Lead) -> None:
        """Meet a registered name that nobody mentioned, and that proved to exist."""
        if self._scope.sibling(domain):
            self._rank(domain, lead.code)
            self.remember(domain, lead)

    def alike(self, domain: str, brand: str) -> None:
        """Meet a registered name that somebody holds, and that is called like a brand."""
        self._sources[domain, "registered_like"] = brand
        self.sibling(domain, Lead(Domain(domain), "registered_like", 1))

    def listed(self, domain: str, file: str) -> None:
        """Meet a registered name that stands in a registry's list and holds one of the client's words.

        What his own names say of it is the better story.
        """
        self._sources[domain, LISTED] = file
        self.sibling(domain, Lead(Domain(domain), LISTED, 1))

    def mail_host(self, domain: str, host: str, lead: Lead) -> None:
        """Keep a mail host of a name that is only possible, until that proves likely."""
        self._beside.setdefault(domain, {}).setdefault(host, lead)

    def under(self, domain: str) -> Iterator[tuple[str, bool]]:
        """Give out, once, the hosts met under a name that proved likely, and whether each takes its mail."""
        self.siblings.pop(domain, None)
        for host, lead in self._beside.pop(domain, {}).items():
            self.remember(host, lead)
            if lead.code != "mx_host_of":
                self.hosts.add(host)
            yield host, lead.code == "mx_host_of"

    def led_to(self, domain: str) -> str:
        """Return the host by which a name that is only possible was met, the nearest; empty for its apex alone."""
        hosts = self._beside.get(domain, {})
        named = [host for host, lead in hosts.items() if lead.code not in _NO_SITES]
        return min(named, key=lambda host: (hosts[host].precedence, host), default="")

    def remember(self, name: str, lead: Lead) -> None:
        """Keep the shortest way to a name; what a person named needs none."""
        codes = self._codes.get(name, _NO_CODES)
        if lead.code not in codes:
            codes |= {lead.code}
            self._codes[intern(name)] = self._shared.setdefault(codes, codes)
        if name in self._scope.domains or name in self._scope.hosts:
            return
        if name in self._visited:
            # A list's word gives way to that of a name which a person stands for, and to no other:
            # what lies further out may itself have been met through this one.
            listed = (name, LISTED) in self._sources
            if not listed or not self._scope.is_sure(name_in(lead.parent)):
                return
        best = self._stories.get(name)
        if best is None or lead.precedence <= best.precedence:
            self._stories[name] = lead

    def codes(self, name: str) -> frozenset[str]:
        """Return the codes under which a name was met; empty for what a person named."""
        return self._codes.get(name, _NO_CODES)

    def distance(self, name: str) -> int:
        """Return how many steps a name lies from what a person named."""
        lead = self._stories.get(name)
        return lead.distance if lead else 0

    def story(self, name: str) -> tuple[Step, ...]:
        """Return how a host or domain came to be known, from a person's word on."""
        scope, steps = self._scope, list[Step]()
        while name not in scope.hosts and len(steps) < _LONGEST_STORY:
            if name not in self._stories and registered(name) in scope.likely:
                name = registered(name)
            lead = self._stories.get(name)
            if lead is None:
                break
            if lead.code in _BY_ITSELF:
                steps.append(Step(lead.code, self._sources[name, lead.code]))
                break
            parent = name_in(lead.parent)
            steps.append(Step(lead.code, parent))
            name = parent
        seed = (
            scope.hosts.get(name)
            or scope.domains.get(name)
            or scope.domains.get(registered(name))
            or scope.parents.get(name)
        )
        return (*((seed,) if seed else ()), *reversed(steps))

    def sites(self) -> Iterator[str]:
        """Yield the client's hosts that are not visited yet, and may be sites.

        A mail host that nobody mentioned as anything else, and that was found by trying names, is none.
        """
        for name in self.hosts - self._visited:
            codes = self.codes(name)
            if codes.isdisjoint(_NO_SITES) or not codes - _NO_SITES <= _SEARCHED:
                yield name

    def worth_a_look(self) -> Iterator[str]:
        """Yield the registered names met, the most telling first; the provider's own are left out.

        A name that the client's sites and records lead to because it does a service for him is the
        provider's.
        """
        for name in sorted(self.siblings, key=lambda one: (self.siblings[one], one)):
            if name not in self._providers or self.codes(name) != {"redirect_from"}:
                yield name

    def vouched(self, domain: str, ties: Iterable[tuple[str, str, Tie]]) -> None:
        """Meet what a name that proved likely had said of others before: code, registered name, tie."""
        distance = self.distance(domain) + 1
        for code, to, tie in ties:
            if code in (ALONE, TOGETHER):
                self.sibling(to, Lead(Endpoint(tie.host, 443), "named_in_certificate_of", distance))
            elif code in _RANKS and self._leads_on(code, tie.to):
                self.sibling(to, Lead(Host(tie.host), code, distance))

    def _hear_possible(self, observation: AnyObservation) -> None:
        """Keep the hosts that a name mentions under itself, until it proves likely."""
        about = name_in(observation.target)
        domain = registered(about)
        answer, distance = _Answer(observation), self.distance(domain) + 1
        for mention in mentions_in(observation):
            name, code = name_in(mention.target), mention.how
            own = name not in (about, domain) and registered(name) == domain
            if own and code not in _NO_SITES and answer.names(name):
                lead = Lead(observation.target, code, distance)
                beside = self._beside.setdefault(domain, {})
                beside[name] = min(lead, beside.get(name, lead), key=_precedence)

    def _meet(self, name: str, lead: Lead, answer: _Answer) -> None:
        """Keep in mind a host of the client's, or a registered name that may be his."""
        if self._scope.standing(name) is Standing.OURS:
            if answer.names(name):
                if lead.code not in _NO_SITES and name not in self._visited:
                    self.hosts.add(name)
                self.remember(name, lead)
            return
        domain = self._scope.sibling(name)
        if not domain or not self._may_be_a_sibling(domain, name, lead.code, answer):
            return
        self._rank(domain, lead.code)
        self.remember(domain, lead)
        if name != domain and answer.names(name):
            beside = self._beside.setdefault(domain, {})
            beside[name] = min(lead, beside.get(name, lead), key=_precedence)

    def _may_be_a_sibling(self, domain: str, name: str, code: str, answer: _Answer) -> bool:
        if code in _IN_CERTIFICATES:
            return domain in answer.together
        return code in _RANKS and self._leads_on(code, name)

    def _leads_on(self, code: str, name: str) -> bool:
        """Say whether a way is worth following: not a weak one to a known service."""
        return _RANKS[code] < Rank.WEAK or provider_of_name(name) is None

    def _rank(self, domain: str, code: str) -> None:
        rank = _RANKS.get(code, Rank.TELLING)
        self.siblings[domain] = min(rank, self.siblings.get(domain, rank))


class _Answer:
    """An answer, and what the certificates in it, if there are any, say of names: read when asked for."""

    def __init__(self, observation: AnyObservation) -> None:
        self._observation = observation

    def names(self, host: str) -> bool:
        """Say whether it names a host as such: a wildcard certificate names none."""
        return self._plain is None or host in self._plain

    @cached_property
    def _plain(self) -> frozenset[str] | None:
        match self._observation.outcome:
            case Seen(ServedCertificate() | LoggedCertificates() as fact):
                return plain_names(fact)
        return None

    @cached_property
    def together(self) -> frozenset[str]:
        """Registered names that share a telling certificate with what was looked at."""
        match self._observation.outcome:
            case Seen(ServedCertificate() | LoggedCertificates() as fact):
                return siblings(fact, name_in(self._observation.target))
        return frozenset()


def _precedence(lead: Lead) -> tuple[int, bool, str, str]:
    return lead.precedence
