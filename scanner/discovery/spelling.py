"""How a word is written in the other alphabet: every custom there is, the likeliest first.

Russian names have no one Latin spelling: the passport office (ICAO Doc 9303), GOST 7.79 (ISO 9) and
thirty years of choosing domain names each have their own. Nor does a Latin name have one Russian one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import heappop, heappush

_LATIN = {
    "а": "a", "б": "b", "в": "v w~", "г": "g", "д": "d", "е": "e ye~", "ё": "e yo jo", "ж": "zh j",
    "з": "z", "и": "i", "й": "y i j", "к": "k c~", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f ph~", "х": "h kh x", "ц": "ts c tz~ cz~",
    "ч": "ch", "ш": "sh", "щ": "sch shch sh shh", "ъ": "- ie~", "ы": "y i", "ь": "- j~", "э": "e",
    "ю": "yu u ju iu", "я": "ya ia ja",
    "кс": "ks x", "ий": "iy y ij i ii~", "ый": "yy y yj iy", "ье": "ie ye", "ья": "ya ia ja",
    "дж": "j dzh", "кв": "kv q",
}  # fmt: skip
"""What stands for a letter, or for two, the likeliest first; `-` is nothing, and what has a `~` is rare."""
_RUSSIAN = {
    "a": "а", "b": "б", "c": "к ц с", "d": "д", "e": "е э~", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "ж й дж", "k": "к", "l": "л ль~", "m": "м", "n": "н нь~", "o": "о", "p": "п", "q": "к кв",
    "r": "р", "s": "с", "t": "т ть~", "u": "у ю~", "v": "в", "w": "в", "x": "кс х", "y": "й ы и",
    "z": "з", "ya": "я", "ja": "я", "ia": "ия я", "yu": "ю", "ju": "ю", "iu": "ю", "yo": "ё е",
    "jo": "ё", "ye": "е", "zh": "ж", "kh": "х", "ts": "ц тс", "tz": "ц", "ch": "ч", "sh": "ш",
    "sch": "щ", "shch": "щ", "shh": "щ", "ck": "к", "ph": "ф", "ee": "и ее", "oo": "у оо",
    "iy": "ий", "ij": "ий", "yy": "ый", "th": "т", "qu": "кв",
}  # fmt: skip
_AFTER_A_CONSONANT = "ы ый и ий~ й~"
"""What a Latin y stands for there: tsvety, krasny."""
_VOWELS = frozenset("aeiou")
_LONGEST_PIECE = 4
_MOST_STEPS = 2_000


@lru_cache(maxsize=4096)  # whoever looks and whoever judges spells the same words
def other_spellings(word: str, most: int) -> tuple[str, ...]:
    """Return a word in the other alphabet, the likeliest spelling first, at most so many.

    Digits and hyphens stay; a word of neither alphabet, or of both, has no other spelling.
    """
    letters = {letter for letter in word.casefold() if letter.isalpha()}
    if letters and letters <= set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"):
        return _best(word.casefold(), _LATIN, most)
    if letters and letters <= set("abcdefghijklmnopqrstuvwxyz"):
        return _best(word.casefold(), _RUSSIAN, most)
    return ()


def _best(word: str, table: dict[str, str], most: int) -> tuple[str, ...]:
    """Spell from left to right, the cheapest beginning first: dearer are customs further back in the table.

    A custom is kept up: who writes й as j does so everywhere, so a second one costs nothing more.
    """
    found: dict[str, None] = {}
    heap: list[tuple[float, int, int, str, tuple[str, ...]]] = [(0.0, 0, 0, "", ())]
    steps = 0
    while heap and len(found) < most and steps < _MOST_STEPS:
        steps += 1
        cost, left, _, written, customs = heappop(heap)
        at = -left
        if at == len(word):
            found.setdefault(written)
            continue
        for size, choice, step in _next(word, at, table):
            custom = f"{word[at : at + size]}>{choice}"
            price = 0.0 if custom in customs or not step else step
            kept = (*customs, custom) if step and custom not in customs else customs
            heappush(heap, (cost + price, left - size, steps, written + choice, kept))
    return tuple(found)


def _next(word: str, at: int, table: dict[str, str]) -> Iterator[tuple[int, str, float]]:
    """Yield how many letters are spelled next, how, and how far that is from the likeliest."""
    longest = next(
        (
            size
            for size in range(min(_LONGEST_PIECE, len(word) - at), 0, -1)
            if word[at : at + size] in table
        ),
        0,
    )
    if not longest:
        yield 1, word[at], 0.0
        return
    piece = word[at : at + longest]
    choices: Iterable[str] = table[piece].split()
    if piece == "y" and (at == 0 or word[at - 1] not in _VOWELS):
        choices = _AFTER_A_CONSONANT.split()
    for rank, choice in enumerate(choices):
        written = choice.rstrip("~-")
        yield longest, written, rank + (2.0 if choice.endswith("~") else 0.0)
