"""What a task tells of a thing that lies elsewhere: its account, its successor, its invoices and payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, select

from scanner.assets import Kind, Money
from scanner.registry.decision_rows import INVOICE, PAYMENT
from scanner.registry.rows import OBJECT
from scanner.renewals.matter import Bill
from scanner.renewals.owed import Payer, Purpose

_Account = tuple[str, str]


class Aside(Struct, frozen=True, gc=False):
    """What lies beside one thing."""

    holder: str | None = None
    """Whose the account is that it hangs on."""
    access: str | None = None
    replaced_by: str | None = None
    """What took its place, as people call it."""
    bills: tuple[Bill, ...] = ()
    """Invoices for its open period."""
    payments: tuple[Bill, ...] = ()
    """Payments for its open period."""


class Beside:
    """Reads it for some hundreds of things at once; accounts are remembered."""

    def __init__(self, connection: Connection) -> None:
        """Read from `connection`."""
        self._connection = connection
        self._accounts: dict[_Account, tuple[str | None, str | None]] = {}
        self._has_money: bool | None = None

    def of(self, rows: Sequence[Row[Any]], periods: bool = False) -> dict[int, Aside]:
        """Return what lies beside the things of rows of `thing_columns`, by thing; nothing for most.

        With `periods` the rows are periods, whose invoices and payments count.
        """
        accounts = self._accounts_of(rows)
        names = self.names({row.replaced_by for row in rows if row.replaced_by is not None})
        bills = self._bills(INVOICE, rows) if periods else {}
        payments = self._bills(PAYMENT, rows) if bills or (periods and self._money()) else {}
        found = {}
        for row in rows:
            holder, access = accounts.get((row.client, row.account), (None, None))
            aside = Aside(
                holder, access, names.get(row.replaced_by),
                bills.get(row.id, ()) if periods else (),
                payments.get(row.id, ()) if periods else (),
            )  # fmt: skip
            if aside != NOTHING:
                found[row.object_id] = aside
        return found

    def _accounts_of(
        self, rows: Iterable[Row[Any]]
    ) -> dict[_Account, tuple[str | None, str | None]]:
        """Return holder and access of the accounts that things hang on, by client and key."""
        named = {(row.client, row.account) for row in rows if row.account}
        asked = named - self._accounts.keys()
        if asked:
            thing = OBJECT.c
            query = select(thing.client, thing.key, thing.holder, thing.access).where(
                thing.kind == Kind.ACCOUNT,
                thing.client.in_({client for client, _ in asked}),
                thing.key.in_({key for _, key in asked}),
            )
            self._accounts |= dict.fromkeys(asked, (None, None))
            for row in self._connection.execute(query):
                self._accounts[row.client, row.key] = row.holder, row.access
        return self._accounts

    def names(self, numbers: set[int]) -> dict[int | None, str]:
        """Return how people call things, by number."""
        if not numbers:
            return {}
        thing = OBJECT.c
        query = select(thing.id, thing.key, thing.name, thing.display_name)
        rows = self._connection.execute(query.where(thing.id.in_(numbers)))
        return {row.id: row.name or row.display_name or row.key for row in rows}

    def _money(self) -> bool:
        """Say whether anybody keeps invoices or payments here: most registries begin without."""
        if self._has_money is None:
            tables = (INVOICE, PAYMENT)
            some = (self._connection.scalar(select(of.c.id).limit(1)) for of in tables)
            self._has_money = any(one is not None for one in some)
        return self._has_money

    def _bills(self, table: Any, rows: Sequence[Row[Any]]) -> dict[int | None, tuple[Bill, ...]]:
        """Return invoices, or payments of providers, by the period that they are for."""
        if not self._money():
            return {}
        at = table.c
        is_invoice = table is INVOICE
        words = (at.number, at.pay_by) if is_invoice else (at.document, at.paid_on)
        query = (
            select(at.cycle_id, words[0].label("number"), words[1].label("on"), at.amount,
                   at.currency, at.payer)
            .where(
                at.object_id.in_([row.object_id for row in rows]),
                at.cycle_id.in_([row.id for row in rows]),
                at.withdrawn_at.is_(None),
            )
            .order_by(at.id)
        )  # fmt: skip
        if not is_invoice:
            query = query.where(at.purpose == Purpose.RENEWAL)
        found: dict[int | None, tuple[Bill, ...]] = {}
        for row in self._connection.execute(query):
            bill = Bill(row.number, Money(row.amount, row.currency), Payer(row.payer), row.on)
            found[row.cycle_id] = (*found.get(row.cycle_id, ()), bill)
        return found


NOTHING = Aside()
"""Of a thing that stands alone."""
