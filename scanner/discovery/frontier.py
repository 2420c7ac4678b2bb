"""Which looks are due: from what a person named outwards, in rounds, each look once.

A name found in a certificate waits until every look of its round has answered. So the shortest way
to each name, and which names still fit under the bound, never depend on who answered first.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cached_property
from typing import Any

from probes.addresses import HostAddresses
from probes.certificate_log import LoggedCertificates
from probes.dns_records import DnsRecords
from probes.kit.observation import AnyObservation, Seen
from probes.kit.target import Address, Domain, Endpoint, Host
from probes.tls_certificate import ServedCertificate
from scanner.assets import Ownership, Step
from scanner.discovery.agenda import Agenda, Look
from scanner.discovery.certificates import plain_names, siblings
from scanner.discovery.claims import Claims
from scanner.discovery.lead import Lead, mentions_in, name_in
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


_NO_CODES: frozenset[str] = frozenset()


class Frontier:
    """Learns what came back and says what to look at next; knows no network and no clock.

    Of what it learnt it keeps names, addresses and codes, each once, and no answer.
    """

    def __init__(self, seeds: Seeds, depth: int = 2, max_hosts: int = 2_000) -> None:
        self.scope = Scope(seeds)
        self.claims = Claims(seeds, self.scope)
        """What was learnt of whose each name is."""
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
        self._agenda = Agenda()
        self._early: dict[Look, AnyObservation] = {}
        self._addresses: dict[str, tuple[str, ...]] = {}
        """Of hosts that have any; hosts at the same addresses share one tuple."""
        self._codes: dict[str, frozenset[str]] = {}
        self._shared: dict[Hashable, Any] = {}
        """One of many equal values, for all to use."""
        self._hosts_met: set[str] = set()
        self._siblings_met: set[str] = set()
        self._beside: dict[str, dict[str, Lead]] = {}
        """Hosts met under names that are only possible, with the mail hosts of these."""
        self._providers: set[str] = set()
        self._stories: dict[str, Lead] = {}

    @property
    def planned_count(self) -> int:
        """How many looks are planned so far; grows as leads are followed."""
        return self._agenda.planned

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
        if not self._agenda.close(look):
            if not self._agenda.knows(look):
                self._early.setdefault(look, observation)
            return ()
        due: list[Look] = []
        self._digest(observation, due)
        self._open_next_rounds(due)
        return tuple(due)

    def story(self, name: str) -> tuple[Step, ...]:
        """Return how a host or domain came to be known, from a person's word on."""
        steps: list[Step] = []
        while name not in self.scope.hosts:
            if name not in self._stories and registered(name) in self.scope.likely:
                name = registered(name)
            lead = self._stories.get(name)
            if lead is None:
                break
            parent = name_in(lead.parent)
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
        return self._codes.get(name, _NO_CODES)

    def _plan(self, looks: Iterable[Look], due: list[Look]) -> None:
        answered: list[tuple[Look, AnyObservation]] = []
        for look in looks:
            if not self._agenda.plan(look):
                continue
            early = self._early.pop(look, None) if self._early else None
            if early is None:
                due.append(look)
            else:
                answered.append((look, early))
        for look, observation in answered:
            self._agenda.close(look)
            self._digest(observation, due)

    def _digest(self, observation: AnyObservation, due: list[Look]) -> None:
        self.claims.hear(observation)
        self._note_mentions(observation)
        self._plan(self._next(observation), due)

    def _next(self, observation: AnyObservation) -> Iterator[Look]:
        """Yield what an answer makes due within its own round."""
        if observation.probe == "website":
            yield from self._certificate_behind(name_in(observation.target))
        match observation.outcome:
            case Seen(HostAddresses() as fact):
                name = name_in(observation.target)
                addresses = fact.all
                if addresses:
                    self._addresses[name] = self._shared.setdefault(addresses, addresses)
                    self._meet_guess(name, observation)
                    yield from self._visits(name)
            case Seen(DnsRecords() as records):
                name, hosts = name_in(observation.target), _mail_hosts(observation)
                match records.wildcard:
                    case Seen(wildcard):
                        self._wildcards[name] = wildcard
                if self.scope.follows(name):
                    yield from self._open_mail(hosts)
                else:
                    lead = Lead(observation.target, "mx_host_of", self._distance(name) + 1)
                    self._beside.setdefault(name, {}).update(dict.fromkeys(hosts, lead))

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
        domain = Domain(name)
        for probe in _DOMAIN_PROBES:
            yield Look(probe, domain)
        for host in (name, f"www.{name}"):
            if self.scope.standing(host) is Standing.OURS:
                yield from self._open_site(host)
        for label in self._labels if name in self.scope.domains else ():
            host = f"{label}.{name}"
            if host not in self.sites and self.scope.standing(host) is Standing.OURS:
                self._guessed[host] = name
                yield Look("addresses", Host(host))

    def _open_sibling(self, name: str) -> Iterator[Look]:
        self.siblings.add(name)
        domain = Domain(name)
        for probe in _SIBLING_PROBES:
            yield Look(probe, domain)
        yield from self._open_site(name)

    def _open_likely(self, name: str) -> Iterator[Look]:
        """Look at what proved likely as at what a person named, but try no names that nobody mentioned."""
        self.siblings.discard(name)
        self._siblings_met.discard(name)
        self.scope.likely.add(name)
        mail = []
        for host, lead in self._beside.pop(name, {}).items():
            self._remember(host, lead)
            if lead.code == "mx_host_of":
                mail.append(host)
            else:
                self._hosts_met.add(host)
        yield from self._open_domain(name)
        yield from self._open_mail(mail)
        if name in self._addresses:
            yield from self._certificate_behind(name)

    def _open_mail(self, hosts: Iterable[str]) -> Iterator[Look]:
        for host in hosts:
            self.mail_hosts.add(host)
            yield Look("addresses", Host(host))
            yield from self._visits(host)

    def _open_site(self, name: str) -> Iterator[Look]:
        self.sites.add(name)
        yield Look("addresses", Host(name))
        yield from self._visits(name)

    def _note_mentions(self, observation: AnyObservation) -> None:
        """Remember every name the answer mentions that may be worth a look in the next round."""
        target = observation.target
        about, far = name_in(target), isinstance(target, Address)
        ours = self.scope.standing(about) is Standing.OURS
        named = self.scope.follows(about)
        if not (ours or named or far):
            return
        answer, distance = _Answer(observation), self._distance(about) + 1
        for mention in mentions_in(observation):
            code = mention.how
            if code == "mx_host_of" and named:
                self._remember(name_in(mention.target), Lead(target, code, distance))
            if code in _PROVIDER_CODES and (ours or far):
                self._providers.add(registered(name_in(mention.target)))
            if code in _HOST_CODES and ours:
                self._meet(name_in(mention.target), Lead(target, code, distance), answer)

    def _meet(self, name: str, lead: Lead, answer: _Answer) -> None:
        """Keep in mind a host of the client's, or a registered name that may be his."""
        if name in self.sites and lead.code in self.leads_to(name):
            return
        if self.scope.standing(name) is Standing.OURS:
            if answer.plain is None or name in answer.plain:
                if name not in self.sites:
                    self._hosts_met.add(name)
                self._remember(name, lead)
            return
        domain = self.scope.sibling(name)
        if not domain or registered(name_in(lead.parent)) in self.scope.likely:
            return
        if lead.code == "redirect_from" or domain in answer.together:
            self._siblings_met.add(domain)
            self._remember(domain, lead)
            if name != domain and (answer.plain is None or name in answer.plain):
                beside = self._beside.setdefault(domain, {})
                beside[name] = min(lead, beside.get(name, lead), key=_precedence)

    def _meet_guess(self, name: str, observation: AnyObservation) -> None:
        """A name that was only tried and has addresses is met like any other, in the next round."""
        if name in self._guessed:
            parent = Domain(self._guessed[name])
            self._hosts_met.add(name)
            self._remember(name, Lead(parent, "tried_under", 1))

    def _is_a_wildcards(self, name: str) -> bool:
        """A name that was only tried and leads where every name leads proves nothing."""
        wildcard = self._wildcards.get(self._guessed.get(name, ""), ())
        only_tried = self.leads_to(name) == {"tried_under"}
        return only_tried and set(self._addresses[name]) <= set(wildcard)

    def _remember(self, name: str, lead: Lead) -> None:
        """Keep the shortest way to a name; what a person named needs none."""
        codes = self._codes.get(name, _NO_CODES)
        if lead.code not in codes:
            codes |= {lead.code}
            self._codes[name] = self._shared.setdefault(codes, codes)
        if name in self.sites or name in self.scope.domains or name in self.scope.hosts:
            return
        best = self._stories.get(name)
        self._stories[name] = min(lead, best or lead, key=_precedence)

    def _distance(self, name: str) -> int:
        lead = self._stories.get(name)
        return lead.distance if lead else 0

    def _open_next_rounds(self, due: list[Look]) -> None:
        while not self._agenda.waiting and self._depth:
            room = max(0, self._max_hosts - len(self.sites))
            if likely := self._now_likely()[:room]:
                # What lies under these is as near as what lies under a name that somebody typed.
                self._round = 0
                for name in likely:
                    self._plan(self._open_likely(name), due)
            elif self._round == self._depth or not self._open_round(room, due):
                break
        if not self._agenda.waiting:
            left = (self._hosts_met - self.sites) | set(self._new_siblings())
            self.left_out = tuple(sorted(left, key=_nearest_first))

    def _open_round(self, room: int, due: list[Look]) -> bool:
        """Open what was met in the rounds before, the nearest first; False where nothing is left, or fits."""
        met = (name for name in self._hosts_met - self.sites if not self._is_a_wildcards(name))
        hosts, siblings = sorted(met, key=_nearest_first), sorted(self._new_siblings())
        if room == 0 or not (hosts or siblings):
            return False
        self._round += 1
        for name in hosts[:room]:
            self._plan(self._open_site(name), due)
        for name in siblings[: max(0, room - len(hosts))]:
            self._plan(self._open_sibling(name), due)
        return True

    def _new_siblings(self) -> Iterator[str]:
        return filter(self._is_nobodys, self._siblings_met - self.siblings)

    def _now_likely(self) -> list[str]:
        """Return the possible names that independent evidence by now makes likely, sorted.

        Never those above a host that a person named: he had reasons to name the host alone.
        """
        possible = self.siblings - self.scope.parents.keys()
        return sorted(n for n in possible if self.claims.on(n)[0] is Ownership.LIKELY)

    def _is_nobodys(self, name: str) -> bool:
        """A name met in redirects alone that is also the provider's is the provider's."""
        return name not in self._providers or self.leads_to(name) != {"redirect_from"}


def _mail_hosts(observation: AnyObservation) -> list[str]:
    """Return the MX hosts of a domain that are looked at, most preferred first."""
    named = (one for one in mentions_in(observation) if one.how == "mx_host_of")
    return list(dict.fromkeys(name_in(one.target) for one in named))[:MAIL_HOSTS_OF_A_DOMAIN]


class _Answer:
    """An answer, and what the certificates in it, if there are any, say of names: read when asked for."""

    def __init__(self, observation: AnyObservation) -> None:
        self._observation = observation

    @cached_property
    def plain(self) -> frozenset[str] | None:
        """Hosts that are named as such; None where there are no certificates: every mention is plain."""
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


def _precedence(lead: Lead) -> tuple[int, str, str]:
    return lead.precedence


def _nearest_first(name: str) -> tuple[int, str]:
    return name.count("."), name
