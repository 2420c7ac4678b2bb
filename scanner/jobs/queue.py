"""The port: what a queue of jobs must be able to do, and which one a database has.

Each call runs inside a transaction of the database that the jobs write into: a job's end and the jobs that
follow from it are one commit. Time is the database's, never a worker's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from scanner.database import Database, StorageTrouble
from scanner.jobs.job import Claim, Job, Picture


class Queue(Protocol):
    """Jobs that wait, and those who do them."""

    def install(self, connection: Connection) -> None:
        """Make its tables unless they are there."""

    def now(self, connection: Connection) -> datetime:
        """Return the database's time."""

    def put(self, connection: Connection, jobs: Iterable[Job]) -> int:
        """Let jobs wait, but for those whose key is known; return how many are new."""

    def knows(self, connection: Connection, key: str) -> bool:
        """Say whether a job of this key was put."""

    def enrol(self, connection: Connection) -> int:
        """Note a new worker; return its number."""

    def beat(self, connection: Connection, worker: int) -> bool:
        """Note that a worker lives; False when it was taken for dead and must enrol anew."""

    def leave(self, connection: Connection, worker: int) -> None:
        """Forget a worker that ends in order."""

    def claim(self, connection: Connection, worker: int, places: Sequence[str]) -> Claim | None:
        """Take the next job of these places; None when none can be done now, or not by who was taken for dead."""

    def holds(self, connection: Connection, claim: Claim) -> bool:
        """Say whether a claim still stands; where it does, it does until the transaction ends."""

    def end(self, connection: Connection, claim: Claim, error: str = "") -> None:
        """End a job that is held: done, or failed for good with an error."""

    def give_back(self, connection: Connection, claim: Claim, seconds: float) -> None:
        """Let a job that is held wait again, for so long at least."""

    def open_in(self, connection: Connection, group: str) -> int:
        """Return how many jobs of a group wait or are being done."""

    def sweep(self, connection: Connection, silent: float) -> int:
        """Let the jobs of workers wait again who have been silent for so many seconds; return how many.

        Who was heard of in the future, and what is to wait for longer than any job does, was so before the
        clock was set back: he is silent, and it is tried now.
        """

    def picture(self, connection: Connection) -> Picture:
        """Return how it looks."""

    def retry(self, connection: Connection) -> int:
        """Let everything that failed wait again; return how many."""

    def forget(self, connection: Connection, age: timedelta) -> int:
        """Drop jobs that ended so long ago, with their keys; return how many."""


def queue_of(database: Database) -> Queue:
    """Return the queue of a database, its tables ready: procrastinate's in PostgreSQL, else one of ours.

    Raises StorageTrouble, with advice, where procrastinate is needed and is not installed.
    """
    if database.is_server:
        try:
            from scanner.jobs.fleet import FleetQueue
        except ModuleNotFoundError as error:
            raise StorageTrouble(
                "workers on PostgreSQL need procrastinate; run: pip install 'revizor[fleet]'"
            ) from error
        return FleetQueue()
    from scanner.jobs.embedded import EmbeddedQueue

    return EmbeddedQueue()
