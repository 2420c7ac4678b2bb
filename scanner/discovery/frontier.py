"""Which looks are due: from what a person named outwards, in rounds, each look once.

A name found in a certificate waits until every look of its round has answered. So the shortest way
to each name, and which names still fit under the bound, never depend on who answered first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from probes.address_neighbours import BLOCK
from probes.address_owner import AddressOwner
from probes.addresses import HostAddresses
from probes.dns_records import DnsRecords
from probes.kit.observation import AnyObservation, Seen
from probes.kit.target import Address, Domain, Endpoint, Host
from probes.mail_policy import MailPolicy
from probes.parent_delegation import ParentDelegation
from probes.website import Website
from scanner.assets import Ownership, Step
from scanner.discovery.agenda import Agenda, Look
from scanner.discovery.beginnings import OF_FIRMS, firm_looks, guesses
from scanner.discovery.bought_certificates import BoughtCertificates
from scanner.discovery.claims import Claims
from scanner.discovery.implicit_mail import implicit_mail_looks
from scanner.discovery.lead import Lead, mentions_in, name_in
from scanner.discovery.looks import Sighting
from scanner.discovery.met import Met, Rank
from scanner.discovery.networks import few_addresses
from scanner.discovery.page_marks import links_its_papers
from scanner.discovery.posture_looks import posture_looks
from scanner.discovery.presence import Lives, presence_seen
from scanner.discovery.scope import Scope, Seeds, Standing, registered, www_of

MAIL_HOSTS_OF_A_DOMAIN = 10
"""MX hosts of one domain that are looked at, most preferred first."""
WEAK_SIBLINGS = 300
"""Registered names that only weak ways lead to, and that are looked at all the same."""

_PASSIVE = ("delegation", "dns_records", "mail_policy", "microsoft_tenant")
_DOMAIN_PROBES = (*_PASSIVE, "dnssec", "service_records", "certificate_log", "web_archive")
_FOLLOWED = frozenset({Ownership.LIKELY, Ownership.CONFIRMED})
_SEARCHES = ("names_below", "zone_transfer", "zone_chain")
"""Many questions at once: only where a person stands for the name."""


class Frontier:
    """Learns what came back and says what to look at next; knows no network and no clock.

    Of what it learnt it keeps names, addresses and codes, each once, and no answer.
    """

    def __init__(self, seeds: Seeds, depth: int = 2, max_hosts: int = 2_000) -> None:
        self.scope = Scope(seeds)
        self.claims = Claims(seeds, self.scope)
        """What was learnt of whose each name is."""
        keyed = [one for one in seeds.keyed if one not in OF_FIRMS]
        self._searches = (*_SEARCHES, *keyed) if seeds.searches else ()
        self._of_firms = tuple(firm_looks(seeds))
        self._guesses = {one.name: one.like for one in guesses(seeds, self.scope)}
        """Names that nobody mentioned, and the brand each is like."""
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
        self.bought = BoughtCertificates(self.scope)
        """What was paid for to be shown by servers, and which servers show it."""
        self._early: dict[Look, AnyObservation] = {}
        self._addresses: dict[str, tuple[str, ...]] = {}
        """Of hosts that have any; hosts at the same addresses share one tuple."""
        self._equal: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._met = Met(self.scope, self.sites)
        self._listed = seeds.listed
        self._sure_addresses: set[str] = set()
        """Addresses of hosts that a person stands for."""
        self._bare: set[str] = set()
        """Siblings whose own name leads nowhere, by an authority's word."""
        self._at_home: set[str] = set()
        """Hosts that show a page themselves."""
        self._unsigned: set[str] = set()
        """Those of them whose page bears no number, and links to others of its site that may."""
        self._plain_addresses: set[str] = set()
        """Addresses behind which no front stands."""

    @property
    def planned_count(self) -> int:
        """How many looks are planned so far; grows as leads are followed."""
        return self._agenda.planned

    @property
    def addressed(self) -> Iterable[str]:
        """Hosts that were seen to lead somewhere."""
        return self._addresses.keys()

    def start(self) -> tuple[Look, ...]:
        """Return the looks at everything a person named."""
        due: list[Look] = []
        for name in sorted(self.scope.domains):
            self._plan(self._open_domain(name), due)
        for name in sorted(self.scope.hosts):
            self._plan(self._open_site(name), due)
        for name in sorted(self.scope.parents):
            self._plan(self._open_sibling(name), due)
        for name in sorted(filter(self.scope.sibling, self._listed)):
            self._met.listed(name, self._listed[name].file)
            self._plan(self._open_sibling(name), due)
        self._plan((Look("parent_delegation", Domain(name)) for name in self._guesses), due)
        self._plan(self._of_firms if self._depth else (), due)
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
        return self._met.story(name)

    def leads_to(self, name: str) -> frozenset[str]:
        """Return the codes under which a name was met; empty for what a person named."""
        return self._met.codes(name)

    def tells(self, domain: str) -> bool:
        """Say whether a registered name belongs into the estate: not where next to nothing speaks for it."""
        return domain not in self.siblings or self.claims.tells(domain)

    def conclude(self) -> None:
        """Let go of the claims, half of what is remembered; nothing can be learnt after that."""
        del self.claims

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
        self._met.hear(observation)
        self.bought.hear(observation)
        self._plan(self._next(observation), due)

    def _next(self, observation: AnyObservation) -> Iterator[Look]:
        """Yield what an answer makes due within its own round."""
        if observation.probe == "website":
            yield from self._certificate_behind(name_in(observation.target))
        if observation.probe == "delegation":
            # The parent's name servers cost a registry nothing, so they are asked before it.
            yield Look("registration", observation.target)
        if observation.probe == "addresses" and self._is_bare(observation):
            self._bare.add(name_in(observation.target))
        yield from posture_looks(observation, self.scope, self.mail_hosts)
        yield from implicit_mail_looks(observation, self.scope)
        match observation.outcome:
            case Seen(Website() as site):
                host = name_in(observation.target)
                if host in (site.https.end_host, site.http.end_host):
                    self._at_home.add(host)
                    if links_its_papers(site, registered(host)):
                        self._unsigned.add(host)
                    if self.scope.is_sure(host) or self._stands_for_likely(host):
                        yield Look("site_files", observation.target)
            case Seen(ParentDelegation()):
                name = name_in(observation.target)
                self._met.alike(name, self._guesses[name])
                self.claims.call_alike(name, self._guesses[name])
            case Seen(AddressOwner(front=False)):
                ip = name_in(observation.target)
                self._plain_addresses.add(ip)
                yield from self._beside(ip)
            case Seen(HostAddresses() as fact):
                name = name_in(observation.target)
                addresses = fact.all
                if addresses:
                    self._addresses[name] = self._equal.setdefault(addresses, addresses)
                    yield from self._visits(name)
            case Seen(MailPolicy() as policy) if self.scope.is_sure(name_in(observation.target)):
                yield from self._within(policy)
            case Seen(DnsRecords()):
                name, hosts = name_in(observation.target), _mail_hosts(observation)
                if self.scope.follows(name):
                    yield from self._open_mail(hosts)
                else:
                    lead = Lead(observation.target, "mx_host_of", self._met.distance(name) + 1)
                    for host in hosts:
                        self._met.mail_host(name, host, lead)
                        if registered(host) == name:
                            yield Look("addresses", Host(host))

    def _stands_for_likely(self, host: str) -> bool:
        """Say whether a host is the site of a name that proved likely: its own, or else its www; one is enough."""
        domain = registered(host)
        return (
            domain in self.scope.likely and domain not in self._at_home and host == f"www.{domain}"
        )

    def _visits(self, name: str) -> Iterator[Look]:
        if not (addresses := self._addresses.get(name, ())):
            return
        mail, site = name in self.mail_hosts, name in self.sites
        ours = self.scope.standing(name) is Standing.OURS
        sibling = not ours and registered(name) in self.siblings
        if mail:
            yield Look("mail_server", Host(name))
            yield Look("tls_certificate", Endpoint(name, 25, "smtp"))
        if site:
            yield Look("website", Host(name))
        if mail or not sibling:
            for ip in addresses:
                yield Look("address_owner", Address(ip))
                if self.scope.is_sure(name):
                    self._sure_addresses.add(ip)
                    yield from self._beside(ip)

    def _beside(self, ip: str) -> Iterator[Look]:
        """What stands in one row with a client's machine may be his; beside a front stands anybody."""
        known = ip in self._sure_addresses and ip in self._plain_addresses
        if self._depth and known and ":" not in ip:
            block = IPv4Network((ip, BLOCK), strict=False)
            yield Look("address_neighbours", Address(str(block.network_address)))

    def _within(self, policy: MailPolicy) -> Iterator[Look]:
        """What stands in the small networks that the client sends from, be it nothing else of his."""
        for network in few_addresses(policy) if self._depth else ():
            block = network.supernet(new_prefix=BLOCK)
            yield Look("address_neighbours", Address(str(block.network_address)))

    def _certificate_behind(self, name: str) -> Iterator[Look]:
        """After the visit, which shook hands already: the certificate is read without a new connection."""
        if name in self.sites:
            yield Look("tls_certificate", Endpoint(name, 443))

    def _open_domain(self, name: str) -> Iterator[Look]:
        domain = Domain(name)
        for probe in _DOMAIN_PROBES:
            yield Look(probe, domain)
        for host in (name, www_of(name)):
            if self.scope.standing(host) is Standing.OURS:
                yield from self._open_site(host)
        for probe in self._searches if self.scope.is_sure(name) else ():
            yield Look(probe, domain)

    def _open_sibling(self, name: str) -> Iterator[Look]:
        self.siblings.add(name)
        domain = Domain(name)
        for probe in _PASSIVE:
            yield Look(probe, domain)
        yield from self._open_site(name)

    def _open_likely(self, name: str) -> Iterator[Look]:
        """Look at what proved likely as at what a person named, but try no names that nobody mentioned."""
        self.siblings.discard(name)
        self.scope.likely.add(name)
        self._met.vouched(name, self.claims.said_by(name))
        mail = [host for host, takes_mail in self._met.under(name) if takes_mail]
        yield from self._open_domain(name)
        yield from self._open_mail(mail)
        if name in self._at_home:
            yield Look("site_files", Host(name))
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

    def _open_next_rounds(self, due: list[Look]) -> None:
        while not self._agenda.waiting and self._depth:
            room = max(0, self._max_hosts - len(self.sites))
            if self._look_at_papers(due):
                continue
            if instead := self._instead()[:room]:
                for name in instead:
                    self._plan(self._open_site(name), due)
            elif likely := self._now_likely()[:room]:
                # What lies under these is as near as what lies under a name that somebody typed.
                self._round = 0
                for name in likely:
                    self._plan(self._open_likely(name), due)
            elif self._round < self._depth and self._open_round(room, due):
                continue
            elif not (self._look_at_icons(due) or self._look_for_bought(due)):
                break
        if not self._agenda.waiting:
            left = {*self._met.sites(), *self._new_siblings()}
            self.left_out = tuple(sorted(left, key=_nearest_first))

    def _look_at_papers(self, due: list[Look]) -> bool:
        """Look at what else a site says of its firm, where that may tell; False without any.

        Before a name is called the client's, too: it may be another firm's, by its own word.
        """
        before = self._agenda.planned
        for host in sorted(self._unsigned):
            domain = registered(host)
            twin = host != domain and domain in self._unsigned
            if twin or host not in (domain, f"www.{domain}"):
                continue
            met = domain in self.siblings and domain not in self.scope.parents
            if self.scope.follows(domain) or (met and self.claims.may_tell_by_number(domain)):
                self._plan((Look("legal_pages", Host(host)),), due)
        return self._agenda.planned > before

    def _look_at_icons(self, due: list[Look]) -> bool:
        """Look at the pictures of sites that these may make likely, and at no others; False without any."""
        before = self._agenda.planned
        for name in sorted(self.siblings & self._at_home - self.scope.parents.keys()):
            if self.claims.may_tell_by_icon(name):
                self._plan((Look("site_icon", Host(name)),), due)
        return self._agenda.planned > before

    def _look_for_bought(self, due: list[Look]) -> bool:
        """Look at further ports, now that every website has shown its certificate; False without any."""
        before = self._agenda.planned
        self._plan(self.bought.looks(self.addressed), due)
        return self._agenda.planned > before

    def _open_round(self, room: int, due: list[Look]) -> bool:
        """Open what was met in the rounds before, the nearest first; False where nothing is left, or fits."""
        hosts = sorted(self._met.sites(), key=_nearest_first)
        siblings = self._new_siblings()
        if room == 0 or not (hosts or siblings):
            return False
        self._round += 1
        for name in hosts[:room]:
            self._plan(self._open_site(name), due)
        for name in siblings[: max(0, room - len(hosts))]:
            self._plan(self._open_sibling(name), due)
        return True

    def _is_bare(self, observation: AnyObservation) -> bool:
        nowhere = presence_seen(Sighting(observation.outcome)).lives is Lives.NOWHERE
        return nowhere and name_in(observation.target) in self.siblings

    def _instead(self) -> list[str]:
        """Return the hosts to visit where the registered name above, met by them, leads nowhere; each has one."""
        met = {name: self._met.led_to(name) for name in sorted(self._bare & self.siblings)}
        self._bare -= {name for name, host in met.items() if host}
        return [host for host in met.values() if host and host not in self.sites]

    def _new_siblings(self) -> list[str]:
        """Return registered names not looked at yet, the most telling first, of weak ones only so many."""
        ranks, weak = self._met.siblings, 0
        found = []
        for name in self._met.worth_a_look():
            weak += ranks[name] is Rank.WEAK
            if name not in self.siblings and (ranks[name] < Rank.WEAK or weak <= WEAK_SIBLINGS):
                found.append(name)
        return found

    def _now_likely(self) -> list[str]:
        """Return the possible names that independent evidence by now makes likely, sorted.

        Never those above a host that a person named: he had reasons to name the host alone.
        """
        possible = self.siblings - self.scope.parents.keys()
        return sorted(n for n in possible if self.claims.on(n)[0] in _FOLLOWED)


def _mail_hosts(observation: AnyObservation) -> list[str]:
    """Return the MX hosts of a domain that are looked at, most preferred first."""
    named = (one for one in mentions_in(observation) if one.how == "mx_host_of")
    return list(dict.fromkeys(name_in(one.target) for one in named))[:MAIL_HOSTS_OF_A_DOMAIN]


def _nearest_first(name: str) -> tuple[int, str]:
    return name.count("."), name
