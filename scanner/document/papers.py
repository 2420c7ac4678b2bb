"""What the client's papers add to a document: prices and terms that nobody could see."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec import structs

from reports import document as doc
from reports.saving import a_year
from scanner.assets import Estate, Holding, Ownership, Statement
from scanner.document.provider_names import in_other_languages
from scanner.document.savings import yearly

_OURS = (Ownership.CONFIRMED, Ownership.LIKELY)


def filled(asset: doc.Asset, said: Statement | None) -> doc.Asset:
    """Return the asset with what papers say where nothing was seen; what was seen stays.

    `facts.declared` names the fields that are the papers'. Whose an account is stays out of the
    document: it travels farther than the registry.
    """
    if said is None:
        return asset
    offered: dict[str, Any] = {
        "paid_until": said.paid_until,
        "registrar": said.registrar,
        "provider": said.provider_name,
        "auto_renew": said.auto_renew,
        "cost": cost_of(said),
    }
    taken = {
        field: value
        for field, value in offered.items()
        if value not in (None, "") and getattr(asset, field) is None
    }
    if "provider" in taken:
        taken["provider_names"] = in_other_languages(said.provider_name)
    if said.name and asset.kind not in ("domain", "site", "mail", "certificate"):
        taken["display_name"] = said.name
    declared = sorted(taken.keys() - {"display_name", "provider_names"})
    facts = {**asset.facts, **dict(_facts(said)), **({"declared": declared} if declared else {})}
    return structs.replace(asset, facts=facts, **taken)


def cost_of(said: Statement) -> doc.Cost | None:
    """Return the price that papers give for a period, and whether payments bear it out."""
    if said.cost is None:
        return None
    paid = any(on for on, _ in said.paid)
    money = said.cost.money
    return doc.Cost(
        amount=money.amount,
        currency=money.currency,
        period_months=said.cost.period_months,
        source="invoice" if paid else "declared",
    )


def savings_of(estate: Estate) -> doc.Savings:
    """Return what is known of the client's spending, a sum for each currency and ground."""
    ours = [one for one in estate.holdings if one.ownership in _OURS]
    sums: dict[tuple[str, str], Decimal] = {}
    priced = 0
    for cost in filter(None, map(_cost, ours)):
        priced += 1
        key = cost.currency, cost.source
        sums[key] = sums.get(key, Decimal(0)) + a_year(cost)
    return doc.Savings(priced=priced, total=len(ours), spending=yearly(sums))


def _cost(holding: Holding) -> doc.Cost | None:
    return cost_of(holding.said) if holding.said else None


def _facts(said: Statement) -> Iterator[tuple[str, str]]:
    if said.account:
        yield "account", said.account
    payments = [f"{on or '?'}: {money.amount:f} {money.currency}" for on, money in said.paid]
    if payments:
        yield "payments", "; ".join(payments)
    yield "papers", "; ".join(said.rows)
