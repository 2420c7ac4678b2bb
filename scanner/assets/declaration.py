"""What the client's own papers say of a thing: row by row, and put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from msgspec import Struct

from scanner.assets.asset import Asset
from scanner.assets.money import Money, Price

_FIELDS = ("paid_until", "auto_renew", "registrar", "account", "holder")
"""What papers can disagree on."""
_MONTHS = (1, 3, 6, 12, 24, 36)


class Declaration(Struct, frozen=True, kw_only=True, gc=False):
    """What one row of a paper says of one thing. Empty and None: it says nothing of that."""

    asset: Asset
    source: str
    """File, as people know it."""
    sheet: str = ""
    row: int = 0
    name: str = ""
    """What the paper calls it."""
    type: str = ""
    """Type of registry object, where the paper says more than the kind does: `server`, `cdn` …"""
    provider: str = ""
    """Key of whoever is paid for it."""
    provider_name: str = ""
    registrar: str = ""
    account: str = ""
    """Login or contract at the provider."""
    holder: str = ""
    """Whose the account or the registration is."""
    inn: str = ""
    hosts: tuple[str, ...] = ()
    """Names that the row ties to it."""
    money: Money | None = None
    period_months: int | None = None
    """How long the money pays for; a payment whose term nobody says has none."""
    paid_on: date | None = None
    paid_until: date | None = None
    auto_renew: bool | None = None
    status: str = ""
    leaver: str = ""
    """Words by which the row says that the holder has left the firm."""
    exported: str = ""
    """Whose panel it was that listed this, in its own export of the `account`; empty for any other paper."""
    notes: tuple[tuple[str, str], ...] = ()
    """Heading and text of the columns that nobody recognised."""

    @property
    def place(self) -> str:
        """Where it stands, for a person."""
        sheet = f", {self.sheet}" if self.sheet else ""
        return f"{self.source}{sheet}, {self.row}" if self.row else f"{self.source}{sheet}"


class Dispute(Struct, frozen=True, gc=False):
    """Two papers say different things."""

    field: str
    kept: str
    other: str
    source: str
    """The paper that says the other."""


class Statement(Struct, frozen=True, kw_only=True, gc=False):
    """What all papers together say of one thing."""

    sources: tuple[str, ...]
    rows: tuple[str, ...] = ()
    """Where it stands, the first few."""
    name: str = ""
    type: str = ""
    provider: str = ""
    provider_name: str = ""
    registrar: str = ""
    account: str = ""
    holder: str = ""
    inn: str = ""
    hosts: tuple[str, ...] = ()
    cost: Price | None = None
    paid: tuple[tuple[date | None, Money], ...] = ()
    """Payments, the newest first, the first few."""
    paid_until: date | None = None
    auto_renew: bool | None = None
    status: str = ""
    leaver: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    disputes: tuple[Dispute, ...] = ()


_MOST = 5
"""Rows, payments, notes that are told of one thing."""


def put_together(declarations: Iterable[Declaration]) -> Statement:
    """Return what the papers say of one thing; there must be at least one that does.

    Of a fact the paper given first counts, and a different one is kept as a dispute; of money the
    newest payment counts, for what was paid last is what it costs.
    """
    rows = tuple(declarations)
    payments = sorted(_payments(rows), key=lambda paid: paid[0] or date.min, reverse=True)
    notes = dict.fromkeys(note for row in rows for note in row.notes)
    return Statement(
        sources=tuple(dict.fromkeys(row.source for row in rows)),
        rows=tuple(row.place for row in rows[:_MOST]),
        **{
            field: next((value for row in rows if (value := getattr(row, field))), "")
            for field in ("name", "type", "provider", "provider_name", "inn", "status", "leaver")
        },
        **{field: _first(field, rows) for field in ("registrar", "account", "holder")},
        hosts=tuple(sorted({host for row in rows for host in row.hosts})),
        cost=_cost(rows, payments),
        paid=tuple(payments[:_MOST]),
        paid_until=_first("paid_until", rows),
        auto_renew=_first("auto_renew", rows),
        notes=tuple(notes)[: 2 * _MOST],
        disputes=tuple(_disputes(rows)),
    )


def _first(field: str, rows: tuple[Declaration, ...]) -> Any:
    empty = None if field in ("paid_until", "auto_renew") else ""
    said = (getattr(row, field) for row in rows)
    return next((value for value in said if value not in (None, "")), empty)


def _payments(rows: tuple[Declaration, ...]) -> Iterator[tuple[date | None, Money]]:
    for row in rows:
        if row.money:
            yield row.paid_on, row.money


def _cost(rows: tuple[Declaration, ...], payments: list[tuple[date | None, Money]]) -> Price | None:
    """Return the price of a period that a paper names, or else that the payments keep to."""
    priced = [row for row in rows if row.money and row.period_months]
    newest = max(priced, key=lambda row: row.paid_on or date.min, default=None)
    if newest and newest.money and newest.period_months:
        return Price(newest.money, newest.period_months)
    days = sorted({on for on, _ in payments if on})
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    if not gaps or payments[0][1].currency != payments[-1][1].currency:
        return None
    months = round(gaps[len(gaps) // 2] / 30.4)
    steady = gaps[-1] - gaps[0] <= 20 and months in _MONTHS
    return Price(payments[0][1], months) if steady else None


def _disputes(rows: tuple[Declaration, ...]) -> Iterator[Dispute]:
    for field in _FIELDS:
        kept = _first(field, rows)
        told = set()
        for row in rows:
            value = getattr(row, field)
            if value not in (None, "", kept) and value not in told:
                told.add(value)
                yield Dispute(field, _text(kept), _text(value), row.place)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
