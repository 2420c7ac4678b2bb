"""When clients' things were looked at last, and whose wait: for those who hear of it once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, func, select

from scanner.evidence.rows import RUN
from scanner.evidence.run import OWN, Run
from scanner.evidence.watch_rows import DUE

OVERDUE = timedelta(days=1)
"""So long after it came due a look that was not made is overdue."""
_NEWEST = 100
"""Runs among which one of ours is looked for; the others were brought from elsewhere."""


class Looked(Struct, frozen=True):
    """How clients are looked at, all together."""

    last: datetime | None
    """When the newest run of ours ended that left nothing over."""
    overdue: int
    """Clients of whom a look is overdue."""


def looked(connection: Connection, at: datetime) -> Looked:
    """Say when a run came to its end last, and of how many clients a look is overdue."""
    ended = select(RUN).where(RUN.c.complete, RUN.c.finished_at.is_not(None))
    newest = ended.order_by(RUN.c.started_at.desc()).limit(_NEWEST)
    runs = (Run(**row._mapping) for row in connection.execute(newest))
    late = select(func.count(DUE.c.client.distinct())).where(DUE.c.due_at <= at - OVERDUE)
    return Looked(
        last=next((run.finished_at for run in runs if run.purpose in OWN), None),
        overdue=connection.scalar(late) or 0,
    )
