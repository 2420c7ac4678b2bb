"""What the proposals would save a year, as far as prices are known; a thing without a price is counted, not zero."""

from __future__ import annotations

from decimal import Decimal

from msgspec import structs

from reports import document as doc
from reports.saving import UNPAID, a_year
from scanner.assets import Advice, Ownership

_GIVEN_UP = frozenset({Advice.LET_EXPIRE.value, Advice.SWITCH_OFF.value})
_OURS = frozenset({Ownership.CONFIRMED.value, Ownership.LIKELY.value})


class Proposals:
    """The client's things that are proposed to be given up, summed as they pass."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Decimal] = {}
        self._total = self._priced = 0

    def pass_by(self, asset: doc.Asset) -> None:
        """Take an asset into account; most are to be kept."""
        if asset.verdict not in _GIVEN_UP or asset.ownership not in _OURS:
            return
        if asset.cost is None and asset.kind in UNPAID:
            return
        self._total += 1
        if cost := asset.cost:
            self._priced += 1
            key = cost.currency, cost.source
            self._sums[key] = self._sums.get(key, Decimal(0)) + a_year(cost)

    def added_to(self, savings: doc.Savings) -> doc.Savings:
        """Return what is known of spending, with what the proposals that passed would save of it."""
        return structs.replace(
            savings,
            proposed=yearly(self._sums),
            proposed_priced=self._priced,
            proposed_total=self._total,
        )


def yearly(sums: dict[tuple[str, str], Decimal]) -> tuple[doc.YearlySum, ...]:
    """Return sums by currency and ground, sorted; different ones are never added together."""
    return tuple(
        doc.YearlySum(amount=amount, currency=currency, source=source)
        for (currency, source), amount in sorted(sums.items())
    )
