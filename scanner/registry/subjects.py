"""A subject of the outbox as it stands now, or how it ended."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from sqlalchemy import Connection, select

from scanner.registry.invoices_to_tell import invoices_to_tell, is_settled
from scanner.registry.matters import Desk
from scanner.registry.near import matter_of
from scanner.registry.receive import MACHINE
from scanner.registry.renewal_rows import CYCLE, TROUBLE
from scanner.registry.troubles import troubles_to_tell
from scanner.renewals.cycle import CycleState
from scanner.renewals.matter import Matter

HEALED = "healed"
PAID = "paid"


class Ending(Struct, frozen=True):
    """How a subject ended."""

    code: str
    """A code of ours; a person's reason where a person closed it."""
    who: str
    """A person; empty where it was ours."""
    is_solved: bool
    """False for what was lost: its task is for people to close."""


def subject_now(connection: Connection, desk: Desk, subject: str, today: date) -> Matter | None:
    """Return a subject as it stands now; None when it is over, or needs no telling."""
    match subject.partition(":")[0]:
        case "cycle":
            return matter_of(connection, desk, subject, today)
        case "invoice":
            return next(invoices_to_tell(connection, desk, today, subject=subject), None)
        case "trouble":
            return next(troubles_to_tell(connection, desk, today, subject=subject), None)
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
    healed = select(TROUBLE.c.healed_at).where(TROUBLE.c.id == int(number))
    return Ending(HEALED, "", True) if connection.scalar(healed) else None
