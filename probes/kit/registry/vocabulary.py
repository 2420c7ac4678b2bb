"""What labels and headings in WHOIS answers mean: the dialect tables, ready for look-up."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from probes.kit.registry.stems import Stems, words_of

# "Name Server 3", "ns1_hostname": the number counts, it does not name.
_NO_DIGITS = str.maketrans("", "", "0123456789")
_MOST_LABEL_WORDS = 6
_LEADERS = ("domain name ", "domain ", "record ", "registry ")


class Vocabulary(NamedTuple):
    """Canonical label → field, heading → section, and the labels that a section gives sense."""

    fields: dict[str, str]
    ambiguous: frozenset[str]
    sections: dict[str, str]
    inside: dict[str, dict[str, str]]
    sentences: dict[str, str]
    likely_fields: dict[str, Stems]
    """What words in an unknown label make it speak of, in the order to be tried; `blocked` first."""
    likely_sections: dict[str, Stems]


@cache
def vocabulary() -> Vocabulary:
    """Read the shipped dialects once."""
    own = tomllib.loads((files("probes.kit.data") / "whois_dialects.toml").read_text("utf-8"))
    return Vocabulary(
        _turned(own["fields"]),
        frozenset(own["ambiguous"]["keys"]),
        _turned(own["sections"]),
        {section: _turned(labels) for section, labels in own["inside"].items()},
        _turned(own["sentences"]),
        {field: Stems.of(stems) for field, stems in own["likely"]["fields"].items()},
        {section: Stems.of(stems) for section, stems in own["likely"]["sections"].items()},
    )


def _turned(lists: dict[str, list[str]]) -> dict[str, str]:
    turned: dict[str, str] = {}
    for meaning, labels in lists.items():
        for label in labels:
            turned.setdefault(label, meaning)
    return turned


@lru_cache(maxsize=4096)
def canonical_label(label: str) -> str:
    """Return a label in the spelling of the tables (see the head of whois_dialects.toml)."""
    low = label.lower().replace("_", " ").replace("-", " ").strip(" .*:;#>\t\u3000")
    number, dot, rest = low.partition(".")
    # "2a.  Domain", "a. [Domain]": numbering, not part of the label.
    if dot and rest and len(number) <= 2:
        low = rest
    if low.endswith(")") and (start := low.rfind("(")) > 0:
        low = low[:start]
    return " ".join(low.strip(" []").translate(_NO_DIGITS).strip(" .").split())


@lru_cache(maxsize=4096)
def field_of(label: str) -> str:
    """Return the field a canonical label names, or an empty string."""
    fields = vocabulary().fields
    for name in _spellings(label):
        if name in fields:
            return fields[name]
    return ""


@lru_cache(maxsize=4096)
def section_of(label: str) -> str:
    """Return the section a canonical heading opens, or an empty string."""
    sections = vocabulary().sections
    for name in _spellings(label):
        if name in sections:
            return sections[name]
    return ""


@lru_cache(maxsize=4096)
def likely_field(label: str) -> str:
    """Return the field that the words of an unknown label speak of (`domain expires at`), or nothing."""
    return _likely(label, vocabulary().likely_fields)


@lru_cache(maxsize=4096)
def likely_section(heading: str) -> str:
    """Return the section that the words of an unknown heading open, or nothing."""
    return _likely(heading, vocabulary().likely_sections)


def _likely(label: str, meanings: dict[str, Stems]) -> str:
    words = words_of(label)
    if len(words) > _MOST_LABEL_WORDS:
        return ""
    meaning = next((name for name, stems in meanings.items() if stems.found_in(words)), "")
    return "" if meaning == "blocked" else meaning


@lru_cache(maxsize=4096)
def is_ambiguous(label: str) -> bool:
    """Say whether a label means the domain only outside the blocks of contacts."""
    return label in vocabulary().ambiguous


def _spellings(label: str) -> list[str]:
    """Return the ways to look a label up, the whole first."""
    found = [label]
    rest = label
    while True:
        leader = next((one for one in _LEADERS if rest.startswith(one)), None)
        if leader is None:
            break
        rest = rest[len(leader) :]
        found.append(rest)
    if " / " in label:
        found.extend(part for whole in label.split(" / ") for part in _spellings(whole))
    return found
