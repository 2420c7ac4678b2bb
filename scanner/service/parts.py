"""A large rescan in parts: each part makes its looks anew wherever it is done, and the rescan itself goes on from there.

A part only saves the rescan looks. What it leaves out, or is lost with its worker, the rescan makes; what it
made twice is kept once. So the parts may be done in any order, by anybody, or not at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct
from sqlalchemy import Connection, select

from probes.kit.target import parse_target
from scanner.database import Database
from scanner.discovery import Look
from scanner.discovery.scope import registered
from scanner.evidence import Evidence, Purpose, Run
from scanner.evidence.due import Due, DueBook
from scanner.evidence.made import Made, Pair, made_already
from scanner.evidence.rows import RUN
from scanner.jobs import Fenced, Lost
from scanner.runs.progress import Tally
from scanner.runs.repeat import Repeat
from scanner.service.due_names import due_looks
from scanner.service.due_rescans import LookerFor
from scanner.service.rescanning import layers_of, request_of
from scanner.verdicts.cadence import LookKind

PART = 100
"""Things in a part, more or less: far fewer jobs than things, and yet little lost with a worker."""


class Part(Struct, frozen=True):
    """Names whose looks are made together. Each registered name is in one part of a rescan."""

    used: tuple[str, ...]
    """Names, with what answers there; `*.` before one means with everything below it."""
    registrations: tuple[str, ...]


def parts_of(dues: Iterable[Due]) -> tuple[Part, ...]:
    """Return the parts of what is due, one where it is not much."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    registrations: defaultdict[str, set[str]] = defaultdict(set)
    weight: Counter[str] = Counter()
    for due in dues:
        names = registrations if due.looks is LookKind.REGISTRATION else used
        for name in due.names if due.looks is not LookKind.SEARCH else ():
            group = group_of_name(name)
            names[group].add(name)
        weight.update({group_of_name(due.names[0]): 1} if due.names else ())
    return tuple(
        Part(
            tuple(sorted(name for group in groups for name in used[group])),
            tuple(sorted(name for group in groups for name in registrations[group])),
        )
        for groups in _bundles(sorted({*used, *registrations}), weight)
    )


def _bundles(groups: list[str], weight: Counter[str]) -> Iterator[list[str]]:
    bundle: list[str] = []
    things = 0
    for group in groups:
        bundle.append(group)
        things += weight[group]
        if things >= PART:
            yield bundle
            bundle, things = [], 0
    if bundle:
        yield bundle


def dues_of(database: Database, run: Run) -> Iterator[Due]:
    """Yield what a rescan that has begun is to look at; of a whole audit, all that is known beforehand."""
    by = None if run.purpose is Purpose.AUDIT else run.options["by"]
    at = None if by is None else type(run.started_at).fromisoformat(by)
    return DueBook(database).of(run.client, at)


def group_of_name(name: str) -> str:
    """Return the registered name that a name is kept together by."""
    plain = name.removeprefix("*.")
    return registered(plain) or plain


def group_of_target(target: str) -> str:
    """Return the same of a target as text."""
    kind, _, rest = target.partition(" ")
    return group_of_name(rest.rpartition(":")[0] if kind == "endpoint" else rest)


async def look_at_part(
    database: Database, run_id: str, base_id: str, part: Part, made: Made, looker: LookerFor
) -> Tally:
    """Make the looks of a part of a rescan that are still to be made; return them counted.

    What comes after the rescan has ended changes nothing: raises Lost.
    """
    evidence = _OfPart(Fenced(database, lambda connection: _is_open(connection, run_id)))
    run, base = evidence.run(run_id), evidence.run(base_id)
    if run is None or base is None or run.finished_at is not None:
        return Tally()
    layers = [one.id for one in layers_of(evidence.runs(run.client), base, run)]
    groups = {group_of_name(name) for name in (*part.used, *part.registrations)}
    before = made.at(database, layers, groups)
    left = before - made_already(database, run_id, (target for _, target in before))
    wanted = due_looks(part.used, part.registrations)
    plan = Repeat(look for look in _looks(left) if wanted.holds(look))
    request = request_of(database, base)
    look = looker(request, run.purpose is Purpose.RESCAN)
    return await look(plan, evidence, database, run)


class _OfPart(Evidence):
    """The evidence as a part sees it: of the run nothing is there yet but its own looks."""

    def done(self, _run_id: str) -> set[Pair]:
        """Return nothing: a part reads no other's looks."""
        return set()


def _looks(pairs: Iterable[Pair]) -> Iterator[Look]:
    for probe, target in sorted(pairs):
        yield Look(probe, parse_target(target))


def _is_open(connection: Connection, run_id: str) -> None:
    mine = select(RUN.c.id).where(RUN.c.id == run_id, RUN.c.finished_at.is_(None))
    if connection.scalar(mine) is None:
        raise Lost(f"rescan {run_id} has ended")
