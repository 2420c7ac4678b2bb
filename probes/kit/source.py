"""How a source of answers did, in the five words of the report, and why it did no better."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from probes.kit.net import NetTrouble
from probes.kit.observation import Reason

ROW_CAP: Final = "row_cap"
"""The service gives no longer lists than this one."""
BUDGET: Final = "budget"
"""We asked for no more pages than this."""
_NEVER_ASKED: Final = frozenset({Reason.NO_KEY, Reason.SERVICE_SILENT, Reason.NOT_ALLOWED})


class Status(StrEnum):
    """How a source did."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    LIMITED = "limited"
    SKIPPED = "skipped"


class Ended(Struct, frozen=True):
    """How asking a source ended."""

    status: Status
    reason: str = ""
    """A Reason, `row_cap` or `budget`; empty when it completed."""


COMPLETED: Final = Ended(Status.COMPLETED)


def ended_by(trouble: NetTrouble) -> Ended:
    """Say how a question without an answer ended: nobody was asked, or was asked and did not answer."""
    if trouble.reason in _NEVER_ASKED:
        return Ended(Status.SKIPPED, trouble.reason)
    if trouble.reason is Reason.RATE_LIMITED:
        return Ended(Status.LIMITED, trouble.reason)
    return Ended(Status.FAILED, trouble.reason)


def unknown_reason(*ends: Ended) -> Reason:
    """Return the reason for an Unknown: the sources' own where all failed for the same one."""
    reasons = {Reason.SOURCE_FAILED if one.status is Status.PARTIAL else one.reason for one in ends}
    shared = reasons.pop() if len(reasons) == 1 else ""
    return Reason(shared) if shared in frozenset(Reason) else Reason.SOURCE_FAILED
