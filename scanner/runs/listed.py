"""Registrations out of registries' own lists, for the names whose registry could not be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path

from probes.kit.net import ListAnswer, ListQuestion
from probes.kit.net.tape import Exchange
from probes.kit.observation import Observation, Seen
from probes.kit.target import Domain
from probes.registration import Holder, HolderKind, Moment, Registration, Source
from scanner.discovery.listed import ZONE_LIST
from scanner.discovery.looks import REGISTRATION
from scanner.evidence import Evidence
from scanner.intake.zone_list import DamagedList, ZoneRow, rows_of
from scanner.runs.look import Clock

KIND = "zone list"
"""What a source of a registration is called that came out of a list."""


async def read_lists(
    run_id: str,
    lists: Iterable[Path],
    evidence: Evidence,
    clock: Clock,
    vantage: str,
    say: Callable[[str], None],
) -> None:
    """Keep what the lists say of the domains whose registration the run could not look up.

    The first list that has a name counts. A list that cannot be read to its end is told of, and what
    it held before that counts.
    """
    missing = {
        target.partition(" ")[2] for target in evidence.unanswered(run_id, REGISTRATION.probe)
    }
    for path in lists:
        rows: list[ZoneRow] = []
        try:
            with path.open("rb") as stream:
                for row in rows_of(stream, missing):
                    missing.discard(row.domain)
                    rows.append(row)
        except (DamagedList, OSError) as error:
            say(f"{path.name} could not be read to its end: {error}.")
        seen = [_seen(row, path.name, clock(), vantage) for row in rows]
        # All at once: each waits for the commit that it shares with the others.
        await asyncio.gather(*(evidence.keep(run_id, what, (how,)) for what, how in seen))
        say(f"{len(rows)} registrations taken from {path.name}; {len(missing)} still unknown.")


def _seen(
    row: ZoneRow, source: str, at: datetime, vantage: str
) -> tuple[Observation[Registration], Exchange]:
    exchange = Exchange(ListQuestion(source, row.domain), at, vantage, ListAnswer(row.line))
    fact = Registration(
        domain=row.domain,
        registrar=row.registrar,
        created=_moment(row.created),
        updated=None,
        expires=tuple(end for end in (_moment(row.paid_until),) if end),
        paid_until=row.paid_until,
        free_on=row.free_on,
        expiry_published=True,
        statuses=(),
        name_servers=(),
        delegated=row.delegated,
        holder=Holder(HolderKind.UNPUBLISHED),
        dnssec=None,
        sources=(Source(source, KIND, "registered"),),
    )
    observation = Observation(
        ZONE_LIST.probe, Domain(row.domain), at, vantage, Seen(fact), (exchange.id,)
    )
    return observation, exchange


def _moment(day: date | None) -> Moment | None:
    if day is None:
        return None
    return Moment(datetime.combine(day, time(), UTC), False, KIND, day, "day")
