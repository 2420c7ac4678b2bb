"""How long a registry's answer is good: the nearer the day it is paid until, the shorter.

Registries allow few questions, and a registration seldom changes; close to its end it may any hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from probes.kit.observation import Absent, AnyObservation, Seen
from probes.registration import Registration

LONGEST = timedelta(days=7)
"""No answer older than this is ever good."""
_BY_DAYS_LEFT = (
    (90, LONGEST),
    (30, timedelta(days=2)),
    (0, timedelta(hours=12)),
)
_PAST_DUE = timedelta(hours=6)
_ABSENT = timedelta(hours=24)


def is_fresh(observation: AnyObservation, now: datetime) -> bool:
    """Say whether a registration seen earlier still stands; a failure never does."""
    return now - observation.at < _lifetime(observation)


def _lifetime(observation: AnyObservation) -> timedelta:
    match observation.outcome:
        case Seen(Registration() as found):
            return _while_registered(found, observation.at)
        case Absent():
            return _ABSENT
    return timedelta(0)


def _while_registered(found: Registration, at: datetime) -> timedelta:
    days = [moment.at.date() for moment in found.expires]
    if found.paid_until:
        days.append(found.paid_until)
    if not days:
        return LONGEST  # a registry that publishes no end
    left = (min(days) - at.date()).days
    return next((time for least, time in _BY_DAYS_LEFT if left >= least), _PAST_DUE)
