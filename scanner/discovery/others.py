"""Which names are other firms', as far as anybody could see; and which of these live with the client's name.

An agency's customers have nothing to do with the client. His dealers, franchisees and the papers that write
of him are other firms, too, but what they bear of his they bear because of him.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.discovery.heard import Heard
from scanner.discovery.likeness import Likeness
from scanner.discovery.mark import AMONG_OTHERS, INN, TAXPAYER, Mark, printed_so
from scanner.discovery.organisation import same_organisation, without_legal_forms
from scanner.discovery.own_signs import ANOTHER_HOLDER, is_the_client
from scanner.discovery.scope import Scope, Seeds, registered
from scanner.discovery.strangers import STRANGERS
from scanner.discovery.ties import ALONE, SAID_BY_CLIENT, TOGETHER, Tie
from scanner.discovery.weights import AGAINST, MIDDLING, STRONG, WEAK, WEIGHTS, Piece

_MANY_PAY = 2
"""So many other firms print a lender's number beside their own."""


class Others:
    """Reads from what was heard who is not the client."""

    def __init__(self, seeds: Seeds, scope: Scope, heard: Heard, likeness: Likeness) -> None:
        self._seeds, self._scope, self._heard = seeds, scope, heard
        self._likeness = likeness

    def is_a_stranger(self, domain: str) -> bool:
        """Say whether nothing ties a name to the client but what it shows itself."""
        if self._scope.follows(domain):
            return False
        pieces = (*self._heard.own.get(domain, ()), *self._heard.said_by_client.get(domain, ()))
        return not any(
            WEIGHTS[SAID_BY_CLIENT[one]].points >= STRONG
            if isinstance(one, str)
            else one.points >= STRONG and one.reason.group != AGAINST
            for one in pieces
        )

    def is_anothers(self, domain: str) -> bool:
        """Say whether a name is held, or used, by another firm."""
        if self._scope.follows(domain):
            return False
        own = self._heard.own.get(domain, ())
        held = any(one.reason.code == ANOTHER_HOLDER and not self.known_holder(one) for one in own)
        return held or self.is_maker(domain) or self.number(domain) is not None

    def is_maker(self, domain: str) -> bool:
        """Say whether the client's pages call a name their maker, that is not called like him."""
        return domain in self._heard.makers and not self._likeness.of(domain)

    def known_holder(self, held: Piece) -> int:
        """Return the points by which a holder of another name is the client's all the same; 0 for none.

        The firm of one of his own pages, or one of his group, or a dealer: named or numbered there, and called like
        him. Of others that stand there, his partners and banks, nothing follows but that he knows them.
        """
        told = held.reason.params
        name, inn = str(told["holder"]), str(told.get("inn", ""))
        words = without_legal_forms(name)
        known = self._heard.client_marks
        if inn and Mark(TAXPAYER, INN, inn) in known:
            return STRONG
        numbered = Mark(TAXPAYER, f"{INN}{AMONG_OTHERS}", inn) in known
        firms = self._heard.client_firms.get(words, ())
        unnumbered = not (inn and self._knows_taxpayer())
        named = unnumbered and any(same_organisation(name, one) for one in firms)
        held_too = (name, inn) in self._heard.client_holders
        if not (numbered or named or held_too):
            return 0
        return MIDDLING if self._likeness.of_words(words) else 0 if held_too else WEAK

    def leads_away(self, domain: str) -> bool:
        """Say whether a name shows nothing itself, and sends visitors on to somebody who is not the client.

        What he sold stands in his old certificates, too.
        """
        if any(page for _, page in self._heard.shown_at.get(domain, ())):
            return False
        ways = (to for code, to in self._heard.said.get(domain, ()) if code == "redirect_from")
        return any(not self._scope.follows(to) and to not in STRANGERS for to in ways)

    def is_unrelated(self, domain: str) -> bool:
        """Say whether another firm neither is called like the client nor links to him, nor he to it."""
        if not self.is_anothers(domain) or domain in self._seeds.listed:
            return False
        linked = "linked_from" in self._heard.said_by_client.get(domain, ())
        links = (
            self._scope.follows(to)
            for code, to in self._heard.said.get(domain, ())
            if code == "linked_from"
        )
        return not (linked or any(links) or self._likeness.of(domain))

    def number(self, domain: str) -> Mark | None:
        """Return the first taxpayer number on a name's pages that is another firm's, where none is the client's."""
        numbers = sorted(self._numbers(domain))
        if not numbers or not self._knows_taxpayer():
            return None
        unknown = [one for one in numbers if not self.is_clients_number(one)]
        if not unknown or any(self._is_telling(one, unknown) for one in numbers):
            return None
        # Beside one that the client gave, a lender's says nothing: it stands in whose shops he pays for.
        lent = len(unknown) < len(numbers) and all(self._is_lenders(one, domain) for one in unknown)
        return None if lent else unknown[0]

    def _is_lenders(self, mark: Mark, domain: str) -> bool:
        """Say whether other firms print a number beside their own, as they do their bank's."""
        bearers = {name for one in printed_so(mark) for name in self._heard.bearers.get(one, ())}
        others = {registered(one) for one in bearers} - {domain}
        with_own = (
            one
            for one in others
            if not self._scope.follows(one)
            and any(
                number.value != mark.value and not self.is_clients_number(number)
                for number in self._numbers(one)
            )
        )
        return len({*with_own}) >= _MANY_PAY

    def _is_telling(self, mark: Mark, beside: list[Mark]) -> bool:
        """Say whether a number tells of the client beside one that he never gave.

        One that his page gives among others may be his bank's: then it stands on pages of other firms, too.
        """
        own = Mark(TAXPAYER, INN, mark.value)
        if mark.value in self._seeds.inns or own in self._heard.client_marks:
            return True
        if not self.is_clients_number(mark):
            return False
        values = {one.value for one in beside}
        others = {name for one in printed_so(mark) for name in self._heard.bearers.get(one, ())}
        return not any(
            one.value not in values and not self.is_clients_number(one)
            for name in others
            if not self._scope.follows(registered(name))
            for one in self._numbers(registered(name))
        )

    def is_clients_number(self, mark: Mark) -> bool:
        """Say whether the client gives it as his, or names it among others: a firm of his group, or a partner."""
        kind = mark.kind.removesuffix(AMONG_OTHERS)
        known = self._heard.client_marks
        found = (Mark(TAXPAYER, f"{kind}{rest}", mark.value) for rest in ("", AMONG_OTHERS))
        return mark.value in self._seeds.inns or any(one in known for one in found)

    def is_of_one_purchase(self, day: Mark, domain: str) -> bool:
        """Say whether a name surely the client's, bought on a day, holds the same brand as another of that day.

        Whoever wants a word under several suffixes buys them at once; a namesake comes upon it on a day of his own.
        """
        return self._likeness.is_one(domain, self._heard.client_batches.get(day, ()))

    def stands_among(self, mark: Mark, domain: str) -> int:
        """Return how much less a number says that stands on a name's pages beside another firm, or its number.

        Whoever lists the client prints the firm of his, and perhaps his own number of the other kind; beside a
        taxpayer number that is neither the client's nor a lender's it is most of all that firm's page.
        """
        kinds = {mark.kind} if mark.kind.endswith(AMONG_OTHERS) else set[str]()
        if not mark.kind.startswith(INN) and self._knows_taxpayer():
            kinds |= {INN, f"{INN}{AMONG_OTHERS}"}
        printed = (one for one in self._printed(domain) if one.kind in kinds)
        beside = [one for one in printed if not self.is_clients_number(one)]
        if any(one.kind.startswith(INN) and not self._is_lenders(one, domain) for one in beside):
            return STRONG - WEAK
        return int(bool(beside) or self._names_another(domain))

    def is_only_called_so(self, domain: str) -> bool:
        """Say whether a number, in its registration or on its pages, tells that its firm is but a namesake."""
        held = (str(one.reason.params.get("inn", "")) for one in self._heard.own.get(domain, ()))
        others = (Mark(TAXPAYER, INN, inn) for inn in held if inn)
        known = self._knows_taxpayer()
        return self.number(domain) is not None or (
            known and not all(map(self.is_clients_number, others))
        )

    def is_of_his_family(self, mark: Mark, domain: str) -> bool:
        """Say whether a number stands on a name's pages by itself, with a firm that is called like the client."""
        firms = [without_legal_forms(one) for one in self._firms(domain)]
        return any(map(self._likeness.of_words, firms)) and not self.stands_among(mark, domain)

    def _names_another(self, domain: str) -> bool:
        for firm in self._firms(domain):
            words = without_legal_forms(firm)
            known = is_the_client(firm, self._seeds.orgs) or words in self._heard.client_firms
            if self._seeds.orgs and not known and not self._likeness.of_words(words):
                return True
        return False

    def _firms(self, domain: str) -> Iterator[str]:
        return (
            firm for name in self._heard.voices(domain) for firm in self._heard.firms.get(name, ())
        )

    def is_in_company(self, code: str, tie: Tie) -> bool:
        """Say whether a third stands in a certificate with two names: its maker perhaps, or a front."""
        return code == TOGETHER or (code == ALONE and any(map(self._may_be_anybodys, tie.among)))

    def _may_be_anybodys(self, domain: str) -> bool:
        return not self._scope.follows(domain) and not self._likeness.of(domain)

    def stands_in_company(self, domain: str) -> bool:
        """Say whether a name stands with the client's in a certificate of several."""
        said = [
            *self._heard.said_by_client.get(domain, {}).items(),
            *(
                (code, tie)
                for (code, to), tie in self._heard.said.get(domain, {}).items()
                if self._scope.follows(to)
            ),
            *(
                (code, tie)
                for one in filter(self._scope.follows, self._heard.speakers.get(domain, ()))
                for (code, to), tie in self._heard.said[one].items()
                if to == domain
            ),
        ]
        return any(self.is_in_company(code, tie) for code, tie in said)

    def _numbers(self, domain: str) -> Iterator[Mark]:
        kinds = (INN, f"{INN}{AMONG_OTHERS}")
        return (one for one in self._printed(domain) if one.kind in kinds)

    def _printed(self, domain: str) -> Iterator[Mark]:
        return (one for one in self._heard.borne(domain) if one.code == TAXPAYER)

    def _knows_taxpayer(self) -> bool:
        return bool(self._seeds.inns) or (TAXPAYER, INN) in self._heard.client_mark_kinds
