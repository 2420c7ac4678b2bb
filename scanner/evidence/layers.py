"""Looks of several runs as one: of our own the newest counts, beside it what another vantage saw.

An error never overwrites a fact, and never hides behind one either: judgement takes the newest look,
whatever came of it, and `LastKnown` finds for display what was known before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from msgspec import Struct

from probes.kit.net.lately import Lately
from probes.kit.observation import Outcome, Seen, Unknown
from probes.kit.target import Target
from probes.website import Website
from scanner.discovery.listed import BackedByLists
from scanner.discovery.looks import NEVER_ASKED, Ask, Looks, Sighting
from scanner.evidence.evidence import Evidence, MadeAt
from scanner.evidence.looks import ROOM, StoredLooks
from scanner.evidence.run import AGAIN, Purpose, Run

T = TypeVar("T", bound=Target)
F = TypeVar("F")
_MOST = 20_000
_A_LOOK = 100
"""Bytes that remembering takes that a run made a look."""


class Layer(Struct, frozen=True):
    """What one run saw, as a layer of several."""

    run: str
    ended: datetime | None
    """None while it goes on."""
    looks: Looks


class NewestLooks:
    """Looks of several runs from one vantage: the newest of each counts, also when it found out nothing."""

    def __init__(self, layers: Iterable[Layer], made: MadeAt) -> None:
        """Read `layers`, the newest run first: of two looks of one moment its own counts.

        `made` says which of the runs looked at a target at all: after a month of rescans they are many,
        and only those few are read.
        """
        self._layers = tuple(layers)
        self._made = made
        self._known: Lately[Target, Mapping[str, AbstractSet[str]]] = Lately(ROOM, _MOST)

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome; `Unknown(not_asked)` when no run sent the probe there."""
        newest: Sighting[F] = NEVER_ASKED
        runs = self._runs(cast(Target, target)).get(ask.probe, ())
        for layer in self._layers:
            if layer.run not in runs or _is_older(layer, newest.at):
                continue
            found = layer.looks.latest(ask, target)
            if found.at and (newest.at is None or found.at > newest.at):
                newest = found
        return newest

    def _runs(self, target: Target) -> Mapping[str, AbstractSet[str]]:
        """Return the runs that looked at a target, by probe."""
        known = self._known.get(target)
        if known is None:
            known = self._made(target)
            self._known.keep(target, known, _A_LOOK * (1 + sum(map(len, known.values()))))
        return known


def _is_older(layer: Layer, than: datetime | None) -> bool:
    """Say whether all a run saw was seen by then."""
    return than is not None and layer.ended is not None and layer.ended <= than


class SeenFrom:
    """What another vantage saw, and our own looks where it has not looked."""

    def __init__(self, theirs: Looks, ours: Looks) -> None:
        self._theirs, self._ours = theirs, ours

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return their outcome, whatever it is, if they looked; else ours."""
        found = self._theirs.latest(ask, target)
        return found if found.asked else self._ours.latest(ask, target)


class LastKnown:
    """For display alone: where the newest look found out nothing, the fact of the newest that did."""

    def __init__(self, looks: Looks, evidence: Evidence, earlier: Sequence[str]) -> None:
        """Stand before `looks`; `earlier` are the ids of runs to search, the newest first."""
        self._looks, self._evidence, self._earlier = looks, evidence, tuple(earlier)
        self._fell_back: datetime | None = None

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome that tells anything, or else the newest."""
        newest = self._looks.latest(ask, target)
        if not self._earlier or not newest.asked or not _tells_nothing(newest.outcome):
            return newest
        known: Sighting[Any] | None = self._known(ask.probe, target)
        if known is None:
            return newest
        assert known.at is not None
        self._fell_back = min(known.at, self._fell_back or known.at)
        return known

    def fell_back_to(self) -> datetime | None:
        """Return the moment of the oldest earlier fact given since this was asked last, if any was."""
        moment, self._fell_back = self._fell_back, None
        return moment

    def _known(self, probe: str, target: Target) -> Sighting[Any] | None:
        for run in self._earlier:
            found = self._evidence.earlier(probe, target, (run,))
            if found and not _tells_nothing(found.outcome):
                return Sighting(found.outcome, found.at, found.vantage, found.evidence)
        return None


def _tells_nothing(outcome: Outcome[Any]) -> bool:
    """Say whether a look found out nothing: a visit may fail although the look was made."""
    match outcome:
        case Unknown():
            return True
        case Seen(Website(http=http, https=https)):
            pages = http.page, https.page
            return any(isinstance(page, Unknown) for page in pages) and not any(
                isinstance(page, Seen) for page in pages
            )
    return False


class Vantages(Struct, frozen=True):
    """All that is known at one moment: as we see it, and as each other vantage does."""

    home: str
    """The vantage of the audit."""
    ours: Looks
    others: tuple[tuple[str, Looks], ...]
    """Other vantages that looked, by name, with their looks before ours."""
    known: LastKnown
    """Ours, with what was known before, for display."""


LEAST_ROOM = 262_144
"""Bytes that are remembered of each run at least, however many there are."""
MEMORY = timedelta(days=400)
"""How far back a fact is looked for that no look could renew."""


@contextmanager
def vantages(
    evidence: Evidence, base: Run, runs: Sequence[Run], since: datetime
) -> Iterator[Vantages]:
    """Read an audit's run, what was looked at again since, and what other vantages saw since `since`.

    `runs` are all of the client's, newest first.
    """
    own = [run for run in runs if _is_ours(run, base)]
    theirs: dict[str, list[Run]] = {}
    for run in runs:
        if run.vantage not in ("", base.vantage) and run.started_at >= since and run.id != base.id:
            theirs.setdefault(run.vantage, []).append(run)
    with evidence.readers() as (of, made_at):
        room = max(ROOM // (len(own) + sum(map(len, theirs.values()))), LEAST_ROOM)

        def read(some: Sequence[Run]) -> Looks:
            layers = [
                Layer(run.id, run.finished_at, StoredLooks(evidence, run.id, room, of(run.id)))
                for run in some
            ]
            if len(layers) == 1:
                return layers[0].looks
            return NewestLooks(layers, made_at([run.id for run in some]))

        ours = BackedByLists(read(own))
        before = [
            run.id
            for run in runs
            if run.vantage in ("", base.vantage)
            and run not in own
            and run.started_at >= base.started_at - MEMORY
        ]
        yield Vantages(
            home=base.vantage,
            ours=ours,
            others=tuple(
                (name, SeenFrom(read(some), ours)) for name, some in sorted(theirs.items())
            ),
            known=LastKnown(ours, evidence, [*(run.id for run in own[1:]), *before]),
        )


def _is_ours(run: Run, base: Run) -> bool:
    """Say whether a run is the audit, or one made after it, from the same place, to complete it."""
    if run.id == base.id:
        return True
    if run.started_at < base.started_at:
        return False
    again = run.purpose in AGAIN and run.base == base.id
    return (again and run.vantage == base.vantage) or run.purpose is Purpose.REREAD
