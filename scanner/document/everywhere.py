"""Gaps that cast doubt on many things at once: told once, at the head of a report, not beside each thing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from reports import document as doc
from scanner.verdicts.finding import FACET_UNKNOWN
from scanner.verdicts.verdict import Verdict

REASONS = ("domains_unread", "name_servers_unseen")
"""Reasons of a doubt that name what could not be read, wherever it is felt."""
_NAMED = 20


class _Gap(Struct):
    domains: set[str] = field(default_factory=set)
    count: int = 0
    """The most that one thing was told of; each tells only some of them by name."""
    things: int = 0
    """How many things it keeps in doubt."""


class Everywhere:
    """The gaps of a document, gathered while its assets pass."""

    def __init__(self) -> None:
        self._gaps: dict[str, _Gap] = {}

    def pass_by(self, verdict: Verdict) -> None:
        """Take the doubts about one thing into account."""
        met = set()
        for finding in verdict.findings:
            reason = finding.params.get("reason") if finding.code == FACET_UNKNOWN else None
            if reason not in REASONS:
                continue
            gap = self._gaps.setdefault(str(reason), _Gap())
            domains, count = finding.params.get("domains"), finding.params.get("count")
            if isinstance(domains, list):
                gap.domains.update(domains)
            if isinstance(count, int):
                gap.count = max(gap.count, count)
            gap.things += reason not in met and bool(verdict.blocked_by)
            met.add(reason)

    def gaps(self) -> Iterator[doc.NotSeen]:
        """Yield each gap once, with what could not be read and how many things that holds up."""
        for reason in REASONS:
            if gap := self._gaps.get(reason):
                domains = sorted(gap.domains)
                params: doc.Params = {
                    "domains": domains[:_NAMED],
                    "count": max(gap.count, len(domains)),
                    "things": gap.things,
                }
                yield doc.NotSeen(code=reason, params=params)
