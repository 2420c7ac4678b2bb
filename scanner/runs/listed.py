"""Registries' own lists: the names in them that are like the client's, and, of his own, their registrations.

A list is gone through before the looks for names, and after them for what the registry did not answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from msgspec import Struct

from probes.kit.net import ListAnswer, ListQuestion
from probes.kit.net.tape import Exchange
from probes.kit.observation import Observation, Reason, Seen
from probes.kit.target import Domain
from probes.registration import Holder, HolderKind, Moment, Registration, Source
from scanner.discovery.listed import ZONE_LIST
from scanner.discovery.looks import REGISTRATION
from scanner.discovery.scope import Listed
from scanner.discovery.zone_names import ListedNames
from scanner.evidence import Evidence
from scanner.intake.like_names import WordFinder
from scanner.intake.zone_list import DamagedList, ZoneRow, rows_of
from scanner.runs.look import Clock

KIND = "zone list"
"""What a source of a registration is called that came out of a list."""


class ListRead(Struct, frozen=True):
    """One list that was gone through for names."""

    file: str
    rows: int
    met: int
    """How often a word of the client's was found in it."""
    trouble: Reason | None = None
    """Why it was not read to its end."""
    detail: str = ""


class Sifted(Struct, frozen=True):
    """What registries' lists hold of a client's words."""

    lists: tuple[ListRead, ...] = ()
    names: Mapping[str, Listed] = {}
    """Names to look at."""
    left_out: int = 0
    """Names beyond those that are looked at."""
    too_common: Mapping[str, int] = {}
    """Words that lead nowhere, and how many names hold them."""

    def told(self) -> Iterator[str]:
        """Yield sentences for whoever started the audit."""
        for one in self.lists:
            if one.trouble:
                yield f"{one.file} could not be read to its end: {one.detail}."
            yield f"{one.rows} names of {one.file} read; a word of the client's was found {one.met} times."
        for word, count in self.too_common.items():
            yield f"The word {word!r} is in {count} names of the lists: too common to follow."
        if self.left_out:
            yield f"{len(self.names)} of them are looked at, those of the rarest words; {self.left_out} are not."


NO_LISTS = Sifted()


def sift(lists: Iterable[Path], words: Mapping[str, str], known: Container[str]) -> Sifted:
    """Go through lists for names that hold one of `words` (spelling → word) and are not `known`."""
    finder, names = WordFinder(words), ListedNames(words)
    read: list[ListRead] = []
    for path in lists:
        before, met, trouble, detail = finder.rows, 0, None, ""
        try:
            with path.open("rb") as stream:
                for name, spelling in finder.find(stream):
                    names.hear(name, spelling, path.name)
                    met += 1
        except DamagedList as error:
            trouble, detail = Reason.MALFORMED, str(error)
        except OSError as error:
            trouble, detail = Reason.SOURCE_FAILED, error.strerror or str(error)
        read.append(ListRead(path.name, finder.rows - before, met, trouble, detail))
    found = names.followed(known)
    return Sifted(tuple(read), found, names.left_out, names.too_common)


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
