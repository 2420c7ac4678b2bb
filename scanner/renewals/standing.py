"""How a period stands on a day, in the registry's words. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from scanner.renewals.cycle import CycleState
from scanner.renewals.matter import Matter
from scanner.renewals.reminders import first_day

_DUE = 14


class RenewalState(StrEnum):
    """The glossary's states of a period."""

    NOT_DUE = "not_due"
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    IN_GRACE = "in_grace"
    PROBABLY_RENEWED = "probably_renewed"


def renewal_state(matter: Matter, today: date) -> RenewalState:
    """Return how an open period stands."""
    if matter.state is CycleState.PROBABLY_RENEWED:
        return RenewalState.PROBABLY_RENEWED
    if today > matter.ladder.due:
        grace = matter.days.grace_until if matter.days else None
        return RenewalState.IN_GRACE if grace and today <= grace else RenewalState.OVERDUE
    if (matter.deadline - today).days <= _DUE:
        return RenewalState.DUE
    return RenewalState.UPCOMING if today >= first_day(matter.ladder) else RenewalState.NOT_DUE
