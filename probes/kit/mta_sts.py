"""MTA-STS: the record that announces a policy, and the policy file (RFC 8461). Pure."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from probes.kit.tag_list import read_tags
from probes.kit.target import canonical_name

LONGEST_AGE = 31_557_600
"""Seconds; about a year is the most (section 3.2)."""
_LONGEST_ID = 32
_MOST_LINES = 200
_MOST_HOSTS = 100


class Mode(StrEnum):
    """What senders are asked to do when a mail host fails the policy."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


class StsRecord(Struct, frozen=True):
    """The TXT record at `_mta-sts`; senders ignore one with errors."""

    id: str
    errors: tuple[str, ...] = ()
    """`id` where it is missing or longer than 32 letters and digits, `broken` for parts that are no tag."""


class StsPolicy(Struct, frozen=True):
    """The file at `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`; senders ignore one with errors."""

    mode: str
    """enforce, testing, none; empty where it is missing or none of these."""
    max_age: int
    """Seconds that senders may keep it; 0 where it is missing or wrong."""
    mx: tuple[str, ...]
    """Patterns of the hosts that may take the domain's mail, lower case."""
    errors: tuple[str, ...] = ()
    """Codes: version, mode, max_age, mx, line."""

    def covers(self, host: str) -> bool:
        """Say whether a mail host matches one of the patterns (section 4.1)."""
        return any(matches(host, pattern) for pattern in self.mx)


def is_sts(text: str) -> bool:
    """Say whether a TXT record announces a policy: it begins with `v=STSv1;` (section 3.1)."""
    name, equals, value = text.partition(";")[0].partition("=")
    return bool(equals) and name == "v" and value.rstrip(" \t") == "STSv1"


def read_sts_record(text: str) -> StsRecord:
    """Take a record apart; the first of a repeated field counts, other fields say nothing."""
    tags = read_tags(text, fold=False)
    id = tags.get("id") or ""
    good = id.isascii() and id.isalnum() and len(id) <= _LONGEST_ID
    errors = (*(() if good else ("id",)), *(("broken",) if tags.broken else ()))
    return StsRecord(id if good else "", errors)


def read_sts_policy(text: str) -> StsPolicy:
    """Read a policy file; the first of a repeated field counts, but each `mx` does (section 3.2)."""
    said: dict[str, str] = {}
    patterns: dict[str, None] = {}
    errors: list[str] = []
    lines = text.replace("\r\n", "\n").split("\n")
    for line in lines[:_MOST_LINES]:
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip(" \t"), value.strip(" \t")
        if not colon or not name or not value:
            errors.append("line")
        elif name == "mx":
            patterns[_pattern(value)] = None
        else:
            said.setdefault(name, value)
    mode = said.get("mode", "")
    good = mode in set(Mode)
    errors += [] if said.get("version") == "STSv1" else ["version"]
    errors += [] if good else ["mode"]
    age = _age(said.get("max_age", ""))
    errors += [] if age is not None else ["max_age"]
    if "" in patterns or (mode in (Mode.ENFORCE, Mode.TESTING) and not patterns):
        errors.append("mx")
    mx = tuple(filter(None, patterns))[:_MOST_HOSTS]
    return StsPolicy(mode if good else "", age or 0, mx, tuple(dict.fromkeys(errors)))


def matches(host: str, pattern: str) -> bool:
    """Say whether a host name matches a pattern; `*.` stands for exactly one label."""
    if pattern.startswith("*."):
        label, _, rest = host.lower().partition(".")
        return bool(label) and rest == pattern[2:]
    return host.lower() == pattern


def _pattern(text: str) -> str:
    wild = text.startswith("*.")
    try:
        name = canonical_name(text[2:] if wild else text)
    except ValueError:
        return ""
    if "*" in name:
        return ""
    return f"*.{name}" if wild else name


def _age(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if int(text) <= LONGEST_AGE else None
