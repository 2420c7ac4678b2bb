"""How the registry's table names its columns and values, in Russian and in English (`data/sheet.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from scanner.registry.own_types import OwnType

if TYPE_CHECKING:
    from reports.wording import Wording

LANGUAGES = ("ru", "en")


class Spelling(Struct, frozen=True, forbid_unknown_fields=True):
    """What one code is called."""

    ru: str
    en: str
    also: tuple[str, ...] = ()
    """Other words that mean it when a table is read."""

    def in_(self, language: str) -> str:
        """Return it in a language."""
        return self.ru if language == "ru" else self.en


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    column: dict[str, Spelling]
    word: dict[str, dict[str, Spelling]]


def columns() -> Mapping[str, Spelling]:
    """Return the table's columns by code, in their order."""
    return _words().column


def field_with_code(code: str, wording: Wording) -> str:
    """Return what a field is called, and the code by which it is set where that is another word."""
    word = code
    if spelling := columns().get(code):
        word = spelling.in_(wording.language)
    elif wording.has(f"party_field.{code}"):
        word = wording.say(f"party_field.{code}")
    return code if normal(word) == normal(code) else f"{word} ({code})"


def words_of(field: str, own_types: Iterable[OwnType] = ()) -> Mapping[str, Spelling]:
    """Return the words of a field whose values are codes; empty for any other field."""
    ours = _words().word.get(field, {})
    if field == "type":
        return ours | {one.code: Spelling(one.ru, one.en) for one in own_types}
    return ours


def column_called(heading: str) -> str | None:
    """Return the code of the column that a heading names; None for one of the agency's own."""
    return _headings().get(normal(heading))


def codes_by_word(field: str, own_types: Iterable[OwnType] = ()) -> Mapping[str, str]:
    """Return code by normal word: the code itself and every spelling of it."""
    found: dict[str, str] = {}
    for code, spelling in words_of(field, own_types).items():
        for word in (code, spelling.ru, spelling.en, *spelling.also):
            found.setdefault(normal(word), code)
    return found


@lru_cache(maxsize=4_096)
def normal(text: str) -> str:
    """Return a heading or word without case, marks and the dots of ё."""
    low = text[:200].casefold().replace("ё", "е")
    return " ".join(re.findall(r"[^\W_]+", low)) or low.strip()


@cache
def _headings() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, spelling in columns().items():
        for word in (code, spelling.ru, spelling.en, *spelling.also):
            if found.setdefault(normal(word), code) != code:
                raise ValueError(f"{word!r} names two columns: {found[normal(word)]} and {code}")
    return found


@cache
def _words() -> _Words:
    raw = files("scanner.registry").joinpath("data/sheet.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), _Words)
