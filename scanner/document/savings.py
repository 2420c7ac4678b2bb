"""What the proposals would save a year, as far as prices are known; a thing without a price is counted, not zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import structs

from reports import document as doc
from reports.audit_file import Entry
from reports.saving import UNPAID, a_year
from scanner.assets import Advice, Ownership
from scanner.registry.words import GONE

_GIVEN_UP = frozenset({Advice.LET_EXPIRE.value, Advice.SWITCH_OFF.value})
_GONE = frozenset(one.value for one in GONE)
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


def with_registry(
    savings: doc.Savings,
    entries: Iterable[Entry],
    registry: doc.Registry,
    ids: Mapping[str, str] | None = None,
) -> doc.Savings:
    """Return the savings with the registry's prices, which outrank papers; the same where it knows none.

    `ids` are those under which the registry knows assets otherwise. What the registry alone knows, and is
    not gone, is paid for as well.
    """
    lines = {one.asset: one for one in registry.objects if one.cost or one.gain == "realised"}
    if not lines:
        return savings
    spent: dict[tuple[str, str], Decimal] = {}
    proposed: dict[tuple[str, str], Decimal] = {}
    total = priced = proposed_total = proposed_priced = 0
    for entry in entries:
        if entry.ownership not in _OURS:
            continue
        line = lines.pop((ids or {}).get(entry.id, entry.id), None)
        cost = line.cost if line and line.cost else entry.cost
        total += 1
        priced += _add(spent, cost)
        if entry.verdict in _GIVEN_UP and (cost or entry.kind not in UNPAID):
            proposed_total += 1
            proposed_priced += _add(proposed, cost)
    for line in lines.values():
        if line.status not in _GONE and not line.gain:
            total += 1
            priced += _add(spent, line.cost)
    return doc.Savings(
        priced=priced,
        total=total,
        spending=yearly(spent),
        proposed=yearly(proposed),
        proposed_priced=proposed_priced,
        proposed_total=proposed_total,
    )


def _add(sums: dict[tuple[str, str], Decimal], cost: doc.Cost | None) -> bool:
    """Add what a price comes to in a year; say whether there is one."""
    if cost is None:
        return False
    key = cost.currency, cost.source
    sums[key] = sums.get(key, Decimal(0)) + a_year(cost)
    return True


def yearly(sums: dict[tuple[str, str], Decimal]) -> tuple[doc.YearlySum, ...]:
    """Return sums by currency and ground, sorted; different ones are never added together."""
    return tuple(
        doc.YearlySum(amount=amount, currency=currency, source=source)
        for (currency, source), amount in sorted(sums.items())
    )
