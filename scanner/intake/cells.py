"""What one cell says: a name, a day, an amount of money, a term, yes or no, a taxpayer number.

Every reader returns None (or nothing) for what it does not understand; none guesses. All are linear.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache

from msgspec import Struct
from publicsuffixlist import PublicSuffixList

from scanner.intake.names import read_name

_LONGEST = 300


class Order(StrEnum):
    """In what order a day's numbers stand; a whole column has one."""

    YEAR_FIRST = "year first"
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


class DayParts(Struct, frozen=True):
    """Three numbers that may be a day, as they stand."""

    first: int
    second: int
    third: int
    orders: tuple[Order, ...]
    """In which orders they make a day."""


class Amount(Struct, frozen=True):
    """A number that may be money."""

    value: Decimal
    currency: str = ""
    """ISO 4217 code; empty where the cell names none."""
    period_months: int | None = None
    plain: bool = False
    """True for a whole number that nothing marks as money."""


_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")
_NAMED = re.compile(r"(\d{1,2})[ -]([^\W\d]{3,10})[ -](\d{4})")
_NAMED_FIRST = re.compile(r"([^\W\d]{3,10}) (\d{1,2}) (\d{4})")
_MONTHS = {
    stem: number
    for number, stems in enumerate(
        ("янв jan", "фев feb", "мар mar", "апр apr", "мая май may", "июн jun", "июл jul",
         "авг aug", "сен sep", "окт oct", "ноя nov", "дек dec"), 1,
    )
    for stem in stems.split()
}  # fmt: skip


@lru_cache(maxsize=16_384)
def day_parts(text: str) -> DayParts | None:
    """Read `12.05.2027`, `2027-05-12T10:00:00Z`, `5/12/2027`, `12 мая 2027 г.`, `May 12, 2027`."""
    if len(text) > 40:
        return None
    word = " ".join(text.replace(",", " ").lower().split())
    found = _NUMBERS.match(word)
    if found:
        rest = word[found.end() :].lstrip()
        if rest and not rest.startswith(("t", "г", "0", "1", "2")) and rest[0] not in "0123456789(":
            return None
        one, two, three = int(found[1]), int(found[3]), int(found[4])
        if len(found[1]) == 4:
            return _parts(one, two, three, (Order.YEAR_FIRST,))
        if len(found[4]) == 2 and len(found[1]) <= 2:
            three += 2000 if three < 70 else 1900
        elif len(found[4]) != 4:
            return None
        dotted = found[2] == "."  # nobody writes the month first with dots
        both = (Order.DAY_FIRST,) if dotted else (Order.DAY_FIRST, Order.MONTH_FIRST)
        return _parts(one, two, three, both)
    if found := _NAMED.match(word):
        day, name, year = int(found[1]), found[2], int(found[3])
    elif found := _NAMED_FIRST.match(word):
        day, name, year = int(found[2]), found[1], int(found[3])
    else:
        return None
    month = _MONTHS.get(name[:3])
    return _parts(year, month, day, (Order.YEAR_FIRST,)) if month else None


def _parts(one: int, two: int, three: int, orders: tuple[Order, ...]) -> DayParts | None:
    possible = tuple(order for order in orders if _day(one, two, three, order))
    return DayParts(one, two, three, possible) if possible else None


def read_day(text: str, order: Order | None) -> date | None:
    """Return the day in a cell of a column with this order; a cell that leaves no choice needs none."""
    parts = day_parts(text)
    if parts is None:
        return None
    if len(parts.orders) == 1:
        only = parts.orders[0]
        clash = {only, order} == {Order.DAY_FIRST, Order.MONTH_FIRST}
        return None if clash else _day(parts.first, parts.second, parts.third, only)
    return _day(parts.first, parts.second, parts.third, order) if order in parts.orders else None


def _day(one: int, two: int, three: int, order: Order | None) -> date | None:
    places = {
        Order.YEAR_FIRST: (one, two, three),
        Order.DAY_FIRST: (three, two, one),
        Order.MONTH_FIRST: (three, one, two),
    }
    year, month, day = places[order] if order else (0, 0, 0)
    if not 1990 <= year <= 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


_CURRENCIES = {
    "₽": "RUB", "руб": "RUB", "рублей": "RUB", "рубль": "RUB", "рубля": "RUB", "р": "RUB",
    "rub": "RUB", "rur": "RUB", "rubles": "RUB", "$": "USD", "usd": "USD", "us$": "USD",
    "долл": "USD", "долларов": "USD", "€": "EUR", "eur": "EUR", "евро": "EUR", "£": "GBP",
    "gbp": "GBP", "₸": "KZT", "kzt": "KZT", "тг": "KZT", "тенге": "KZT", "byn": "BYN",
    "br": "BYN", "₴": "UAH", "uah": "UAH", "грн": "UAH", "cny": "CNY", "¥": "CNY", "try": "TRY",
    "₺": "TRY", "aed": "AED", "amd": "AMD", "֏": "AMD", "gel": "GEL", "₾": "GEL",
}  # fmt: skip
_SIGNS = "₽$€£₸₴¥₺֏₾"
_NUMBER = re.compile(r"[-−+(]?[0-9][0-9 .,']*(?:[-=][0-9]{2}(?![0-9]))?[-)]?")


@lru_cache(maxsize=4_096)
def currency_of(text: str) -> str:
    """Return the ISO code of a currency's word or sign; empty for anything else."""
    return _CURRENCIES.get(text.strip().strip(".").lower(), "")


def currency_in(text: str) -> str:
    """Return the currency a heading or sentence names, `Цена, руб.`; empty where it names none or two."""
    words = re.split(r"[^\w₽$€£₸₴¥₺֏₾]+", text[:_LONGEST].lower())
    named = {
        found for word in words if word not in ("р", "br", "try") and (found := currency_of(word))
    }
    return named.pop() if len(named) == 1 else ""


@lru_cache(maxsize=16_384)
def read_amount(text: str) -> Amount | None:
    """Read `1 990,00 ₽`, `$12.98`, `1.990,00 EUR`, `1990-00`, `(1 990.00)`, `150 руб./мес.`."""
    if len(text) > 60:
        return None
    word = " ".join(text.replace("\xa0", " ").replace("\u202f", " ").replace("\u2009", " ").split())
    period = None
    head, slash, tail = word.partition("/")
    if slash:
        period = read_period(tail)
        if period is None:
            return None
        word = head.strip()
    found = _NUMBER.search(word)
    if not found:
        return None
    around = f"{word[: found.start()]} {word[found.end() :]}".lower()
    said = {currency_of(one) or one for one in around.replace(".", " ").split()}
    said = {one for one in said if one.strip(",;:-")}
    if len(said) > 1 or any(one not in _CURRENCIES.values() for one in said):
        return None
    currency = said.pop() if said else ""
    value = _number(found[0])
    if value is None:
        return None
    plain = not currency and value == value.to_integral_value() and found[0].strip().isdigit()
    return Amount(value, currency, period, plain)


def _number(text: str) -> Decimal | None:
    """Return the number; of one mark with three digits after it, thousands are meant."""
    word = text.strip()
    negative = word.startswith(("-", "−", "(")) or word.endswith("-")
    word = word.strip("-−+() ")
    whole, sign, kopecks = word.partition("=") if "=" in word else word.partition("-")
    if sign:
        word = f"{_digits(whole)}.{kopecks}"
    else:
        word = word.replace(" ", "").replace("'", "").rstrip(".,")
        marks = [one for one in word if one in ".,"]
        last = word.rpartition(marks[-1]) if marks else ("", "", "")
        if len(set(marks)) == 2:
            word = f"{_digits(last[0])}.{last[2]}" if marks.count(marks[-1]) == 1 else ""
        elif len(marks) > 1:
            word = _digits(word) if all(len(one) == 3 for one in re.split("[.,]", word)[1:]) else ""
        elif marks:
            thousands = len(last[2]) == 3 and len(last[0]) <= 3 and last[0] != "0"
            word = _digits(word) if thousands else f"{last[0]}.{last[2]}"
    whole, _, rest = word.partition(".")
    if not whole.isdigit() or len(whole) > 13 or (rest and not rest.isdigit()):
        return None
    value = Decimal(word).quantize(Decimal("0.01"))
    return -value if negative else value


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())


_UNITS = {
    "год": 12, "года": 12, "лет": 12, "г": 12, "year": 12, "years": 12, "yr": 12,
    "y": 12, "annum": 12, "полгода": 6, "квартал": 3, "квартала": 3, "quarter": 3, "месяц": 1,
    "месяца": 1, "месяцев": 1, "мес": 1, "month": 1, "months": 1, "mo": 1, "mon": 1,
}  # fmt: skip
_RHYTHMS = {
    "ежемесячно": 1, "ежемесячный": 1, "ежемесячная": 1, "помесячно": 1, "monthly": 1,
    "ежеквартально": 3, "quarterly": 3, "ежегодно": 12, "ежегодный": 12, "ежегодная": 12,
    "годовой": 12, "годовая": 12, "yearly": 12, "annually": 12, "annual": 12, "biennially": 24,
    "полугодовой": 6, "semiannually": 6,
}  # fmt: skip


@lru_cache(maxsize=4_096)
def read_period(text: str) -> int | None:
    """Read a term as months: `12 мес.`, `1 год`, `monthly`, `в год`, `2 years`."""
    words = re.split(r"[^\w]+", text[:60].lower())
    words = [word for word in words if word and word not in ("в", "за", "на", "per", "a", "раз")]
    if len(words) == 1:
        return _UNITS.get(words[0]) or _RHYTHMS.get(words[0])
    if len(words) == 2 and words[0].isdigit() and words[1] in _UNITS:
        months = int(words[0][:4]) * _UNITS[words[1]]
        return months if 1 <= months <= 120 else None
    return None


_RANGE = re.compile(r"(\d{2}\.\d{2}\.\d{4}) ?(?:по|до|to|-|–|—) ?(\d{2}\.\d{2}\.\d{4})")
_MONTH_STEMS = ("январ", "феврал", "март", "апрел", "май", "июн", "июл", "август", "сентябр",
                "октябр", "ноябр", "декабр")  # fmt: skip


def period_in(text: str) -> int | None:
    """Return the months a sentence says are paid: `на 1 год`, `за март 2026`, `01.01.2026 - 31.12.2026`."""
    low = text[:1_000].lower()
    if found := _RANGE.search(low):
        first, last = (read_day(found[place], Order.DAY_FIRST) for place in (1, 2))
        if first and last and first < last:
            return max(1, round((last - first).days / 30.4))
    words = re.split(r"[^\w]+", low)
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if word in _RHYTHMS:
            return _RHYTHMS[word]
        if word.isdigit() and after in _UNITS and len(word) <= 3 and after != "г":
            months = int(word) * _UNITS[after]
            return months if 1 <= months <= 120 else None
        if before in ("за", "на", "в", "per") and _UNITS.get(word) and word != "г":
            return _UNITS[word]
        if before == "за" and word.startswith(_MONTH_STEMS):
            return 1
    return None


_YES = {
    "да", "yes", "y", "on", "true", "вкл", "включено", "включен", "включена", "enabled", "auto",
    "automatic", "автоматически", "активно", "+", "✓", "✔", "1",
}  # fmt: skip
_NO = {
    "нет", "no", "n", "off", "false", "выкл", "выключено", "выключен", "выключена", "отключено",
    "отключен", "отключена", "disabled", "manual", "вручную", "-", "–", "—", "✗", "0",
}  # fmt: skip


def read_yes(text: str) -> bool | None:
    """Read `да`, `включено`, `on`, `auto` as True and their opposites as False."""
    word = text.strip().strip(".").lower()
    return True if word in _YES else False if word in _NO else None


_FOR_TEN = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_FOR_ELEVEN = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_FOR_TWELVE = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def read_inn(text: str) -> str:
    """Return a Russian taxpayer number whose check digits agree; empty for anything else."""
    word = text.strip()
    if not (word.isascii() and word.isdigit() and len(word) in (10, 12)) or word == "0" * len(word):
        return ""
    digits = [int(one) for one in word]
    checks = {9: _FOR_TEN} if len(word) == 10 else {10: _FOR_ELEVEN, 11: _FOR_TWELVE}
    good = all(
        sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11 % 10
        == digits[place]
        for place, weights in checks.items()
    )
    return word if good else ""


def names_in(text: str) -> tuple[str, ...]:
    """Return the names a cell lists; nothing unless every word of it is one."""
    if "." not in text or len(text) > _LONGEST:
        return ()
    found = []
    for word in re.split(r"[\s,;]+", text.strip()):
        name = name_of(word) if word else ""
        if word and not name:
            return ()
        if name:
            found.append(name)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=65_536)
def name_of(word: str) -> str:
    """Return the canonical name a word is, under a suffix that exists; an e-mail address is none."""
    if "." not in word or "@" in word:
        return ""
    try:
        name = read_name(word)
    except ValueError:
        return ""
    return name if _suffixes().publicsuffix(name) else ""  # initials and files have dots too


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)
