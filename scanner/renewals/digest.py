"""What one person is told on one day: the most urgent first, and how much was left out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from scanner.renewals.guard import Stance
from scanner.renewals.matter import Matter, News
from scanner.renewals.reminders import step_on

MOST = 20
"""Lines of one digest."""
OF_CHANGES = 8
"""So many of them are for changes, where there are as many: what is due every day must not hide them."""
_RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}


class Line(Struct, frozen=True, gc=False):
    """A change that is told in a digest, once."""

    id: int
    news: News
    severity: str
    person: int | None
    """Who answers for its things."""


class Digest(Struct, frozen=True):
    """One person's day."""

    person: int
    matters: tuple[Matter, ...] = ()
    hidden: int = 0
    lines: tuple[Line, ...] = ()
    waiting: int = 0
    """Changes that the next digests tell."""


def digests(
    matters: Iterable[Matter],
    today: date,
    watching: bool = False,
    lines: Iterable[Line] = (),
    duty: int | None = None,
) -> Mapping[int, Digest]:
    """Return each person's digest by his id; nobody without matters or changes is in it.

    What is being ended on purpose is no news and is left out; so is what is not yet near. Changes of what
    nobody answers for go to whoever is on `duty`.
    """
    mine: dict[int, list[Matter]] = {}
    for matter in matters:
        if matter.stance is Stance.DO_NOT_PAY or step_on(matter.ladder, today) is None:
            continue
        told = [matter.assignment.person, *(matter.assignment.watchers if watching else ())]
        for person in told:
            if person is not None:
                mine.setdefault(person.id, []).append(matter)
    changed: dict[int, list[Line]] = {}
    for line in lines:
        person_id = line.person if line.person is not None else duty
        if person_id is not None:
            changed.setdefault(person_id, []).append(line)
    return {
        person: _digest(person, mine.get(person, []), changed.get(person, []))
        for person in sorted(mine.keys() | changed.keys())
    }


def _digest(person: int, found: list[Matter], changed: list[Line]) -> Digest:
    ordered = tuple(sorted(found, key=urgency))
    matters = ordered[: MOST - min(len(changed), OF_CHANGES)]
    lines = tuple(sorted(changed, key=_pressing))[: MOST - len(matters)]
    return Digest(person, matters, len(ordered) - len(matters), lines, len(changed) - len(lines))


def urgency(matter: Matter) -> tuple[date, int, str]:
    """Return what matters are sorted by: the last day, the worse trouble, the name."""
    return matter.deadline, _RANK.get(matter.severity, 5), matter.thing.asset


def _pressing(line: Line) -> tuple[int, int]:
    """Return what changes are sorted by: the worse, then the older."""
    return _RANK.get(line.severity, 5), line.id
