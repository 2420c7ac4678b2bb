"""Tells what a WHOIS answer without a record means: absence, refusal, or nothing we understand."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from probes.kit.registry.reading import Ending

_LONGEST_LINE = 200
_MOST_LINES = 400
_LONGEST_PHRASED = 140
_REDUCED = "reduced"
# A host name, or an address: what a phrase is about, not what it says. Linear: one class, no nesting.
_NAME = re.compile(r"[^\s:;,\"'<>()\[\]|/=@]+")
_QUOTES = str.maketrans(dict.fromkeys("\"'`«»“”‘’´", " "))


class _Phrases(NamedTuple):
    exact: frozenset[str]
    starts: tuple[str, ...]
    contains: tuple[str, ...]

    def say(self, line: str) -> bool:
        """Whether a plain line is, begins with or holds one of these phrases."""
        if line in self.exact or line.startswith(self.starts):
            return True
        return len(line) <= _LONGEST_PHRASED and any(part in line for part in self.contains)


@cache
def _tables() -> dict[str, _Phrases]:
    own = tomllib.loads((files("probes.kit.data") / "whois_phrases.toml").read_text("utf-8"))
    return {
        name: _Phrases(frozenset(lists["exact"]), tuple(lists["starts"]), tuple(lists["contains"]))
        for name, lists in own.items()
        if isinstance(lists, dict)
    }


def spoken(text: str) -> tuple[Ending, str]:
    """Return what an answer says in words, and the words; UNPARSED when it says nothing we know.

    Refusals win over absence wherever they stand: a quota text may mention "no match" as well.
    """
    if text.lstrip()[:14].lower().startswith(("<html", "<!doctype")):
        return Ending.UNPARSED, "a web page"
    lines = _lines(text)
    for name, phrases in _tables().items():
        if name == _REDUCED:
            continue
        for plain, line in lines:
            if phrases.say(plain):
                return Ending(name), line[:120]
    return Ending.UNPARSED, ""


def reduced_words(text: str) -> str:
    """Return the words with which a server says that its record holds less than usual, or nothing."""
    if "xceeded" not in text and "imited" not in text:
        return ""
    reduced = _tables()[_REDUCED]
    return next((line[:120] for plain, line in _lines(text) if reduced.say(plain)), "")


def _lines(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for raw in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        line = raw.strip()
        if not line or len(line) > _LONGEST_LINE or not line.strip("%#*=->< \t"):
            continue
        found.append((_plain(line), line))
    return found


def _plain(line: str) -> str:
    low = line.lower().translate(_QUOTES).replace("_", " ").lstrip("%#*=->!; \t").rstrip(" \t<*=")
    words = _NAME.sub(_nameless, low).split()
    return " ".join(words)


def _nameless(match: re.Match[str]) -> str:
    word = match.group()
    bare = word.rstrip(".!?")
    if "." in bare.strip(".") and len(bare) > 3 and bare[0] not in ".-":
        return "@"
    return word
