"""The queue as a person sees it: what waits, what failed, and letting it be tried again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from scanner.database import Database
from scanner.jobs import JobState, queue_of
from scanner.jobs.job import Picture
from scanner.settings import Settings


class QueueTold(Struct, frozen=True):
    """How the queue looks."""

    picture: Picture

    def json(self) -> str:
        """Return it as JSON."""
        return msgspec.json.encode(self.picture).decode()

    def text(self) -> str:
        """Return it for a person."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        picture = self.picture
        yield ", ".join(f"{picture.count(state)} {state}" for state in JobState) + "."
        if picture.oldest_seconds >= 1:
            yield f"The oldest job that is ready has waited for {picture.oldest_seconds:.0f} s."
        for worker in picture.workers:
            at = worker.job or "idle"
            yield f"worker {worker.id}: {at}, last heard of {worker.silent_seconds:.0f} s ago."
        if not picture.workers:
            yield "No worker is enrolled: start one with `revizor worker`."
        for one in picture.failures:
            yield f"failed after {one.attempts} attempts: {one.key}"
        if picture.failures:
            yield "Its worker's log says why; `revizor jobs retry` tries again."


async def jobs_status(settings: Settings) -> QueueTold:
    """Return how the queue looks."""
    with Database.open(settings.db) as database:
        queue = queue_of(database)
        await database.write(queue.install)
        return QueueTold(database.read(queue.picture))


async def jobs_retry(settings: Settings) -> int:
    """Let everything that failed be tried once more; return how much that is."""
    with Database.open(settings.db) as database:
        queue = queue_of(database)
        await database.write(queue.install)
        return await database.write(queue.retry)
