"""A job, the claim of a worker on it, and what a queue looks like from outside."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

LONGEST_PAUSE = 3_600.0
"""Seconds. No job waits longer for its next attempt: one that does waits because a clock was set back."""


class Job(Struct, frozen=True, kw_only=True):
    """Something to do. It may be begun several times; what it does must have its effect once."""

    name: str
    """What is to be done: a handler's name."""
    key: str
    """A job of a key that the queue still remembers is not put again: so each tick has one job."""
    args: dict[str, Any] = {}
    """What the handler is told; plain JSON."""
    place: str = ""
    """The vantage whose workers may do it."""
    group: str = ""
    """Jobs that belong together, such as all of one client's."""
    urgent: int = 0
    """Greater comes first."""
    then: Job | None = None
    """What is put when this was the last open job of its group."""


class Claim(Struct, frozen=True, kw_only=True):
    """One attempt at a job, by one worker. It ends when the job is done, given back or taken away."""

    id: int
    epoch: int
    """How often the job was claimed or given back before: a later claim has a greater one."""
    worker: int
    job: Job


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Count(Struct, frozen=True):
    """How many jobs of a name are in a state."""

    name: str
    state: JobState
    jobs: int


class WorkerSeen(Struct, frozen=True):
    """A worker that is enrolled, and how long it has been silent."""

    id: int
    silent_seconds: float
    job: str
    """Key of the job that it is at; empty where it is at none."""


class Failure(Struct, frozen=True):
    """A job that ended with an error."""

    key: str
    attempts: int


class Picture(Struct, frozen=True, kw_only=True):
    """The queue at one moment."""

    counts: tuple[Count, ...]
    oldest_seconds: float
    """How long the oldest job that could be done now has been waiting; 0 where none is."""
    workers: tuple[WorkerSeen, ...]
    failures: tuple[Failure, ...]
    """The latest twenty."""

    def count(self, state: JobState) -> int:
        """Return how many jobs are in a state."""
        return sum(one.jobs for one in self.counts if one.state is state)


class Lost(Exception):
    """The job was given to another worker: what this attempt has not written yet is not written."""


class Later(Exception):
    """Nothing is wrong, but it cannot be done now; it says in how many seconds to try again."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds
