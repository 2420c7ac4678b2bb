"""The faults of an audit in the order in which they matter: what strangers may take over, then by severity."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

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


class _Met(Struct):
    """One fault as far as it was met. Of thousands of things that have it, few are kept."""

    most: int
    """Things that get a sentence each."""
    faults: int = 0
    things: int = 0
    shown: list[Fault] = field(default_factory=list)
    rest: list[Entry] = field(default_factory=list)
    last: str = ""

    def meet(self, entry: Entry, finding: Finding) -> None:
        """Take a fault in; those of one thing come one after the other."""
        self.faults += 1
        another = entry.id != self.last
        self.things += another
        self.last = entry.id
        if len(self.shown) < self.most:
            self.shown.append(Fault(entry, finding))
        elif another and len(self.rest) < NAMED_OF_ONE:
            self.rest.append(entry)


def levels(audit: AuditFile, entries: Iterable[Entry]) -> tuple[Level, ...]:
    """Return the faults of these things, level by level; the level `info` comes last."""
    by_code: dict[tuple[str, str], _Met] = {}
    for entry in entries:
        for finding in audit.faults(entry):
            level = "takeover" if is_takeover(finding.code) else finding.severity
            met = by_code.get((level, finding.code))
            if met is None:
                most = SHOWN_OF_ONE if level in _GRAVE else SHOWN_OF_A_LIGHTER_ONE
                met = by_code[level, finding.code] = _Met(most)
            met.meet(entry, finding)
    found = []
    for level in ("takeover", *SEVERITIES):
        same = {code: met for (at, code), met in by_code.items() if at == level}
        order = sorted(
            same, key=lambda code: (_rank(same[code].shown[0].finding), -same[code].faults, code)
        )
        if order:
            count = sum(same[code].things for code in order)
            found.append(Level(level, count, tuple(_risk(code, same[code]) for code in order)))
    return tuple(found)


def is_takeover(code: str) -> bool:
    """Say whether a fault lets a stranger take something over: what has to be mended before all else."""
    return code.partition(".")[2].startswith("takeover_") or code == "site.dangling_cname"


def _risk(code: str, met: _Met) -> Risk:
    told = len({one.entry.id for one in met.shown})
    left = max(0, met.things - told - NAMED_OF_ONE)
    return Risk(code, met.shown[0].finding.standard, tuple(met.shown), tuple(met.rest), left)


def _rank(finding: Finding) -> int:
    known = finding.severity in SEVERITIES
    return SEVERITIES.index(finding.severity) if known else len(SEVERITIES)
