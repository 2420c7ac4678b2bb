"""What several looks at one thing agree on. Pure: a function of the looks alone, in any order.

Three looks must agree, each at least 72 hours after the one before, and the last of them must come
from another vantage. One that could not find out neither counts nor resets; one that saw another
state, and so any sign of life, begins the count anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from scanner.assets import Use

LOOKS = 3
"""So many looks must agree before anything is ended."""
APART = timedelta(hours=72)
"""From the end of one to the beginning of the next, or the next does not count."""
EXPIRES = timedelta(days=30)
"""What was seen longer ago is to be seen again before anybody acts on it."""


class Stand(Struct, frozen=True, gc=False):
    """What one look from one vantage said of a thing."""

    vantage: str
    began: datetime
    ended: datetime
    use: Use
    state: str


class Agreement(Struct, frozen=True):
    """The state that the newest looks agree on, and how well it is borne out."""

    use: Use
    state: str
    looks: int
    """How many agree, far enough apart."""
    first: datetime
    last: datetime
    """When the first of them began, and the newest ended."""
    vantages: tuple[str, ...]
    next_from: datetime
    """A look that begins earlier does not count."""
    confirmed: bool
    """True when there are three, the last from a vantage that made none of the others."""

    @property
    def repeated(self) -> bool:
        """True when there are three, from wherever."""
        return self.looks >= LOOKS


def agreement(stands: Iterable[Stand]) -> Agreement | None:
    """Return what the newest looks agree on; None when no look found out anything."""
    agreeing = _agreeing(stands)
    if not agreeing:
        return None
    counted = _apart(agreeing)
    return Agreement(
        use=agreeing[-1].use,
        state=agreeing[-1].state,
        looks=len(counted),
        first=min(stand.began for stand in agreeing),
        last=agreeing[-1].ended,
        vantages=tuple(sorted({stand.vantage for stand in agreeing})),
        next_from=counted[-1].ended + APART,
        confirmed=_is_confirmed(agreeing),
    )


def _agreeing(stands: Iterable[Stand]) -> list[Stand]:
    """Return the looks that follow the last change of state, those that found out nothing left out."""
    agreeing: list[Stand] = []
    for stand in sorted(stands, key=_by_end):
        if stand.use is Use.UNKNOWN:
            continue
        if agreeing and agreeing[-1].state != stand.state:
            agreeing = []
        agreeing.append(stand)
    return agreeing


def _by_end(stand: Stand) -> tuple[datetime, datetime, str, str]:
    return stand.ended, stand.began, stand.vantage, stand.state


def _apart(stands: Sequence[Stand]) -> list[Stand]:
    """Return as many as there are far enough apart; the stands come sorted by their end."""
    counted: list[Stand] = []
    for stand in stands:
        if not counted or counted[-1].ended + APART <= stand.began:
            counted.append(stand)
    return counted


def _is_confirmed(agreeing: Sequence[Stand]) -> bool:
    """Say whether any look is the last of three, and from a vantage that made none of the others."""
    # Of each vantage the latest is enough: what one look of it confirms, a later one does.
    latest: dict[str, datetime] = {}
    for stand in agreeing:
        latest[stand.vantage] = max(stand.began, latest.get(stand.vantage, stand.began))
    if len(latest) < 2:
        return False
    return any(
        len(_apart([one for one in agreeing if _precedes(one, vantage, began)])) >= LOOKS - 1
        for vantage, began in latest.items()
    )


def _precedes(stand: Stand, vantage: str, began: datetime) -> bool:
    """Say whether a look was made well before one that began then, from another vantage."""
    return stand.vantage != vantage and stand.ended + APART <= began
