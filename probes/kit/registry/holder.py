"""Who holds a domain, as far as it is published: organisation, person, or who stands in front."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from msgspec import Struct


class HolderKind(StrEnum):
    """What the registry lets us know about the holder."""

    ORGANISATION = "organisation"
    PRIVATE_PERSON = "private_person"
    PRIVACY_SERVICE = "privacy_service"
    WITHHELD = "withheld"  # registry policy: tells nothing
    UNPUBLISHED = "unpublished"


class Holder(Struct, frozen=True):
    """The registrant, as far as it is published."""

    kind: HolderKind
    name: str = ""
    """The organisation's name; never a private person's."""
    inn: str = ""
    """Taxpayer number with a valid checksum, or empty."""
    country: str = ""


class _Words(NamedTuple):
    withheld: tuple[str, ...]
    withheld_weak: tuple[str, ...]
    withheld_exact: frozenset[str]
    services: tuple[str, ...]
    persons: tuple[str, ...]
    persons_exact: frozenset[str]
    forms: dict[str, str]
    trades: frozenset[str]


@cache
def _words() -> _Words:
    own = tomllib.loads((files("probes.kit.data") / "whois_redaction.toml").read_text("utf-8"))
    return _Words(
        tuple(own["withheld"]["parts"]),
        tuple(own["withheld"]["weak"]),
        frozenset(own["withheld"]["exact"]),
        tuple(own["privacy_service"]["parts"]),
        tuple(own["private_person"]["parts"]),
        frozenset(own["private_person"]["exact"]),
        {_plain(word): form for form, words in own["legal_forms"].items() for word in words},
        frozenset(own["organisation"]["words"]),
    )


@lru_cache(maxsize=2048)
def veil(value: str) -> HolderKind | None:
    """Say what stands where a name should (`REDACTED FOR PRIVACY`), None for a real name."""
    low = " ".join(value.lower().replace("_", " ").split())
    words = _words()
    if any(part in low for part in words.services):
        return HolderKind.PRIVACY_SERVICE
    if any(part in low for part in words.persons):
        return HolderKind.PRIVATE_PERSON
    if low in words.withheld_exact or any(part in low for part in words.withheld):
        return HolderKind.WITHHELD
    if any(part in low for part in words.withheld_weak) and not legal_form(value):
        return HolderKind.WITHHELD
    return None


def is_person_kind(value: str) -> bool:
    """Say whether the value of a `type:` line means an individual."""
    low = value.lower().strip()
    return low in _words().persons_exact or veil(low) is HolderKind.PRIVATE_PERSON


def describe_holder(
    *, organisation: str = "", name: str = "", kind: str = "", inn: str = "", country: str = ""
) -> Holder:
    """Return what the registrant's lines say; a private person's name is dropped here."""
    place = country.strip().upper() if len(country.strip()) == 2 else country.strip()[:60]
    number = inn.strip() if valid_inn(inn.strip()) else ""
    hidden = {found for value in (organisation, name) if value for found in (veil(value),) if found}
    if HolderKind.PRIVACY_SERVICE in hidden:
        return Holder(HolderKind.PRIVACY_SERVICE, country=place)
    if organisation and veil(organisation) is None:
        return Holder(HolderKind.ORGANISATION, organisation[:200], number, place)
    if HolderKind.PRIVATE_PERSON in hidden or (kind and is_person_kind(kind)):
        return Holder(HolderKind.PRIVATE_PERSON, country=place)
    if name and veil(name) is None and (number or legal_form(name) or _sounds_like_firm(name)):
        return Holder(HolderKind.ORGANISATION, name[:200], number, place)
    if hidden:
        return Holder(HolderKind.WITHHELD, country=place)
    # A name alone may be a person's, a firm's or a handle: it must not pass for any of them.
    return Holder(HolderKind.UNPUBLISHED, country=place)


def _sounds_like_firm(name: str) -> bool:
    return not _words().trades.isdisjoint(_plain(name).split())


def valid_inn(number: str) -> bool:
    """Check the control digits of a Russian taxpayer number (10 digits of a firm, 12 of a person)."""
    if not number.isascii() or not number.isdigit() or len(number) not in (10, 12):
        return False
    digits = [int(sign) for sign in number]
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)

    def control(upto: int) -> int:
        chosen = weights[len(weights) - upto :]
        return sum(w * d for w, d in zip(chosen, digits, strict=False)) % 11 % 10

    if len(number) == 10:
        return control(9) == digits[9]
    return control(10) == digits[10] and control(11) == digits[11]


def legal_form(name: str) -> str:
    """Return the legal form a name carries, in our one spelling (`ООО`, `LLC` → `ooo`), or nothing."""
    return _core_and_form(name)[1]


def same_organisation(first: str, second: str) -> bool:
    """Say whether two spellings name one organisation: «Ромашка», ООО and `Romashka LLC` do.

    The cores must be equal after transliteration; two known and different legal forms part them.
    """
    core, form = _core_and_form(first)
    other, other_form = _core_and_form(second)
    if not core or core != other:
        return False
    return (
        not form
        or not other_form
        or _FORM_KIN.get(form, form) == _FORM_KIN.get(other_form, other_form)
    )


# An ООО signs in English as LLC or Ltd.; an АО as JSC or as one of its older sorts.
_FORM_KIN = {"ltd": "ooo", "pao": "ao", "oao": "ao", "zao": "ao", "nao": "ao"}


@lru_cache(maxsize=2048)
def _core_and_form(name: str) -> tuple[str, str]:
    words = _plain(name[:300]).split()
    form = ""
    if " ".join(words) in _words().forms:
        return "", ""  # a form alone names nobody
    while found := _form_at_an_end(words):
        form = form or found[0]
        words = found[1]
    return _folded("".join(words)), form


def _form_at_an_end(words: list[str]) -> tuple[str, list[str]] | None:
    """Return the legal form a name begins or ends with, and the words left without it."""
    forms = _words().forms
    for size in range(min(6, len(words) - 1), 0, -1):
        for start in (0, len(words) - size):
            form = forms.get(" ".join(words[start : start + size]))
            if form:
                return form, words[:start] + words[start + size :]
    return None


def _plain(text: str) -> str:
    """Return lower-case words without quotes and marks; dots join letters (`L.L.C` → `llc`)."""
    joined = text.lower().replace(".", "").replace("'", "").replace("’", "")
    return " ".join("".join(s if s.isalnum() or s == "/" else " " for s in joined).split())


_CYRILLIC = dict(zip("абвгдезийклмнопрстуфхцыэіґў", "abvgdeziyklmnoprstufhcyeigu", strict=True))
_CYRILLIC |= {"ё": "e", "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": ""}
_CYRILLIC |= {"ю": "yu", "я": "ya", "ї": "yi", "є": "ye"}
# Ways to spell the same Cyrillic letter in Latin, brought to one.
_LATIN = (
    ("shch", "sch"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("ju", "yu"), ("iu", "yu"),
    ("ja", "ya"), ("ia", "ya"), ("jo", "e"), ("yo", "e"), ("ks", "x"), ("ck", "k"), ("j", "y"),
    ("iy", "y"), ("yy", "y"), ("ii", "y"), ("w", "v"),
)  # fmt: skip


def _folded(word: str) -> str:
    latin = "".join(_CYRILLIC.get(sign, sign) for sign in word)
    for spelling, ours in _LATIN:
        latin = latin.replace(spelling, ours)
    return latin
