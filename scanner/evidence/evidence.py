"""The book of evidence: every run, what its probes saw, and the raw answers they rest on."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, insert, select, update

from probes.kit.catalog import all_probes
from probes.kit.net.tape import Exchange
from probes.kit.observation import Absent, AnyObservation, Observation, Seen
from probes.kit.target import Target
from scanner.database import Database
from scanner.evidence.batch import Batch
from scanner.evidence.excerpt import Excerpt, excerpt_of
from scanner.evidence.packing import (
    decode_exchange,
    decompress,
    encode_exchange,
    encode_observation,
)
from scanner.evidence.rows import EXCHANGE, OBSERVATION, RUN
from scanner.evidence.run import Run

_log = logging.getLogger(__name__)
_AT_ONCE = 500
_OBSERVATION: Any = Observation  # Any: only a running program knows which fact a probe brings


def _facts_of_the_catalog() -> dict[str, Any]:
    return {name: probe.brings for name, probe in all_probes().items()}


class Evidence:
    """Observations and exchanges of all runs. Nothing is changed once kept; raw answers may age out."""

    def __init__(
        self,
        database: Database,
        facts: Callable[[], Mapping[str, Any]] = _facts_of_the_catalog,
    ) -> None:
        """Keep evidence in `database`; `facts` names the type of fact each probe brings."""
        self._database = database
        self._facts = facts
        self._decoders: dict[str, msgspec.json.Decoder[AnyObservation] | None] = {}
        self._batch = Batch()
        self._stored: asyncio.Task[None] | None = None

    async def begin(
        self, client: str, options: Mapping[str, Any], vantage: str, at: datetime
    ) -> Run:
        """Open a new run of a client (its slug)."""
        run = Run(
            id=secrets.token_hex(6),
            client=client,
            vantage=vantage,
            started_at=at,
            finished_at=None,
            complete=False,
            options=dict(options),
        )

        def write(connection: Connection) -> Run:
            connection.execute(insert(RUN), msgspec.structs.asdict(run))
            return run

        return await self._database.write(write)

    async def keep(
        self, run_id: str, observation: AnyObservation, exchanges: Iterable[Exchange]
    ) -> None:
        """Store an observation with its exchanges; return when they are safe on disk.

        A second observation of the same probe and target in the same run is ignored, and so is an
        exchange that is already stored.
        """
        match observation.outcome:
            case Seen():
                outcome = "seen"
            case Absent():
                outcome = "absent"
            case _:
                outcome = "unknown"
        row = {
            "run": run_id,
            "target": str(observation.target),
            "probe": observation.probe,
            "outcome": outcome,
            "body": encode_observation(observation),
        }
        recorded = {}
        for exchange in exchanges:
            body, truncated = encode_exchange(exchange)
            recorded[exchange.id] = (exchange.at, truncated, body)
        waiting = self._stored is not None and not self._stored.done()
        if not waiting or not self._batch.add(row, recorded):
            self._batch = Batch()
            self._batch.add(row, recorded)
            self._stored = asyncio.ensure_future(self._database.write(self._batch.write))
        assert self._stored is not None
        # Others wait for the same commit: one who is cancelled must not take it from them.
        await asyncio.shield(self._stored)

    async def finish(self, run_id: str, at: datetime, complete: bool) -> None:
        """Close a run. `complete=False` says that work was left over."""
        change = update(RUN).where(RUN.c.id == run_id)
        await self._database.write(
            lambda connection: _one(connection, change.values(finished_at=at, complete=complete))
        )

    async def prune_raw(self, before: datetime) -> int:
        """Drop raw answers older than `before` and return how many; observations stay."""
        old = delete(EXCHANGE).where(EXCHANGE.c.at < before)
        return await self._database.write(lambda connection: connection.execute(old).rowcount)

    def run(self, run_id: str) -> Run | None:
        """Return a run; None when there is none of that id."""
        return next(iter(self._runs(select(RUN).where(RUN.c.id == run_id))), None)

    def runs(self, client: str) -> tuple[Run, ...]:
        """Return the client's runs, newest first."""
        return self._runs(select(RUN).where(RUN.c.client == client))

    def unfinished(self, client: str, since: datetime) -> Run | None:
        """Return the client's newest run begun at or after `since`, if it was not finished."""
        recent = self._runs(
            select(RUN).where(RUN.c.client == client, RUN.c.started_at >= since).limit(1)
        )
        return next((run for run in recent if run.finished_at is None), None)

    def done(self, run_id: str) -> set[tuple[str, str]]:
        """Return what a run has looked at already: pairs of probe and `str(target)`."""
        wanted = select(OBSERVATION.c.probe, OBSERVATION.c.target)
        return self._database.read(
            lambda connection: {
                (probe, target)
                for probe, target in connection.execute(wanted.where(OBSERVATION.c.run == run_id))
            }
        )

    def observations(
        self, run_id: str, *, targets: Iterable[Target | str] | None = None
    ) -> Iterator[AnyObservation]:
        """Yield a run's observations by target, then probe, a few in memory at a time.

        `targets` narrows them down, given as targets or as `str(target)` spells them. An observation of a probe that no longer exists is left out; how many is logged.
        """
        mine = select(OBSERVATION.c.probe, OBSERVATION.c.body).where(OBSERVATION.c.run == run_id)
        ordered = mine.order_by(OBSERVATION.c.target, OBSERVATION.c.probe)
        queries = [ordered]
        if targets is not None:
            names = sorted({str(target) for target in targets})
            queries = [
                ordered.where(OBSERVATION.c.target.in_(names[start : start + _AT_ONCE]))
                for start in range(0, len(names), _AT_ONCE)
            ]
        forgotten: Counter[str] = Counter()
        with self._database.reading() as connection:
            for query in queries:
                streamed = connection.execution_options(yield_per=_AT_ONCE).execute(query)
                for probe, body in streamed:
                    decoder = self._decoder(probe)
                    if decoder is None:
                        forgotten[probe] += 1
                    else:
                        yield decoder.decode(decompress(body))
        for probe, count in sorted(forgotten.items()):
            _log.warning("%d observations of %s left out: no such probe any more", count, probe)

    def exchange(self, exchange_id: str) -> Exchange | None:
        """Return a recorded exchange; None when it was never kept or has aged out."""
        wanted = select(EXCHANGE.c.body).where(EXCHANGE.c.id == exchange_id)
        body = self._database.read(lambda connection: connection.scalar(wanted))
        return None if body is None else decode_exchange(body)

    def excerpt(self, exchange_id: str) -> Excerpt | None:
        """Return a short human reading of an exchange; None as for `exchange`."""
        return self.excerpts([exchange_id]).get(exchange_id)

    def excerpts(self, exchange_ids: Iterable[str]) -> dict[str, Excerpt]:
        """Return the excerpts of many exchanges by their ids, without those we do not have."""
        ids = sorted(set(exchange_ids))
        wanted = select(EXCHANGE.c.id, EXCHANGE.c.body)
        found: dict[str, Excerpt] = {}
        with self._database.reading() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                some = wanted.where(EXCHANGE.c.id.in_(ids[start : start + _AT_ONCE]))
                for exchange_id, body in connection.execute(some):
                    found[exchange_id] = excerpt_of(decode_exchange(body))
        return found

    def _runs(self, query: Select[Any]) -> tuple[Run, ...]:
        newest_first = query.order_by(RUN.c.started_at.desc(), RUN.c.id)
        return self._database.read(
            lambda connection: tuple(
                Run(**row._mapping) for row in connection.execute(newest_first)
            )
        )

    def _decoder(self, probe: str) -> msgspec.json.Decoder[AnyObservation] | None:
        if probe not in self._decoders:
            fact = self._facts().get(probe)
            shape: Any = None if fact is None else _OBSERVATION[fact]
            self._decoders[probe] = shape and msgspec.json.Decoder(shape)
        return self._decoders[probe]


def _one(connection: Connection, change: Any) -> None:
    if connection.execute(change).rowcount != 1:
        raise LookupError("there is no such run")
