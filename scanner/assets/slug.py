"""Any text as a short plain key: `ООО «Ромашка»` → `ooo-romashka`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CYRILLIC: Mapping[str, str] = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_OTHERS = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return Latin letters and digits of a text with single hyphens between; empty where it has none."""
    latin = "".join(_CYRILLIC.get(character, character) for character in text[:400].lower())
    return _OTHERS.sub("-", latin).strip("-")[:80].strip("-")
