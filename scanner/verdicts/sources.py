"""Sources that have not answered for days, and that answer again: each told once. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from scanner.assets.estate import Params
from scanner.verdicts.changes import APART, Change, Code

FAILING_FOR = timedelta(days=3)
"""So long a source may stay silent before that is told."""
_RUNS = 3


class SourceTold(Struct, frozen=True):
    """Since when a source has failed in every run, and whether that was told."""

    since: datetime | None = None
    last: datetime | None = None
    runs: int = 0
    told: bool = False


def told_of_source(
    before: SourceTold | None, name: str, reason: str, at: datetime
) -> tuple[SourceTold, Change | None]:
    """Return what is remembered of a source, and what is to be told; an empty `reason`: it answered."""
    known = before or SourceTold()
    if not reason:
        if known.told and known.since:
            again: Params = {"source": name, "since": _day(known.since)}
            return SourceTold(), Change(Code.SOURCE_ANSWERS, "", again)
        return SourceTold(), None
    if known.since is None or known.last is None:
        return SourceTold(at, at, 1), None
    if at - known.last < APART:
        return known, None
    known = replace(known, last=at, runs=known.runs + 1)
    if known.told or known.runs < _RUNS or at - (known.since or at) < FAILING_FOR:
        return known, None
    since = known.since or at
    told: Params = {
        "source": name,
        "since": _day(since),
        "reason": reason,
        "days": (at - since).days,
    }
    return replace(known, told=True), Change(Code.SOURCE_FAILING, "", told)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
