"""Amounts of money: a Decimal with a currency, never a float."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


class Money(Struct, frozen=True):
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def a_year(self, period_months: int) -> Money:
        """Return what this price costs a year when it buys `period_months`."""
        return Money((self.amount * 12 / period_months).quantize(Decimal("0.01")), self.currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


class Price(Struct, frozen=True):
    """What one period costs."""

    money: Money
    period_months: int

    def __str__(self) -> str:
        return f"{self.money}/{self.period_months}"
