"""Which looks are due: from what a person named outwards, in rounds, each look once.

A name found in a certificate waits until every look of its round has answered. So the shortest way
to each name, and which names still fit under the bound, never depend on who answered first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from msgspec import Struct

from probes.addresses import HostAddresses
from probes.certificate_log import LoggedCertificates
from probes.dns_records import DnsRecords
from probes.kit.observation import AnyObservation, Seen
from probes.kit.target import Address, Domain, Endpoint, Host, Target
from probes.tls_certificate import ServedCertificate
from scanner.assets import Step
from scanner.discovery.certificates import plain_names, siblings
from scanner.discovery.lead import Lead, leads_of, name_in
from scanner.discovery.scope import Scope, Seeds, Standing, registered

MAIL_HOSTS_OF_A_DOMAIN = 10
"""MX hosts of one domain that are looked at, most preferred first."""

_DOMAIN_PROBES = ("registration", "delegation", "dns_records", "mail_policy", "certificate_log")
_SIBLING_PROBES = ("registration", "delegation", "dns_records")
_HOST_CODES = {
    "named_in_certificate_of",
    "named_in_certificate_log_of",
    "redirect_from",
    "linked_from",
    "cname_of",
}
_PROVIDER_CODES = {"ns_host_of", "mx_host_of", "cname_of", "reverse_name_of", "spf_include_of"}


class Look(Struct, frozen=True):
    """One probe to be sent to one target."""

    probe: str
    target: Target


class Frontier:
    """Learns what came back and says what to look at next; knows no network and no clock."""

    def __init__(self, seeds: Seeds, depth: int = 2, max_hosts: int = 2_000) -> None:
        self.scope = Scope(seeds)
        self._labels = seeds.labels
        self._guessed: dict[str, str] = {}
        """Hosts that were only tried, and the domain each was tried under."""
        self._wildcards: dict[str, tuple[str, ...]] = {}
        """Addresses that a domain gives for any name at all."""
        self.siblings: set[str] = set()
        """Registered names that are possible, and looked at passively."""
        self.sites: set[str] = set()
        """Hosts visited as sites, the apex of every sibling among them."""
        self.mail_hosts: set[str] = set()
        self.left_out: tuple[str, ...] = ()
        """Names that were found but exceeded `max_hosts`, or lay further out than `depth`."""
        self._depth, self._max_hosts = depth, max_hosts
        self._round = 0
        self._planned: set[Look] = set()
        self._waiting: set[Look] = set()
        self._early: dict[Look, AnyObservation] = {}
        self._addresses: dict[str, tuple[str, ...]] = {}
        self._leads: dict[str, set[Lead]] = {}
        self._hosts_met: set[str] = set()
        self._siblings_met: set[str] = set()
        self._providers: set[str] = set()
        self._stories: dict[str, Lead] = {}

    @property
    def planned_count(self) -> int:
        """How many looks are planned so far; grows as leads are followed."""
        return len(self._planned)

    def start(self) -> tuple[Look, ...]:
        """Return the looks at everything a person named."""
        due: list[Look] = []
        for name in sorted(self.scope.domains):
            self._plan(self._open_domain(name), due)
        for name in sorted(self.scope.hosts):
            self._plan(self._open_site(name), due)
        for name in sorted(self.scope.parents):
            self._plan(self._open_sibling(name), due)
        return tuple(due)

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """Take in one answer and return the looks it makes due. A second answer changes nothing.

        An answer to a look not planned yet (a resumed run) is kept until its turn comes.
        """
        look = Look(observation.probe, observation.target)
        if look not in self._waiting:
            if look not in self._planned:
                self._early.setdefault(look, observation)
            return ()
        due: list[Look] = []
        self._digest(observation, due)
        self._open_next_rounds(due)
        return tuple(due)

    def story(self, name: str) -> tuple[Step, ...]:
        """Return how a host or domain came to be known, from a person's word on."""
        steps: list[Step] = []
        while name not in self.scope.hosts and (lead := self._stories.get(name)):
            parent = name_in(lead.parent) if lead.parent else ""
            steps.append(Step(lead.code, parent))
            name = parent
        seed = (
            self.scope.hosts.get(name)
            or self.scope.domains.get(name)
            or self.scope.domains.get(registered(name))
            or self.scope.parents.get(name)
        )
        return (*((seed,) if seed else ()), *reversed(steps))

    def leads_to(self, name: str) -> frozenset[str]:
        """Return the codes under which a name was met; empty for what a person named."""
        return frozenset(lead.code for lead in self._leads.get(name, ()))

    def _plan(self, looks: Iterable[Look], due: list[Look]) -> None:
        answered: deque[AnyObservation] = deque()
        for look in looks:
            if look in self._planned:
                continue
            self._planned.add(look)
            self._waiting.add(look)
            early = self._early.pop(look, None)
            if early is None:
                due.append(look)
            else:
                answered.append(early)
        for observation in answered:
            self._digest(observation, due)

    def _digest(self, observation: AnyObservation, due: list[Look]) -> None:
        self._waiting.discard(Look(observation.probe, observation.target))
        self._note_leads(observation)
        self._plan(self._next(observation), due)

    def _next(self, observation: AnyObservation) -> Iterator[Look]:
        """Yield what an answer makes due within its own round."""
        if observation.probe == "website":
            yield from self._certificate_behind(name_in(observation.target))
        match observation.outcome:
            case Seen(HostAddresses() as fact):
                name = name_in(observation.target)
                self._addresses[name] = fact.all
                self._meet_guess(name, observation)
                yield from self._visits(name)
            case Seen(DnsRecords() as records) if name_in(observation.target) in self.scope.domains:
                match records.wildcard:
                    case Seen(wildcard):
                        self._wildcards[name_in(observation.target)] = wildcard
                hosts = dict.fromkeys(
                    name_in(lead.target)
                    for lead in leads_of(observation, 0)
                    if lead.code == "mx_host_of"
                )
                for host in list(hosts)[:MAIL_HOSTS_OF_A_DOMAIN]:
                    self.mail_hosts.add(host)
                    yield Look("addresses", Host(host))
                    yield from self._visits(host)

    def _visits(self, name: str) -> Iterator[Look]:
        addresses = self._addresses.get(name, ())
        if not addresses:
            return
        mail, site, sibling = name in self.mail_hosts, name in self.sites, name in self.siblings
        if mail:
            yield Look("mail_server", Host(name))
            yield Look("tls_certificate", Endpoint(name, 25, "smtp"))
        if site:
            yield Look("website", Host(name))
        if mail or not sibling:
            for ip in addresses:
                yield Look("address_owner", Address(ip))

    def _certificate_behind(self, name: str) -> Iterator[Look]:
        """After the visit, which shook hands already: the certificate is read without a new connection."""
        if name in self.sites and name not in self.siblings:
            yield Look("tls_certificate", Endpoint(name, 443))

    def _open_domain(self, name: str) -> Iterator[Look]:
        for probe in _DOMAIN_PROBES:
            yield Look(probe, Domain(name))
        for host in (name, f"www.{name}"):
            if self.scope.standing(host) is Standing.OURS:
                yield from self._open_site(host)
        for label in self._labels:
            host = f"{label}.{name}"
            if host not in self.sites and self.scope.standing(host) is Standing.OURS:
                self._guessed[host] = name
                yield Look("addresses", Host(host))

    def _open_sibling(self, name: str) -> Iterator[Look]:
        self.siblings.add(name)
        for probe in _SIBLING_PROBES:
            yield Look(probe, Domain(name))
        yield from self._open_site(name)

    def _open_site(self, name: str) -> Iterator[Look]:
        self.sites.add(name)
        yield Look("addresses", Host(name))
        yield from self._visits(name)

    def _note_leads(self, observation: AnyObservation) -> None:
        """Remember every name the answer mentions that may be worth a look in the next round."""
        about = name_in(observation.target)
        distance = self._distance(about)
        ours = self.scope.standing(about) is Standing.OURS
        shared, plain = _named_together(observation, about)
        for lead in leads_of(observation, distance):
            name = name_in(lead.target)
            if lead.code == "mx_host_of" and about in self.scope.domains:
                self._remember(name, lead)
            if lead.code in _PROVIDER_CODES and (ours or isinstance(lead.parent, Address)):
                self._providers.add(registered(name))
            if not ours or lead.code not in _HOST_CODES:
                continue
            if self.scope.standing(name) is Standing.OURS:
                if plain is None or name in plain:
                    self._hosts_met.add(name)
                    self._remember(name, lead)
                continue
            domain = self.scope.sibling(name)
            if domain and (lead.code == "redirect_from" or domain in shared):
                self._siblings_met.add(domain)
                self._remember(domain, lead)

    def _meet_guess(self, name: str, observation: AnyObservation) -> None:
        """A name that was only tried and has addresses is met like any other, in the next round."""
        if name in self._guessed and self._addresses[name]:
            parent = Domain(self._guessed[name])
            self._hosts_met.add(name)
            self._remember(name, Lead(observation.target, parent, "tried_under", 1))

    def _is_a_wildcards(self, name: str) -> bool:
        """A name that was only tried and leads where every name leads proves nothing."""
        wildcard = self._wildcards.get(self._guessed.get(name, ""), ())
        only_tried = self.leads_to(name) == {"tried_under"}
        return only_tried and set(self._addresses[name]) <= set(wildcard)

    def _remember(self, name: str, lead: Lead) -> None:
        """Keep the shortest way to a name; what a person named needs none."""
        self._leads.setdefault(name, set()).add(lead)
        if name in self.sites or name in self.scope.domains or name in self.scope.hosts:
            return
        best = self._stories.get(name)
        if best is None or lead.precedence < best.precedence:
            self._stories[name] = lead

    def _distance(self, name: str) -> int:
        lead = self._stories.get(name)
        return lead.distance if lead else 0

    def _open_next_rounds(self, due: list[Look]) -> None:
        while not self._waiting and self._round < self._depth:
            met = (name for name in self._hosts_met - self.sites if not self._is_a_wildcards(name))
            hosts = sorted(met, key=_nearest_first)
            siblings = sorted(filter(self._is_nobodys, self._siblings_met - self.siblings))
            if not hosts and not siblings:
                break
            self._round += 1
            room = max(0, self._max_hosts - len(self.sites))
            if room == 0:
                break
            for name in hosts[:room]:
                self._plan(self._open_site(name), due)
            for name in siblings[: max(0, room - len(hosts))]:
                self._plan(self._open_sibling(name), due)
        if not self._waiting:
            left = (self._hosts_met - self.sites) | set(
                filter(self._is_nobodys, self._siblings_met - self.siblings)
            )
            self.left_out = tuple(sorted(left, key=_nearest_first))

    def _is_nobodys(self, name: str) -> bool:
        """A name met in redirects alone that is also the provider's is the provider's."""
        return name not in self._providers or self.leads_to(name) != {"redirect_from"}


def _named_together(
    observation: AnyObservation, about: str
) -> tuple[frozenset[str], frozenset[str] | None]:
    """Return registered names that share a telling certificate with `about`, and hosts named plainly.

    The second is None for answers that are no certificates: there every mention is plain.
    """
    match observation.outcome:
        case Seen(ServedCertificate() | LoggedCertificates() as fact):
            return siblings(fact, about), plain_names(fact)
    return frozenset(), None


def _nearest_first(name: str) -> tuple[int, str]:
    return name.count("."), name
