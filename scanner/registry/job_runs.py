"""When a job ran, how it ended, and whether a run was missed: silence must be told too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, insert, select, update

from scanner.registry.renewal_rows import JOB_RUN

EVERY = timedelta(days=1)
_LATE = timedelta(hours=2)


class JobRun(Struct, frozen=True):
    """One run of a job."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    error: str | None


class Regularity(Struct, frozen=True):
    """Whether a job runs as it should."""

    last: JobRun | None
    """The last run that came to its end without an error."""
    missed: int
    """Days since then on which it should have run and did not."""
    broken: int
    """Runs since then that did not come to their end."""


def begin(connection: Connection, job: str, at: datetime) -> int:
    """Note that a run has begun; return its id."""
    row = insert(JOB_RUN).values(job=job, started_at=at, counts={})
    return int(connection.execute(row.returning(JOB_RUN.c.id)).scalar_one())


def finish(
    connection: Connection,
    number: int,
    counts: Mapping[str, int],
    at: datetime,
    error: str | None = None,
) -> None:
    """Note how a run has ended."""
    row = update(JOB_RUN).where(JOB_RUN.c.id == number)
    connection.execute(row.values(finished_at=at, counts=dict(counts), error=error))


def regularity(
    connection: Connection, job: str, now: datetime, *, but: int | None = None
) -> Regularity:
    """Say how regularly a job has run up to now, leaving one run out: the one that asks."""
    at = JOB_RUN.c
    mine = select(JOB_RUN).where(at.job == job, at.id != (but or 0))
    ended = mine.where(at.finished_at.is_not(None), at.error.is_(None))
    row = connection.execute(ended.order_by(at.started_at.desc()).limit(1)).first()
    last = JobRun(*(row[0:1] + row[2:6])) if row else None
    since = mine.where(at.started_at > last.started_at) if last else mine
    broken = len(connection.execute(since.with_only_columns(at.id).limit(100)).all())
    missed = max(0, (now - last.started_at - _LATE) // EVERY) if last else 0
    return Regularity(last, missed, broken)
