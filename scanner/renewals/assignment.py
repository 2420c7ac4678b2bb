"""Who answers for a thing: its responsible person, else its project's manager, else whoever is on duty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct


class Person(Struct, frozen=True):
    """Somebody who can be told."""

    id: int
    name: str
    email: str | None
    trackers: Mapping[str, str]
    """His id in each task manager and messenger."""
    active: bool


class Membership(Struct, frozen=True):
    """A project that a thing belongs to."""

    project: int
    name: str
    lead: bool
    manager: Person | None
    active: bool
    trackers: Mapping[str, str]
    """Its group or project in each task manager."""


class Chosen(StrEnum):
    """Why it is this person."""

    RESPONSIBLE = "responsible"
    LEAD_MANAGER = "lead_manager"
    DUTY = "duty"
    NOBODY = "nobody"


class Assignment(Struct, frozen=True):
    """Who is told, who watches, and why."""

    person: Person | None
    watchers: tuple[Person, ...]
    chosen: Chosen

    @property
    def is_gap(self) -> bool:
        """Say whether nobody answers for the thing itself: a finding."""
        return self.chosen in (Chosen.DUTY, Chosen.NOBODY)


def assign(
    responsible: Person | None, projects: Sequence[Membership], duty: Person | None
) -> Assignment:
    """Choose who answers. A person who left, and a project that is closed, count for nothing."""
    alive = [one for one in projects if one.active]
    managers = [_active(one.manager) for one in sorted(alive, key=_leads)]
    lead = managers[0] if managers else None
    for person, chosen in (
        (_active(responsible), Chosen.RESPONSIBLE),
        (lead, Chosen.LEAD_MANAGER),
        (_active(duty), Chosen.DUTY),
    ):
        if person is not None:
            others = {one.id: one for one in managers if one is not None and one.id != person.id}
            return Assignment(person, tuple(others.values()), chosen)
    return Assignment(None, (), Chosen.NOBODY)


def _active(person: Person | None) -> Person | None:
    return person if person is not None and person.active else None


def _leads(one: Membership) -> tuple[bool, int]:
    return not one.lead, one.project
