"""Every queue keeps the same promises: each job once, none lost, a claim that was taken away writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection, text

from scanner.jobs import Claim, Fenced, Job, JobState, Lost
from scanner.service.working import ticks
from tests.scanner.jobs.conftest import Place

T = TypeVar("T")


def do(place: Place, work: Callable[[Connection], T]) -> T:
    """Run one transaction."""
    return asyncio.run(place.database.write(work))


def job(number: int = 1, *, place: str = "home", urgent: int = 0, group: str = "") -> Job:
    """A job of its own key."""
    return Job(name="part", key=f"part {number}", place=place, urgent=urgent, group=group)


def claimed(place: Place, worker: int, *places: str) -> Claim | None:
    """What a worker gets next."""
    return do(place, lambda c: place.queue.claim(c, worker, places or ("home",)))


def sure(claim: Claim | None) -> Claim:
    """A claim that there must be."""
    assert claim is not None
    return claim


def test_a_key_is_put_once(place: Place):
    """Also when its job is being done, and when it is over: a tick has one job however many put it."""
    queue = place.queue
    assert do(place, lambda c: queue.put(c, [job(1), job(2)])) == 2
    assert do(place, lambda c: queue.put(c, [job(1), job(3)])) == 1
    worker = do(place, queue.enrol)
    claim = sure(claimed(place, worker))
    assert do(place, lambda c: queue.put(c, [job(1)])) == 0
    do(place, lambda c: queue.end(c, claim))

    assert do(place, lambda c: queue.put(c, [job(1)])) == 0
    assert do(place, lambda c: queue.knows(c, "part 1"))
    assert not do(place, lambda c: queue.knows(c, "part 4"))


def test_each_job_goes_to_one_worker(place: Place):
    """The urgent first, then as they came; only of places that the worker looks from."""
    queue = place.queue
    do(place, lambda c: queue.put(c, [job(1), job(2, urgent=1), job(3, place="kazan"), job(4)]))
    one, two = do(place, queue.enrol), do(place, queue.enrol)

    got = [sure(claimed(place, worker)).job.key for worker in (one, two, one)]

    assert got == ["part 2", "part 1", "part 4"]
    assert claimed(place, two) is None
    assert sure(claimed(place, two, "kazan")).job == job(3, place="kazan")


def test_a_dead_workers_jobs_wait_again(place: Place):
    """They are taken by another, and what the first still writes is refused; the living keep theirs."""
    queue = place.queue
    do(place, lambda c: queue.put(c, [job(1), job(2)]))
    dead, alive = do(place, queue.enrol), do(place, queue.enrol)
    lost, kept = sure(claimed(place, dead)), sure(claimed(place, alive))
    assert do(place, lambda c: queue.beat(c, alive))

    assert do(place, lambda c: queue.sweep(c, 60)) == 0
    _silence(place, dead)
    assert do(place, lambda c: queue.sweep(c, 60)) == 1
    again = sure(claimed(place, alive))

    assert again.job == lost.job
    assert again.epoch > lost.epoch
    assert not do(place, lambda c: queue.beat(c, dead))
    do(place, lambda c: queue.put(c, [job(3)]))
    assert claimed(place, dead) is None  # it has to enrol anew
    held = [do(place, lambda c, one=one: queue.holds(c, one)) for one in (lost, again, kept)]
    assert held == [False, True, True]


def test_what_is_not_held_is_not_written(place: Place):
    """The fence asks in the transaction of the write; what is held is written."""
    queue = place.queue
    do(place, lambda c: c.execute(text("CREATE TABLE note (word text)")))
    do(place, lambda c: queue.put(c, [job(1)]))
    dead, alive = do(place, queue.enrol), do(place, queue.enrol)
    first = sure(claimed(place, dead))

    def fenced(claim: Claim) -> Fenced:
        def guard(connection: Connection) -> None:
            if not queue.holds(connection, claim):
                raise Lost(claim.job.key)

        return Fenced(Fenced(place.database, guard), lambda _: None)

    def note(connection: Connection) -> None:
        connection.execute(text("INSERT INTO note VALUES ('x')"))

    asyncio.run(fenced(first).write(note))
    _silence(place, dead)
    do(place, lambda c: queue.sweep(c, 60))
    with pytest.raises(Lost):
        asyncio.run(fenced(first).write(note))
    second = sure(claimed(place, alive))
    with pytest.raises(Lost):
        asyncio.run(fenced(first).write(note))
    asyncio.run(fenced(second).write(note))

    assert do(place, lambda c: c.scalar(text("SELECT count(*) FROM note"))) == 2


def test_a_job_given_back_waits_its_time(place: Place):
    """At once, or after so many seconds; its epoch grows each time."""
    queue = place.queue
    do(place, lambda c: queue.put(c, [job(1)]))
    worker = do(place, queue.enrol)
    first = sure(claimed(place, worker))
    do(place, lambda c: queue.give_back(c, first, 0))
    second = sure(claimed(place, worker))
    do(place, lambda c: queue.give_back(c, second, 3_600))

    assert second.epoch > first.epoch
    assert claimed(place, worker) is None
    assert do(place, queue.picture).oldest_seconds == 0


def test_failures_are_told_and_tried_again(place: Place):
    """And a group is open as long as any of its jobs waits or is being done."""
    queue = place.queue
    do(place, lambda c: queue.put(c, [job(1, group="a"), job(2, group="a"), job(3, group="b")]))
    worker = do(place, queue.enrol)
    first, second = sure(claimed(place, worker)), sure(claimed(place, worker))
    do(place, lambda c: queue.end(c, first, "it broke"))
    assert do(place, lambda c: queue.open_in(c, "a")) == 1
    do(place, lambda c: queue.end(c, second))
    assert do(place, lambda c: queue.open_in(c, "a")) == 0

    picture = do(place, queue.picture)
    assert [picture.count(state) for state in JobState] == [1, 0, 1, 1]
    assert [one.key for one in picture.failures] == ["part 1"]
    assert [one.id for one in picture.workers] == [worker]
    assert do(place, queue.retry) == 1
    assert sure(claimed(place, worker)).epoch > first.epoch


def test_what_is_over_is_forgotten_in_time(place: Place):
    """With its key; what waits stays."""
    queue = place.queue
    do(place, lambda c: queue.put(c, [job(1), job(2)]))
    worker = do(place, queue.enrol)
    do(place, lambda c: queue.end(c, sure(queue.claim(c, worker, ("home",)))))
    assert do(place, lambda c: queue.forget(c, timedelta(days=1))) == 0

    a_moment_ahead = timedelta(seconds=-1)
    assert do(place, lambda c: queue.forget(c, a_moment_ahead)) == 1
    assert do(place, queue.picture).count(JobState.WAITING) == 1
    assert sure(claimed(place, worker)).job == job(2)


def test_time_is_the_databases(place: Place):
    """Aware, and near ours on one machine."""
    now = do(place, place.queue.now)

    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_set_back_holds_up_nothing(place: Place):
    """It was a day ahead: who was heard of tomorrow is silent, and what was to wait till tomorrow goes on."""
    queue = place.queue
    do(place, lambda c: queue.put(c, [job(1), job(2)]))
    dead, alive = do(place, queue.enrol), do(place, queue.enrol)
    first, second = sure(claimed(place, dead)), sure(claimed(place, alive))
    do(place, lambda c: queue.give_back(c, second, 86_400))
    _move_beat(place, dead, 86_400)
    assert claimed(place, alive) is None

    assert do(place, lambda c: queue.sweep(c, 60)) == 1

    assert {sure(claimed(place, alive)).job.key for _ in range(2)} == {
        first.job.key,
        second.job.key,
    }


def test_a_pause_is_kept(place: Place):
    """Whoever sweeps meanwhile."""
    queue = place.queue
    do(place, lambda c: queue.put(c, [job(1)]))
    worker = do(place, queue.enrol)
    do(place, lambda c: queue.give_back(c, sure(queue.claim(c, worker, ("home",))), 1_800))

    assert do(place, lambda c: queue.sweep(c, 60)) == 0

    assert claimed(place, worker) is None


def test_each_tick_has_one_job_however_the_clock_jumps(place: Place):
    """Forth by a day and back again, seen by several workers: each minute that came is there once."""
    queue, begun = place.queue, datetime(2026, 3, 1, 23, 59, 10, tzinfo=UTC)
    jumps = (0, 5, 60, 86_400, 86_410, 60, 70, 120, 86_400, 0)
    moments = [begun + timedelta(seconds=jump) for jump in jumps]

    put = sum(do(place, lambda c, at=at: queue.put(c, ticks(at, "home"))) for at in moments * 2)

    assert put == len({key.key for at in moments for key in ticks(at, "home")}) == 4 + 3


def _silence(place: Place, worker: int) -> None:
    """Let a worker have been silent for an hour."""
    _move_beat(place, worker, -3_600)


def _move_beat(place: Place, worker: int, seconds: int) -> None:
    """Let a worker have been heard of so much later than it was."""

    def work(connection: Connection) -> None:
        tables = ("queue_worker", "procrastinate_workers")
        for table in tables:
            if _has(connection, table):
                column = "beat" if table == "queue_worker" else "last_heartbeat"
                late = seconds if table == "queue_worker" else f"interval '{seconds} seconds'"
                statement = f"UPDATE {table} SET {column} = {column} + {late} WHERE id = {worker}"
                connection.execute(text(statement))

    do(place, work)


def _has(connection: Connection, table: str) -> bool:
    return connection.dialect.has_table(connection, table)
