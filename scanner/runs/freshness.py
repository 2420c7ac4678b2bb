"""How long a registry's answer is good: the nearer the day it is paid until, the shorter.

Registries allow few questions, and a registration seldom changes; close to its end it may any hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from probes.kit.observation import Absent, AnyObservation, Outcome, Seen
from probes.registration import Registration
from scanner.verdicts.cadence import ABSENT, LONGEST, while_registered

__all__ = ["LONGEST", "good_for", "is_fresh"]
_SKEW = timedelta(days=1)
"""What was seen later than this from now was seen by a clock that was wrong."""


def is_fresh(observation: AnyObservation, now: datetime) -> bool:
    """Say whether a registration seen earlier still stands; a failure never does, nor what is yet to come."""
    age = now - observation.at
    return -_SKEW < age < good_for(observation.outcome, observation.at)


def good_for(outcome: Outcome[Registration], at: datetime) -> timedelta:
    """Return how long what a registry said at a moment stands; nothing where it said nothing."""
    match outcome:
        case Seen(Registration() as found):
            days = [moment.at.date() for moment in found.expires]
            if found.paid_until:
                days.append(found.paid_until)
            return while_registered(min(days, default=None), at.date())
        case Absent():
            return ABSENT
    return timedelta(0)
