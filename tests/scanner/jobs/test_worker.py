"""What a worker makes of a job: done, later, failed for good, given back, taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from scanner.database import Busy, Database, StorageTrouble
from scanner.jobs import Job, JobState, Later, Lost, Queue, queue_of
from scanner.jobs.job import Picture
from scanner.jobs.worker import ATTEMPTS, Handler, Rhythm, Stop, Turn, Worker

RHYTHM = Rhythm(silent=30.0, poll=0.01)
Story = Callable[[Turn], Awaitable[Iterable[Job]]]


class Bad(Exception):
    """An error after which nothing is tried again."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An SQLite file, its queue ready."""
    found = f"sqlite:///{tmp_path}/revizor.db"
    do(found, lambda queue, connection: queue.install(connection))
    return found


def do(url: str, work: Callable[[Queue, Connection], Any]) -> Any:
    """Run one transaction on the queue of a database."""
    with Database.open(url) as database:
        queue = queue_of(database)
        return asyncio.run(database.write(lambda connection: work(queue, connection)))


def put(url: str, *jobs: Job) -> None:
    """Let jobs wait."""
    do(url, lambda queue, connection: queue.put(connection, jobs))


def picture(url: str) -> Picture:
    """How the queue looks."""
    found: Picture = do(url, lambda queue, connection: queue.picture(connection))
    return found


def counts(url: str) -> dict[str, int]:
    """How many jobs are in which state."""
    found = picture(url)
    return {str(state): found.count(state) for state in JobState if found.count(state)}


def drain(url: str, handlers: Mapping[str, Handler]) -> dict[str, int]:
    """Let a worker do what waits; how its attempts ended."""

    async def work() -> dict[str, int]:
        worker = Worker(url, handlers, lambda _: (), place="home", rhythm=RHYTHM, hopeless=[Bad])
        await worker.run(Stop(), drain=True)
        return worker.ended

    return asyncio.run(work())


def job(name: str = "one", **more: Any) -> Job:
    """A job at home."""
    return Job(name=name, key=more.pop("key", name), place="home", **more)


async def nothing(_turn: Turn) -> list[Job]:
    """Do nothing."""
    return []


def raising(error: Exception) -> Handler:
    """A handler that fails."""

    async def fail(_turn: Turn) -> list[Job]:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "how", "left"),
    [
        (None, "done", {"done": 1}),
        (Later(60, "it rests"), "later", {"waiting": 1}),
        (Busy("somebody is at it"), "later", {"waiting": 1}),
        (StorageTrouble("the disk is full"), "given back", {"waiting": 1}),
        (OSError("the line broke"), "failed", {"waiting": 1}),
        (Bad("no such client"), "failed", {"failed": 1}),
    ],
)
def test_how_an_attempt_ends_says_what_becomes_of_the_job(
    url: str, error: Exception | None, how: str, left: dict[str, int]
):
    """Only what cannot be helped fails at once; all else is tried again, in a while."""
    put(url, job())

    ended = drain(url, {"one": raising(error) if error else nothing})

    assert ended == {how: 1}
    assert counts(url) == left


def test_what_fails_again_and_again_fails_for_good(url: str):
    """After so many attempts; a person may let it be tried again."""
    put(url, job())
    with Database.open(url) as database:
        statement = text(f"UPDATE queue_job SET epoch = {ATTEMPTS - 1}")
        asyncio.run(database.write(lambda connection: connection.execute(statement).rowcount))

    assert drain(url, {"one": raising(OSError("again"))}) == {"failed": 1}
    assert counts(url) == {"failed": 1}
    assert do(url, lambda queue, connection: queue.retry(connection)) == 1
    assert drain(url, {"one": nothing}) == {"done": 1}


def test_what_follows_from_a_job_is_done_too(url: str):
    """What its handler returns, and what comes when the last of its group is over."""
    done: list[str] = []

    async def note(turn: Turn) -> list[Job]:
        done.append(turn.job.key)
        return [job("one", key="follows")] if turn.job.key == "first" else []

    last = job(key="the last", group="g")
    put(url, job(key="a", group="g", then=last), job(key="b", group="g", then=last))
    put(url, job(key="first"))

    assert drain(url, {"one": note}) == {"done": 5}
    assert done == ["a", "b", "first", "the last", "follows"]


def test_a_failed_part_does_not_hold_up_the_rest(url: str):
    """What comes after the group comes all the same: it makes up for what is missing."""
    put(url, job("bad", group="g", then=job("one", key="the last")))

    assert drain(url, {"bad": raising(Bad("broken")), "one": nothing}) == {"failed": 1, "done": 1}


def test_a_job_of_a_newer_version_is_not_lost(url: str):
    """A worker that does not know it leaves it for one that does."""
    put(url, job("unheard of"))

    assert drain(url, {"one": nothing}) == {"failed": 1}
    assert counts(url) == {"waiting": 1}


def test_a_stopped_worker_gives_back_what_it_is_at(url: str):
    """At the next pause of the job; without an error, to be taken at once."""
    stopping: list[Stop] = []

    async def wait_for_ever(_turn: Turn) -> list[Job]:
        loop.call_soon_threadsafe(stopping[0].ask)
        await asyncio.Event().wait()
        return []

    async def work() -> dict[str, int]:
        nonlocal loop
        loop = asyncio.get_running_loop()
        stopping.append(Stop())
        handlers = {"one": wait_for_ever}
        worker = Worker(url, handlers, lambda _: (), place="home", rhythm=RHYTHM)
        await worker.run(stopping[0])
        return worker.ended

    loop: asyncio.AbstractEventLoop
    put(url, job())

    assert asyncio.run(work()) == {"given back": 1}
    assert counts(url) == {"waiting": 1}
    assert picture(url).workers == ()
    assert drain(url, {"one": nothing}) == {"done": 1}


def test_what_was_taken_away_is_not_written(url: str):
    """Neither by the handler nor at its end, and its follow-ups are not put: the job is another's."""

    async def lose_it(turn: Turn) -> list[Job]:
        await turn.unfenced.write(
            lambda c: c.execute(text("UPDATE queue_job SET epoch = 77")).rowcount
        )
        with pytest.raises(Lost):
            await turn.database.write(_make_a_table)
        return [job("one", key="follows")]

    put(url, job())

    assert drain(url, {"one": lose_it}) == {"lost": 1}
    assert counts(url) == {"running": 1}  # of whoever has it now


def test_a_tick_has_one_job_however_often_it_is_put(url: str):
    """By several workers one after another, each of which looks many times."""
    ticked: list[str] = []

    async def tick(turn: Turn) -> list[Job]:
        ticked.append(turn.job.key)
        if len(ticked) > 1:
            loop.call_soon_threadsafe(stop.ask)
        return []

    async def work(second: str) -> None:
        nonlocal loop, stop
        loop, stop = asyncio.get_running_loop(), Stop()

        def ticks(_at: datetime) -> tuple[Job, ...]:
            return (job("tick", key="12:00"), job("tick", key=second))

        worker = Worker(url, {"tick": tick}, ticks, place="home", rhythm=RHYTHM)
        await worker.run(stop)

    loop: asyncio.AbstractEventLoop
    stop: Stop
    asyncio.run(work("12:01"))
    asyncio.run(work("12:02"))

    assert ticked == ["12:00", "12:01", "12:02"]


def test_a_second_worker_on_an_sqlite_file_is_told_that_it_is_busy(url: str):
    """Both would wait for each other's writing."""
    with Database.open(url) as database, database.lock("worker"), pytest.raises(Busy):
        drain(url, {"one": nothing})


def _make_a_table(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE note (x int)"))
