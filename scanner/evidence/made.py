"""Which looks runs made: of finished ones by registered name, in memory, for they never change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from sqlalchemy import Connection, func, select

from scanner.database import Database
from scanner.evidence.rows import OBSERVATION

Pair = tuple[str, str]
"""Probe, and target as text."""
_AT_ONCE = 500
_REMEMBERED = 4


class Made:
    """The looks of the runs asked for last; one reading serves all parts of a rescan that come here."""

    def __init__(self, group: Callable[[str], str]) -> None:
        """Group targets, given as text, by what `group` says of them."""
        self._group = group
        self._known: dict[tuple[str, ...], dict[str, set[Pair]]] = {}

    def at(self, database: Database, runs: Sequence[str], groups: Iterable[str]) -> set[Pair]:
        """Return what any of these runs looked at in any of the groups."""
        key = tuple(runs)
        known = self._known.get(key)
        if known is None:
            known = self._read(database, runs)
            for old in list(self._known)[: 1 - _REMEMBERED]:
                del self._known[old]
            self._known[key] = known
        return set[Pair]().union(*(known.get(group, ()) for group in groups))

    def _read(self, database: Database, runs: Sequence[str]) -> dict[str, set[Pair]]:
        wanted = select(OBSERVATION.c.probe, OBSERVATION.c.target)
        found: dict[str, set[Pair]] = {}

        def read(connection: Connection) -> None:
            for run in runs:
                mine = connection.execution_options(yield_per=5_000).execute(
                    wanted.where(OBSERVATION.c.run == run)
                )
                for probe, target in mine:
                    found.setdefault(self._group(target), set()).add((probe, target))

        database.read(read)
        return found


def made_already(database: Database, run: str, targets: Iterable[str]) -> set[Pair]:
    """Return what a run has looked at of some targets."""
    left = iter(sorted(set(targets)))
    found: set[Pair] = set()
    wanted = select(OBSERVATION.c.probe, OBSERVATION.c.target).where(OBSERVATION.c.run == run)
    with database.reading() as connection:
        while some := list(islice(left, _AT_ONCE)):
            rows = connection.execute(wanted.where(OBSERVATION.c.target.in_(some)))
            found.update((probe, target) for probe, target in rows)
    return found


def outcomes(database: Database, run: str) -> dict[str, Counter[str]]:
    """Return how many looks of each probe a run has kept, by outcome."""
    query = (
        select(OBSERVATION.c.probe, OBSERVATION.c.outcome, func.count())
        .where(OBSERVATION.c.run == run)
        .group_by(OBSERVATION.c.probe, OBSERVATION.c.outcome)
    )
    found: dict[str, Counter[str]] = {}
    with database.reading() as connection:
        for probe, outcome, looks in connection.execute(query):
            found.setdefault(probe, Counter())[outcome] = looks
    return found
