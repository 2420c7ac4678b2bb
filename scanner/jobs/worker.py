"""A worker: takes jobs of its place one after another, beats, and sweeps up after the dead."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Connection

from scanner.database import Busy, Database, StorageTrouble
from scanner.jobs.fenced import Fenced
from scanner.jobs.job import Claim, Job, Later, Lost
from scanner.jobs.queue import Queue, queue_of
from scanner.jobs.sessions import named
from scanner.jobs.underway import UnderWay

T = TypeVar("T")
log = logging.getLogger(__name__)

ATTEMPTS = 6
"""From this attempt on an error ends a job for good."""
FAREWELL = 10.0
"""Seconds that a job called off may take to let go."""
_FIRST_PAUSE, _LONGEST_PAUSE = 15.0, 1_800.0
_BUSY = 30.0
"""Seconds until what another process is at is tried again."""


class Turn(Struct, frozen=True):
    """What a handler gets: its job, and a database that it may write into as long as the job is its own."""

    job: Job
    database: Database
    unfenced: Database
    """The same for what is nobody's: turns to ask a server, answers that are good for all."""
    queue: Queue
    at: datetime
    """The database's time when it began."""


Handler = Callable[[Turn], Awaitable[Iterable[Job]]]
"""Does a job; returns the jobs that follow from it, which are put in the transaction that ends it."""


class Rhythm(Struct, frozen=True, kw_only=True):
    """How a worker keeps time, in seconds."""

    silent: float = 60.0
    """Whoever has not beaten for so long is dead, and his job another's."""
    poll: float = 1.0
    """How often an idle worker looks for a job."""

    @property
    def beat(self) -> float:
        """How often a worker beats."""
        return self.silent / 6


class Stop:
    """Says to a worker that it is to end; may be called from a signal."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Let it end soon."""
        self._asked.set()

    @property
    def is_asked(self) -> bool:
        """Say whether it is to end."""
        return self._asked.is_set()

    async def wait(self, seconds: float | None = None) -> None:
        """Return when it is asked for, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()


class Worker:
    """One worker of a process. `run` returns when it is stopped, or, of a drain, when nothing is left."""

    def __init__(
        self,
        url: str,
        handlers: Mapping[str, Handler],
        ticks: Callable[[datetime], Iterable[Job]],
        *,
        place: str,
        rhythm: Rhythm,
        hopeless: Collection[type[Exception]] = (),
    ) -> None:
        """Work on the database at `url`; `ticks` names the jobs that a moment of the database's asks for.

        What raises a `hopeless` error is not tried again.
        """
        self._url, self._handlers, self._ticks = url, handlers, ticks
        self._place, self._rhythm, self._hopeless = place, rhythm, tuple(hopeless)
        self._life: _Life | None = None
        self._under_way: UnderWay[list[Job]] | None = None
        self._ticked: list[str] = []
        self.ended: dict[str, int] = {}
        """How many jobs ended how, for whoever measures."""
        self.doing = ""
        """The key of the job under way."""

    @property
    def is_well(self) -> bool:
        """Say whether it is enrolled, and the database heard its last beat."""
        return self._life is not None and self._life.is_heard

    async def run(self, stop: Stop, *, drain: bool = False) -> None:
        """Do jobs until stopped. A database that goes away is waited for, said in one sentence.

        Raises Busy where another worker is at an SQLite file, StorageTrouble for a database that is not
        there when it begins.
        """
        with alone(self._url):
            pause, has_begun = 1.0, False
            while not stop.is_asked:
                try:
                    async with await _Life.begin(self._url) as self._life:
                        log.info("worker %d begins at %s", self._life.number, self._place)
                        pause, has_begun = 1.0, True
                        if await self._live(self._life, stop, drain):
                            return
                except StorageTrouble as trouble:
                    if drain or not has_begun:
                        raise
                    log.warning("%s I try again in %.0f s.", trouble, pause)
                    await stop.wait(pause)
                    pause = min(pause * 2, 30.0)
                finally:
                    self._life = None

    async def _live(self, life: _Life, stop: Stop, drain: bool) -> bool:
        """Do jobs; False where it was taken for dead and has to begin anew."""
        beating = asyncio.ensure_future(self._beat(life))
        try:
            while not stop.is_asked and not life.is_over:
                claim = await life.write(partial(self._next, life, drain))
                if claim is not None:
                    await self._do(life, claim, stop)
                elif drain:
                    return True
                else:
                    await stop.wait(self._rhythm.poll)
                if beating.done():
                    beating.result()
        finally:
            beating.cancel()
        return stop.is_asked

    def _next(self, life: _Life, drain: bool, connection: Connection) -> Claim | None:
        """Put what the moment asks for, and take a job."""
        if not drain:
            jobs = list(self._ticks(life.queue.now(connection)))
            keys = [job.key for job in jobs]
            if keys != self._ticked:
                life.queue.put(connection, jobs)
                self._ticked = keys
        return life.queue.claim(connection, life.number, (self._place,))

    async def _beat(self, life: _Life) -> None:
        """Beat, and sweep up after those who do not."""
        while True:
            await life.beat(self._rhythm.silent)
            if life.is_over and self._under_way is not None:
                self._under_way.call_off()
            await asyncio.sleep(self._rhythm.beat)

    async def _do(self, life: _Life, claim: Claim, stop: Stop) -> None:
        self.doing = claim.job.key
        log.info("%s begins, attempt %d", claim.job.key, claim.epoch)
        at = await life.write(life.queue.now)
        fenced = Fenced(life.working, partial(_guard, life.queue, claim))
        turn = Turn(claim.job, fenced, life.working, life.queue, at)
        self._under_way = UnderWay(lambda: self._handled(turn))
        try:
            end = await self._outcome(claim, stop)
            how = await self._report(life, end, stop)
        finally:
            self._under_way, self.doing = None, ""
        self.ended[how] = self.ended.get(how, 0) + 1

    async def _handled(self, turn: Turn) -> list[Job]:
        return list(await self._handlers[turn.job.name](turn))

    async def _outcome(self, claim: Claim, stop: Stop) -> _End:
        """Wait for the job; call it off when the worker is to stop. Say how it is to end."""
        assert self._under_way is not None
        outcome, stopping = self._under_way.outcome, asyncio.ensure_future(stop.wait())
        either: set[asyncio.Future[Any]] = {outcome, stopping}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not outcome.done():
            self._under_way.call_off()
            await asyncio.wait({outcome}, timeout=FAREWELL)
        if not outcome.done() or outcome.cancelled():
            return _End(claim, "given back", 0.0)
        error = outcome.exception()
        if error is None:
            return _End(claim, "done", jobs=outcome.result())
        return self._after(error, claim)

    def _after(self, error: BaseException, claim: Claim) -> _End:
        key = claim.job.key
        match error:
            case Lost():
                log.warning("%s was given to another worker; nothing more of it is written", key)
                return _End(claim, "lost", 0.0)
            case Later():
                log.info("%s later: %s", key, error)
                return _End(claim, "later", error.seconds)
            case Busy():
                log.info("%s later: %s", key, error)
                return _End(claim, "later", _BUSY)
            case StorageTrouble():
                log.warning("%s: %s", key, error)
                return _End(claim, "given back", _pause(claim))
            case _ if isinstance(error, self._hopeless):
                log.error("%s failed: %s", key, error)
                return _End(claim, "failed", error=str(error) or repr(error))
        last = claim.epoch >= ATTEMPTS
        said = "failed for good" if last else "failed, and is tried again"
        log.error("%s %s: %r", key, said, error, exc_info=error)
        return (
            _End(claim, "failed", error=repr(error))
            if last
            else _End(claim, "failed", _pause(claim))
        )

    async def _report(self, life: _Life, end: _End, stop: Stop) -> str:
        """Note how a job ended, however long the database is away; whose it is by then decides."""
        if end.how == "lost":
            return end.how
        while True:
            try:
                held = await life.write(lambda c: end.note(c, life.queue))
            except StorageTrouble as trouble:
                if stop.is_asked:
                    log.warning("%s: %s Another worker goes on.", end.claim.job.key, trouble)
                    return "unsaid"
                if life.is_heard:  # else it was said
                    log.warning("%s: %s", end.claim.job.key, trouble)
                    life.is_heard = False
                await stop.wait(self._rhythm.beat)
                continue
            how = end.how if held else "lost"
            log.info("%s: %s", end.claim.job.key, how)
            return how


class _End(Struct, frozen=True):
    """How an attempt ended, and what is to become of its job."""

    claim: Claim
    how: str
    again: float | None = None
    """Seconds until it is tried again; None where it is over."""
    error: str = ""
    jobs: list[Job] = []

    def note(self, connection: Connection, queue: Queue) -> bool:
        """Write it down, with the jobs that follow; False, and nothing, where the job is another's."""
        if not queue.holds(connection, self.claim):
            return False
        if self.again is not None:
            queue.give_back(connection, self.claim, self.again)
            return True
        job = self.claim.job
        queue.put(connection, self.jobs)
        queue.end(connection, self.claim, self.error)
        if job.then is not None and not queue.open_in(connection, job.group):
            queue.put(connection, [job.then])
        return True


class _Life:
    """A worker from its enrolment to its end: its number, and its ways into the database."""

    def __init__(self, queue: Queue, number: int, url: str) -> None:
        self.queue, self.number = queue, number
        self._control = Database.open(named(url, number))
        self.working = Database.open(named(url, number))
        """For the job: however long its transactions are, they do not hold up the beat."""
        self.is_heard, self.is_over = True, False

    @classmethod
    async def begin(cls, url: str) -> _Life:
        """Enrol."""
        with Database.open(url) as database:
            queue = queue_of(database)
            await database.write(queue.install)
            number = await database.write(queue.enrol)
        life = cls(queue, number, url)
        if not life._control.is_server:
            await life.write(lambda c: _bury_the_others(c, queue, number))
        return life

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Write on the worker's own account."""
        return await self._control.write(work)

    async def beat(self, silent: float) -> None:
        """Beat and sweep; note where the database did not hear it, or took this worker for dead."""
        try:
            was_over = self.is_over
            self.is_over = not await self.write(lambda c: self.queue.beat(c, self.number))
            if self.is_over and not was_over:
                log.warning("worker %d was taken for dead, and begins anew", self.number)
            swept = await self.write(lambda c: self.queue.sweep(c, silent))
        except StorageTrouble as trouble:
            if isinstance(trouble, Busy) and not self._control.is_server:
                return  # a long transaction of the job's: nobody else works on the file
            if self.is_heard:
                log.warning("%s", trouble)
            self.is_heard = False
            return
        self.is_heard = not self.is_over
        if swept:
            log.warning("%d jobs of workers that fell silent wait again", swept)

    async def __aenter__(self) -> _Life:
        return self

    async def __aexit__(self, *_error: object) -> None:
        with suppress(StorageTrouble):
            await self.write(lambda c: self.queue.leave(c, self.number))
        self.working.close()
        self._control.close()


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Be the only worker of an SQLite file; PostgreSQL serves many. Raises Busy where another is."""
    with Database.open(url) as database:
        if database.is_server:
            database.close()
            yield
            return
        with database.lock("worker"):
            yield


def _bury_the_others(connection: Connection, queue: Queue, number: int) -> None:
    """Take every other worker for dead at once: of an SQLite file there is but one."""
    for other in queue.picture(connection).workers:
        if other.id != number:
            queue.leave(connection, other.id)
    queue.sweep(connection, float("inf"))


def _guard(queue: Queue, claim: Claim, connection: Connection) -> None:
    if not queue.holds(connection, claim):
        raise Lost(claim.job.key)


def _pause(claim: Claim) -> float:
    return min(_FIRST_PAUSE * float(1 << min(claim.epoch, 12)), _LONGEST_PAUSE)
