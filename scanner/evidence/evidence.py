"""The book of evidence: every run, what its probes saw, and the raw answers they rest on."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, insert, select, union_all, update

from probes.kit.catalog import all_probes
from probes.kit.net.tape import Exchange
from probes.kit.observation import Absent, AnyObservation, Observation, Seen, Unknown
from probes.kit.target import Target
from probes.registration import Registration
from scanner.database import Database
from scanner.database.columns import rows_of, storable
from scanner.discovery.listed import ZONE_LIST
from scanner.evidence.batch import Batch, Kept
from scanner.evidence.excerpt import READ, Excerpt, excerpt_of
from scanner.evidence.packing import decompress, encode_observation, pack, unpack
from scanner.evidence.rows import EXCHANGE, OBSERVATION, PIECE, RUN
from scanner.evidence.run import Purpose, Run
from scanner.evidence.spare_memory import give_back
from scanner.evidence.stored_ids import StoredIds

_log = logging.getLogger(__name__)
_AT_ONCE = 500
BodiesOf = Callable[[Target], dict[str, bytes]]
"""Gives the packed observations of a target, by probe."""
MadeAt = Callable[[Target], dict[str, set[str]]]
"""Gives the runs that looked at a target, by probe."""
Readers = tuple[Callable[[str], BodiesOf], Callable[[Sequence[str]], MadeAt]]
"""Make such ways to read: of one run, and of several."""
_OUTCOMES = {Seen: "seen", Absent: "absent", Unknown: "unknown"}
_OBSERVATION: Any = Observation  # Any: only a running program knows which fact a probe brings


def _facts_of_the_catalog() -> dict[str, Any]:
    looked = {name: probe.brings for name, probe in all_probes().items()}
    return {**looked, ZONE_LIST.probe: Registration}


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
        self._storing: asyncio.Task[None] | None = None
        self._stored_ids = StoredIds()

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
        kept = Kept(
            run=run_id,
            target=storable(str(observation.target)),
            probe=observation.probe,
            outcome=_OUTCOMES[type(observation.outcome)],
            row=encode_observation(observation),
        )
        stored = self._stored_ids
        packed = {one.id: pack(one, stored) for one in exchanges if one.id not in stored}
        under_way = self._storing is not None and not self._storing.done()
        if not under_way or not self._batch.add(kept, packed):
            self._batch = Batch()
            self._batch.add(kept, packed)
            self._storing = asyncio.create_task(self._store(self._batch))
            self._storing.add_done_callback(self._batch.tell)
        # Each waits for himself: one who is cancelled must not take the commit from the others.
        safe: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.waiting.append(safe)
        await safe

    async def _store(self, batch: Batch) -> None:
        await self._database.write(batch.write, hurry=False)
        self._stored_ids.add(batch.ids)

    async def finish(self, run_id: str, at: datetime, complete: bool) -> None:
        """Close a run. `complete=False` says that work was left over."""
        change = update(RUN).where(RUN.c.id == run_id)
        await self._database.write(
            lambda connection: _one(connection, change.values(finished_at=at, complete=complete))
        )

    async def prune_raw(self, before: datetime) -> int:
        """Drop raw answers older than `before` (to the second) and return how many; observations stay."""
        second = int(before.timestamp())
        # Ids begin with the second, so that only what is old is read.
        old = delete(EXCHANGE).where(EXCHANGE.c.id < f"{second:08x}", EXCHANGE.c.second < second)
        needed = (
            select(column).where(column.is_not(None))
            for column in (EXCHANGE.c.page, EXCHANGE.c.chain)
        )
        left_over = delete(PIECE).where(PIECE.c.id.not_in(union_all(*needed)))

        def prune(connection: Connection) -> int:
            dropped = connection.execute(old).rowcount
            if dropped:
                connection.execute(left_over)
            return dropped

        self._stored_ids.clear()
        return await self._database.write(prune)

    def run(self, run_id: str) -> Run | None:
        """Return a run; None when there is none of that id."""
        return next(iter(self._runs(select(RUN).where(RUN.c.id == run_id))), None)

    def runs(self, client: str) -> tuple[Run, ...]:
        """Return the client's runs, newest first."""
        return self._runs(select(RUN).where(RUN.c.client == client))

    def unfinished(
        self, client: str, since: datetime, purpose: Purpose = Purpose.AUDIT
    ) -> Run | None:
        """Return the client's newest run of a purpose begun at or after `since`, if it was not finished."""
        recent = self._runs(select(RUN).where(RUN.c.client == client, RUN.c.started_at >= since))
        newest = next((run for run in recent if run.purpose is purpose), None)
        return newest if newest and newest.finished_at is None else None

    def done(self, run_id: str) -> set[tuple[str, str]]:
        """Return what a run has looked at already: pairs of probe and `str(target)`."""
        wanted = select(OBSERVATION.c.probe, OBSERVATION.c.target)
        return self._database.read(
            lambda connection: {
                (probe, target)
                for probe, target in connection.execute(wanted.where(OBSERVATION.c.run == run_id))
            }
        )

    def unanswered(self, run_id: str, probe: str) -> set[str]:
        """Return the targets, as `str(target)`, at which a probe of the run could not find out."""
        wanted = select(OBSERVATION.c.target).where(
            OBSERVATION.c.run == run_id,
            OBSERVATION.c.probe == probe,
            OBSERVATION.c.outcome == "unknown",
        )
        return self._database.read(lambda connection: set(connection.scalars(wanted)))

    def observations(
        self,
        run_id: str,
        *,
        targets: Iterable[Target | str] | None = None,
        only: Container[tuple[str, str]] | None = None,
    ) -> Iterator[AnyObservation]:
        """Yield a run's observations by target, then probe, a few in memory at a time.

        `targets` narrows them down, given as targets or as `str(target)` spells them; so does `only`, pairs
        as `done` returns them. An observation of a probe that no longer exists is left out; how many is logged.
        """
        row = select(OBSERVATION.c.probe, OBSERVATION.c.target, OBSERVATION.c.body)
        mine = row.where(OBSERVATION.c.run == run_id)
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
                for probe, target, body in streamed:
                    if only is not None and (probe, target) not in only:
                        continue
                    decoder = self._decoder(probe)
                    if decoder is None:
                        forgotten[probe] += 1
                    else:
                        yield decoder.decode(decompress(body))
        for probe, count in sorted(forgotten.items()):
            _log.warning("%d observations of %s left out: no such probe any more", count, probe)

    def exchange(self, exchange_id: str) -> Exchange | None:
        """Return a recorded exchange; None when it was never kept or has aged out."""
        with self._database.reading() as connection:
            return next(_exchanges(connection, [exchange_id]), (None, None))[1]

    def exchanges(self, exchange_ids: Iterable[str]) -> tuple[Exchange, ...]:
        """Return recorded exchanges in the order of their ids, without those we do not have."""
        ids = list(exchange_ids)
        with self._database.reading() as connection:
            found = dict(_exchanges(connection, ids))
        return tuple(found[id_] for id_ in ids if id_ in found)

    def runs_since(self, since: datetime, but: str) -> tuple[str, ...]:
        """Return the ids of our runs of any client begun since then, newest first, without the run `but`."""
        recent = self._runs(select(RUN).where(RUN.c.started_at >= since, RUN.c.id != but))
        return tuple(run.id for run in recent if run.purpose is not Purpose.IMPORTED)

    def earlier(self, probe: str, target: Target, runs: Sequence[str]) -> AnyObservation | None:
        """Return the first look of a probe at a target that these runs have, in their order, or None."""
        found = (
            select(OBSERVATION.c.run, OBSERVATION.c.body)
            .where(OBSERVATION.c.run.in_(runs))
            .where(OBSERVATION.c.target == storable(str(target)), OBSERVATION.c.probe == probe)
        )
        bodies = self._database.read(lambda connection: dict(connection.execute(found).all()))
        first = next((bodies[run] for run in runs if run in bodies), None)
        decoder = self._decoder(probe)
        return None if first is None or decoder is None else decoder.decode(decompress(first))

    def read(self, probe: str, encoded: bytes) -> AnyObservation | None:
        """Read an observation that was encoded elsewhere; None of a probe that we do not have.

        Raises msgspec.ValidationError for what is none.
        """
        decoder = self._decoder(probe)
        return None if decoder is None else decoder.decode(encoded)

    def excerpt(self, exchange_id: str) -> Excerpt | None:
        """Return a short human reading of an exchange; None as for `exchange`."""
        return self.excerpts([exchange_id]).get(exchange_id)

    def excerpts(self, exchange_ids: Iterable[str]) -> dict[str, Excerpt]:
        """Return the excerpts of many exchanges by their ids, without those we do not have."""
        return dict(self.iter_excerpts(exchange_ids))

    def iter_excerpts(self, sorted_ids: Iterable[str]) -> Iterator[tuple[str, Excerpt]]:
        """Yield the excerpts of exchanges in the order of `sorted_ids`, a few in memory at a time.

        Ids that come twice are answered once, those we do not have are left out.
        """
        ids = iter(dict.fromkeys(sorted_ids))
        with self._database.reading() as connection:
            while some := list(islice(ids, _AT_ONCE)):
                found = dict(_exchanges(connection, some, READ))
                for exchange_id in some:
                    if exchange_id in found:
                        yield exchange_id, excerpt_of(found.pop(exchange_id))

    @contextmanager
    def reader(self, run_id: str) -> Iterator[BodiesOf]:
        """Lend a way to read what a run saw of single targets, on one connection.

        It returns a body for each probe that looked there: decompressed, it is for `read`.
        """
        with self.readers() as (of, _):
            yield of(run_id)

    @contextmanager
    def readers(self) -> Iterator[Readers]:
        """Lend such a way for each of several runs, and one that tells which of them looked: on one connection."""
        with self._database.reading() as connection:
            bodies = rows_of(
                connection,
                select(OBSERVATION.c.probe, OBSERVATION.c.body)
                .where(OBSERVATION.c.run == bindparam("run"))
                .where(OBSERVATION.c.target == bindparam("target")),
            )
            yield (
                lambda run_id: (
                    lambda target: dict(bodies(run=run_id, target=storable(str(target))))
                ),
                lambda runs: _made_at(connection, runs),
            )
        give_back()

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


def _made_at(connection: Connection, runs: Sequence[str]) -> MadeAt:
    named = {f"run{place}": run for place, run in enumerate(runs)}
    looks = rows_of(
        connection,
        select(OBSERVATION.c.probe, OBSERVATION.c.run)
        .where(OBSERVATION.c.run.in_([bindparam(name) for name in named]))
        .where(OBSERVATION.c.target == bindparam("target")),
    )

    def made(target: Target) -> dict[str, set[str]]:
        by_probe: dict[str, set[str]] = {}
        for probe, run in looks(**named, target=storable(str(target))):
            by_probe.setdefault(probe, set()).add(run)
        return by_probe

    return made


def _exchanges(
    connection: Connection, ids: list[str], most: int | None = None
) -> Iterator[tuple[str, Exchange]]:
    """Yield those of the exchanges that we have whole, perhaps with only so many bytes of their pages."""
    page, chain = PIECE.alias(), PIECE.alias()
    kept = EXCHANGE.c
    wanted = (
        select(kept.id, kept.body, kept.page, page.c.body, kept.chain, chain.c.body)
        .outerjoin_from(EXCHANGE, page, kept.page == page.c.id)
        .outerjoin(chain, kept.chain == chain.c.id)
        .where(kept.id.in_(ids))
    )
    for id_, row, page_id, page_body, chain_id, chain_body in connection.execute(wanted):
        if (page_id is None or page_body) and (chain_id is None or chain_body):
            yield id_, unpack(row, page_body, chain_body, most)


def _one(connection: Connection, change: Any) -> None:
    if connection.execute(change).rowcount != 1:
        raise LookupError("there is no such run")
