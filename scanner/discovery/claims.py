"""Whose a registered name is: evidence in independent groups, and what it adds up to.

What weighs how much stands in `weights`. Addresses give no evidence: neighbours share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from probes.kit.observation import AnyObservation
from probes.kit.providers import provider_of_name
from scanner.assets import Ownership, OwnershipReason
from scanner.assets.estate import Params
from scanner.discovery.heard import Heard
from scanner.discovery.likeness import Likeness
from scanner.discovery.machines import Machines
from scanner.discovery.met import SERVICE_CODES
from scanner.discovery.organisation import without_legal_forms
from scanner.discovery.others import Others
from scanner.discovery.own_signs import ANOTHER_FIRM, ANOTHER_HOLDER
from scanner.discovery.scope import EXPORTED, Listed, Scope, Seeds, Standing, registered
from scanner.discovery.shared import Shared
from scanner.discovery.ties import (
    ALONE,
    CERTIFIED,
    SAID_BY_CLIENT,
    SAID_OF_CLIENT,
    TOGETHER,
    Tie,
    told_by,
    told_of,
)
from scanner.discovery.weights import (
    AGAINST,
    ENOUGH,
    MIDDLING,
    RELIED_ON,
    STRONG,
    WEAK,
    Piece,
    piece,
    standing,
    weigh,
    worth,
)
from scanner.discovery.zone_names import RARE, SELDOM

TOLD = 20
"""Names with a rare word of the client's, of which nothing else speaks, that a person can go through."""
FOUNDED = 5
"""Points, with two groups that no imitator brings about, for a likely name to vouch like a sure one."""
_REMOVES = 1
"""How far from the sure names one may stand that vouches like them: at one remove, for every remove may err."""
_A_TRADE = 3
"""So many other firms on the client's own host are customers of his."""
_KNOWN = frozenset({Ownership.CONFIRMED, Ownership.LIKELY})
_SERVES = SERVICE_CODES - {"spf_include_of"}
_OF_SUPPLIERS = frozenset({"redirect_from", "soa_mailbox_of", "spf_include_of", ALONE, TOGETHER})
"""What says little where it leads to one who also runs the client's name servers or mail."""
_SERVED = frozenset(
    {"mx_host_of", "srv_host_of", "cname_of", "ns_host_of", "spf_include_of", "soa_mailbox_of"}
)
"""What a name says of the client's also where he serves others for money."""
_TO_CUSTOMERS = frozenset(SAID_OF_CLIENT[code] for code in _SERVED)
_BY_NAME = frozenset(
    {
        "holder_is_the_client",
        "once_registered_to_clients_name",
        "certified_for_clients_name",
        "certificate_of_the_client",
        "tenant_bears_client_name",
        "legal_name_on_page",
    }
)
"""What a firm's name proves, until a number says that it is another firm's."""


class Claims:
    """Evidence on every name of a territory, heard look by look.

    Names that a person named vouch for others. What is only likely, or stands in a paper, vouches for
    them with a point less, unless it is itself proved beyond what an imitator can do.
    """

    def __init__(self, seeds: Seeds, scope: Scope) -> None:
        self._seeds, self._scope = seeds, scope
        self._heard = Heard(seeds, scope)
        self._likeness_to = Likeness(seeds, scope)
        self._others = Others(seeds, scope, self._heard, self._likeness_to)
        self._shared = Shared(seeds, scope, self._heard, self._others)
        self._machines = Machines(self._heard, self._others)
        self._alike: dict[str, str] = {}
        self._with_word: dict[str, list[str]] = {}
        """Names of the lists, by the word of the client's that each holds."""
        for name, listed in seeds.listed.items():
            self._with_word.setdefault(listed.word, []).append(name)
        self._left: dict[tuple[str, int], int] = {}
        """Of a word, and of so many likely names, how many names with it are not known to be the client's."""
        self._founded: dict[tuple[str, int], bool] = {}
        """Likely names that were found to be well proved, or not, by what was heard so far, at each remove."""
        self._serves_others: dict[tuple[str, str], bool] = {}
        """Hosts of the client's that were found to serve other firms, or not, by what was heard so far."""

    def hear(self, observation: AnyObservation) -> None:
        """Keep what an answer proves of any name; the order of answers makes no difference."""
        if self._heard.hear(observation):
            self._founded.clear()
            self._serves_others.clear()

    def call_alike(self, domain: str, brand: str) -> None:
        """Keep that a name was met because it is called like a brand, in another spelling."""
        self._alike[domain] = brand

    def said_by(self, domain: str) -> Iterator[tuple[str, str, Tie]]:
        """Yield what a name that was only met said of others: code, registered name, tie."""
        for (code, to), tie in sorted(self._heard.said.get(domain, {}).items()):
            yield code, to, tie

    def on(self, domain: str) -> tuple[Ownership, tuple[OwnershipReason, ...]]:
        """Return how sure the client's owning a registered name is, and why."""
        if self._scope.standing(domain) is Standing.FOREIGN:
            reason = OwnershipReason("called_foreign_by_person", "person", {"name": domain})
            return Ownership.FOREIGN, (reason,)
        pieces = self._pieces(domain)
        told: dict[str, OwnershipReason] = {}
        for one in sorted(pieces, key=lambda one: -one.points):
            if one.points or one.reason.group == "name":
                told.setdefault(one.reason.code, one.reason)
        ordered = sorted(told.values(), key=lambda reason: (reason.group, reason.code))
        ownership = weigh(pieces)
        if (
            ownership is not Ownership.POSSIBLE
            and provider_of_name(domain)
            and not _is_said(pieces)
        ):
            ownership = Ownership.POSSIBLE  # a known service's own name: only a person knows better
        return ownership, tuple(ordered)

    def may_tell_by_icon(self, domain: str) -> bool:
        """Say whether the client's picture on a site would make its name likely, and nothing like it is known.

        Those on whom he relies are left alone: they may have put their own picture on his site.
        """
        pieces = self._pieces(domain)
        sound = {one.reason.group for one in pieces if one.points and not one.imitable}
        if not self._heard.has_icon or sound <= {AGAINST, RELIED_ON} or weigh(pieces) in _KNOWN:
            return False
        return weigh([*pieces, piece("same_icon", {})]) in _KNOWN

    def may_tell_by_number(self, domain: str) -> bool:
        """Say whether a firm's number on a site would make its name likely, or may yet make it another's."""
        pieces = self._pieces(domain)
        if any(one.reason.group == AGAINST for one in pieces):
            return False
        return weigh([*pieces, piece("taxpayer_number_on_page", {})]) in _KNOWN

    def tells(self, domain: str) -> bool:
        """Say whether enough speaks for a name that was only met to show it to anybody.

        That a page links to it, or a supplier's name, is not enough, unless it is also called like
        the client; a rare word of his in a registry's list is, for a paid name may lead nowhere, as long
        as a person can go through all names with it that are not known to be his.
        """
        if domain in self._scope.parents:
            return True
        pieces = self._pieces(domain)
        unopposed = all(one.reason.group != AGAINST for one in pieces)
        if (
            self._is_rare(domain)
            and unopposed
            and self._left_with(self._seeds.listed[domain]) <= TOLD
        ):
            return True
        alike = any(one.reason.group == "name" for one in pieces)
        others = (one.points for one in pieces if one.reason.group not in ("name", AGAINST))
        most = max(others, default=0)
        return worth(pieces) > 0 and most >= (WEAK if alike else MIDDLING)

    def _pieces(self, domain: str, *, far: int | None = None) -> list[Piece]:
        """Return everything known of a name; of what other names say, all, or what founded ones do.

        `far` is how many removes from the sure ones those may be: 0 takes the sure ones alone.
        """
        pieces = [*self._named(domain), *self._own_signs(domain)]
        if domain not in self._scope.domains or domain in self._scope.papers:
            pieces += self._vouched(domain, far)
            pieces += self._said_of_client(domain, far)
            pieces += self._shared.pieces(domain, partial(self._less, far=far))
            pieces += self._likeness(domain)
            pieces += self._machines.pieces(domain)
        if self._others.is_only_called_so(domain):
            return [one for one in pieces if one.reason.code not in _BY_NAME]
        return pieces

    def _less(self, domain: str, host: str, far: int | None) -> int | None:
        """Return how much less a name counts as the client's; None where it is not his, for all we know."""
        if self._scope.is_sure(host) or domain in self._seeds.exported:
            return 0
        if not self._scope.follows(domain):
            return None
        if far is None:
            return 0 if self._is_founded(domain, _REMOVES) else 1
        return 0 if far and self._is_founded(domain, far - 1) else None

    def _is_founded(self, domain: str, far: int) -> bool:
        """Say whether a likely name is so well proved that it may stand for others: by sure names, or by
        ones so proved themselves."""
        known = self._founded.get((domain, far))
        if known is None:
            pieces = self._pieces(domain, far=far)
            sound = {one.reason.group for one in pieces if one.points and not one.imitable}
            # Papers that an authority, or a registry, saw are half of it.
            enough = ENOUGH if "legal_id" in sound else FOUNDED
            known = standing(pieces) >= enough and len(sound - {AGAINST}) > 1
            self._founded[domain, far] = known
        return known

    def _named(self, domain: str) -> Iterator[Piece]:
        if export := self._seeds.exported.get(domain):
            yield piece(EXPORTED, export.told)
        if step := self._scope.domains.get(domain):
            yield piece(step.code, {"source": step.source})
        elif step := self._scope.parents.get(domain):
            # An agency's test host is the client's, and the agency's domain is not.
            yield piece("host_below_it_was_named", {"source": step.source})

    def _own_signs(self, domain: str) -> Iterator[Piece]:
        """Yield what a name says of its holder; firms that the client names beside his own are no others."""
        signs = (
            one for name in self._heard.voices(domain) for one in self._heard.own.get(name, ())
        )
        if self._others.is_maker(domain):
            host, ids = self._heard.makers[domain]
            yield piece("made_client_site", {"from": host}, ids)
        for one in signs:
            if one.reason.code == ANOTHER_FIRM:
                words = without_legal_forms(str(one.reason.params["holder"]))
                if words in self._heard.client_firms or self._likeness_to.of_words(words):
                    continue
            elif one.reason.code == ANOTHER_HOLDER and (points := self._others.known_holder(one)):
                told, ids = one.reason.params, one.reason.evidence
                yield piece("holder_known_to_client", told, ids, less=STRONG - points)
                continue
            yield one

    def _said_of_client(self, domain: str, far: int | None) -> Iterator[Piece]:
        """Yield what a name says of the client's.

        Two that are only likely the client's vouch like a sure one: we would have to err twice.
        """
        found: list[tuple[str, int, Tie]] = []
        likely: set[str] = set()
        for (code, to), tie in sorted(self._heard.said.get(domain, {}).items()):
            said = SAID_OF_CLIENT.get(code)
            less = self._less(to, tie.to, far) if said and to != domain else None
            if said and less is not None:
                likely |= {to} if less else set()
                found.append((said, less, tie))
        for said, less, tie in found:
            less = (0 if len(likely) > 1 else less) + tie.past
            less += said == ALONE and self._is_joint(domain, said, tie)
            less += tie.one_of_several
            crowded = self._is_crowded(tie) or (said in _TO_CUSTOMERS and self._is_sold(said, tie))
            crowded |= tie.past and self._others.leads_away(domain)
            pointed = said == "served_from_client_host" and self._machines.shows_his(domain)
            told = told_of(said, tie)
            yield piece(said, told, tie.evidence, less=less, crowded=crowded, pointed=pointed)

    def _vouched(self, domain: str, far: int | None) -> Iterator[Piece]:
        """Yield what the client's names say of another."""
        # The client's pages and records lead to his suppliers too: their panels, their web mail.
        weaker = _OF_SUPPLIERS if self._is_a_suppliers(domain) else frozenset[str]()
        found: list[tuple[str, int, Tie]] = []
        for code, tie in sorted(self._heard.said_by_client.get(domain, {}).items()):
            if registered(tie.host) != domain:
                found.append((code, 0, tie))
        for speaker in sorted(self._heard.speakers.get(domain, ())):
            less = self._less(speaker, speaker, far)
            for (code, to), tie in sorted(self._heard.said[speaker].items()):
                if less is not None and to == domain and code != CERTIFIED:
                    found.append((code, less, tie))
        for code, less, tie in found:
            less += tie.past + (STRONG - WEAK if code in weaker else 0)
            less += code == ALONE and self._is_joint(domain, code, tie)
            if code == "redirect_from" and tie.to not in (domain, f"www.{domain}"):
                less += 1  # it may be the client's place on somebody's platform
            crowded = self._is_crowded(tie) or (tie.past and self._others.leads_away(domain))
            params = told_by(code, tie)
            yield piece(SAID_BY_CLIENT[code], params, tie.evidence, less=less, crowded=crowded)

    def _is_joint(self, domain: str, code: str, tie: Tie) -> bool:
        """Say whether a certificate may be of a place that two firms share.

        A third stands in it, or it names a host that one let the other in at, and each links to the other.
        """
        if self._others.is_in_company(code, tie):
            return True
        said = self._heard.said.get(domain, {})
        thanks = any(how == "linked_from" and self._scope.follows(to) for how, to in said)
        return tie.below and thanks and "linked_from" in self._heard.said_by_client.get(domain, {})

    def _is_sold(self, said: str, tie: Tie) -> bool:
        """Say whether other firms are served by the client's host, too: then it is what he lives by.

        A partner whose mail lies with him, beside many names of his own, is no trade.
        """
        to = registered(tie.to)
        known = self._serves_others.get((said, to))
        if known is None:
            codes = [code for code in _SERVED if SAID_OF_CLIENT[code] == said]
            served = [
                one
                for one in self._heard.speakers.get(to, ())
                if any((code, to) in self._heard.said[one] for code in codes)
            ]
            customers = sum(map(self._others.is_anothers, served))
            known = customers >= _A_TRADE or customers > sum(map(self._scope.follows, served))
            self._serves_others[said, to] = known
        return known

    def _is_crowded(self, tie: Tie) -> bool:
        """Say whether a certificate names other firms, too, or a supplier, and so says nothing.

        An agency's certificate names its customers; a front's names itself and those before whom it stands.
        """
        return any(self._others.is_anothers(one) or self._is_a_suppliers(one) for one in tie.among)

    def _is_a_suppliers(self, domain: str) -> bool:
        """Say whether the client's names are served, or get their mail, from a name that is not his.

        A server called by a rare word of his is nobody's but his own.
        """
        if self._scope.follows(domain) or self._is_rare(domain):
            return False
        speakers = filter(self._scope.follows, self._heard.speakers.get(domain, ()))
        said = {code for one in speakers for code, to in self._heard.said[one] if to == domain}
        return not _SERVES.isdisjoint(said | self._heard.said_by_client.get(domain, {}).keys())

    def _is_rare(self, domain: str) -> bool:
        listed = self._seeds.listed.get(domain)
        return listed is not None and listed.count <= SELDOM

    def _left_with(self, listed: Listed) -> int:
        """Return how many names of the lists hold the same word, and are not known to be the client's."""
        at = listed.word, len(self._scope.likely)
        if at not in self._left:
            names = self._with_word[listed.word]
            self._left[at] = sum(not self._scope.follows(name) for name in names)
        return self._left[at]

    def _likeness(self, domain: str) -> Iterator[Piece]:
        if self._is_rare(domain):
            listed = self._seeds.listed[domain]
            told: Params = {"word": listed.word, "count": listed.count, "file": listed.file}
            # That the client himself has many names with his word makes it no less his.
            strange = listed.count - len(self._with_word[listed.word]) + self._left_with(listed)
            yield piece("rare_name", told, less=0 if strange <= RARE else 1)
        elif like := self._alike.get(domain) or self._likeness_to.of(domain):
            yield piece("name_holds_brand", {"brand": like})


def _is_said(pieces: Iterable[Piece]) -> bool:
    """Say whether a person, a paper or a registry names the client."""
    return any(one.reason.group in ("person", "account", "papers", "legal_id") for one in pieces)
