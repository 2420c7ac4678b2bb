"""Codes and values said in one language: sentences, plurals, dates, money.

The texts are TOML files in `texts/<language>/`. A text is one of
- a sentence, `"Отвечает на {address}."`;
- a plural table, `{by = "count", one = "{count} сайт", few = "…", many = "…"}` (CLDR categories);
- a list of these, the most telling first: the first one whose parameters are all known is said.

A placeholder may name how to say its value: `{status:plain}` without thousands, `{facet:facet}` as the word for that
code in the theme `facet`, `{provider:provider?}` as that word if there is one, `{for:asset}` as the names behind
asset ids. Dates in ISO spelling, lists and host names are recognised without it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_currency,
    format_decimal,
    get_decimal_symbol,
    get_group_symbol,
)
from msgspec import Struct

from reports.document import Param
from reports.foreign import both_spellings, shortened, visible

LANGUAGES = ("ru", "en")
LOCALES = {"ru": "ru", "en": "en_GB"}
PLURALS = {"ru": ("one", "few", "many"), "en": ("one", "other")}

_LONGEST_VALUE = 240
_LONGEST_LIST = 6
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[0-9:.]{0,10}(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_CODE = re.compile(r"[a-z0-9_]+", re.ASCII)
_HUMANISED = re.compile(r"[^\w]+|_+")


class NoText(KeyError):
    """A code that has no sentence: a programming error."""


class Piece(Struct, frozen=True):
    """A stretch of text, then perhaps a placeholder."""

    text: str
    name: str = ""
    spec: str = ""


class Sentence(Struct, frozen=True):
    """One way to say a code: its pieces, or a table of them by plural category."""

    forms: dict[str, tuple[Piece, ...]]
    by: str
    placeholders: frozenset[str]
    """Names of every parameter it needs."""


Texts = dict[str, tuple[Sentence, ...]]


@lru_cache(maxsize=len(LANGUAGES))
def texts(language: str) -> Texts:
    """Read every text of a language, keyed by its dotted path: `state.domain.parked`."""
    found: Texts = {}
    folder = files("reports") / "texts" / language
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            for key, sentences in _flat("", tomllib.loads(file.read_text(encoding="utf-8"))):
                if key in found:
                    raise ValueError(f"{language}: {key} is written twice")
                found[key] = sentences
    return found


@lru_cache(maxsize=len(LANGUAGES))
def _plain(language: str) -> dict[str, str]:
    """Pick the texts without any parameter: most of what a report says, the same in every row."""
    return {
        key: "".join(piece.text for piece in sentences[0].forms[""])
        for key, sentences in texts(language).items()
        if not sentences[0].placeholders
    }


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Sentence, ...]]]:
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and "by" not in value:
            yield from _flat(f"{path}.", value)
        else:
            yield (
                path,
                tuple(_sentence(one) for one in (value if isinstance(value, list) else [value])),
            )


def _sentence(value: str | dict[str, str]) -> Sentence:
    table = {"": value, "by": ""} if isinstance(value, str) else value
    forms = {category: _pieces(text) for category, text in table.items() if category != "by"}
    named = {piece.name for form in forms.values() for piece in form} | {table["by"]}
    return Sentence(forms, table["by"], frozenset(named - {""}))


def _pieces(text: str) -> tuple[Piece, ...]:
    return tuple(
        Piece(literal, name or "", spec or "") for literal, name, spec, _ in Formatter().parse(text)
    )


class Wording:
    """One language's voice.

    `strict` raises `NoText` for a code without a text; otherwise a plain sentence with the code's own words stands in.
    """

    def __init__(self, language: str, *, strict: bool = False) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no texts in {language!r}, only in {', '.join(LANGUAGES)}")
        self.language = language
        self.strict = strict
        self._locale = _locale(language)
        self._texts = texts(language)
        self._plain = _plain(language)
        self._text = lru_cache(maxsize=1024)(self._told)

    def has(self, key: str) -> bool:
        """Tell whether a code has a text."""
        return key in self._texts

    def say(self, key: str, params: Mapping[str, Param] | None = None, **more: Param) -> str:
        """Say a code, dotted with its theme (`reason.site.content`), with its parameters."""
        if said := self._plain.get(key):
            return said
        values = {**params, **more} if params and more else params or more
        for sentence in self._texts.get(key, ()):
            if _all_known(sentence.placeholders, values):
                return self._fill(sentence, values)
        return self._in_its_own_words(key)

    def _in_its_own_words(self, key: str) -> str:
        if self.strict:
            raise NoText(f"{self.language}: {key}")
        _, _, code = key.partition(".")
        words = shortened(_HUMANISED.sub(" ", visible(code or key)).strip(), 80)
        return self._fill(self._texts["page.unworded"][0], {"words": words})

    def _fill(self, sentence: Sentence, values: Mapping[str, Param]) -> str:
        said = ""
        for piece in self._form(sentence, values):
            # "4 мая 2026 г." ends a sentence with its own full stop.
            doubled = piece.text[:1] == "." and said[-1:] == "."
            said += piece.text[1:] if doubled else piece.text
            if piece.name:
                said += self.value(values[piece.name], piece.spec)
        return said

    def _form(self, sentence: Sentence, values: Mapping[str, Param]) -> tuple[Piece, ...]:
        if not sentence.by:
            return sentence.forms[""]
        count = values[sentence.by]
        number = len(count) if isinstance(count, (list, str)) else abs(count)
        category = _plural(number, self.language)
        return sentence.forms.get(category) or sentence.forms[PLURALS[self.language][-1]]

    def value(self, value: Param, spec: str = "") -> str:
        """Say one parameter's value."""
        if isinstance(value, str):
            if spec == "asset":
                return self._text(value.partition(":")[2] or value)
            if spec and spec != "plain":
                return self._word(spec, value)
            return self._text(value)
        if isinstance(value, list):
            worded = spec and spec != "plain"
            return self.items(value, (lambda one: self.value(one, spec)) if worded else self._text)
        if isinstance(value, bool):
            return self.say("page.yes" if value else "page.no")
        return str(value) if spec == "plain" else self.number(value)

    def _word(self, spec: str, code: str) -> str:
        theme = spec.removesuffix("?")
        if theme == spec or self.has(f"{theme}.{code}"):
            return self.say(f"{theme}.{code}")
        return self._text(code.replace("_", " ").capitalize() if _CODE.fullmatch(code) else code)

    def _told(self, value: str) -> str:
        if value[:1].isdigit():
            try:
                if _ISO_DAY.fullmatch(value):
                    return self.day(date.fromisoformat(value))
                if _ISO_MOMENT.fullmatch(value):
                    return self.moment(datetime.fromisoformat(value))
            except (ValueError, OverflowError):
                pass  # looks like a date and is none: said as the text it is
        return shortened(visible(both_spellings(value)), _LONGEST_VALUE)

    def items(self, items: list[str], say: Callable[[str], str] = str) -> str:
        """Say a list, at most six of its members by name."""
        shown = ", ".join(map(say, items[:_LONGEST_LIST]))
        left = len(items) - _LONGEST_LIST
        return f"{shown} {self.say('page.and_more', count=left)}" if left > 0 else shown

    def number(self, number: float | Decimal) -> str:
        """Say a number: `12 400`."""
        if isinstance(number, int):
            return _counted(number, self.language)
        return str(format_decimal(number, locale=self._locale))

    def day(self, day: date) -> str:
        """Say a calendar day: `4 мая 2026 г.`."""
        pattern = "d MMMM y 'г'." if self.language == "ru" else "d MMMM y"
        return _unbroken(_dated(day, pattern, self.language))

    def month(self, day: date, *, short: bool = False) -> str:
        """Say a day's month: `май 2026`, in three letters where there is no room: `май`."""
        if short:
            return _dated(day, "LLL", self.language)[:3]
        return _unbroken(_dated(day, "LLLL y", self.language))

    def moment(self, at: datetime) -> str:
        """Say a moment in UTC: `4 мая 2026, 09:05 UTC`."""
        try:
            utc = at.astimezone(UTC)
        except OverflowError:  # the first and the last day of the calendar, in some other zone
            return at.isoformat()
        return _unbroken(format_datetime(utc, "d MMMM y, HH:mm 'UTC'", locale=self._locale))

    def stamp(self, at: datetime) -> str:
        """Say a moment briefly, for evidence: `04.05.2026, 09:05 UTC`."""
        try:
            utc = at.astimezone(UTC)
        except OverflowError:
            return at.isoformat()
        return (
            f"{utc:%d.%m.%Y, %H:%M} UTC" if self.language == "ru" else f"{utc:%Y-%m-%d %H:%M} UTC"
        )

    def period(self, start: datetime, end: datetime) -> str:
        """Say a stretch of time in UTC: `4 мая 2026, 08:58–09:05 UTC`."""
        if start.astimezone(UTC).date() != end.astimezone(UTC).date():
            return f"{self.moment(start)} – {self.moment(end)}"
        if f"{start.astimezone(UTC):%H:%M}" == f"{end.astimezone(UTC):%H:%M}":
            return self.moment(start)
        day = format_datetime(start.astimezone(UTC), "d MMMM y, HH:mm", locale=self._locale)
        return _unbroken(day) + f"–{end.astimezone(UTC):%H:%M}\u00a0UTC"

    def money(self, amount: Decimal, currency: str) -> str:
        """Say an amount: `12 400 ₽`, `RUB 12,400`."""
        return _amount(amount, currency, self.language)


def _all_known(names: Iterable[str], values: Mapping[str, Param]) -> bool:
    for name in names:
        value = values.get(name)
        if not value and (value is None or value == "" or value == []):
            return False
    return True


@lru_cache(maxsize=len(LANGUAGES))
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES[language])


# Remembered by language: a locale takes longer to look up than most values to format.


@lru_cache(maxsize=4096)
def _dated(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=_locale(language))


@lru_cache(maxsize=4096)
def _amount(amount: Decimal, currency: str, language: str) -> str:
    whole = amount == amount.to_integral_value()
    digits = "#,##0" if whole else "#,##0.00"
    locale = _locale(language)
    if not _CURRENCY.fullmatch(currency):
        number = format_decimal(amount, digits, locale=locale)
        return f"{number}\u00a0{shortened(visible(currency), 12)}"
    if amount.is_signed():
        return _in_currency(amount, currency, digits, language)
    before, after, marks = _around(currency, language)
    number = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    return f"{before}{number.translate(marks)}{after}"


def _in_currency(amount: Decimal, currency: str, digits: str, language: str) -> str:
    pattern = f"{digits}\u00a0¤" if language == "ru" else f"¤¤\u00a0{digits}"
    locale = _locale(language)
    return str(format_currency(amount, currency, pattern, locale=locale, currency_digits=False))


@lru_cache(maxsize=256)
def _around(currency: str, language: str) -> tuple[str, str, dict[int, str]]:
    """Return what stands before and after an amount, and its marks: the library takes 50 µs for each."""
    before, after = _in_currency(Decimal(0), currency, "0", language).split("0")
    locale = _locale(language)
    marks = {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}
    return before, after, marks


@lru_cache(maxsize=4096)
def _counted(number: int, language: str) -> str:
    return str(format_decimal(number, locale=_locale(language)))


@lru_cache(maxsize=4096, typed=True)  # 1 thing, but 1.0 things
def _plural(number: float, language: str) -> str:
    return _locale(language).plural_form(number)


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")
