"""Whether something is to be told today, and as which step of the ladder. Pure.

The tightest step whose day has come is told once, and covers the looser ones: whoever learns of a thing
thirteen days before its end is told once, not thrice; a run that was missed is caught up by the next.
After the end it goes on every week for four weeks, then every month, until the thing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from msgspec import Struct

TASK = "task"
_WEEKLY = (1, 8, 15, 22)
_MONTH = 30


class Ladder(Struct, frozen=True, gc=False):
    """The steps of one matter."""

    deadline: date
    """The last working day to act on: thresholds count from it."""
    due: date
    """The last paid day: what comes later is overdue."""
    thresholds: tuple[int, ...]
    """Days before the deadline, widest first; empty: told at once."""
    ends: date | None = None
    """From this day on nobody is reminded any more."""


class Told(Struct, frozen=True, gc=False):
    """What was told, or is about to be, in one place."""

    rule: str
    step: str
    """The step of the ladder it was told at; a task is told at one too."""
    on: date
    is_said: bool
    """False while it waits to be sent."""
    counts: bool = True
    """False for what was overtaken before it was sent."""


class Telling(Struct, frozen=True, gc=False):
    """What is to be told now."""

    rule: str
    step: str
    overtakes: tuple[str, ...] = ()
    """Rules that wait to be sent and say less."""


def telling(ladder: Ladder, told: Sequence[Told], today: date) -> Telling | None:
    """Return what is to be told today in one place, given what was told there; None for nothing."""
    step = step_on(ladder, today)
    if step is None:
        return None
    task = next((one for one in told if one.rule == TASK and one.counts), None)
    if task is None:
        return Telling(_named(TASK, told), step)
    if not task.is_said or _is_over(ladder, today):
        return None
    standing = [one for one in told if one.counts and _still_counts(one, ladder)]
    if any(_place(one.step) >= _place(step) for one in standing):
        return None
    waiting = tuple(one.rule for one in standing if not one.is_said)
    return Telling(_named(step, told), step, waiting)


def step_on(ladder: Ladder, today: date) -> str | None:
    """Return the tightest step whose day has come: `remind-7`, `overdue-2`; None when it is too early."""
    late = (today - ladder.due).days
    if late > 0:
        return f"overdue-{_overdue(late)}"
    if not ladder.thresholds:
        return TASK
    left = (ladder.deadline - today).days
    come = [one for one in ladder.thresholds if left <= one]
    return f"remind-{min(come)}" if come else None


def first_day(ladder: Ladder) -> date:
    """Return the day on which it is first told."""
    return ladder.deadline - timedelta(days=max(ladder.thresholds, default=0))


def _overdue(late: int) -> int:
    """Return which message after the end has its day: 1, 2 … by the number of days gone by."""
    weekly = sum(late >= day for day in _WEEKLY)
    return weekly + max(0, late - _WEEKLY[-1]) // _MONTH


def _is_over(ladder: Ladder, today: date) -> bool:
    return ladder.ends is not None and today >= ladder.ends


@cache
def _place(step: str) -> int:
    """Return how tight a step is, to compare: nearer the end is more, after it more still."""
    kind, _, number = step.partition("-")
    if kind == "overdue":
        return int(number)
    return -int(number) if kind == "remind" else -100_000


def _still_counts(one: Told, ladder: Ladder) -> bool:
    """Say whether what was told then is still told: not when the date has moved well away since."""
    kind, _, number = one.step.partition("-")
    if kind == "overdue":
        return one.on > ladder.due
    if kind != "remind":
        return True
    wider = [threshold for threshold in ladder.thresholds if threshold > int(number)]
    return (ladder.deadline - one.on).days < (min(wider) if wider else 2 * int(number) + 1)


def _named(step: str, told: Sequence[Told]) -> str:
    """Return the step as a rule; with a number when it was told before a date moved."""
    before = sum(one.rule == step or one.rule.startswith(f"{step}.") for one in told)
    return f"{step}.{before + 1}" if before else step
