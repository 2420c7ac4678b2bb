"""What one person is told on one day: the most urgent first, and how much was left out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from scanner.renewals.guard import Stance
from scanner.renewals.matter import Matter
from scanner.renewals.reminders import step_on

MOST = 20
_RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}


class Digest(Struct, frozen=True):
    """One person's day."""

    person: int
    matters: tuple[Matter, ...]
    hidden: int


def digests(matters: Iterable[Matter], today: date, watching: bool = False) -> Mapping[int, Digest]:
    """Return each person's digest by his id; nobody without matters is in it.

    What is being ended on purpose is no news and is left out; so is what is not yet near.
    """
    mine: dict[int, list[Matter]] = {}
    for matter in matters:
        if matter.stance is Stance.DO_NOT_PAY or step_on(matter.ladder, today) is None:
            continue
        told = [matter.assignment.person, *(matter.assignment.watchers if watching else ())]
        for person in told:
            if person is not None:
                mine.setdefault(person.id, []).append(matter)
    return {person: _digest(person, found) for person, found in sorted(mine.items())}


def _digest(person: int, found: list[Matter]) -> Digest:
    ordered = tuple(sorted(found, key=urgency))
    return Digest(person, ordered[:MOST], max(0, len(ordered) - MOST))


def urgency(matter: Matter) -> tuple[date, int, str]:
    """Return what matters are sorted by: the last day, the worse trouble, the name."""
    return matter.deadline, _RANK.get(matter.severity, 5), matter.thing.asset
