"""What is on its way out: signed, done and still to be done, and when it may be deleted at the earliest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from reports.registry import RegistryObject

SHOWN = 80
"""Things that get a line each on the page; the rest are counted."""
_ENDING = ("switch_off", "let_expire", "consolidate")
_CLOSED = ("deleted", "verified_gone")


class Departure(Struct, frozen=True):
    """One thing, and how far it has got."""

    line: RegistryObject
    name: str
    """As the report calls it; the registry's name where the report does not show it."""
    state: str
    """`approved`, `going`, `held`, `watched`, `ended`."""
    next: str
    """The step that comes next; `begun` where the client agreed and nobody began; empty where none is left
    or it is held."""
    watched_until: date | None


class Departures(Struct, frozen=True):
    """The log."""

    all: tuple[Departure, ...]
    counts: tuple[tuple[str, int], ...]
    """State → how many things are in it, those that occur."""

    @property
    def shown(self) -> tuple[Departure, ...]:
        """Return those that get a line each on the page …"""
        return self.all[:SHOWN]

    @property
    def left(self) -> int:
        """… and how many more there are."""
        return max(0, len(self.all) - SHOWN)


STATES = ("held", "approved", "going", "watched", "ended")
"""What calls for a deed first."""


def departures_of(objects: Iterable[RegistryObject], names: dict[str, str]) -> Departures:
    """Return what the client approved to end, or what somebody began to switch off; what is held comes first."""
    going = [_departure(one, names) for one in objects if _is_going(one)]
    going.sort(key=lambda one: (STATES.index(one.state), _last_day(one.line), one.line.id))
    counts = tuple(
        (state, count) for state in STATES if (count := sum(one.state == state for one in going))
    )
    return Departures(tuple(going), counts)


def _is_going(one: RegistryObject) -> bool:
    answer = one.answer
    approved = answer is not None and answer.decision == "approved" and answer.verdict in _ENDING
    return approved or bool(one.steps)


def _departure(line: RegistryObject, names: dict[str, str]) -> Departure:
    steps = [step.step for step in line.steps]
    state = _state(steps)
    following = line.left[0] if line.left and state not in ("held", "ended") else ""
    if following == "signed" and line.answer and line.answer.decision == "approved":
        following = "begun"
    watched = next((step.until for step in reversed(line.steps) if step.until), None)
    return Departure(line, names.get(line.asset or "", line.name), state, following, watched)


def _state(steps: list[str]) -> str:
    if any(step in _CLOSED for step in steps):
        return "ended"
    if not steps:
        return "approved"
    if steps[-1] == "held":
        return "held"
    return "watched" if "switched_off" in steps else "going"


def _last_day(line: RegistryObject) -> date:
    days = [step.on for step in line.steps]
    return max(days, default=line.answer.on if line.answer else date.min)
