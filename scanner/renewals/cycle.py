"""One period of one object: its days, and where it stands."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct


class CycleState(StrEnum):
    """How far a period has got. Which of the open ones are near or overdue is told by the day."""

    OPEN = "open"
    PROBABLY_RENEWED = "probably_renewed"  # a later date was seen; nobody has confirmed payment
    RENEWED = "renewed"
    WILL_NOT_RENEW = "will_not_renew"
    LOST = "lost"


class Days(Struct, frozen=True, kw_only=True, gc=False):
    """The days of a period, in the agency's zone; None where nobody knows or there is none."""

    due: date
    """The last day that is paid for."""
    renew_from: date | None = None
    cheap_until: date | None = None
    decide_by: date | None = None
    service_stops: date | None = None
    """The first day without service."""
    grace_until: date | None = None
    """The last day on which it can still be renewed at the usual price."""
    lost_at: date | None = None
    """The day from which anybody may have it."""
