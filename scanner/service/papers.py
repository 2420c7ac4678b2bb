"""What the registry is told of a thing because papers say so."""

from __future__ import annotations

from typing import Any

from reports import document as doc
from scanner.assets import Kind, Money, Price, Statement
from scanner.registry import ObjectType
from scanner.registry.identity import account_key


def told_by_papers(asset: doc.Asset, said: Statement | None) -> dict[str, Any]:
    """Return the fields of `Incoming` that papers fill, with the names of those that are theirs."""
    told: dict[str, Any] = {"auto_renew": asset.auto_renew}
    if said is None:
        return told
    if asset.cost:
        money = Money(asset.cost.amount, asset.cost.currency)
        told["cost"] = Price(money, asset.cost.period_months)
    if said.type:
        told["type"] = ObjectType(said.type)
    if said.account and asset.kind != Kind.ACCOUNT:
        seller = said.provider_name or said.registrar
        told["account"] = account_key(seller, said.account) if seller else None
    told["declared"] = frozenset(asset.facts.get("declared", ())) | {"account"}
    return told


def kept_of_papers(said: Statement | None) -> dict[str, Any]:
    """Return what the registry alone keeps: whose the account is, and columns nobody recognised."""
    if said is None:
        return {}
    kept = {
        "account_holder": said.holder,
        "paper_status": said.status,
        "paper_notes": [f"{heading}: {text}" for heading, text in said.notes],
        "holder_left": said.leaver,
    }
    return {name: value for name, value in kept.items() if value}
