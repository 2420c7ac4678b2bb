"""Looks on their way from one place to another: out of one book of evidence, into the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
import zstandard
from msgspec import Raw, Struct
from sqlalchemy import Connection, func, select

from probes.kit.net.tape import Exchange
from probes.kit.observation import Absent, AnyObservation, Seen
from scanner.database import Database
from scanner.database.columns import insert, storable
from scanner.evidence.batch import Batch, Kept
from scanner.evidence.evidence import Evidence
from scanner.evidence.packing import Packed, encode_observation, pack
from scanner.evidence.parcel import (
    LONGEST,
    BadParcel,
    ExchangeLine,
    Line,
    LookLine,
    Parcel,
    RunLine,
    WantedLine,
)
from scanner.evidence.rows import OBSERVATION, RUN
from scanner.evidence.run import Purpose, Run

SKEW = timedelta(minutes=5)
"""So far two clocks may be apart."""
_AT_ONCE = 50
_UNPACKED = 4_194_304
"""Bytes of one exchange; a raw answer is kept up to 256 KiB."""
_PACK = msgspec.msgpack.Encoder()
_EXCHANGE = msgspec.msgpack.Decoder(Exchange)


class TakenIn(Struct, frozen=True):
    """What an import brought."""

    new: int
    """Looks that were not here before."""
    known: int


def lines_of(evidence: Evidence, runs: Iterable[Run]) -> Iterator[Line]:
    """Yield runs with their looks, and the raw answers that are still kept, each once."""
    sent: set[str] = set()
    for run in runs:
        yield RunLine(run.id, run.started_at, run.finished_at, run.complete)
        observations = evidence.observations(run.id)
        while some := list(islice(observations, _AT_ONCE)):
            wanted = dict.fromkeys(id_ for one in some for id_ in one.evidence if id_ not in sent)
            sent.update(wanted)
            yield from _exchanges(evidence, list(wanted))
            for one in some:
                yield LookLine(run.id, one.probe, Raw(encode_observation(one)))


def _exchanges(evidence: Evidence, ids: list[str]) -> Iterator[ExchangeLine]:
    shrink = zstandard.ZstdCompressor().compress
    for exchange in evidence.exchanges(ids):
        body = shrink(_PACK.encode(exchange))
        if len(body) * 3 // 2 < LONGEST:  # base64 and the rest of the line; longer ones stay here
            yield ExchangeLine(exchange.id, body)


async def take_in(evidence: Evidence, database: Database, parcel: Parcel, at: datetime) -> TakenIn:
    """Store the looks of a parcel: all of it or nothing; what is here already stays as it is.

    Raises BadParcel, in one sentence, for what cannot be taken.
    """
    return await database.write(lambda connection: _Intake(connection, evidence, parcel, at).take())


class _Intake:
    """One parcel on its way into the tables, in one transaction."""

    def __init__(
        self, connection: Connection, evidence: Evidence, parcel: Parcel, at: datetime
    ) -> None:
        self._connection, self._evidence, self._parcel, self._at = connection, evidence, parcel, at
        self._runs: set[str] = set()
        self._looks: list[Kept] = []
        self._exchanges: dict[str, Packed] = {}
        self._before = self._met = 0

    def take(self) -> TakenIn:
        """Read every line, then count what was new."""
        for line in self._parcel.lines():
            match line:
                case RunLine():
                    self._open(line)
                case ExchangeLine():
                    self._exchanges[line.id] = pack(_unpacked(line))
                case LookLine():
                    self._looks.append(self._kept(line))
                    if len(self._looks) >= _AT_ONCE:
                        self._store()
                case WantedLine():
                    raise BadParcel("a list of what is wanted holds no looks to import.")
        self._store()
        new = self._stored() - self._before
        return TakenIn(new=new, known=self._met - new)

    def _open(self, line: RunLine) -> None:
        heading = self._parcel.heading
        found = self._connection.execute(select(RUN).where(RUN.c.id == line.id)).first()
        if found is None:
            options = {"purpose": Purpose.IMPORTED, "imported_at": self._at.isoformat()}
            row = {
                "id": line.id,
                "client": heading.client,
                "vantage": heading.vantage,
                "started_at": line.started_at,
                "finished_at": line.finished_at or heading.made_at,
                "complete": line.complete,
                "options": options,
            }
            self._connection.execute(insert(self._connection, RUN), row)
        else:
            run = Run(**found._mapping)
            if run.purpose is not Purpose.IMPORTED:
                raise BadParcel(
                    f"the looks of run {line.id[:40]} were made here: nothing to import."
                )
            if (run.client, run.vantage) != (heading.client, heading.vantage):
                raise BadParcel(
                    f"run {line.id[:40]} is known as {run.client}'s, from {run.vantage}."
                )
        if line.id not in self._runs:
            self._before += self._stored((line.id,))
            self._runs.add(line.id)

    def _kept(self, line: LookLine) -> Kept:
        if line.run not in self._runs:
            raise BadParcel("it holds looks of a run that it does not tell of.")
        seen = self._read(line)
        if seen.at > self._at + SKEW:
            raise BadParcel(
                f"it holds looks made at {seen.at:%Y-%m-%d %H:%M} UTC, which is yet to come here: "
                "set the clocks of both places."
            )
        asked = self._parcel.heading.asked_at
        if asked and seen.at < asked - SKEW:
            raise BadParcel(
                f"it holds looks made at {seen.at:%Y-%m-%d %H:%M} UTC, before they were asked for: "
                "set the clocks of both places."
            )
        outcome = seen.outcome
        kind = (
            "seen" if isinstance(outcome, Seen) else "absent" if isinstance(outcome, Absent) else ""
        )
        return Kept(
            run=line.run,
            target=storable(str(seen.target)),
            probe=seen.probe,
            outcome=kind or "unknown",
            row=encode_observation(seen),
        )

    def _read(self, line: LookLine) -> AnyObservation:
        try:
            found = self._evidence.read(line.probe, bytes(line.body))
        except msgspec.DecodeError as error:
            raise BadParcel(f"a look of {line.probe[:40]} cannot be read: {error}.") from error
        if found is None or found.probe != line.probe or found.at.tzinfo is None:
            raise BadParcel(
                f"it holds a look of {line.probe[:40]!r}, made by another version of Revizor."
            )
        return found

    def _store(self) -> None:
        """Write what has gathered; answers come before the looks that rest on them."""
        if not self._looks:
            return
        batch = Batch()
        for one in self._looks:
            batch.add(one, self._exchanges)
            self._exchanges = {}
        batch.write(self._connection)
        self._met += len(self._looks)
        self._looks = []

    def _stored(self, runs: Iterable[str] | None = None) -> int:
        """Return how many looks of these runs, or of all the parcel's, are in the table."""
        mine = select(func.count()).where(
            OBSERVATION.c.run.in_(self._runs if runs is None else runs)
        )
        counted: Any = self._connection.scalar(mine)
        return int(counted)


def _unpacked(line: ExchangeLine) -> Exchange:
    try:
        if zstandard.frame_content_size(line.body) > _UNPACKED:
            raise BadParcel("it holds an answer that is too large.")
        raw = zstandard.ZstdDecompressor().decompress(line.body, max_output_size=_UNPACKED)
        return _EXCHANGE.decode(raw)
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise BadParcel(f"a recorded answer cannot be read: {error}.") from error
