"""Room for so many at once: who finds none waits in line."""

from __future__ import annotations

import asyncio
from collections import deque


class Room:
    """Counted places. `if not room.take(): await room.turn()`, and `room.leave()` at the end.

    asyncio's Semaphore does the same; here a free place costs no coroutine, and handing one on does
    not grow with the line.
    """

    __slots__ = ("_free", "_line")

    def __init__(self, places: int) -> None:
        """Have so many places."""
        self._free = places
        self._line: deque[asyncio.Future[None]] = deque()

    def take(self) -> bool:
        """Take a place, if there is one. While somebody waits there is none: he gets the next."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def turn(self) -> None:
        """Wait in line, and take the place that is handed on."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except BaseException:
            if not turn.cancelled():
                self.leave()  # called off just as the place was handed on
            raise

    def leave(self) -> None:
        """Hand a place on, or free it; who has taken none makes room for one more."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
