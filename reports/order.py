"""What to do, in this order: the steps of the work, with the things of each and what a mistake would mean."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from reports.audit_file import Entry, IfWrong
from reports.saving import Saving, saving_of

STEPS = ("transfer", "fix_takeovers", "remove_dns", "switch_off", "let_expire")
"""In the order in which they are taken."""
SHOWN_OF_A_STEP = 40


class Stage(Struct, frozen=True):
    """One step and the things that come up in it."""

    step: str
    shown: tuple[Entry, ...]
    rest: tuple[Entry, ...]
    saving: Saving
    """Of those that are given up in this step."""


class Note(Struct, frozen=True):
    """What stops if proposals of one sort are wrong, and how they are undone; numbered for the page."""

    number: int
    kinds: tuple[str, ...]
    if_wrong: IfWrong


class Condition(Struct, frozen=True):
    """Something that must be had before anybody acts, and for how many things it is had already."""

    need: str
    open: int
    done: int


def stages(entries: tuple[Entry, ...], day: date) -> tuple[Stage, ...]:
    """Return every step, those with nothing to do as well."""
    found = []
    for step in STEPS:
        here = tuple(entry for entry in entries if step in entry.steps)
        if step == "remove_dns":
            here = _without_covered(here)
        ended = (one for one in here if one.verdict == step)
        found.append(
            Stage(step, here[:SHOWN_OF_A_STEP], here[SHOWN_OF_A_STEP:], saving_of(ended, day))
        )
    return tuple(found)


def _without_covered(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Leave out sites below a domain whose records go all the same."""
    domains = {entry.name for entry in entries if entry.kind == "domain"}
    return tuple(
        entry
        for entry in entries
        if entry.kind == "domain" or domains.isdisjoint(_above(entry.name))
    )


def _above(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[place:]) for place in range(len(labels))]


def notes(entries: Iterable[Entry]) -> dict[tuple[str, IfWrong], Note]:
    """Return what a mistake would mean, by proposal, each told once."""
    kinds: dict[tuple[str, IfWrong], dict[str, None]] = {}
    for entry in entries:
        if entry.if_wrong:
            kinds.setdefault((entry.verdict, entry.if_wrong), {})[entry.kind] = None
    return {key: Note(number, tuple(kinds[key]), key[1]) for number, key in enumerate(kinds, 1)}


def conditions(entries: Iterable[Entry]) -> tuple[Condition, ...]:
    """Return the conditions of some proposals in the order in which they were first met."""
    pending: dict[str, int] = {}
    met: dict[str, int] = {}
    for entry in entries:
        for need in entry.needs:
            pending[need] = pending.get(need, 0) + 1
        for need in entry.done:
            met[need] = met.get(need, 0) + 1
    return tuple(
        Condition(need, pending.get(need, 0), met.get(need, 0)) for need in {**met, **pending}
    )
