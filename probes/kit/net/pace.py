"""Waiting for one's turn: no public service is asked more often than its rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from probes.kit.net.patience import our_own_turn
from probes.kit.net.question import NetTrouble
from probes.kit.net.rates import Rates
from probes.kit.net.turns import DAY, LEAST_SHARE, Turns
from probes.kit.observation import Reason

HORIZON = 30.0
"""Seconds. No turn is reserved farther ahead, so a process that dies blocks nobody for long."""
_MANY = 1_024
"""Groups from which on those whose next turn is long past are forgotten."""
LONGEST_WAIT = 1_200.0
"""Seconds. Who asks us to stay away for longer is not waited for: the look ends in rate_limited."""


class PaceStore(Protocol):
    """Where turns are given out; one store may serve many processes."""

    async def reserve(
        self, group: str, interval: float, now: float, horizon: float, daily: int = 0
    ) -> float:
        """Take the group's next turn and return the seconds until it comes.

        Turns are `interval` seconds apart, or more after refusals (see Turns), at most `daily` in 24
        hours (0: any number), and never lie before the end of a back_off. When the answer is greater than `horizon`, no turn was taken: ask again later.
        """

    async def back_off(self, group: str, seconds: float) -> None:
        """Give out no turn in the group for that long, counted from now, or longer (see Turns)."""


class InProcessPace:
    """The PaceStore of a single process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._groups: dict[str, Turns] = {}

    async def reserve(
        self, group: str, interval: float, now: float, horizon: float, daily: int = 0
    ) -> float:
        """Take the next turn if it is near enough; see PaceStore."""
        turns = self._groups.setdefault(group, Turns())
        turn = turns.take(interval, now, horizon, daily=daily)
        if len(self._groups) > _MANY:
            self._groups = {
                group: turns
                for group, turns in self._groups.items()
                if turns.free > now or turns.refusals or turns.day + DAY > now
            }
        return turn - now

    async def back_off(self, group: str, seconds: float) -> None:
        """Close the group for that long; a shorter closure never cuts a longer one."""
        self._groups.setdefault(group, Turns()).refuse(seconds, self._clock())


class Why(StrEnum):
    """Why a server is not being asked at this moment."""

    TURN = "turn"  # our own rate
    BACK_OFF = "back_off"  # the server asked us to stay away for a while


class Waiting(Struct, frozen=True):
    """Who waits: for the progress display."""

    server: str
    why: Why
    until: datetime
    """When the first in the queue will be let go."""
    queue: int


class _Queue:
    def __init__(self, server: str) -> None:
        self.server = server
        self.turnstile = asyncio.Lock()
        self.length = 0


class Pace:
    """Lets questions to one group go one by one, first come first served."""

    def __init__(
        self,
        rates: Rates,
        store: PaceStore | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rates = rates
        self._store = store or InProcessPace(clock)
        self._clock = clock
        self._sleep = sleep
        self._queues: dict[str, _Queue] = {}
        self._until: dict[str, tuple[float, Why]] = {}

    async def take(self, group: str, server: str = "", longest: float = LONGEST_WAIT) -> None:
        """Return when the group may be asked; the surrounding Patience is not charged for it.

        `server` is the member that is to be asked, where the group has another name than it: its
        rate counts, and it is named to whoever watches.

        Raises NetTrouble (rate_limited) when the group asked us to stay away, or its day's questions
        are used up, for longer than we wait: `longest` seconds.
        """
        queue = self._queues.get(group)
        if queue is None:
            queue = self._queues[group] = _Queue(server or group.partition(":")[2])
        queue.length += 1
        try:
            # Only the first in the queue reserves: one who gives up loses one turn, not a hundred.
            with our_own_turn():
                async with queue.turnstile:
                    await self._wait_for_turn(group, server, longest)
        finally:
            queue.length -= 1
            if not queue.length:
                del self._queues[group]
                self._until.pop(group, None)

    async def back_off(self, group: str, seconds: float) -> None:
        """Ask nothing in the group for that long: the server told us so, or refused us."""
        await self._store.back_off(group, seconds)

    def waiting(self) -> tuple[Waiting, ...]:
        """The servers somebody waits for, the longest wait first."""
        rows = [
            Waiting(
                server=self._queues[group].server,
                why=why,
                until=datetime.fromtimestamp(until, UTC),
                queue=self._queues[group].length,
            )
            for group, (until, why) in self._until.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-row.until.timestamp(), row.server)))

    async def _wait_for_turn(self, group: str, server: str, longest: float) -> None:
        kind, _, name = group.partition(":")
        rate = self._rates.rate(f"{kind}:{server or name}")
        horizon = max(HORIZON, rate.interval / LEAST_SHARE)
        while True:
            now = self._clock()
            seconds = await self._store.reserve(group, rate.interval, now, horizon, rate.daily)
            if seconds <= 0:
                self._until.pop(group, None)
                return
            # Other processes queue a few turns ahead at most; a longer wait is a closed circuit.
            why = Why.BACK_OFF if seconds > horizon else Why.TURN
            if seconds > max(horizon, longest):
                raise NetTrouble(Reason.RATE_LIMITED, _closed_until(server or name, now + seconds))
            self._until[group] = (now + seconds, why)
            if seconds <= horizon:
                await self._sleep(seconds)
                return
            await self._sleep(max(seconds - horizon, 1.0))


def _closed_until(server: str, moment: float) -> str:
    return (
        f"{server} must not be asked until {datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
    )
