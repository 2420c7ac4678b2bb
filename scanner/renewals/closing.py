"""When what was seen proves that a thing was renewed. Pure.

A later date is no proof by itself: registries prolong first and ask for the money afterwards. Two looks a
day apart must agree, with no status that says otherwise; before that it is probably renewed, and somebody
is asked to confirm that it was paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from probes.kit.registry.standing import Standing, standings
from scanner.renewals.cycle import CycleState
from scanner.renewals.months import months_after
from scanner.renewals.terms import tolerance

APART = timedelta(hours=24)
_DOUBTFUL = frozenset(
    {
        Standing.RENEWED_BY_REGISTRY,
        Standing.REDEMPTION,
        Standing.RESTORING,
        Standing.DELETING,
        Standing.HELD_BY_REGISTRAR,
        Standing.HELD_BY_REGISTRY,
    }
)
"""RFC 3915 and 5731: autoRenewPeriod, redemptionPeriod, pendingDelete, clientHold, serverHold."""
_KEPT = 8


class Sighting(Struct, frozen=True):
    """What one look saw of a thing's term."""

    at: datetime
    until: date | None = None
    statuses: tuple[str, ...] = ()
    replaced: bool = False
    """A certificate that is no longer shown anywhere: another stands in its place."""


def least_renewed(due: date, months: int | None) -> date:
    """Return the earliest day that means a new period, and no correction of this one.

    Where nobody knows the period, the shortest that is sold: a month.
    """
    return months_after(due, months or 1) - tolerance(months)


def proves(sighting: Sighting, least: date) -> bool:
    """Say whether a look speaks for a renewal without a doubt."""
    if sighting.replaced:
        return True
    later = sighting.until is not None and sighting.until >= least
    return later and not _DOUBTFUL & set(standings(sighting.statuses))


def standing_of(sightings: Iterable[Sighting], least: date) -> CycleState:
    """Return open, probably renewed or renewed, from all looks since the period was opened."""
    ordered = sorted(sightings, key=lambda one: one.at)
    if not ordered:
        return CycleState.OPEN
    run: list[Sighting] = []
    for one in ordered:
        run = [*run, one] if proves(one, least) else []
    if run and run[-1].at - run[0].at >= APART:
        return CycleState.RENEWED
    last = ordered[-1]
    later = last.until is not None and last.until >= least
    return CycleState.PROBABLY_RENEWED if run or later else CycleState.OPEN


def kept(sightings: Sequence[Sighting], least: date) -> tuple[Sighting, ...]:
    """Return what must be remembered of many looks: the last run that agrees, its first and newest."""
    ordered = sorted(set(sightings), key=lambda one: one.at)
    run: list[Sighting] = []
    for one in ordered:
        run = [*run, one] if proves(one, least) else [one]
    if not any(_speaks(one, least) for one in run):
        return ()
    return tuple(run) if len(run) < _KEPT else (run[0], *run[1 - _KEPT :])


def _speaks(sighting: Sighting, least: date) -> bool:
    return sighting.replaced or (sighting.until is not None and sighting.until >= least)
