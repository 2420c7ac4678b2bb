"""How a worker and its queue are, for supervisors (health) and Prometheus (metrics)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection, func, select

from scanner.database import Database
from scanner.database.pace import PaceRow
from scanner.database.rows import table_of
from scanner.document import SOURCES
from scanner.evidence.due import DueBook
from scanner.evidence.rows import RUN
from scanner.evidence.told import ToldBook
from scanner.jobs import Queue, queue_of
from scanner.jobs.worker import Worker
from scanner.runs.progress import Tally
from scanner.verdicts.sources import SourceTold

_PACE = table_of(PaceRow).c
_CLIENTS = 1_000
"""Clients that are told of by name."""
Sample = tuple[Mapping[str, str], float]


class Looks:
    """Looks of this process, by probe and by whether they found out anything."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, tally: Tally, taken_up: Mapping[str, Mapping[str, int]]) -> None:
        """Count the looks of a run, but for those that it had `taken_up`: by probe and outcome."""
        for probe, made in tally.done.items():
            before = taken_up.get(probe, {})
            unknown = before.get("unknown", 0)
            answered = sum(before.values()) - unknown
            self.counts[probe, "answered"] += max(0, tally.answered[probe] - answered)
            self.counts[probe, "unknown"] += max(0, made - tally.answered[probe] - unknown)


class Measures:
    """What is measured, read when somebody asks."""

    def __init__(self, database: Database, worker: Worker, looks: Looks) -> None:
        """Read from `database`, a worker and its looks."""
        self._database, self._worker, self._looks = database, worker, looks
        self._queue: Queue = queue_of(database)

    def health(self) -> tuple[bool, str]:
        """Say whether the worker is well, and what it does, as one line."""
        if not self._worker.is_well:
            return False, "the database does not hear this worker"
        return True, self._worker.doing or "idle"

    def text(self) -> str:
        """Return all metrics in Prometheus' text format."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield from _metric("worker_up", "1 while the database hears this worker.", "gauge",
                           [({}, float(self._worker.is_well))])  # fmt: skip
        yield from _metric("jobs_ended_total", "Attempts of this worker, by how they ended.", "counter",
                           [({"how": how}, n) for how, n in sorted(self._worker.ended.items())])  # fmt: skip
        yield from _metric("looks_total", "Looks of this worker.", "counter",
                           [({"probe": probe, "outcome": outcome}, looks)
                            for (probe, outcome), looks in sorted(self._looks.counts.items())])  # fmt: skip
        yield from self._database.read(lambda connection: list(self._stored(connection)))

    def _stored(self, connection: Connection) -> Iterator[str]:
        at = self._queue.now(connection)
        picture = self._queue.picture(connection)
        yield from _metric("jobs", "Jobs in the queue.", "gauge",
                           [({"name": one.name, "state": one.state}, one.jobs) for one in picture.counts])  # fmt: skip
        yield from _metric("queue_age_seconds", "How long the oldest job that is ready has waited.", "gauge",
                           [({}, picture.oldest_seconds)])  # fmt: skip
        yield from _metric("workers", "Workers enrolled.", "gauge", [({}, len(picture.workers))])
        yield from _metric("next_due_timestamp_seconds", "When the next look comes due.", "gauge",
                           _moments([({}, DueBook(self._database).next_at())]))  # fmt: skip
        yield from _metric("last_success_timestamp_seconds", "When a client's things were last looked at and judged with nothing left over.", "gauge",
                           _moments(_successes(connection)))  # fmt: skip
        yield from _metric("source_up", "1 while a source answers: by the last looks at a client's things that asked it.", "gauge",
                           _sources(ToldBook(self._database)))  # fmt: skip
        yield from _metric("source_closed_seconds", "How long a source still wants to be left alone.", "gauge",
                           _closed(connection, at))  # fmt: skip


def _successes(connection: Connection) -> Iterable[tuple[Mapping[str, str], datetime | None]]:
    last = func.max(RUN.c.finished_at)
    query = select(RUN.c.client, last).where(RUN.c.complete).group_by(RUN.c.client)
    for client, moment in connection.execute(query.order_by(RUN.c.client).limit(_CLIENTS)):
        yield {"client": client}, moment


def _sources(told: ToldBook) -> Iterator[Sample]:
    names = {f"source:{name}": name for name in SOURCES}
    for client, name, known in islice(told.everywhere(names, SourceTold), _CLIENTS * len(names)):
        yield {"client": client, "source": names[name]}, float(known.since is None)


def _closed(connection: Connection, at: datetime) -> Iterable[Sample]:
    now = at.timestamp()
    query = select(_PACE.servers, _PACE.closed).where(_PACE.closed > now)
    for servers, until in connection.execute(query.order_by(_PACE.servers)):
        yield {"servers": servers}, until - now


def _moments(
    samples: Iterable[tuple[Mapping[str, str], datetime | None]],
) -> Iterable[Sample]:
    for labels, moment in samples:
        if moment is not None:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            yield labels, aware.timestamp()


def _metric(name: str, means: str, kind: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP revizor_{name} {means}"
    yield f"# TYPE revizor_{name} {kind}"
    for labels, value in samples:
        told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"revizor_{name}{{{told}}} {value:.15g}" if told else f"revizor_{name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
