"""Days and moments as registries write them: one value, how exact it is, never a guess by locale."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Digits, words and single signs; each alternative consumes what it matches, so it is linear.
_TOKENS = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_LONGEST = 80
_MONTHS = 12
_COUNTRY = 2
# `03/08/2026`, `3-8-2026`; dots are left out: nobody puts the month before a dot.
_BARE_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2\d{4}(?!\d)")


class Stamp(NamedTuple):
    """A date as it was written."""

    at: datetime
    """UTC; a time without a zone is taken as it stands, a day alone is its midnight."""
    precise: bool
    """True when both a time of day and its zone were given."""
    day: date
    """The civil day as written, before any change of zone."""
    precision: str = "day"
    """`second`, `day` or `month`: the smallest part that was given."""
    offset: int | None = None
    """Minutes east of UTC as written; None where no zone was given."""


class Order(Enum):
    """What stands first in a date of bare numbers, such as 03/08/2026."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNTOLD = "untold"
    """Nobody says: such a date is read only where one of the numbers cannot be a month."""


class _Tables(NamedTuple):
    months: dict[str, int]
    zones: dict[str, int]
    month_first: frozenset[str]
    either: frozenset[str]


@cache
def _tables() -> _Tables:
    own = tomllib.loads((files("probes.kit.data") / "whois_dates.toml").read_text("utf-8"))
    months = {word: int(number) for number, words in own["months"].items() for word in words}
    return _Tables(
        months,
        own["zones"],
        frozenset(own["month_first"]["suffixes"]),
        frozenset(own["either"]["suffixes"]),
    )


def date_order(suffix: str, texts: Iterable[str]) -> Order:
    """Return the order in which an answer about a name below a suffix writes its days.

    Registries of countries write as their country does. Below other suffixes registrars of all
    countries answer: then a date in the same answer must show it, `25/12/2026` or `12/25/2026`.
    """
    top = suffix.rpartition(".")[2]
    tables = _tables()
    if top in tables.month_first:
        return Order.MONTH_FIRST
    if top in tables.either:
        return Order.UNTOLD
    if len(top) == _COUNTRY:
        return Order.DAY_FIRST
    return _shown_order(texts)


def _shown_order(texts: Iterable[str]) -> Order:
    shown = set()
    for text in texts:
        numbers = _BARE_NUMBERS.search(text, 0, _LONGEST)
        if numbers is not None:
            first, second = int(numbers[1]), int(numbers[3])
            if first > _MONTHS >= second:
                shown.add(Order.DAY_FIRST)
            elif second > _MONTHS >= first:
                shown.add(Order.MONTH_FIRST)
    return shown.pop() if len(shown) == 1 else Order.UNTOLD


def is_unclear(text: str) -> bool:
    """Say whether a text begins with a date that could be two days: `03/08/2026`, not `03.08.2026`."""
    numbers = _BARE_NUMBERS.search(text, 0, _LONGEST)
    if numbers is None:
        return False
    first, second = int(numbers[1]), int(numbers[3])
    return 1 <= first <= _MONTHS and 1 <= second <= _MONTHS and first != second


def read_stamp(text: str, order: Order = Order.DAY_FIRST) -> Stamp | None:
    """Return the date a text begins with, or None where it gives none (`-`, `N/A`, `0000-00-00`).

    Years first, months in words and numbers parted by dots need no order; other bare numbers do,
    unless one of them cannot be a month. Without an order that is known, nothing is guessed.
    """
    if "@" in text[:_LONGEST]:
        text = " ".join(word for word in text.split() if "@" not in word)  # `changed: a@b 20120516`
    tokens = _TOKENS.findall(text[:_LONGEST])
    found = _calendar_day(tokens, order)
    if found is None:
        return None
    year, month, day, rest, exact = found
    clock, rest = _clock(rest)
    try:
        civil = date(year, month, day)
        midnight = datetime(year, month, day, tzinfo=UTC)
        written = None if clock is None else midnight + clock
    except (ValueError, OverflowError):
        return None
    if written is None:
        return Stamp(midnight, False, civil, "day" if exact else "month")
    offset = _offset(rest)
    try:
        at = written - timedelta(minutes=offset) if offset is not None else written
    except OverflowError:
        return None
    return Stamp(at, exact and offset is not None, civil, "second", offset)


_Found = tuple[int, int, int, Sequence[str], bool]


def _calendar_day(tokens: list[str], order: Order) -> _Found | None:
    """Return year, month, day, the tokens after them, and whether a day was given at all."""
    for start in range(min(len(tokens), 6)):
        found = _day_at(tokens[start:], order)
        if found is not None:
            return found
        # A longer number that is no date must not be cut into one.
        if tokens[start].isdecimal() and len(tokens[start]) > 2:
            return None
    return None


def _day_at(tokens: Sequence[str], order: Order) -> _Found | None:
    head = tokens[0]
    if head.isdecimal():
        if len(head) in (8, 12, 14):
            return _run_together(head, tokens[1:])
        return _three(tokens, order)
    month = _month(head)
    if month is None:
        return None
    return _month_leads(month, tokens[1:])


def _run_together(digits: str, rest: Sequence[str]) -> _Found | None:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    if not (_is_year(year) and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    time = digits[8:]
    clock = [time[0:2], ":", time[2:4], ":", time[4:6] or "00"] if time else []
    return year, month, day, [*clock, *rest], True


def _month_leads(month: int, rest: Sequence[str]) -> _Found | None:
    """`May 22 2014`, `Jan 01 00:00:00 2025`, `Aug-1996`, `October  9, 2012`."""
    parts = _significant(rest, 2)
    if not parts or not parts[0][0].isdecimal():
        return None
    first, after = int(parts[0][0]), parts[0][1]
    if _is_year(first):
        return first, month, 1, [], False
    if not 1 <= first <= 31:
        return None
    if len(parts) == 2 and parts[1][0].isdecimal() and len(parts[1][0]) == 4:
        year = int(parts[1][0])
        return (year, month, first, rest[parts[1][1] :], True) if _is_year(year) else None
    # ctime puts the clock, and perhaps a zone, between the day and the year.
    for index in range(after, min(len(rest), after + 12)):
        token = rest[index]
        if token.isdecimal() and len(token) == 4 and _is_year(int(token)):
            return int(token), month, first, rest[after:index], True
    return None


def _three(tokens: Sequence[str], order: Order) -> _Found | None:
    """Three parts: years first, day first, or a month in words in the middle."""
    parts = _significant(tokens, 3)
    if len(parts) < 2:
        return None
    first, second = parts[0][0], parts[1][0]
    word = _month(second)
    if len(parts) == 2:
        return None
    third, rest = parts[2][0], tokens[parts[2][1] :]
    if not third.isdecimal():
        return None
    if len(first) == 4 and _is_year(int(first)):
        month = word or (int(second) if second.isdecimal() else 0)
        return _checked(int(first), month, int(third), rest)
    if len(first) > 2 or len(third) not in (2, 4):
        return None
    year = int(third) if len(third) == 4 else _full_year(int(third))
    if word is not None:
        return _checked(year, word, int(first), rest)
    if not second.isdecimal() or len(third) != 4:
        return None
    return _ordered(
        int(first), int(second), year, Order.DAY_FIRST if "." in tokens[:2] else order, rest
    )


def _ordered(
    first: int, second: int, year: int, order: Order, rest: Sequence[str]
) -> _Found | None:
    """Tell day from month; where the order is untold, only if one number cannot be a month."""
    if first <= _MONTHS and second <= _MONTHS and first != second and order is Order.UNTOLD:
        return None
    month_first = order is Order.MONTH_FIRST
    if second > _MONTHS or first > _MONTHS:
        month_first = second > _MONTHS
    day, month = (second, first) if month_first else (first, second)
    return _checked(year, month, day, rest)


def _checked(year: int, month: int, day: int, rest: Sequence[str]) -> _Found | None:
    if _is_year(year) and 1 <= month <= 12 and 1 <= day <= 31:
        return year, month, day, rest, True
    return None


_SEPARATORS = frozenset("-/.,'")
_ORDINALS = frozenset({"st", "nd", "rd", "th", "of", "de", "년", "월", "年", "月", "r", "г"})


def _significant(tokens: Sequence[str], count: int) -> list[tuple[str, int]]:
    """Return the next tokens that are numbers or words, each with the index after it."""
    found: list[tuple[str, int]] = []
    for index, part in enumerate(tokens[:14]):
        if part in _SEPARATORS or part.lower() in _ORDINALS:
            continue
        if not part.isalnum():
            break
        found.append((part, index + 1))
        if len(found) == count:
            break
    return found


def _month(word: str) -> int | None:
    if not word.isalpha():
        return None
    months, low = _tables().months, word.lower()
    return months.get(low[:4]) or months.get(low[:3])


def _is_year(year: int) -> bool:
    return 1970 <= year <= 2200


def _full_year(two: int) -> int:
    return 2000 + two if two < 70 else 1900 + two


def _clock(tokens: Sequence[str]) -> tuple[timedelta | None, Sequence[str]]:
    """Read `[T]HH:MM[:SS[.fraction]] [AM|PM]` at the start of the tokens."""
    for start, token in enumerate(tokens[:5]):
        if token.isdecimal() and tokens[start + 1 : start + 2] == [":"] and len(token) <= 2:
            break
        if token.isdecimal():
            return None, tokens
    else:
        return None, tokens
    parts, index = [int(tokens[start])], start + 1
    while index + 1 < len(tokens) and tokens[index] == ":" and len(parts) < 3:
        if not tokens[index + 1].isdecimal():
            break
        parts.append(int(tokens[index + 1]))
        index += 2
    while index + 1 < len(tokens) and tokens[index] == "." and tokens[index + 1].isdecimal():
        index += 2  # fractions, some of them twice: 12:00:00.29.0Z
    hour, minute, second = [*parts, 0, 0][:3]
    if index < len(tokens) and tokens[index].lower() in ("am", "pm"):
        hour = hour % 12 + (12 if tokens[index].lower() == "pm" else 0)
        index += 1
    if hour > 24 or minute > 59 or second > 60:
        return None, tokens
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59)), tokens[index:]


_SIGNS = frozenset("+-")


def _offset(tokens: Sequence[str]) -> int | None:
    """Return minutes east of UTC when the tokens begin with a zone, else None."""
    zones, base = _tables().zones, None
    for index, part in enumerate(tokens[:5]):
        if part in ("(", ","):
            continue
        if part in _SIGNS:
            return _numeric_offset(part, tokens[index + 1 : index + 4])
        base = zones.get(part.upper()) if part.isalpha() else None
        after = tokens[index + 1 : index + 2]
        if base == 0 and after and after[0] in _SIGNS:
            continue
        return base
    return base


def _numeric_offset(sign: str, digits: Sequence[str]) -> int | None:
    if not digits or not digits[0].isdecimal() or len(digits[0]) > 4:
        return None
    whole = digits[0]
    if len(whole) > 2:
        hours, minutes = int(whole[:-2]), int(whole[-2:])
    else:
        more = digits[2] if len(digits) == 3 and digits[1] == ":" and digits[2].isdecimal() else "0"
        hours, minutes = int(whole), int(more[:2])
    total = hours * 60 + minutes
    return (total if sign == "+" else -total) if total <= 14 * 60 else None
