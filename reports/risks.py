"""The faults of an audit in the order in which they matter: what strangers may take over, then by severity."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from reports.audit_file import AuditFile, Entry
from reports.document import Finding

SEVERITIES = ("critical", "high", "medium", "low", "info")
"""Worst first."""
SHOWN_OF_ONE = 10
SHOWN_OF_A_LIGHTER_ONE = 3
"""Things with one fault that get a sentence each; the rest are named."""
_GRAVE = ("takeover", "critical", "high")
NAMED_OF_ONE = 100


class Fault(Struct, frozen=True):
    """One thing and what is wrong with it."""

    entry: Entry
    finding: Finding


class Risk(Struct, frozen=True):
    """Everything that has one fault."""

    code: str
    standard: str
    shown: tuple[Fault, ...]
    rest: tuple[Entry, ...]
    left: int
    """How many more there are than are named."""


class Level(Struct, frozen=True):
    """Risks of one severity; take-overs stand before all others under a heading of their own."""

    id: str
    """`takeover` or a severity."""
    count: int
    risks: tuple[Risk, ...]


def levels(audit: AuditFile, entries: Iterable[Entry]) -> tuple[Level, ...]:
    """Return the faults of these things, level by level; the level `info` comes last."""
    by_code: dict[tuple[str, str], list[Fault]] = {}
    for entry in entries:
        for finding in audit.faults(entry):
            level = "takeover" if is_takeover(finding.code) else finding.severity
            by_code.setdefault((level, finding.code), []).append(Fault(entry, finding))
    found = []
    for level in ("takeover", *SEVERITIES):
        same = {code: faults for (at, code), faults in by_code.items() if at == level}
        order = sorted(
            same, key=lambda code: (_rank(same[code][0].finding), -len(same[code]), code)
        )
        if order:
            count = sum(len({one.entry.id for one in same[code]}) for code in order)
            found.append(
                Level(level, count, tuple(_risk(code, same[code], level) for code in order))
            )
    return tuple(found)


def is_takeover(code: str) -> bool:
    """Say whether a fault lets a stranger take something over: what has to be mended before all else."""
    return code.partition(".")[2].startswith("takeover_") or code == "site.dangling_cname"


def _risk(code: str, faults: list[Fault], level: str) -> Risk:
    most = SHOWN_OF_ONE if level in _GRAVE else SHOWN_OF_A_LIGHTER_ONE
    shown = faults[:most]
    met = {one.entry.id for one in shown}
    rest = [one.entry for one in faults[most:] if one.entry.id not in met]
    named = tuple({entry.id: entry for entry in rest}.values())
    left = max(0, len(named) - NAMED_OF_ONE)
    return Risk(code, faults[0].finding.standard, tuple(shown), named[:NAMED_OF_ONE], left)


def _rank(finding: Finding) -> int:
    known = finding.severity in SEVERITIES
    return SEVERITIES.index(finding.severity) if known else len(SEVERITIES)
