"""What answers said of whose each name is, kept by who said it: nothing is weighed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from probes.address_neighbours import AddressNeighbours
from probes.address_owner import AddressOwner
from probes.addresses import HostAddresses
from probes.delegation import Delegation
from probes.dns_records import DnsRecords
from probes.kit.observation import AnyObservation, Seen
from probes.kit.target import Address, Organisation
from probes.legal_pages import LegalPages
from probes.mail_policy import MailPolicy
from probes.registration import Holder, HolderKind, Registration
from probes.tls_certificate import ServedCertificate, Trust
from probes.website import Website
from scanner.discovery.lead import name_in
from scanner.discovery.mark import BATCH, NAME_SERVERS, Mark
from scanner.discovery.marks import marks_in
from scanner.discovery.networks import few_addresses
from scanner.discovery.organisation import without_legal_forms
from scanner.discovery.own_signs import is_the_client, own_signs
from scanner.discovery.page_marks import own_pages
from scanner.discovery.record_marks import PAID_AGAIN
from scanner.discovery.scope import Scope, Seeds, registered
from scanner.discovery.ties import CERTIFIED, Tie, ties_in
from scanner.discovery.weights import Piece

_TO_PLACES = ("cname_of", "redirect_from")


class Heard:
    """Everything told by names that are surely the client's, and by any others."""

    def __init__(self, seeds: Seeds, scope: Scope) -> None:
        self._seeds, self._scope = seeds, scope
        self.own: dict[str, tuple[Piece, ...]] = {}
        """What a name's registration, certificates, tenant and pages say of its holder."""
        self.said_by_client: dict[str, dict[str, Tie]] = {}
        """What sites and records that are surely the client's say of a name, by code."""
        self.said: dict[str, dict[tuple[str, str], Tie]] = {}
        """What those of any other name say, by code and whom it is said of."""
        self.speakers: dict[str, set[str]] = {}
        """Of whom these say something, and who."""
        self.client_marks: dict[Mark, str] = {}
        """Marks on names that are surely the client's, and the first host that bears each."""
        self.client_batches: dict[Mark, set[str]] = {}
        """The days on which he bought, and all names surely his that he bought on each."""
        self.client_mark_kinds: set[tuple[str, str]] = set()
        """Code and kind of each of these."""
        self.marks: dict[str, dict[Mark, tuple[str, ...]]] = {}
        """Marks on any other name, with the evidence."""
        self.bearers: dict[Mark, set[str]] = {}
        """All of these that bear a mark."""
        self.below: dict[str, set[str]] = {}
        """Of registered names that are not surely the client's, hosts below whose pages were read.

        What these show is kept under their own names.
        """
        self.client_firms: dict[tuple[str, ...], set[str]] = {}
        """Firms named on pages that are surely the client's, by their words."""
        self.firms: dict[str, set[str]] = {}
        """Firms named on the pages of any other name."""
        self.kept_up: set[str] = set()
        """Names that were paid for more than once."""
        self.addresses: dict[str, tuple[str, ...]] = {}
        """Of registered names that are only met."""
        self.client_networks: dict[IPv4Network, tuple[str, tuple[str, ...]]] = {}
        """The few addresses that the client calls his own: which of his names does, with the evidence."""
        self.client_machines: dict[str, tuple[str, tuple[str, ...]]] = {}
        """Addresses that are called by a name surely the client's: that name, with the evidence."""
        self.host_addresses: dict[str, tuple[str, ...]] = {}
        """Of hosts below names that are not surely his, name servers among them."""
        self.shown_at: dict[str, set[tuple[str, str]]] = {}
        """Of such names, where they are served as themselves: address, and the page's hash or nothing."""
        self.as_any_name: set[str] = set()
        """Such names, where the machine shows them what it shows to a name nobody uses."""
        self.client_pages: set[str] = set()
        """Hashes of pages that his own names show."""
        self.sends: dict[str, tuple[str, ...]] = {}
        """Networks in the sender policies of names that are not surely his."""
        self.mail_hosts: dict[str, tuple[str, ...]] = {}
        """Hosts that take their mail."""
        self.makers: dict[str, tuple[str, tuple[str, ...]]] = {}
        """Names that pages surely his call their makers: which host does, with the evidence."""
        self.client_holders: set[tuple[str, str]] = set()
        """Firms that hold names surely his, by a registry's word, and their numbers."""
        self._living: dict[str, set[str]] = {}
        self.server_pairs: dict[str, set[str]] = {}
        """Pairs of name servers with names like people's, by the service that gives them out."""

    def hear(self, observation: AnyObservation) -> bool:
        """Keep what an answer says of any name, in whatever order answers come; False where it says nothing."""
        if not isinstance(observation.outcome, Seen):
            return False
        name, fact = name_in(observation.target), observation.outcome.fact
        far = isinstance(observation.target, Address | Organisation)
        surely = far or self._scope.is_sure(name)
        if isinstance(fact, Registration):
            if fact.created and observation.at - fact.created.at > PAID_AGAIN:
                self.kept_up.add(name)
        elif isinstance(fact, HostAddresses) and not surely:
            self._keep_addresses(name, fact.all)
        elif isinstance(fact, Delegation):
            for server in fact.servers:
                self.host_addresses.setdefault(server.host, server.addresses)
        elif isinstance(fact, AddressOwner | AddressNeighbours):
            self._hear_reverse(name, fact, observation.evidence)
        shown_by = registered(name)
        if isinstance(fact, Website) and not surely and name not in (shown_by, f"www.{shown_by}"):
            self.below.setdefault(shown_by, set()).add(name)
            shown_by = name
        if isinstance(fact, Registration) or not surely:
            self._keep(shown_by, own_signs(observation, self._seeds))
        if surely:
            self._hear_client(name, observation)
        elif domain := registered(name):
            self._hear_other(domain, shown_by, observation)
        return True

    @property
    def has_icon(self) -> bool:
        """True when the picture of one of the client's sites is known."""
        return any(mark.code == "same_icon" for mark in self.client_marks)

    def living_at(self, ip: str) -> Iterator[str]:
        """Yield registered names, not surely the client's, that lead to an address."""
        yield from self._living.get(ip, ())

    def _keep_addresses(self, name: str, addresses: tuple[str, ...]) -> None:
        if registered(name) != name:
            self.host_addresses[name] = addresses
            return
        self.addresses[name] = addresses
        for ip in addresses:
            self._living.setdefault(ip, set()).add(name)

    def _hear_reverse(
        self, ip: str, fact: AddressOwner | AddressNeighbours, evidence: tuple[str, ...]
    ) -> None:
        match fact:
            case AddressOwner(reverse_names=Seen(names)):
                told = [(ip, name) for name in names]
            case AddressNeighbours(names=named):
                told = [(one.ip, one.name) for one in named]
            case _:
                return
        for at, name in told:
            if self._scope.is_sure(name):
                said = (name, evidence)
                self.client_machines[at] = min(said, self.client_machines.get(at, said))

    def voices(self, domain: str) -> Iterator[str]:
        """Yield the names whose pages speak for a registered name; not the client's place on a platform."""
        yield domain
        if (hosts := self.below.get(domain)) and not self._is_rented(domain):
            yield from sorted(hosts)

    def borne(self, domain: str) -> dict[Mark, tuple[str, ...]]:
        """Return the marks on a registered name that is not surely the client's, with the evidence."""
        one, *more = (self.marks.get(name, {}) for name in self.voices(domain))
        for other in more:
            one = {**other, **one}
        return one

    def _is_rented(self, domain: str) -> bool:
        """Say whether the client's names lead to a host below, as they do to his place on a platform."""
        ties = [self.said_by_client.get(domain, {}).get(code) for code in _TO_PLACES]
        for one in filter(self._scope.follows, self.speakers.get(domain, ())):
            ties += [self.said[one].get((code, domain)) for code in _TO_PLACES]
        return any(tie and tie.to not in (domain, f"www.{domain}") for tie in ties)

    def _hear_client(self, name: str, observation: AnyObservation) -> None:
        match observation.outcome:
            case Seen(MailPolicy() as policy):
                for network in few_addresses(policy):
                    said = (name, observation.evidence)
                    self.client_networks[network] = min(
                        said, self.client_networks.get(network, said)
                    )
            case Seen(Registration(holder=Holder(kind=HolderKind.ORGANISATION) as holder)):
                self.client_holders.add((holder.name, holder.inn))
            case Seen(Website() as site):
                for page in own_pages(site, registered(name)):
                    self._keep_firms(page.relations.legal_names)
                    self.client_pages.add(page.body_sha256)
                    for maker in map(registered, page.relations.maker_hosts):
                        said = (name, observation.evidence)
                        self.makers[maker] = min(said, self.makers.get(maker, said))
            case Seen(LegalPages(legal_names=names)):
                self._keep_firms(names)
        for code, to, tie in ties_in(observation):
            if code == CERTIFIED and not is_the_client(tie.to, self._seeds.orgs):
                continue  # a front's, or an authority's own
            ties = self.said_by_client.setdefault(to, {})
            known = ties.get(code)
            if known is None or tie.place < known.place:
                ties[code] = tie
        for mark in marks_in(observation):
            self.client_marks[mark] = min(name, self.client_marks.get(mark, name))
            self.client_mark_kinds.add((mark.code, mark.kind))
            if mark.code == BATCH:
                self.client_batches.setdefault(mark, set()).add(name)
            self._pair(mark)

    def _keep_firms(self, names: Iterable[str]) -> None:
        for firm in names:
            self.client_firms.setdefault(without_legal_forms(firm), set()).add(firm)

    def _hear_other(self, domain: str, shown_by: str, observation: AnyObservation) -> None:
        match observation.outcome:
            case Seen(Website() as site):
                if site.same_as_unknown_host:
                    self.as_any_name.add(domain)
                for page in own_pages(site, domain):
                    if page.relations.legal_names:
                        self.firms.setdefault(shown_by, set()).update(page.relations.legal_names)
                    if page.status == 200 and not site.same_as_unknown_host:
                        at = (page.address, page.body_sha256)
                        self.shown_at.setdefault(domain, set()).add(at)
            case Seen(LegalPages(legal_names=names)) if names:
                self.firms.setdefault(shown_by, set()).update(names)
            case Seen(ServedCertificate(trust=Trust.TRUSTED) as shown):
                self.shown_at.setdefault(domain, set()).add((shown.address, ""))
            case Seen(DnsRecords(mx=Seen(exchanges))):
                self.mail_hosts[domain] = tuple(one.host for one in exchanges)
            case Seen(MailPolicy(spf=Seen(policy))):
                self.sends[domain] = policy.own_networks
        for code, to, tie in ties_in(observation):
            ties = self.said.setdefault(domain, {})
            known = ties.get((code, to))
            if known is None or tie.place < known.place:
                ties[code, to] = tie
                self.speakers.setdefault(to, set()).add(domain)
        for mark in marks_in(observation):
            self.marks.setdefault(shown_by, {}).setdefault(mark, observation.evidence)
            self.bearers.setdefault(mark, set()).add(shown_by)
            self._pair(mark)

    def _pair(self, mark: Mark) -> None:
        if mark.code == NAME_SERVERS:
            self.server_pairs.setdefault(mark.kind, set()).add(mark.value)

    def _keep(self, name: str, pieces: Iterator[Piece]) -> None:
        known = self.own.get(name, ())
        found = tuple(one for one in pieces if one not in known)
        if found:
            self.own[name] = (*known, *found)
