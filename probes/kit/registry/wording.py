"""Tells what a sentence of a registry comes to, in wordings no table foresaw and in many languages.

A sentence counts when it states, in few words, what is so; terms of use speak at length of what may
happen, or of everybody. Nothing here is to be asked about an answer that holds a record.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from probes.kit.registry.sentences import Sentence, plain
from probes.kit.registry.stems import Stems, words_of
from probes.kit.registry.vocabulary import canonical_label, field_of

_MOST_WORDS = 30
_FEW_WORDS = 16
_FEWEST_WORDS = 8
_SHORT_SENTENCES = 5
_SHORT_TEXT = 500

_WHOLE_WORDS = frozenset({"none", "hypothetical", "onward"})


@cache
def _families() -> dict[str, Stems]:
    own = tomllib.loads((files("probes.kit.data") / "whois_wordings.toml").read_text("utf-8"))
    return {
        name: Stems.of(stems, whole=name in _WHOLE_WORDS)
        for table in own.values()
        if isinstance(table, dict)
        for name, stems in table.items()
    }


def _has(one: Sentence, *families: str) -> bool:
    """Say whether a sentence holds a word of every family."""
    known = _families()
    return all(known[name].found_in(one.words) for name in families)


def is_statement(one: Sentence) -> bool:
    """Say whether a sentence is short and speaks of what is, not of what may be.

    Only to statements may the questions below be put.
    """
    return len(one.words) <= _MOST_WORDS and not _has(one, "hypothetical")


def supposes(line: str) -> bool:
    """Say whether a plain line speaks of what may happen (`if you have exceeded the limit`)."""
    return _families()["hypothetical"].found_in(words_of(line))


def _is_brief(one: Sentence) -> bool:
    return len(one.words) <= _FEW_WORDS


def limits(one: Sentence) -> bool:
    """Say whether a statement tells us that we asked too much: `The quota for @ has been exceeded`."""
    return _has(one, "outright") or _has(one, "excess", "amount")


def refuses(one: Sentence) -> bool:
    """Say whether a statement shuts the door on us: `Your address is not authorised`."""
    opens = _families()["whom"].lead(one.words)
    return opens and _is_brief(one) and _has(one, "shut") and not reserves(one)


def closes(one: Sentence) -> bool:
    """Say whether a statement tells that the service is off: `The database is currently down`."""
    return _is_brief(one) and _has(one, "closed", "service") and not reserves(one)


def faults(one: Sentence) -> bool:
    """Say whether a statement finds our question wrong: `Not a valid domain name`."""
    return _is_brief(one) and _has(one, "wrong", "question")


def reserves(one: Sentence) -> bool:
    """Say whether a statement keeps the name from everybody: `This name cannot be registered`."""
    return _is_brief(one) and _has(one, "kept") and not _has(one, "not_names")


def denies(one: Sentence) -> bool:
    """Say whether a statement tells that nobody holds the name: `No entries found`, `@ is free`."""
    label, colon, value = one.written.partition(":")
    field = field_of(canonical_label(label)) if colon else ""
    if field == "status":
        parts = (words_of(plain(part)) for part in value.replace(";", ",").split(","))
        return any(_denied(words) for words in parts if words)
    return field in ("", "domain") and _is_brief(one) and _denied(one.words)


def _denied(words: tuple[str, ...]) -> bool:
    known = _families()
    if known["taken"].found_in(words) or known["another"].found_in(words):
        return False
    if known["none"].found_in(words):
        return known["missing"].found_in(words)
    return len(words) <= _FEWEST_WORDS and _ends_free(words)


def _ends_free(words: tuple[str, ...]) -> bool:
    """Say whether a sentence ends with a word such as `free`, or goes on to registering the name."""
    end = _families()["free"].end_in(words)
    rest = words[end:]
    return end > 0 and (rest in ((), ("@",)) or _families()["onward"].lead(rest))


def is_short(text: str, found: list[Sentence]) -> bool:
    """Say whether an answer is a line or two: nothing in it is small print."""
    return len(found) <= _SHORT_SENTENCES and len(text.strip()) <= _SHORT_TEXT


def alarms(one: Sentence) -> bool:
    """Say whether a sentence has a word that in a short answer can only mean a limit."""
    return _has(one, "alarm")


def bars(one: Sentence) -> bool:
    """Say whether a sentence has a word that in a short answer can only mean a refusal."""
    return _has(one, "shut") and not _has(one, "not_names")
