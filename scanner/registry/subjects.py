"""A subject of the outbox as it stands now, or how it ended."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from sqlalchemy import Connection, select

from scanner.registry.invoices_to_tell import invoices_to_tell, is_settled
from scanner.registry.matters import Desk
from scanner.registry.near import matter_of
from scanner.registry.notice_rows import NOTICE
from scanner.registry.notices_to_tell import notices_to_tell
from scanner.registry.receive import MACHINE
from scanner.registry.renewal_rows import CYCLE, TROUBLE
from scanner.registry.troubles import troubles_to_tell
from scanner.renewals.cycle import CycleState
from scanner.renewals.matter import PAID_IN_VAIN, Matter

HEALED = "healed"
PAID = "paid"
TAKEN_BACK = "taken_back"


class Ending(Struct, frozen=True):
    """How a subject ended."""

    code: str
    """A code of ours; a person's reason where a person closed it."""
    who: str
    """A person; empty where it was ours."""
    is_solved: bool
    """False for what was lost: its task is for people to close."""
    by_hand: str = "renewed"
    """What a person's word was: that it is renewed, or settled."""


def subject_now(connection: Connection, desk: Desk, subject: str, today: date) -> Matter | None:
    """Return a subject as it stands now; None when it is over, or needs no telling."""
    match subject.partition(":")[0]:
        case "cycle":
            return matter_of(connection, desk, subject, today)
        case "invoice":
            return next(invoices_to_tell(connection, desk, today, subject=subject), None)
        case "trouble":
            return next(troubles_to_tell(connection, desk, today, subject=subject), None)
        case "notice":
            return next(notices_to_tell(connection, desk, today, subject=subject), None)
    return None


def ending_of(connection: Connection, subject: str) -> Ending | None:
    """Return how a subject ended; None while it is open."""
    kind, _, number = subject.partition(":")
    if kind == "cycle":
        at = CYCLE.c
        query = select(at.closed_by, at.closed_why, at.closed_at, at.state)
        row = connection.execute(query.where(at.id == int(number))).first()
        if row is None or row.closed_at is None:
            return None
        who = "" if row.closed_by == MACHINE else row.closed_by or ""
        return Ending(row.closed_why or "", who, row.state is not CycleState.LOST)
    if kind == "invoice":
        return Ending(PAID, "", True) if is_settled(connection, int(number)) else None
    if kind == "notice":
        return _ending_of_notice(connection, int(number))
    trouble = TROUBLE.c
    columns = (trouble.code, trouble.healed_at, trouble.settled_by, trouble.settled_why)
    row = connection.execute(select(*columns).where(trouble.id == int(number))).first()
    if row is None or row.healed_at is None:
        return None
    if row.settled_by:
        return Ending(row.settled_why or "", row.settled_by, True, "settled")
    return Ending(PAID_IN_VAIN if row.code == PAID_IN_VAIN else HEALED, "", True)


def _ending_of_notice(connection: Connection, number: int) -> Ending | None:
    at = NOTICE.c
    query = select(at.over_at, at.over_by, at.over_why).where(at.id == number)
    row = connection.execute(query).first()
    if row is None or row.over_at is None:
        return None
    if row.over_by:
        return Ending(row.over_why or "", row.over_by, True, "settled")
    return Ending(row.over_why or TAKEN_BACK, "", True)
