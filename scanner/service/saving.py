"""What ending a client's things saves, from what the registry knows of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scanner.assets import Asset, Money, Ownership, Price
from scanner.database import Database
from scanner.registry import Decision, Lifecycle, Registry
from scanner.registry.one_off import OneOff, one_off_of
from scanner.registry.payments import PaymentBook
from scanner.registry.rows import OBJECT
from scanner.registry.switching_off import given_up
from scanner.registry.words import GONE, Origin
from scanner.renewals.savings import Ending, Replacement, Saving, Savings, savings
from scanner.renewals.switching_off import ENDING
from scanner.service.arguments import client_of
from scanner.settings import Settings


def saved_by(client: str, into: str | None, settings: Settings, at: datetime) -> Savings:
    """Return what ending the client's things saves: possible, agreed, realised and refused."""
    database = Database.open(settings.db)
    try:
        slug = client_of(Registry(database), client).slug
        endings = list(_endings(database, slug))
        rates = PaymentBook(database).rates() if into else None
    finally:
        database.close()
    today = at.astimezone(ZoneInfo(settings.agency.zone)).date()
    return savings(endings, today, rates, into)


def _endings(database: Database, client: str) -> Iterable[Ending]:
    ended = database.read(given_up)
    thing = OBJECT.c
    query = select(
        thing.id, thing.kind, thing.key, thing.lifecycle, thing.verdict, thing.decision,
        thing.cost_amount, thing.cost_currency, thing.cost_months, thing.paid_until, thing.origins,
        thing.replaced_by,
    ).where(
        thing.client == client,
        thing.ownership.in_([Ownership.CONFIRMED, Ownership.LIKELY]) | thing.ownership.is_(None),
        thing.verdict.in_(ENDING) | (thing.lifecycle == Lifecycle.DELETED) | thing.id.in_(ended),
    )  # fmt: skip
    rows = database.read(lambda connection: connection.execute(query).all())
    once = database.read(lambda connection: one_off_of(connection, [row.id for row in rows]))
    successors = {row.replaced_by for row in rows if row.replaced_by is not None}
    costs = select(thing.id, thing.cost_amount, thing.cost_currency, thing.cost_months)
    found = database.read(
        lambda connection: connection.execute(
            costs.where(thing.id.in_(successors), thing.lifecycle.not_in(GONE))
        ).all()
    )
    instead = {row.id: Replacement(str(row.id), _price(row)) for row in found}
    return (
        _ending(row, row.id in ended, instead.get(row.replaced_by), once.get(row.id, ()))
        for row in rows
    )


def _ending(
    row: Any, is_given_up: bool, instead: Replacement | None, once: Iterable[OneOff]
) -> Ending:
    return Ending(
        id=str(Asset(row.kind, row.key)),
        saving=_saving(row.lifecycle, row.decision, is_given_up),
        cost=_price(row),
        sure=row.origins.get("cost") in (Origin.DECLARED, Origin.CONFIRMED),
        paid_until=row.paid_until,
        replacement=instead,
        one_off=tuple(one.money for one in once),
    )


def _price(row: Any) -> Price | None:
    if row.cost_amount is None:
        return None
    return Price(Money(row.cost_amount, row.cost_currency), row.cost_months)


def _saving(lifecycle: object, decision: object, is_given_up: bool) -> Saving:
    if lifecycle is Lifecycle.DELETED:
        return Saving.REALISED
    if is_given_up:
        return Saving.AGREED
    return Saving.REFUSED if decision is Decision.REJECTED else Saving.POTENTIAL
