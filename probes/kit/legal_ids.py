"""Russian registry numbers and phone numbers in a text, checked and in one spelling.

Each reader looks at a bounded number of places and a bounded stretch after each, so that a text of any
length costs one pass for each word looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from probes.kit.registry.holder import valid_inn

_PLACES: Final = 60
"""Occurrences of a word that are looked at."""
_STRETCH: Final = 48
"""Characters after a word within which its number stands: `ИНН / КПП организации: 77…`."""
_RUN: Final = re.compile(r"[0-9]+")
_CLAUSE: Final = 160
"""Characters before a number in which its clause begins."""
_CLAUSE_END: Final = re.compile(r"[.;!?\n](?=\s+[A-ZА-ЯЁ«])|[;\n©]")
_MARKS: Final = (
    *("товарный знак", "товарного знака", "товарных знаков", "товарные знаки", "знак обслуживания"),
    *("концесси", "франчайзер", "франшизодател", "по лицензии", "лицензиар", "под брендом"),
    *(
        "trademark",
        "trade mark",
        "franchisor",
        "franchiser",
        "licensed by",
        "under licence",
        "under license",
    ),
)
"""Words by which a franchisee or a dealer names the owner of the mark he works under."""
_PHONE_STRETCH: Final = 28
_BETWEEN: Final = frozenset(" \u00a0\u202f\t-\u2010\u2011\u2012\u2013\u2014()./")
"""What may stand between the digits of a phone number."""
_SAMPLE_ENDS: Final = frozenset({"1234567", "2345678", "4567890", "7654321", "9876543", "1112233"})
"""Subscriber numbers of templates: 123-45-67, 111-22-33 …"""
_SAMPLE_CODES: Final = frozenset({"000", "111", "123"})


def places(text: str, word: str) -> Iterator[int]:
    """Yield where a word ends, for its first 60 occurrences."""
    at = text.find(word)
    for _ in range(_PLACES):
        if at < 0:
            return
        at += len(word)
        yield at
        at = text.find(word, at)


def find_inns(text: str) -> Iterator[str]:
    """Yield taxpayer numbers with valid control digits that stand after the word ИНН (or INN)."""
    found = False
    for number in _numbers(text, "ИНН", (10, 12)):
        found = True
        if valid_inn(number) and not _is_sample(number):
            yield number
    latin = not found and text[:200].isascii()
    for number in _numbers(text, "INN", (10, 12)) if latin else ():
        if valid_inn(number) and not _is_sample(number):
            yield number


def find_ogrns(text: str) -> Iterator[str]:
    """Yield ОГРН (13 digits) and ОГРНИП (15) with a valid control digit that stand after the word."""
    for number in _numbers(text, "ОГРН", (13, 15)):
        if valid_ogrn(number) and not _is_sample(number):
            yield number


def valid_ogrn(number: str) -> bool:
    """Check the control digit of a state registration number: a firm's (13 digits) or a person's (15)."""
    if not number.isascii() or not number.isdigit():
        return False
    if len(number) == 13:
        return number[0] in "15" and int(number[:-1]) % 11 % 10 == int(number[-1])
    return len(number) == 15 and number[0] == "3" and int(number[:-1]) % 13 % 10 == int(number[-1])


def _numbers(text: str, word: str, lengths: tuple[int, ...]) -> list[str]:
    """Return the first run of digits of such a length after each occurrence of a word.

    Where a firm's own number stands, the number of the one whose mark it uses is left out: a franchisee
    and a dealer name him, too.
    """
    found = [*_numbers_at(text, word, lengths)]
    own = [
        number for at, number in found if not _is_of_a_marks_owner(text[max(0, at - _CLAUSE) : at])
    ]
    return own or [number for _, number in found]


def _numbers_at(text: str, word: str, lengths: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    for at in places(text, word):
        if text[at : at + 1].isalpha() and not text.startswith("ИП", at):
            continue  # ИННОВАЦИИ
        for run in _RUN.finditer(text, at, at + _STRETCH + 16):
            if run.start() > at + _STRETCH:
                break
            if run.end() - run.start() in lengths and run.end() < at + _STRETCH + 16:
                yield at, run[0]
                break


def _is_of_a_marks_owner(before: str) -> bool:
    """Say whether a number's clause tells who owns a mark that others use."""
    clause = _CLAUSE_END.split(before)[-1].casefold()
    return any(word in clause for word in _MARKS)


def _is_sample(number: str) -> bool:
    """Say whether a number was made up: zeros pass every control digit."""
    return number.startswith(("00", "123456789")) or len(set(number)) < 3


def find_phones(text: str) -> Iterator[str]:
    """Yield Russian phone numbers written with +7, as `+74951234567`."""
    for at in places(text, "+7"):
        if number := phone("+7" + _run_on(text, at, 10)):
            yield number


def find_home_phones(text: str) -> Iterator[str]:
    """Yield Russian phone numbers written as they are dialled at home: 8 (495) …, 8 800 …"""
    for at in places(text, "8 ("):
        begins = not text[max(0, at - 4) : at - 3].isalnum()
        if begins and (number := phone("8" + _run_on(text, at, 10))):
            yield number
    for at in places(text, "800"):
        before = text[max(0, at - 7) : at - 3].rstrip("(-\u2011\u2013 \u00a0")
        begins = before.endswith("8") and not before[-2:-1].isdigit()
        if begins and (number := phone("8800" + _run_on(text, at, 7))):
            yield number


def phone(number: str) -> str:
    """Return a phone number in E.164, or nothing for what is none or stands in a template.

    Eleven digits that begin with 8 are a Russian number as it is dialled within the country.
    """
    digits = "".join(sign for sign in number if "0" <= sign <= "9")
    if len(digits) == 11 and digits[0] == "8" and "+" not in number:
        digits = "7" + digits[1:]
    if len(digits) == 11 and digits[0] == "7":
        code, end = digits[1:4], digits[4:]
        made_up = end in _SAMPLE_ENDS or len(set(end)) == 1 or code in _SAMPLE_CODES
        return "" if made_up or code[0] in "0125" else f"+{digits}"
    abroad = number.lstrip().startswith("+") and 11 <= len(digits) <= 15 and digits[0] not in "078"
    return f"+{digits}" if abroad and len(set(digits[-7:])) > 1 else ""


def _run_on(text: str, at: int, count: int) -> str:
    """Return exactly so many digits from here on, or nothing where there are more or fewer."""
    digits: list[str] = []
    for sign in text[at : at + _PHONE_STRETCH]:
        if "0" <= sign <= "9":
            digits.append(sign)
            if len(digits) > count:
                return ""
        elif sign not in _BETWEEN or (len(digits) == count and sign in " \u00a0"):
            break
    return "".join(digits) if len(digits) == count else ""
