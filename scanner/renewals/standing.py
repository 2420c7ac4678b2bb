"""How a period stands on a day, in the registry's words. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Protocol

from scanner.renewals.cycle import CycleState, Days
from scanner.renewals.reminders import Ladder, first_day

_DUE = 14


class RenewalState(StrEnum):
    """The glossary's states of a period."""

    NOT_DUE = "not_due"
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    IN_GRACE = "in_grace"
    PROBABLY_RENEWED = "probably_renewed"


class Period(Protocol):
    """What a period's state is told from."""

    @property
    def state(self) -> CycleState: ...
    @property
    def ladder(self) -> Ladder: ...
    @property
    def days(self) -> Days | None: ...


def renewal_state(period: Period, today: date) -> RenewalState:
    """Return how an open period stands."""
    if period.state is CycleState.PROBABLY_RENEWED:
        return RenewalState.PROBABLY_RENEWED
    ladder = period.ladder
    if today > ladder.due:
        grace = period.days.grace_until if period.days else None
        return RenewalState.IN_GRACE if grace and today <= grace else RenewalState.OVERDUE
    if (ladder.deadline - today).days <= _DUE:
        return RenewalState.DUE
    return RenewalState.UPCOMING if today >= first_day(ladder) else RenewalState.NOT_DUE
