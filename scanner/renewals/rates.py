"""What an amount is worth in another currency on a day. A rate that is not known is not guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from scanner.assets import Money

STALE = timedelta(days=14)
"""A rate older than this, on the day it is used for, is told with its day."""
MOST = 1_000_000
"""Rows of a file."""
_COLUMNS = ("date", "base", "quote", "rate")


class Rate(Struct, frozen=True, order=True):
    """On a day, one unit of `base` was worth `rate` units of `quote` (ISO 4217 codes)."""

    day: date
    base: str
    quote: str
    rate: Decimal
    source: str = ""


class Exchanged(Struct, frozen=True):
    """An amount in another currency, and the rate that made it; None where it was that currency."""

    money: Money
    rate: Rate | None = None

    def is_stale(self, on: date) -> bool:
        """Say whether the rate was old on the day it was used for."""
        return self.rate is not None and on - self.rate.day > STALE


class UnreadableRates(ValueError):
    """The text is no table of rates; the message is one sentence for a person."""


class Rates:
    """Rates of many days."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        """Take rates in any order; of two for one day and pair the last counts."""
        by_pair: dict[tuple[str, str], dict[date, Rate]] = {}
        for one in rates:
            by_pair.setdefault((one.base, one.quote), {})[one.day] = one
        self._pairs = {pair: sorted(days.values()) for pair, days in by_pair.items()}

    def exchange(self, money: Money, into: str, on: date) -> Exchanged | None:
        """Return an amount at the newest rate of that day or before; None where there is none.

        A rate published later is never used for an earlier day. A pair is read both ways, and never
        through a third currency.
        """
        if money.currency == into:
            return Exchanged(money)
        straight = self._newest(money.currency, into, on)
        back = self._newest(into, money.currency, on)
        if straight and (back is None or back.day <= straight.day):
            return Exchanged(_rounded(money.amount * straight.rate, into), straight)
        if back:
            return Exchanged(_rounded(money.amount / back.rate, into), back)
        return None

    def _newest(self, base: str, quote: str, on: date) -> Rate | None:
        until = (one for one in reversed(self._pairs.get((base, quote), ())) if one.day <= on)
        return next(until, None)


def _rounded(amount: Decimal, currency: str) -> Money:
    return Money(amount.quantize(Decimal("0.01")), currency)


def read_rates(text: str, source: str) -> tuple[Rate, ...]:
    """Read a CSV with the columns date, base, quote and rate; raise UnreadableRates with the row."""
    first, _, _ = text.partition("\n")
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    columns = [name.strip().casefold() for name in rows.fieldnames or ()]
    if missing := [name for name in _COLUMNS if name not in columns]:
        raise UnreadableRates(
            f"{source} has no column {', '.join(missing)}; its first line must be date,base,quote,rate."
        )
    rows.fieldnames = columns
    return tuple(_read(rows, source))


def _read(rows: Iterable[dict[str, str]], source: str) -> Iterator[Rate]:
    for number, row in enumerate(rows, 2):
        if number > MOST:
            raise UnreadableRates(f"{source} has more than {MOST} rows; split it.")
        try:
            yield _rate(row, source)
        except (ValueError, InvalidOperation, AttributeError, TypeError) as error:
            raise UnreadableRates(
                f"{source}, row {number}: {error or 'it cannot be read'}. Write 2026-03-01,USD,RUB,92.50."
            ) from error


def _rate(row: dict[str, str], source: str) -> Rate:
    base, quote = (row[name].strip().upper() for name in ("base", "quote"))
    for code in (base, quote):
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise ValueError(f"{code[:20]!r} is no currency code")
    if base == quote:
        raise ValueError(f"{base} has no rate to itself")
    rate = Decimal(row["rate"].strip().replace(",", "."))
    if not (rate.is_finite() and 0 < rate < Decimal(10) ** 9):
        raise ValueError(f"{row['rate'][:20]!r} is no rate")
    return Rate(date.fromisoformat(row["date"].strip()), base, quote, rate, source)
