"""Accounts that papers show to be in the client's own name. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from scanner.assets import Estate, Holding, Kind, OwnershipReason, Statement
from scanner.discovery.own_signs import is_the_client
from scanner.discovery.scope import Seeds

IN_CLIENTS_NAME = "account_in_clients_name"
"""The reason that says so."""


def with_account_holders(estate: Estate, seeds: Seeds) -> Estate:
    """Return the estate with the accounts marked whose holder, by the papers, is a firm of the client."""
    return replace(estate, holdings=tuple(_marked(one, seeds) for one in estate.holdings))


def _marked(holding: Holding, seeds: Seeds) -> Holding:
    said = holding.said
    if holding.asset.kind is not Kind.ACCOUNT or said is None or not _is_the_clients(said, seeds):
        return holding
    told = {"holder": said.holder} if said.holder else {}
    reason = OwnershipReason("account_in_clients_name", "papers", dict(told))
    return replace(holding, reasons=(*holding.reasons, reason))


def _is_the_clients(said: Statement, seeds: Seeds) -> bool:
    """A number outranks a name; where papers name two holders, nobody knows which of them it is."""
    if any(dispute.field == "holder" for dispute in said.disputes):
        return False
    if said.inn and seeds.inns:
        return said.inn in seeds.inns
    return bool(said.holder) and is_the_client(said.holder, seeds.orgs)
