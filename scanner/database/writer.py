"""The one thread that writes: what waits together is committed together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from scanner.database.trouble import StorageTrouble, in_words, is_transient

T = TypeVar("T")

_AT_ONCE = 500
"""At most so many jobs share a transaction, so that none waits long for its commit."""
GATHERING = 0.1
"""Seconds that jobs in no hurry wait for others: a commit costs about as much as writing ten looks."""
_ATTEMPTS = 5


class _Job:
    """Something to write, and the promise of its result."""

    def __init__(self, work: Callable[[Connection], Any], order: str, hurry: bool) -> None:
        self.work = work
        self.order = order
        self.hurry = hurry
        self.promise: Future[Any] = Future()


class _Again(Exception):
    """The whole group must run again: the database chose our transaction to give way."""


class Writer:
    """Runs jobs one after another in its own thread; a job's promise is kept after its commit.

    Of several each has its own savepoint: one that fails takes nothing of the others with it. When
    PostgreSQL breaks a deadlock at our cost the group is run again, so a job may run twice, but its
    effects are stored once.
    """

    def __init__(self, engine: Engine, place: str, gathering: float = GATHERING) -> None:
        self._engine = engine
        self._place = place
        self._gathering = gathering
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(
        self, work: Callable[[Connection], T], order: str = "", *, hurry: bool = True
    ) -> Future[T]:
        """Queue a job; its future is resolved once it is committed, or has failed.

        Jobs of one commit run by `order`, then as they came. One without `hurry` waits a moment for
        others to share its commit.
        """
        job = _Job(work, order, hurry)
        with self._lock:
            if self._closed:
                raise RuntimeError("the database is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
            self._queue.put(job)
        return job.promise

    def close(self) -> None:
        """Write everything queued, then stop. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            if self._thread is not None:
                self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            waiting = self._gather()
            closing = None in waiting
            jobs = [job for job in waiting if job and job.promise.set_running_or_notify_cancel()]
            jobs.sort(key=lambda job: job.order)
            if jobs:
                self._commit(jobs)

    def _gather(self) -> list[_Job | None]:
        """Take what is queued, and while nobody is in a hurry what comes within a moment."""
        waiting = [self._queue.get()]
        until = time.monotonic() + self._gathering
        while len(waiting) < _AT_ONCE:
            last = waiting[-1]
            if last is None or last.hurry:
                until = 0.0
            left = until - time.monotonic()
            try:
                waiting.append(self._queue.get(block=left > 0, timeout=max(left, 0)))
            except Empty:
                break
        return waiting

    def _commit(self, jobs: list[_Job]) -> None:
        results: list[tuple[Any, BaseException | None]]
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            try:
                with self._engine.begin() as connection:
                    if len(jobs) == 1:
                        results = [(jobs[0].work(connection), None)]
                    else:
                        results = [self._do(connection, job, last) for job in jobs]
                break
            except _Again:
                continue
            except Exception as error:  # noqa: BLE001 - relayed to those who wait; the thread must live on
                if isinstance(error, DBAPIError) and is_transient(error) and not last:
                    continue
                said = self._say(error)
                for job in jobs:
                    job.promise.set_exception(said)
                return
        for job, (value, failure) in zip(jobs, results, strict=True):
            if failure is None:
                job.promise.set_result(value)
            else:
                job.promise.set_exception(failure)

    def _do(
        self, connection: Connection, job: _Job, last: bool
    ) -> tuple[Any, BaseException | None]:
        connection.exec_driver_sql("SAVEPOINT job")
        try:
            value = job.work(connection)
        except Exception as error:  # relayed, whatever it is, to the one who asked
            if isinstance(error, DBAPIError) and is_transient(error) and not last:
                raise _Again from error
            try:
                # Fails when the database has already undone the whole transaction (disk full).
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
                connection.exec_driver_sql("RELEASE SAVEPOINT job")
            except DBAPIError:
                raise self._trouble_or(error) from error
            return None, self._say(error)
        connection.exec_driver_sql("RELEASE SAVEPOINT job")
        return value, None

    def _say(self, error: Exception) -> Exception:
        words = in_words(error, self._place) if isinstance(error, DBAPIError) else None
        if words is None:
            return error
        words.__cause__ = error
        return words

    def _trouble_or(self, error: Exception) -> StorageTrouble:
        said = self._say(error)
        if isinstance(said, StorageTrouble):
            return said
        return StorageTrouble(f"{self._place}: the transaction was lost: {error}")
