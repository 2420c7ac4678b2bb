"""Whether two spellings of a firm's name mean the same firm."""

from __future__ import annotations

from collections.abc import Iterator

_LIMITED = "ооо ooo llc ltd limited gmbh"
_BY_SHARES = "оао зао пао ао oao zao pao ao ojsc cjsc pjsc jsc inc corp"
_PERSON = "ип ip"
_OTHERS = """
    нко ано гк фгуп муп гуп nko ano co company
    общество с ограниченной ответственностью акционерное публичное закрытое открытое
    индивидуальный предприниматель
"""
_WRITTEN_OUT = (
    ("с ограниченной ответственностью", "ооо"),
    ("акционерное общество", "ао"),
    ("индивидуальный предприниматель", "ип"),
)
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_ROMAN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya"
_LATIN = dict(zip(_CYRILLIC, _ROMAN.replace("-", "").split(" "), strict=True))
_CLASSES = {
    form: number
    for number, forms in enumerate((_LIMITED, _BY_SHARES, _PERSON))
    for form in forms.split()
}
"""A limited company, a company of shares, and a person in trade are three firms, however they are called."""
_LEGAL_FORMS = frozenset((*_CLASSES, *_OTHERS.split()))


def same_organisation(one: str, other: str) -> bool:
    """Compare names without quotes, order and alphabet: `ООО «Ромашка»`, `Romashka LLC`.

    Legal forms count only where both have one: `АО «Ромашка»` is another firm than `ООО «Ромашка»`.
    """
    left, right = _core(one), _core(other)
    if not left or left != right:
        return False
    forms, others = set(_forms(one)), set(_forms(other))
    return not forms or not others or bool(forms & others)


def without_legal_forms(name: str) -> tuple[str, ...]:
    """Return the words of a firm's name, lower case: `ООО «Сладкая Ромашка»` is `сладкая`, `ромашка`."""
    return tuple(word for word in _words(name) if word not in _LEGAL_FORMS)


def firm_spellings(name: str) -> tuple[str, ...]:
    """Return how registers and certificates may spell a firm: as it is given, and in Latin letters.

    `ООО «Ромашка»` stands in certificates as `OOO Romashka`, `LLC Romashka` or `Romashka LLC`.
    """
    given = " ".join(name.split())
    plain = " ".join(
        "".join(_LATIN.get(char, char) for char in one) for one in without_legal_forms(name)
    )
    core, forms = plain.title(), set(_forms(name))
    if given.isascii() or not core.isascii() or not core:
        return (given,) if given else ()
    own, foreign = {_CLASSES["ао"]: ("AO", "JSC"), _CLASSES["ип"]: ("IP", "IP")}.get(
        min(forms, default=0), ("OOO", "LLC")
    )
    return tuple(dict.fromkeys((given, f"{own} {core}", f"{foreign} {core}", f"{core} {foreign}")))


def _words(name: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in name.casefold()).split()


def _forms(name: str) -> Iterator[int]:
    words = _words(name)
    spelt = " ".join(words)
    for phrase, form in _WRITTEN_OUT:
        if phrase in spelt:
            yield _CLASSES[form]
    for word in words:
        if word in _CLASSES:
            yield _CLASSES[word]


def _core(name: str) -> frozenset[str]:
    return frozenset(map(_latin, without_legal_forms(name)))


def _latin(word: str) -> str:
    plain = "".join(_LATIN.get(char, char) for char in word)
    # One sound, several accepted spellings (passport, GOST, WHOIS habit).
    for written, kept in (
        ("iy", "i"),
        ("yy", "y"),
        ("y", "i"),
        ("j", "i"),
        ("h", "kh"),
        ("kkh", "kh"),
    ):
        plain = plain.replace(written, kept)
    return plain
