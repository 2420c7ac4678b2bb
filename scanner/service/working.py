"""A worker's life: what there is to do at which moment, and how each job is done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from probes.kit.net import Net
from scanner.database import Busy, Database
from scanner.evidence import Evidence, Purpose, Run
from scanner.evidence.made import Made, outcomes
from scanner.intake.names import UnreadableInput
from scanner.jobs import Job, queue_of
from scanner.jobs.listening import listening
from scanner.jobs.worker import Handler, Rhythm, Stop, Turn, Worker
from scanner.registry import Registry
from scanner.runs.again import Plan
from scanner.runs.look import Clock
from scanner.runs.progress import ScanState, Tally
from scanner.service.arguments import UnknownThing
from scanner.service.digests import digest
from scanner.service.due_rescans import LookerFor, begin_rescan, clients_due, rescan_in
from scanner.service.measuring import Looks, Measures
from scanner.service.network import usable
from scanner.service.parts import Part, dues_of, group_of_target, look_at_part, parts_of
from scanner.service.requesting import AuditRequest
from scanner.service.rescanning import second_look_in
from scanner.service.scanning import Looker, live, over
from scanner.service.tasks import sync
from scanner.service.trackers import channels_of, sinks_of
from scanner.service.wrong_clock import WrongClock, put_clock_right
from scanner.settings import BadSettings, Settings

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
"""So long a job that has ended, and its key, are remembered."""
MORNING = 8
"""From this hour on, by the agency's clock, the day's digest is sent."""
_HOPELESS = (UnknownThing, BadSettings, UnreadableInput)


async def work(
    settings: Settings,
    clock: Clock,
    stop: Stop,
    *,
    listen: str = "",
    drain: bool = False,
    rhythm: Rhythm | None = None,
) -> Mapping[str, int]:
    """Do jobs until stopped; of a drain, until nothing waits. Return how many ended how.

    `listen` is `host:port` for whoever asks how it is. Raises Busy where another worker is at an SQLite
    file, StorageTrouble where procrastinate is missing.
    """

    def looker(request: AuditRequest, fresh: bool) -> Looker:
        return live(settings, clock, _Logged(), words=request.labels, fresh=fresh)

    return await _work(settings, clock, stop, looker, listen, drain, rhythm)


async def work_over(
    net: Callable[[Database], Net],
    settings: Settings,
    clock: Clock,
    stop: Stop,
    *,
    listen: str = "",
    drain: bool = False,
    rhythm: Rhythm | None = None,
) -> Mapping[str, int]:
    """Do the same over a net that is given for the database."""

    def looker(_request: AuditRequest, fresh: bool) -> Looker:
        async def look(plan: Plan, evidence: Evidence, database: Database, run: Run) -> Tally:
            way = over(net(database), settings, clock, _Logged(), fresh=fresh)
            return await way(plan, evidence, database, run)

        return look

    return await _work(settings, clock, stop, looker, listen, drain, rhythm)


async def _work(
    settings: Settings,
    clock: Clock,
    stop: Stop,
    looker: LookerFor,
    listen: str,
    drain: bool,
    rhythm: Rhythm | None,
) -> Mapping[str, int]:
    usable(settings)
    looks = Looks()
    worker = Worker(
        settings.db,
        _Work(settings, clock, looker, looks).handlers,
        lambda at: ticks(at, settings.vantage),
        place=settings.vantage,
        rhythm=rhythm or Rhythm(),
        hopeless=_HOPELESS,
    )
    if not listen:
        await worker.run(stop, drain=drain)
        return worker.ended
    with Database.open(settings.db) as database:
        await database.write(queue_of(database).install)
        measures = Measures(database, worker, looks)
        async with listening(listen, measures.health, measures.text) as place:
            log.info("health and metrics at http://%s/", place)
            await worker.run(stop, drain=drain)
    return worker.ended


def ticks(at: datetime, place: str) -> tuple[Job, ...]:
    """Return the jobs that a moment asks for at a place: one of each minute, one of each hour."""
    return (
        Job(name="plan", key=f"plan {place} {at:%Y-%m-%dT%H:%M}", place=place, urgent=2),
        Job(name="hour", key=f"hour {place} {at:%Y-%m-%dT%H}", place=place, urgent=1),
    )


class _Work:
    """How each job is done."""

    def __init__(self, settings: Settings, clock: Clock, looker: LookerFor, looks: Looks) -> None:
        self._settings, self._clock, self._looker, self._looks = settings, clock, looker, looks
        self._place = settings.vantage
        self._made = Made(group_of_target)

    @property
    def handlers(self) -> dict[str, Handler]:
        """Every job by name."""
        return {
            "plan": self.plan,
            "hour": self.hour,
            "part": self.part,
            "rescan": self.rescan,
            "second look": self.second_look,
            "tasks": self.tasks,
            "digest": self.digest,
            "sweep": self.sweep,
        }

    async def plan(self, turn: Turn) -> list[Job]:
        """Begin what is due of each client, in parts where it is much."""
        jobs: list[Job] = []
        try:
            if said := await put_clock_right(turn.database, self._clock()):
                log.warning("%s", said)
        except WrongClock as wrong:  # the next minute asks again
            log.warning("%s", wrong)
            return []
        for client in clients_due(self._settings, self._clock):
            group = f"client {client}"
            if turn.database.read(partial(turn.queue.open_in, group=group)):
                continue
            try:
                begun = await begin_rescan(
                    turn.database, client, self._settings, self._clock, _Logged()
                )
            except (UnknownThing, Busy) as error:  # audited from elsewhere, or somebody is at it
                log.debug("%s: %s", client, error)
                continue
            if begun is not None:
                jobs += self._jobs_of(turn, group, *begun)
        return jobs

    def _jobs_of(self, turn: Turn, group: str, run: Run, base: Run) -> Iterable[Job]:
        whole = Job(
            name="rescan",
            key=f"rescan {run.client} {run.id}",
            args={"client": run.client},
            place=self._place,
            group=group,
            urgent=1,
        )
        parts = parts_of(dues_of(turn.database, run))
        keys = [f"part {run.client} {run.id} {number}" for number in range(len(parts))]
        if len(parts) < 2:
            return [_again(whole, turn)]
        if turn.database.read(lambda c: turn.queue.knows(c, keys[0])):
            return [_again(whole, turn)]  # its parts are over: some were lost
        return [
            Job(
                name="part",
                key=key,
                args={"run": run.id, "base": base.id, "part": msgspec.to_builtins(part)},
                place=self._place,
                group=group,
                then=whole,
            )
            for key, part in zip(keys, parts, strict=True)
        ]

    async def hour(self, turn: Turn) -> list[Job]:
        """Say what is to be done this hour: second looks from here, tasks, the digest, tidying up."""
        evidence, jobs, at_home = Evidence(turn.database), list[Job](), False
        for client in Registry(turn.database).clients():
            base = _base(evidence.runs(client.slug))
            if base is None:
                continue
            if base.vantage == self._place:
                at_home = True
                continue
            key = f"second look {client.slug} {self._place} {turn.at:%Y-%m-%dT%H}"
            args = {"client": client.slug}
            jobs.append(Job(name="second look", key=key, args=args, place=self._place))
        if at_home:
            jobs.append(self._job("tasks", f"{turn.at:%Y-%m-%dT%H}"))
            local = turn.at.astimezone(ZoneInfo(self._settings.agency.zone))
            if local.hour >= MORNING:
                jobs.append(self._job("digest", f"{local:%Y-%m-%d}"))
        return [*jobs, self._job("sweep", f"{turn.at:%Y-%m-%d}")]

    async def part(self, turn: Turn) -> list[Job]:
        """Make the looks of one part."""
        args = turn.job.args
        part = msgspec.convert(args["part"], Part)
        counted = self._counted(turn)
        await look_at_part(turn.database, args["run"], args["base"], part, self._made, counted)
        return []

    async def rescan(self, turn: Turn) -> list[Job]:
        """Make what is left of a client's rescan, judge, and tell what is different."""
        client = turn.job.args["client"]
        done = await rescan_in(
            turn.database, client, self._settings, self._clock, _Logged(), self._counted(turn)
        )
        log.info("%s", done.text().partition("\n")[0], extra={"client": client})
        return []

    async def second_look(self, turn: Turn) -> list[Job]:
        """Look from here at what waits for a look from another place."""
        client, looker = turn.job.args["client"], self._counted(turn)

        def fresh(request: AuditRequest) -> Looker:
            return looker(request, True)

        done = await second_look_in(
            turn.database, client, self._settings, self._clock, _Logged(), fresh
        )
        log.info("%s", done.text().partition("\n")[0], extra={"client": client})
        return []

    async def tasks(self, _turn: Turn) -> list[Job]:
        """Plan what is to be told, and tell it: each thing is claimed in the outbox before it is told."""
        settings, clock = self._settings, self._clock
        sinks, channels = sinks_of(settings, clock), channels_of(settings, clock)
        done = await sync(settings, clock, sinks, channels)
        log.info("tasks: %s", done.json())
        return []

    async def digest(self, _turn: Turn) -> list[Job]:
        """Send the day's digests; who has his already gets no second."""
        settings, clock = self._settings, self._clock
        post = await digest(settings, clock, channels_of(settings, clock), send=True)
        log.info("digests of %s: %d", post.on, len(post.messages))
        return []

    async def sweep(self, turn: Turn) -> list[Job]:
        """Drop jobs that ended long ago, and raw answers that are too old."""
        gone = await turn.database.write(lambda c: turn.queue.forget(c, KEPT))
        kept = timedelta(days=self._settings.keep_raw_days)
        raw = await Evidence(turn.database).prune_raw(self._clock() - kept)
        log.info("%d old jobs and %d old answers dropped", gone, raw)
        return []

    def _job(self, name: str, when: str) -> Job:
        return Job(name=name, key=f"{name} {when}", place=self._place)

    def _counted(self, turn: Turn) -> LookerFor:
        """Count what looks bring, and let them take their turns without asking whose the job is."""

        def looker(request: AuditRequest, fresh: bool) -> Looker:
            inner = self._looker(request, fresh)

            async def look(plan: Plan, evidence: Evidence, database: Database, run: Run) -> Tally:
                taken_up = outcomes(database, run.id) if turn.job.name != "part" else {}
                tally = await inner(plan, evidence, turn.unfenced, run)
                self._looks.add(tally, taken_up)
                return tally

            return look

        return looker


class _Logged:
    """A Display that nobody sits before."""

    def saw(self, state: ScanState) -> None:
        """Leave it to the metrics."""

    def say(self, text: str) -> None:
        """Keep it in the log."""
        log.info("%s", text)


def _again(job: Job, turn: Turn) -> Job:
    """Return a job that can be put once an hour, however the last of its kind ended."""
    return msgspec.structs.replace(job, key=f"{job.key} {turn.at:%Y-%m-%dT%H}")


def _base(runs: Iterable[Run]) -> Run | None:
    return next((one for one in runs if one.purpose is Purpose.AUDIT and one.finished_at), None)
