"""Foreign strings made fit to show: nothing invisible, nothing that turns the line round, names in both spellings."""

from __future__ import annotations

import re
from functools import lru_cache

import idna

# Controls, soft hyphen, bidi marks and overrides, zero-width and variation characters, line separators, tags, surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_INVISIBLE_IN_A_LINE = re.compile(rf"(?![\n\t]){_INVISIBLE.pattern}")
_HOST_NAME = re.compile(r"[a-z0-9_*-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,20}\.?", re.ASCII)


def visible(text: str, *, keep_lines: bool = False) -> str:
    """Return the text with every invisible or direction-changing character spelt out (`\\u202e`)."""
    if text.isascii() and text.isprintable():
        return text
    return (_INVISIBLE_IN_A_LINE if keep_lines else _INVISIBLE).sub(_spelt_out, text)


def _spelt_out(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def shortened(text: str, limit: int) -> str:
    """Return at most `limit` characters, the cut shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def readable_host(name: str) -> str:
    """Return a host name in Unicode; the name itself where it is not a valid internationalised one."""
    return _readable(name) if "xn--" in name else name


@lru_cache(maxsize=4096)
def _readable(name: str) -> str:
    if not _HOST_NAME.fullmatch(name):
        return name
    return ".".join(_readable_label(label) for label in name.split("."))


def both_spellings(name: str) -> str:
    """Return `почта.рф (xn--…)` for an internationalised host name, any other text as it is."""
    readable = readable_host(name)
    return name if readable == name else f"{readable} ({name})"


def _readable_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label
