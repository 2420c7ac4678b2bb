"""The embedded queue: two tables of our own in SQLite or any other database, no broker.

A claim is a lease that lasts as long as its worker beats. The tables are made when a queue is first used,
outside the migrations: a queue is no record, and moving a database leaves it behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    func,
    not_,
    select,
    text,
    update,
)

from scanner.database.columns import insert
from scanner.jobs.job import (
    LONGEST_PAUSE,
    Claim,
    Count,
    Failure,
    Job,
    JobState,
    Picture,
    WorkerSeen,
)
from scanner.jobs.sessions import end_sessions_of

_TABLES = MetaData()
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
JOB = Table(
    "queue_job",
    _TABLES,
    Column("id", _NUMBER, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("urgent", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("worker", _NUMBER),
    Column("ready", Float, nullable=False),
    Column("ended", Float),
    Column("error", Text, nullable=False),
    Index("ix_queue_job_state_ready", "state", "ready"),
    Index("ix_queue_job_group_state", "group", "state"),
    sqlite_autoincrement=True,
)
WORKER = Table(
    "queue_worker",
    _TABLES,
    Column("id", _NUMBER, primary_key=True),
    Column("beat", Float, nullable=False),
    # A number is never given to a second worker: the sessions of the first are known by it.
    sqlite_autoincrement=True,
)
_OPEN = (JobState.WAITING, JobState.RUNNING)
_LOCK = 5_724_316_020
"""PostgreSQL advisory lock: two workers that come first do not make the tables twice."""


class EmbeddedQueue:
    """See Queue."""

    def install(self, connection: Connection) -> None:
        """Make the tables unless they are there."""
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _TABLES.create_all(connection)

    def now(self, connection: Connection) -> datetime:
        """Return the database's time."""
        return datetime.fromtimestamp(_now(connection), UTC)

    def put(self, connection: Connection, jobs: Iterable[Job]) -> int:
        """Let jobs wait, but for those whose key is known."""
        at = _now(connection)
        rows = [_row(job, at) for job in jobs]
        if not rows:
            return 0
        added = insert(connection, JOB).on_conflict_do_nothing().returning(JOB.c.id)
        return len(connection.execute(added, rows).all())

    def knows(self, connection: Connection, key: str) -> bool:
        """Say whether a job of this key was put."""
        return connection.scalar(select(JOB.c.id).where(JOB.c.key == key)) is not None

    def enrol(self, connection: Connection) -> int:
        """Note a new worker."""
        row = insert(connection, WORKER).values(beat=_now(connection)).returning(WORKER.c.id)
        return int(connection.execute(row).scalar_one())

    def beat(self, connection: Connection, worker: int) -> bool:
        """Note that it lives."""
        row = update(WORKER).where(WORKER.c.id == worker).values(beat=_now(connection))
        return connection.execute(row).rowcount == 1

    def leave(self, connection: Connection, worker: int) -> None:
        """Forget it."""
        connection.execute(delete(WORKER).where(WORKER.c.id == worker))

    def claim(self, connection: Connection, worker: int, places: Sequence[str]) -> Claim | None:
        """Take the next job; two workers never get the same, and neither waits for the other."""
        ready = and_(
            JOB.c.state == JobState.WAITING,
            JOB.c.ready <= _now(connection),
            JOB.c.place.in_(list(places)),
        )
        query = select(JOB).where(ready).order_by(JOB.c.urgent.desc(), JOB.c.id).limit(1)
        row = connection.execute(query.with_for_update(skip_locked=True)).first()
        alive = select(WORKER.c.id).where(WORKER.c.id == worker).with_for_update(read=True)
        if row is None or connection.scalar(alive) is None:
            return None
        epoch = row.epoch + 1
        _set(connection, row.id, state=JobState.RUNNING, worker=worker, epoch=epoch)
        job = msgspec.json.decode(row.body, type=Job)
        return Claim(id=row.id, epoch=epoch, worker=worker, job=job)

    def holds(self, connection: Connection, claim: Claim) -> bool:
        """Say whether a claim still stands."""
        mine = select(JOB.c.id).where(
            JOB.c.id == claim.id, JOB.c.epoch == claim.epoch, JOB.c.state == JobState.RUNNING
        )
        return connection.scalar(mine.with_for_update(read=True)) is not None

    def end(self, connection: Connection, claim: Claim, error: str = "") -> None:
        """End a job."""
        state = JobState.FAILED if error else JobState.DONE
        _set(connection, claim.id, state=state, worker=None, ended=_now(connection), error=error)

    def give_back(self, connection: Connection, claim: Claim, seconds: float) -> None:
        """Let it wait again."""
        ready = _now(connection) + seconds
        _set(connection, claim.id, state=JobState.WAITING, worker=None, ready=ready)

    def open_in(self, connection: Connection, group: str) -> int:
        """Return how many jobs of a group are open."""
        query = select(func.count()).where(JOB.c.group == group, JOB.c.state.in_(_OPEN))
        return int(connection.scalar(query) or 0)

    def sweep(self, connection: Connection, silent: float) -> int:
        """Let the jobs of the dead wait again."""
        at = _now(connection)
        heard = WORKER.c.beat.between(at - silent, at + silent)
        dead = [*connection.scalars(select(WORKER.c.id).where(not_(heard)))]
        if dead:
            end_sessions_of(connection, dead)
            connection.execute(delete(WORKER).where(WORKER.c.id.in_(dead)))
        orphans = (
            select(JOB.c.id)
            .where(JOB.c.state == JobState.RUNNING, JOB.c.worker.not_in(select(WORKER.c.id)))
            .with_for_update(skip_locked=True)
        )
        swept = [*connection.scalars(orphans)]
        for number in swept:
            _set(connection, number, state=JobState.WAITING, worker=None, ready=at)
        far = and_(JOB.c.state == JobState.WAITING, JOB.c.ready > at + LONGEST_PAUSE)
        connection.execute(update(JOB).where(far).values(ready=at))
        return len(swept)

    def picture(self, connection: Connection) -> Picture:
        """Return how it looks."""
        at = _now(connection)
        counted = select(JOB.c.name, JOB.c.state, func.count()).group_by(JOB.c.name, JOB.c.state)
        waiting = JOB.c.state == JobState.WAITING
        oldest = connection.scalar(select(func.min(JOB.c.ready)).where(waiting))
        busy = select(WORKER.c.id, WORKER.c.beat, JOB.c.key).outerjoin(
            JOB, and_(JOB.c.worker == WORKER.c.id, JOB.c.state == JobState.RUNNING)
        )
        failed = select(JOB.c.key, JOB.c.epoch).where(JOB.c.state == JobState.FAILED)
        return Picture(
            counts=tuple(
                Count(name, JobState(state), jobs)
                for name, state, jobs in connection.execute(counted.order_by(JOB.c.name))
            ),
            oldest_seconds=max(0.0, at - oldest) if oldest is not None else 0.0,
            workers=tuple(
                WorkerSeen(row.id, max(0.0, at - row.beat), row.key or "")
                for row in connection.execute(busy.order_by(WORKER.c.id))
            ),
            failures=tuple(
                Failure(row.key, row.epoch)
                for row in connection.execute(failed.order_by(JOB.c.ended.desc()).limit(20))
            ),
        )

    def retry(self, connection: Connection) -> int:
        """Let everything that failed wait again."""
        row = update(JOB).where(JOB.c.state == JobState.FAILED)
        again = row.values(state=JobState.WAITING, ready=_now(connection), error="")
        return connection.execute(again).rowcount

    def forget(self, connection: Connection, age: timedelta) -> int:
        """Drop what ended long ago."""
        old = JOB.c.ended < _now(connection) - age.total_seconds()
        ended = JOB.c.state.in_([JobState.DONE, JobState.FAILED])
        return connection.execute(delete(JOB).where(ended, old)).rowcount


def _now(connection: Connection) -> float:
    """Return the database's time in seconds since 1970."""
    clock = (
        "(julianday('now') - 2440587.5) * 86400.0"
        if connection.dialect.name == "sqlite"
        else "extract(epoch FROM clock_timestamp())"
    )
    return float(connection.scalar(text(f"SELECT {clock}")))


def _row(job: Job, at: float) -> dict[str, Any]:
    return {
        "key": job.key,
        "name": job.name,
        "place": job.place,
        "group": job.group,
        "urgent": job.urgent,
        "body": msgspec.json.encode(job).decode(),
        "state": JobState.WAITING,
        "epoch": 0,
        "ready": at,
        "error": "",
    }


def _set(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(JOB).where(JOB.c.id == number).values(**values))
