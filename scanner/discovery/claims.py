"""Whose a registered name is: evidence in independent groups, and what it adds up to.

What weighs how much stands in `weights`. Addresses give no evidence: neighbours share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from probes.kit.observation import AnyObservation, Seen
from probes.kit.providers import provider_of_name
from probes.kit.target import Address
from probes.registration import HolderKind, Registration
from probes.tls_certificate import ServedCertificate, Trust
from probes.website import Website
from scanner.assets import Ownership, OwnershipReason
from scanner.assets.estate import Params
from scanner.discovery.lead import name_in
from scanner.discovery.likeness import Likeness
from scanner.discovery.marks import INN, TAXPAYER, Mark, marks_in, own_pages
from scanner.discovery.met import SERVICE_CODES
from scanner.discovery.organisation import same_organisation
from scanner.discovery.scope import Scope, Seeds, Standing, registered
from scanner.discovery.ties import (
    ALONE,
    CERTIFIED,
    SAID_BY_CLIENT,
    SAID_OF_CLIENT,
    TOGETHER,
    Tie,
    ties_in,
)
from scanner.discovery.weights import (
    AGAINST,
    MANY,
    MIDDLING,
    STRONG,
    WEAK,
    WEIGHTS,
    Piece,
    piece,
    weigh,
    worth,
)
from scanner.discovery.zone_names import RARE, SELDOM

ANOTHER_HOLDER = "holder_is_another_organisation"
FOUNDED = 5
"""Points, from two groups that no imitator brings about, for a likely name to vouch like a sure one."""
_SERVES = SERVICE_CODES - {"spf_include_of"}
_OF_SUPPLIERS = frozenset({"redirect_from", "soa_mailbox_of", "spf_include_of", ALONE, TOGETHER})
"""What says little where it leads to one who also runs the client's name servers or mail."""


class Claims:
    """Evidence on every name of a territory, heard look by look.

    Names that a person named vouch for others. What is only likely, or stands in a paper, vouches for
    them with a point less, unless it is itself proved beyond what an imitator can do.
    """

    def __init__(self, seeds: Seeds, scope: Scope) -> None:
        self._seeds, self._scope = seeds, scope
        self._own: dict[str, tuple[Piece, ...]] = {}
        """What a name's registration and certificates say of its holder."""
        self._said_by_client: dict[str, dict[str, Tie]] = {}
        """What sites and records that are surely the client's say of a name, by code."""
        self._said: dict[str, dict[tuple[str, str], Tie]] = {}
        """What those of any other name say, by code and whom it is said of."""
        self._speakers: dict[str, set[str]] = {}
        """Of whom these say something, and who."""
        self._client_marks: dict[Mark, str] = {}
        """Marks on names that are surely the client's, and the first host that bears each."""
        self._marks: dict[str, dict[Mark, tuple[str, ...]]] = {}
        """Marks on any other name, with the evidence."""
        self._likeness_to = Likeness(seeds, scope)
        self._alike: dict[str, str] = {}
        self._founded: dict[str, bool] = {}
        """Likely names that were found to be well proved, or not, by what was heard so far."""
        self._bearers: dict[Mark, set[str]] = {}
        """All of these that bear a mark."""

    def hear(self, observation: AnyObservation) -> None:
        """Keep what an answer proves of any name; the order of answers makes no difference."""
        if not isinstance(observation.outcome, Seen):
            return
        self._founded.clear()
        name, ids = name_in(observation.target), observation.evidence
        fact = observation.outcome.fact
        surely = isinstance(observation.target, Address) or self._scope.is_sure(name)
        if isinstance(fact, Registration):
            self._keep(registered(name), self._holder(fact, ids))
        if isinstance(fact, ServedCertificate) and not surely:
            self._keep(registered(name), self._subject(fact, ids))
        if isinstance(fact, Website) and not surely:
            self._keep(registered(name), self._legal_name(registered(name), fact, ids))
        if surely:
            self._hear_client(name, observation)
        elif domain := registered(name):
            self._hear_other(domain, observation)

    def call_alike(self, domain: str, brand: str) -> None:
        """Keep that a name was met because it is called like a brand, in another spelling."""
        self._alike[domain] = brand

    def said_by(self, domain: str) -> Iterator[tuple[str, str, Tie]]:
        """Yield what a name that was only met said of others: code, registered name, tie."""
        for (code, to), tie in sorted(self._said.get(domain, {}).items()):
            yield code, to, tie

    def on(self, domain: str) -> tuple[Ownership, tuple[OwnershipReason, ...]]:
        """Return how sure the client's owning a registered name is, and why."""
        if self._scope.standing(domain) is Standing.FOREIGN:
            reason = OwnershipReason("called_foreign_by_person", "person", {"name": domain})
            return Ownership.FOREIGN, (reason,)
        pieces = self._pieces(domain)
        told = {
            one.reason.code: one.reason
            for one in sorted(pieces, key=lambda one: one.points)
            if one.points or one.reason.group == "name"
        }
        ordered = sorted(told.values(), key=lambda reason: (reason.group, reason.code))
        ownership = weigh(pieces)
        if (
            ownership is not Ownership.POSSIBLE
            and provider_of_name(domain)
            and not _is_said(pieces)
        ):
            ownership = Ownership.POSSIBLE  # a known service's own name: only a person knows better
        return ownership, tuple(ordered)

    def tells(self, domain: str) -> bool:
        """Say whether enough speaks for a name that was only met to show it to anybody.

        That a page links to it, or a supplier's name, is not enough, unless it is also called like
        the client; a rare word of his in a registry's list is, for a paid name may lead nowhere.
        """
        if domain in self._scope.parents:
            return True
        pieces = self._pieces(domain)
        if self._is_rare(domain) and all(one.reason.group != AGAINST for one in pieces):
            return True
        alike = any(one.reason.group == "name" for one in pieces)
        others = (one.points for one in pieces if one.reason.group not in ("name", AGAINST))
        most = max(others, default=0)
        return worth(pieces) > 0 and most >= (WEAK if alike else MIDDLING)

    def _pieces(self, domain: str, *, sure_only: bool = False) -> list[Piece]:
        """Return everything known of a name; of what other names say, perhaps only what sure ones do."""
        pieces = [*self._named(domain), *self._own.get(domain, ())]
        if domain not in self._scope.domains or domain in self._scope.papers:
            pieces += self._vouched(domain, sure_only)
            pieces += self._said_of_client(domain, sure_only)
            pieces += self._shared(domain, sure_only)
            pieces += self._likeness(domain)
        return pieces

    def _less(self, domain: str, host: str, sure_only: bool) -> int | None:
        """Return how much less a name counts as the client's; None where it is not his, for all we know."""
        if self._scope.is_sure(host):
            return 0
        if sure_only or not self._scope.follows(domain):
            return None
        return 0 if self._is_founded(domain) else 1

    def _is_founded(self, domain: str) -> bool:
        """Say whether a likely name is so well proved by sure ones that it may stand for others."""
        known = self._founded.get(domain)
        if known is None:
            pieces = self._pieces(domain, sure_only=True)
            sound = {one.reason.group for one in pieces if one.points and not one.imitable}
            known = worth(pieces) >= FOUNDED and len(sound - {AGAINST}) > 1
            self._founded[domain] = known
        return known

    def _hear_client(self, name: str, observation: AnyObservation) -> None:
        for code, to, tie in ties_in(observation):
            if code == CERTIFIED and not self._is_the_client(tie.to):
                continue  # a front's, or an authority's own
            ties = self._said_by_client.setdefault(to, {})
            known = ties.get(code)
            if known is None or tie.place < known.place:
                ties[code] = tie
        for mark in marks_in(observation):
            self._client_marks[mark] = min(name, self._client_marks.get(mark, name))

    def _hear_other(self, domain: str, observation: AnyObservation) -> None:
        for code, to, tie in ties_in(observation):
            ties = self._said.setdefault(domain, {})
            known = ties.get((code, to))
            if known is None or tie.place < known.place:
                ties[code, to] = tie
                self._speakers.setdefault(to, set()).add(domain)
        for mark in marks_in(observation):
            self._marks.setdefault(domain, {}).setdefault(mark, observation.evidence)
            self._bearers.setdefault(mark, set()).add(domain)

    def _keep(self, name: str, pieces: Iterator[Piece]) -> None:
        known = self._own.get(name, ())
        found = tuple(one for one in pieces if one not in known)
        if found:
            self._own[name] = (*known, *found)

    def _named(self, domain: str) -> Iterator[Piece]:
        if step := self._scope.domains.get(domain):
            yield piece(step.code, {"source": step.source})
        elif step := self._scope.parents.get(domain):
            # An agency's test host is the client's, and the agency's domain is not.
            yield piece("host_below_it_was_named", {"source": step.source})

    def _holder(self, fact: Registration, ids: tuple[str, ...]) -> Iterator[Piece]:
        holder, seeds = fact.holder, self._seeds
        if holder.kind is not HolderKind.ORGANISATION:
            return
        same_inn = bool(holder.inn) and holder.inn in seeds.inns
        same_name = self._is_the_client(holder.name)
        comparable = (seeds.orgs and holder.name) or (seeds.inns and holder.inn)
        told: Params = {"holder": holder.name, "inn": holder.inn}
        if same_inn:
            yield piece("holder_inn_is_the_clients", told, ids)
        if same_name:
            yield piece("holder_is_the_client", told, ids)
        if comparable and not same_inn and not same_name:
            yield piece(ANOTHER_HOLDER, told, ids)

    def _subject(self, served: ServedCertificate, ids: tuple[str, ...]) -> Iterator[Piece]:
        """An authority looked at the papers of a firm before it wrote its name into a certificate."""
        if served.trust is Trust.TRUSTED and self._is_the_client(served.organisation):
            yield piece("certificate_of_the_client", {"holder": served.organisation}, ids)

    def _legal_name(self, own: str, site: Website, ids: tuple[str, ...]) -> Iterator[Piece]:
        for page in own_pages(site, own):
            for name in page.relations.legal_names:
                if self._is_the_client(name):
                    yield piece("legal_name_on_page", {"holder": name}, ids)
                    return

    def _is_the_client(self, organisation: str) -> bool:
        return any(same_organisation(organisation, org) for org in self._seeds.orgs)

    def _said_of_client(self, domain: str, sure_only: bool) -> Iterator[Piece]:
        """Yield what a name says of the client's, each code once, of the surest of them.

        Two that are only likely the client's vouch like a sure one: we would have to err twice.
        """
        best: dict[str, tuple[int, Tie]] = {}
        likely: set[str] = set()
        for (code, to), tie in sorted(self._said.get(domain, {}).items()):
            said = SAID_OF_CLIENT.get(code)
            less = self._less(to, tie.to, sure_only) if said and to != domain else None
            if said and less is not None:
                likely |= {to} if less else set()
                if said not in best or less < best[said][0]:
                    best[said] = less, tie
        for said, (less, tie) in best.items():
            less = 0 if len(likely) > 1 else less
            crowded = self._is_crowded(tie)
            yield piece(said, _of(said, tie), tie.evidence, less=less, crowded=crowded)

    def _vouched(self, domain: str, sure_only: bool) -> Iterator[Piece]:
        """Yield what the client's names say of another, each code once, by the surest of them."""
        # The client's pages and records lead to his suppliers too: their panels, their web mail.
        weaker = _OF_SUPPLIERS if self._is_a_suppliers(domain) else frozenset[str]()
        found: dict[str, tuple[int, Tie]] = {}
        for code, tie in sorted(self._said_by_client.get(domain, {}).items()):
            if registered(tie.host) != domain:
                found[code] = 0, tie
        for speaker in sorted(self._speakers.get(domain, ())):
            less = self._less(speaker, speaker, sure_only)
            for (code, to), tie in sorted(self._said[speaker].items()):
                if less is not None and to == domain and code not in found and code != CERTIFIED:
                    found[code] = less, tie
        for code, (less, tie) in found.items():
            less += STRONG - WEAK if code in weaker else 0
            crowded, params = self._is_crowded(tie), _by(code, tie)
            yield piece(SAID_BY_CLIENT[code], params, tie.evidence, less=less, crowded=crowded)

    def _is_crowded(self, tie: Tie) -> bool:
        """Say whether a certificate names other firms, too, or a supplier, and so says nothing.

        An agency's certificate names its customers; a front's names itself and those before whom it stands.
        """
        return any(self._is_anothers(one) or self._is_a_suppliers(one) for one in tie.among)

    def _is_a_suppliers(self, domain: str) -> bool:
        """Say whether the client's names are served, or get their mail, from a name that is not his."""
        if self._scope.follows(domain):
            return False
        speakers = filter(self._scope.follows, self._speakers.get(domain, ()))
        said = {code for one in speakers for code, to in self._said[one] if to == domain}
        return not _SERVES.isdisjoint(said | self._said_by_client.get(domain, {}).keys())

    def _shared(self, domain: str, sure_only: bool) -> Iterator[Piece]:
        """Yield the marks that the client's names bear too, and a firm's number that none of them does."""
        best: dict[str, tuple[int, Mark]] = {}
        borne = self._marks.get(domain, {})
        for mark in sorted(borne):
            less = self._borne(mark, domain, sure_only)
            if less is not None and (mark.code not in best or less < best[mark.code][0]):
                best[mark.code] = less, mark
        for less, mark in best.values():
            strangers = self._strangers(mark, domain)
            weight = WEIGHTS[mark.code]
            agencys = weight.shared and weight.imitable and any(map(self._is_anothers, strangers))
            yield piece(
                mark.code,
                mark.told,
                borne[mark],
                strangers=len(strangers),
                less=less,
                crowded=agencys,
            )
        if TAXPAYER not in best and (number := self._anothers_number(domain)):
            yield piece("another_taxpayer_number_on_page", number.told, borne[number])

    def _borne(self, mark: Mark, domain: str, sure_only: bool) -> int | None:
        """Return how much less a mark weighs, by who of the client's bears it; None where nobody does."""
        if mark.code == TAXPAYER and mark.value in self._seeds.inns:
            return 0
        host = self._client_marks.get(mark)
        if host is not None and registered(host) != domain:
            return 0
        others = (one for one in self._bearers.get(mark, ()) if one != domain)
        found = (self._less(one, one, sure_only) for one in others)
        return min((less for less in found if less is not None), default=None)

    def _strangers(self, mark: Mark, domain: str) -> list[str]:
        """Return names that bear a mark and that nothing ties to the client but what they show themselves."""
        others = (one for one in self._bearers.get(mark, ()) if one != domain)
        return [*islice(filter(self._is_a_stranger, others), MANY + 1)]

    def _is_a_stranger(self, domain: str) -> bool:
        if self._scope.follows(domain):
            return False
        pieces = (*self._own.get(domain, ()), *self._said_by_client.get(domain, ()))
        return not any(
            WEIGHTS[SAID_BY_CLIENT[one]].points >= STRONG
            if isinstance(one, str)
            else one.points >= STRONG and one.reason.group != AGAINST
            for one in pieces
        )

    def _is_anothers(self, domain: str) -> bool:
        """Say whether a name is held, or used, by another firm as far as anybody could see."""
        if self._scope.follows(domain):
            return False
        held = any(one.reason.group == AGAINST for one in self._own.get(domain, ()))
        return held or self._anothers_number(domain) is not None

    def _anothers_number(self, domain: str) -> Mark | None:
        """Return the one taxpayer number on a name's pages, where it is known not to be the client's."""
        numbers = [mark for mark in sorted(self._marks.get(domain, ())) if _is_taxpayers(mark)]
        if not numbers or not self._knows_taxpayer():
            return None
        ours = any(one.value in self._seeds.inns or one in self._client_marks for one in numbers)
        return None if ours else numbers[0]

    def _knows_taxpayer(self) -> bool:
        return bool(self._seeds.inns) or any(map(_is_taxpayers, self._client_marks))

    def _is_rare(self, domain: str) -> bool:
        listed = self._seeds.listed.get(domain)
        return listed is not None and listed.count <= SELDOM

    def _likeness(self, domain: str) -> Iterator[Piece]:
        if self._is_rare(domain):
            listed = self._seeds.listed[domain]
            told: Params = {"word": listed.word, "count": listed.count, "file": listed.file}
            yield piece("rare_name", told, less=0 if listed.count <= RARE else 1)
        elif like := self._alike.get(domain) or self._likeness_to.of(domain):
            yield piece("name_holds_brand", {"brand": like})


def _is_said(pieces: Iterable[Piece]) -> bool:
    """Say whether a person, a paper or a registry names the client."""
    return any(one.reason.group in ("person", "papers", "legal_id") for one in pieces)


def _is_taxpayers(mark: Mark) -> bool:
    return (mark.code, mark.kind) == (TAXPAYER, INN)


def _by(code: str, tie: Tie) -> Params:
    if code == CERTIFIED:
        return {"holder": tie.to}
    return {"with" if code in (ALONE, TOGETHER) else "from": tie.host}


def _of(said: str, tie: Tie) -> Params:
    if said in (ALONE, TOGETHER):
        return {"with": tie.to}
    if said == "accepts_reports_for_it":
        return {"from": tie.to}
    hosts: Iterable[str] = ("served_by_client_name_server", "mail_goes_to_client_host")
    return {"host" if said in hosts else "to": tie.to}
