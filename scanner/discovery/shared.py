"""Marks that a name shares with the client's: how much each weighs, and whether it is an agency's or a hoster's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from scanner.discovery.heard import Heard
from scanner.discovery.mark import (
    AMONG_OTHERS,
    BATCH,
    NAME_SERVERS,
    PHONES,
    SENDS,
    TAXPAYER,
    Mark,
    printed_so,
)
from scanner.discovery.networks import holds
from scanner.discovery.others import Others
from scanner.discovery.scope import Scope, Seeds, registered
from scanner.discovery.weights import MANY, WEAK, WEIGHTS, Piece, piece

_COUNTED = frozenset({"same_counter", "same_account"})
Less = Callable[[str, str], int | None]
"""Says how much less a name counts as the client's, by a host of it; None where it is not his, for all we know."""


class Shared:
    """Weighs what names bear by who else bears it."""

    def __init__(self, seeds: Seeds, scope: Scope, heard: Heard, others: Others) -> None:
        self._seeds, self._scope = seeds, scope
        self._heard, self._others = heard, others

    def pieces(self, domain: str, counts: Less) -> Iterator[Piece]:
        """Yield the marks that the client's names bear too, and a firm's number that none of them does."""
        every = self._heard.borne(domain)
        weighed = ((mark, self._borne(mark, domain, counts)) for mark in sorted(every))
        borne = {mark: less for mark, less in weighed if less is not None}
        phones = {mark.value for mark in borne if mark.code == PHONES}
        for mark, less in borne.items():
            strangers = self._strangers(mark, domain)
            yield piece(
                mark.code,
                mark.told,
                every[mark],
                strangers=len(strangers),
                # Two numbers of his are no more his agency's, which stands in his footer with its own.
                less=max(0, less - 1) if mark.code == PHONES and len(phones) > 1 else less,
                crowded=self._is_lent(mark, strangers),
                settled=mark.code == TAXPAYER and self._is_settled(mark, domain, borne),
            )
        if number := self._others.number(domain):
            yield piece("another_taxpayer_number_on_page", number.told, every[number])

    def _is_settled(self, mark: Mark, domain: str, borne: dict[Mark, int]) -> bool:
        """Say whether a number stands on a name that was kept up: the client's own, or a branch's of his.

        Its firm is called like him and named beside his own, and shows his counter; a dealer who is named so, too,
        has a firm of another name.
        """
        if domain not in self._heard.kept_up or not borne[mark]:
            return domain in self._heard.kept_up
        counters = (one for one in borne if one.code in _COUNTED)
        own = any(not self._is_lent(one, self._strangers(one, domain)) for one in counters)
        return own and borne[mark] == WEAK and self._others.is_of_his_family(mark, domain)

    def _is_lent(self, mark: Mark, strangers: Iterable[str]) -> bool:
        """Say whether a mark is an agency's or hoster's, and so its customers'; anybody buys on a given day.

        On pages it is so where firms bear it that have nothing to do with the client, or whoever made his site.
        """
        weight = WEIGHTS[mark.code]
        if not weight.shared or mark.code == BATCH:
            return False
        one_of_many = self._others.is_unrelated if weight.imitable else self._others.is_anothers
        return any(map(one_of_many, strangers)) or self._is_makers(mark)

    def _is_makers(self, mark: Mark) -> bool:
        bearers = {
            registered(one)
            for same in printed_so(mark)
            for one in self._heard.bearers.get(same, ())
        }
        return any(self._others.is_maker(one) and not self._scope.follows(one) for one in bearers)

    def _borne(self, mark: Mark, domain: str, counts: Less) -> int | None:
        """Return how much less a mark weighs, by who of the client's bears it; None where nobody does."""
        if mark.code in (TAXPAYER, PHONES):
            return self._printed(mark, domain, counts)
        less = self._shown(mark, domain, counts)
        if less is None:
            return None
        if mark.code == NAME_SERVERS:
            # Where a service has but one pair, that is everybody's; a front also gives out certificates.
            several = len(self._heard.server_pairs[mark.kind]) > 1
            return less + self._others.stands_in_company(domain) if several else None
        if mark.code == BATCH:
            return less - self._others.is_of_one_purchase(mark, domain)
        if mark.code == SENDS:
            # A web server that also sends is entered by its hoster, for all who live there.
            addresses = self._heard.addresses.get(domain, ())
            return None if any(holds((mark.value,), ip) for ip in addresses) else less + 1
        return less

    def _printed(self, mark: Mark, domain: str, counts: Less) -> int | None:
        """Weigh a number less that stands among others on the client's page, or a firm's among others here."""
        among = self._others.stands_among(mark, domain) if mark.code == TAXPAYER else 0
        if mark.code == TAXPAYER and mark.value in self._seeds.inns:
            return among
        found = (
            (self._shown(one, domain, counts), int(one.kind.endswith(AMONG_OTHERS)))
            for one in printed_so(mark)
        )
        return min((one + less + among for one, less in found if one is not None), default=None)

    def _shown(self, mark: Mark, domain: str, counts: Less) -> int | None:
        host = self._heard.client_marks.get(mark)
        if host is not None and registered(host) != domain:
            return 0
        others = (registered(one) for one in self._heard.bearers.get(mark, ()))
        found = (counts(one, one) for one in others if one != domain)
        return min((less for less in found if less is not None), default=None)

    def _strangers(self, mark: Mark, domain: str) -> list[str]:
        """Return names that bear a mark and that nothing ties to the client but what they show themselves."""
        others = {name for one in printed_so(mark) for name in self._heard.bearers.get(one, ())}
        strange = filter(self._others.is_a_stranger, others - {domain})
        return [*islice((one for one in strange if registered(one) == one), MANY + 1)]
