"""The queue of a fleet: procrastinate's tables in PostgreSQL, spoken to in our own transactions.

Its own worker ends a job without asking whose it is by now; ours asks, in the transaction that ends it.
What procrastinate calls attempts is our epoch: it grows whenever a job is given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from procrastinate.schema import SchemaManager
from procrastinate.sql import queries
from sqlalchemy import Connection, RowMapping, text

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

_STATES = {
    "todo": JobState.WAITING,
    "doing": JobState.RUNNING,
    "succeeded": JobState.DONE,
    "failed": JobState.FAILED,
}
_LOCK = 5_724_316_021
"""PostgreSQL advisory lock: two workers that come first do not make the tables twice."""
_KEYS = text(
    "CREATE TABLE IF NOT EXISTS queue_key (key text PRIMARY KEY, put_at timestamptz NOT NULL DEFAULT now())"
)
# The keys that are new, and their jobs, in one statement: neither is ever there without the other.
_PUT = text(
    """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(:jobs AS jsonb))
            AS job(key text, place text, name text, urgent integer, args jsonb)
    ), new AS (
        INSERT INTO queue_key (key) SELECT key FROM given ORDER BY key
        ON CONFLICT DO NOTHING RETURNING key
    )
    SELECT count(*) FROM unnest((
        SELECT procrastinate_defer_jobs_v1(array_agg(
            ROW(place, name, urgent, NULL, NULL, args, NULL)::procrastinate_job_to_defer_v1
        )) FROM given WHERE key IN (SELECT key FROM new)
    ))
    """
)
_HOLDS = text(
    "SELECT 1 FROM procrastinate_jobs "
    "WHERE id = :id AND attempts = :epoch AND status = 'doing' AND worker_id = :worker FOR SHARE"
)
_OPEN = text(
    "SELECT count(*) FROM procrastinate_jobs "
    "WHERE status IN ('todo', 'doing') AND args ->> 'group' = :group"
)
_DEAD = text(
    "SELECT id FROM procrastinate_workers WHERE last_heartbeat NOT BETWEEN "
    "now() - make_interval(secs => :silent) AND now() + make_interval(secs => :silent)"
)
_ALIVE = text("SELECT 1 FROM procrastinate_workers WHERE id = :worker FOR KEY SHARE")
_BURY = text("DELETE FROM procrastinate_workers WHERE id = ANY(:dead)")
_NO_LONGER = text(
    "UPDATE procrastinate_jobs SET scheduled_at = now() "
    "WHERE status = 'todo' AND scheduled_at > now() + make_interval(secs => :longest)"
)
_ORPHANS = text(
    """
    SELECT job.id FROM procrastinate_jobs job
    WHERE job.status = 'doing' AND (job.worker_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM procrastinate_workers worker WHERE worker.id = job.worker_id
    ))
    FOR UPDATE OF job SKIP LOCKED
    """
)
_OLDEST = text(
    """
    SELECT extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at)))
    FROM procrastinate_jobs job
    LEFT JOIN LATERAL (
        SELECT min(at) AS at FROM procrastinate_events WHERE job_id = job.id
    ) event ON true
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
    """
)
_WORKERS = text(
    """
    SELECT worker.id, extract(epoch FROM now() - worker.last_heartbeat) AS silent,
           coalesce(job.args ->> 'key', '') AS job
    FROM procrastinate_workers worker
    LEFT JOIN procrastinate_jobs job ON job.worker_id = worker.id AND job.status = 'doing'
    ORDER BY worker.id
    """
)
_COUNTS = text(
    "SELECT task_name, status::text, count(*) FROM procrastinate_jobs GROUP BY 1, 2 ORDER BY 1, 2"
)
_FAILED = text(
    "SELECT args ->> 'key', attempts FROM procrastinate_jobs WHERE status = 'failed' "
    "ORDER BY id DESC LIMIT 20"
)
_RETRY = text(
    "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs "
    "WHERE status = 'failed'"
)
_FORGET = text("DELETE FROM queue_key WHERE put_at < now() - make_interval(secs => :age)")


class FleetQueue:
    """See Queue."""

    def install(self, connection: Connection) -> None:
        """Make the tables unless they are there."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        connection.execute(_KEYS)
        if _run(connection, "check_connection")[0]["check"] is None:
            # Many statements at once: only the driver itself takes them.
            connection.connection.cursor().execute(SchemaManager.get_schema())

    def now(self, connection: Connection) -> datetime:
        """Return the database's time."""
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment

    def put(self, connection: Connection, jobs: Iterable[Job]) -> int:
        """Let jobs wait, but for those whose key is known."""
        rows = [
            {
                "key": job.key,
                "place": job.place,
                "name": job.name,
                "urgent": job.urgent,
                "args": {"key": job.key, "group": job.group, "job": msgspec.to_builtins(job)},
            }
            for job in jobs
        ]
        if not rows:
            return 0
        given = msgspec.json.encode(rows).decode()
        return int(connection.scalar(_PUT, {"jobs": given}) or 0)

    def knows(self, connection: Connection, key: str) -> bool:
        """Say whether a job of this key was put."""
        query = text("SELECT 1 FROM queue_key WHERE key = :key")
        return connection.scalar(query, {"key": key}) is not None

    def enrol(self, connection: Connection) -> int:
        """Note a new worker."""
        return int(_run(connection, "register_worker")[0]["worker_id"])

    def beat(self, connection: Connection, worker: int) -> bool:
        """Note that it lives."""
        _run(connection, "update_heartbeat", worker_id=worker)
        query = text("SELECT 1 FROM procrastinate_workers WHERE id = :id")
        return connection.scalar(query, {"id": worker}) is not None

    def leave(self, connection: Connection, worker: int) -> None:
        """Forget it."""
        _run(connection, "unregister_worker", worker_id=worker)

    def claim(self, connection: Connection, worker: int, places: Sequence[str]) -> Claim | None:
        """Take the next job, unless the worker was taken for dead: procrastinate would fail on that."""
        if connection.scalar(_ALIVE, {"worker": worker}) is None:
            return None
        row = _run(connection, "fetch_job", queues=list(places), worker_id=worker)[0]
        if row["id"] is None:
            return None
        job = msgspec.convert(row["args"]["job"], Job)
        return Claim(id=row["id"], epoch=row["attempts"], worker=worker, job=job)

    def holds(self, connection: Connection, claim: Claim) -> bool:
        """Say whether a claim still stands."""
        return connection.scalar(_HOLDS, msgspec.structs.asdict(claim)) is not None

    def end(self, connection: Connection, claim: Claim, error: str = "") -> None:
        """End a job; why it failed is in the worker's log, for procrastinate keeps no text."""
        status = "failed" if error else "succeeded"
        _run(connection, "finish_job", job_id=claim.id, status=status, delete_job=False)

    def give_back(self, connection: Connection, claim: Claim, seconds: float) -> None:
        """Let it wait again."""
        _give_back(connection, claim.id, self.now(connection) + timedelta(seconds=seconds))

    def open_in(self, connection: Connection, group: str) -> int:
        """Return how many jobs of a group are open."""
        return int(connection.scalar(_OPEN, {"group": group}) or 0)

    def sweep(self, connection: Connection, silent: float) -> int:
        """Let the jobs of the dead wait again."""
        dead = [*connection.scalars(_DEAD, {"silent": silent})]
        if dead:
            end_sessions_of(connection, dead)
            connection.execute(_BURY, {"dead": dead})
        swept = [*connection.scalars(_ORPHANS)]
        for number in swept:
            _give_back(connection, number, self.now(connection))
        connection.execute(_NO_LONGER, {"longest": LONGEST_PAUSE})
        return len(swept)

    def picture(self, connection: Connection) -> Picture:
        """Return how it looks."""
        return Picture(
            counts=tuple(
                Count(name, _STATES.get(status, JobState.FAILED), jobs)
                for name, status, jobs in connection.execute(_COUNTS)
            ),
            oldest_seconds=max(0.0, float(connection.scalar(_OLDEST) or 0.0)),
            workers=tuple(
                WorkerSeen(row.id, max(0.0, float(row.silent)), row.job)
                for row in connection.execute(_WORKERS)
            ),
            failures=tuple(Failure(key, tried) for key, tried in connection.execute(_FAILED)),
        )

    def retry(self, connection: Connection) -> int:
        """Let everything that failed wait again."""
        return len(connection.execute(_RETRY).all())

    def forget(self, connection: Connection, age: timedelta) -> int:
        """Drop what ended long ago; keys go by the day they were put, which is earlier still."""
        seconds = age.total_seconds()
        before = connection.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0
        _run(
            connection,
            "delete_old_jobs",
            statuses=["succeeded", "failed", "cancelled", "aborted"],
            queue=None,
            nb_hours=int(seconds // 3_600),
        )
        connection.execute(_FORGET, {"age": seconds})
        left = connection.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0
        return int(before - left)


def _give_back(connection: Connection, number: int, at: datetime) -> None:
    _run(
        connection, "retry_job",
        job_id=number, retry_at=at, new_priority=None, new_queue_name=None, new_lock=None,
    )  # fmt: skip


def _run(connection: Connection, name: str, **values: Any) -> list[RowMapping]:
    """Run one of procrastinate's own statements; return what it returns, row by row."""
    result = connection.exec_driver_sql(queries[name], values)
    return [row._mapping for row in result] if result.returns_rows else []
