"""Never faster than a service bears: a bucket that fills with requests and leaks at a steady rate."""

from __future__ import annotations

import asyncio


class Bucket:
    """Lets `burst` requests go at once, and `rate` a second in the long run."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._level = 0.0
        self._at = 0.0

    def wait(self, now: float) -> float:
        """Take a turn at that moment (seconds of any steady clock); return how long to wait for it."""
        self._level = max(0.0, self._level - (now - self._at) * self._rate) + 1
        self._at = now
        return max(0.0, (self._level - self._burst) / self._rate)

    async def take(self) -> None:
        """Wait for a turn."""
        seconds = self.wait(asyncio.get_running_loop().time())
        if seconds:
            await asyncio.sleep(seconds)
