"""Whether two spellings of a firm's name mean the same firm."""

from __future__ import annotations

_FORMS = """
    ооо оао зао пао ао ип нко ано гк фгуп муп гуп
    ooo oao zao pao ao ip nko ano llc ltd limited inc gmbh co corp jsc ojsc cjsc pjsc company
    общество с ограниченной ответственностью акционерное публичное закрытое открытое
    индивидуальный предприниматель
"""
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_ROMAN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya"
_LATIN = dict(zip(_CYRILLIC, _ROMAN.replace("-", "").split(" "), strict=True))
_LEGAL_FORMS = frozenset(_FORMS.split())


def same_organisation(one: str, other: str) -> bool:
    """Compare names without legal forms, quotes, order and alphabet: `ООО «Ромашка»`, `Romashka LLC`."""
    left, right = _core(one), _core(other)
    return bool(left) and left == right


def without_legal_forms(name: str) -> tuple[str, ...]:
    """Return the words of a firm's name, lower case: `ООО «Сладкая Ромашка»` is `сладкая`, `ромашка`."""
    words = "".join(char if char.isalnum() else " " for char in name.casefold()).split()
    return tuple(word for word in words if word not in _LEGAL_FORMS)


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
