"""When a public service may be asked next: its rate, and how that gives way when it refuses us. Pure.

Halved at each refusal, and won back turn by turn (additive increase, multiplicative decrease, as TCP
does by RFC 5681); refused again before it is won back, we stay away for an hour, then for a day.
"""

from __future__ import annotations

from msgspec import Struct

LEAST_SHARE = 1 / 16
WON_BACK = 1 / 20
"""Share of the agreed rate that each turn without a refusal wins back."""
DAY = 86_400.0
LADDER = (0.0, 3_600.0, DAY)
"""Seconds to stay away at least, at the first, second and every further refusal in a row."""


class Turns(Struct):
    """The turns of one group of servers, in Unix time."""

    free: float = 0.0
    """From when the next turn may be given out."""
    closed: float = 0.0
    """Until when the group asked us to stay away."""
    share: float = 1.0
    """How much of the agreed rate it bears, as far as we know."""
    refusals: int = 0
    """How often it refused us since it last bore the whole rate."""
    day: float = 0.0
    """When the first of the turns counted in `today` was."""
    today: int = 0
    """Turns given out in the 24 hours from `day` on, where these are counted."""

    def take(
        self, interval: float, now: float, horizon: float, count: int = 1, daily: int = 0
    ) -> float:
        """Take the next turns, so many at once, and return when the first comes.

        When that is more than `horizon` seconds ahead, none is taken. `daily` is the most that 24
        hours may see, 0 for any number.
        """
        turn = max(now, self.free)
        if daily and self.today + count > daily and turn < self.day + DAY:
            turn = self.day + DAY
        if turn - now <= horizon:
            if daily and turn >= self.day + DAY:
                self.day, self.today = turn, 0
            self.today += count if daily else 0
            self.free = turn + count * self.apart(interval)
            self.share = min(1.0, self.share + count * WON_BACK)
            if self.share == 1.0:
                self.refusals = 0
        return turn

    def apart(self, interval: float) -> float:
        """Seconds between two turns now, where the agreed rate has `interval`."""
        return interval / self.share

    def refuse(self, seconds: float, now: float) -> None:
        """Give out no turn for that long, or longer by the ladder; never shorter than known before."""
        if now >= self.closed:  # else it is one refusal, told by several answers
            seconds = max(seconds, LADDER[min(self.refusals, len(LADDER) - 1)])
            self.share = max(self.share / 2, LEAST_SHARE)
            self.refusals += 1
        self.closed = max(self.closed, now + seconds)
        self.free = max(self.free, self.closed)
