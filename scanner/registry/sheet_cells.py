"""What the cells of one row say: values of fields, or what is wrong with which cell and what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from scanner.assets import Money, Price
from scanner.intake.cells import currency_of, read_amount, read_day, read_period
from scanner.registry.fields import CUSTOM, FIELDS, exact_price, read_sum, read_value
from scanner.registry.own_types import OwnType
from scanner.registry.refused import Refused
from scanner.registry.sheet_words import codes_by_word, normal, words_of

APART = (
    "number", "client", "asset", "type", "projects", "responsible", "account", "login", "cost",
    "currency", "cost_months", "licence_key", "state", "version", "replaced_by",
)  # fmt: skip
"""Columns that need more than their cell to be understood."""
_DIGITS = re.compile(r"\d{1,18}(?:\.\d{1,2}|\.\d{4,12})?", re.ASCII)


class CellTrouble(Refused):
    """What is wrong with a cell; says what to do."""

    @classmethod
    def of(cls, refused: Refused) -> CellTrouble:
        """Return it from what a field of its own refuses."""
        return cls(refused.code, choices=refused.choices, **refused.params)


class Reader:
    """How values are read: the agency's own types, and what an amount without a currency is in."""

    def __init__(self, own_types: tuple[OwnType, ...] = (), currency: str = "RUB") -> None:
        self.own_types, self.currency = own_types, currency
        self._codes: dict[str, Mapping[str, str]] = {}

    def value(self, column: str, text: str) -> Any:
        """Return what a cell says of a field that stands on its own; CellTrouble where it cannot be."""
        if column.startswith(CUSTOM):
            return _checked(column, text)
        if column == "auto_renew":
            return self.code(column, text) == "yes"
        if words_of(column):
            return FIELDS[column](self.code(column, text))
        wanted = FIELDS[column]
        if wanted is date:
            return _day(text)
        if column == "period_months":
            return months(text)
        if wanted is Money:
            return self._sum(text)
        return _checked(column, text)

    def code(self, field: str, text: str) -> str:
        """Return the code that a word means."""
        if field not in self._codes:
            self._codes[field] = codes_by_word(field, self.own_types)
        found = self._codes[field].get(normal(text))
        if found is None:
            words = [one.ru for one in words_of(field, self.own_types).values()]
            raise CellTrouble("cell_type" if field == "type" else "cell_word", choices=words)
        return found

    def _sum(self, text: str) -> Money:
        try:
            return read_sum(text, self.currency)
        except Refused as error:
            raise CellTrouble.of(error) from error

    def price(self, cells: Mapping[str, str], fallback: int | None) -> Price:
        """Return what the cells of a price say together; `fallback` is the period known otherwise."""
        text = cells["cost"].strip()
        if whole := exact_price(text):  # as `registry add --price` takes it and history writes it
            return whole
        said = Decimal(text) if _DIGITS.fullmatch(text) else None
        amount = None if said is not None else read_amount(text)
        if said is None and amount is None:
            raise CellTrouble("cell_amount")
        value = said if said is not None else amount.value  # type: ignore[union-attr]
        if value < 0:
            raise CellTrouble("cell_negative")
        named = amount.currency if amount else ""
        column = cells.get("currency", "").strip()
        if column and not (currency_of(column) or re.fullmatch("[A-Z]{3}", column)):
            raise CellTrouble("cell_currency", value=repr(column[:20]))
        currency = named or currency_of(column) or column or self.currency
        period = amount.period_months if amount else None
        if period is None and "cost_months" in cells:
            period = months(cells["cost_months"])
        if period is None and "period_months" in cells:
            period = months(cells["period_months"])
        period = period or fallback
        if period is None:
            raise CellTrouble("cell_period")
        return Price(Money(value, currency), period)


def months(text: str) -> int:
    """Read `12`, `1 год`, `monthly`."""
    word = text.strip()
    if word.isascii() and word.isdigit() and 1 <= int(word[:5]) <= 1_200:
        return int(word)
    found = read_period(word)
    if found is None:
        raise CellTrouble("cell_months")
    return found


def _day(text: str) -> date:
    word = text.strip()
    try:
        return date.fromisoformat(word)
    except ValueError:
        found = read_day(word, None)
    if found is None:
        raise CellTrouble("cell_day")
    return found


def _checked(column: str, text: str) -> Any:
    try:
        return read_value(None, column, text)  # type: ignore[arg-type]
    except Refused as error:
        raise CellTrouble.of(error) from error


def split_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return names in cells that hold several, `;` or a new line between."""
    pieces = (" ".join(piece.split()) for text in texts for piece in re.split(r"[;\n]", text))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))
