"""What the DNS said, for as long as the DNS says that it lasts; nobody is asked twice meanwhile."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from probes.kit.net.question import NetTrouble

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class DnsMemory(Generic[K, V]):
    """Answers by key, each until its time is over, and the searches under way. Failures are not kept."""

    def __init__(self, most: int, longest: float) -> None:
        """Keep at most so many answers, the latest used, none for more than `longest` seconds."""
        self._most = most
        self._longest = longest
        self._known: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._waiting: dict[K, list[asyncio.Future[tuple[V] | NetTrouble | None]]] = {}

    async def recall(self, key: K, find: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        """Return what is known, or what somebody is just finding, or find it.

        `find` gives the answer and for how many seconds it lasts; what lasts 0 seconds is told to
        those who wait for it, and forgotten. They share its trouble, too; when the finder gives up,
        the next one takes over.
        """
        loop = asyncio.get_running_loop()
        while True:
            known = self._known.get(key)
            if known is not None and known[0] > loop.time():
                self._known.move_to_end(key)
                return known[1]
            waiting = self._waiting.get(key)
            if waiting is None:
                return await self._find(key, find)
            told: asyncio.Future[tuple[V] | NetTrouble | None] = loop.create_future()
            waiting.append(told)
            match await told:
                case NetTrouble(reason=reason, detail=detail):
                    raise NetTrouble(reason, detail)
                case (answer,):
                    return answer

    async def _find(self, key: K, find: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        waiting = self._waiting[key] = []
        end: tuple[V] | NetTrouble | None = None
        try:
            answer, seconds = await find()
            end = (answer,)
            if seconds > 0:
                self._keep(key, answer, min(seconds, self._longest))
            return answer
        except NetTrouble as trouble:
            end = NetTrouble(trouble.reason, trouble.detail)  # without the frames of the other
            raise
        finally:
            del self._waiting[key]
            for told in waiting:
                if not told.done():
                    told.set_result(end)

    def _keep(self, key: K, answer: V, seconds: float) -> None:
        self._known[key] = asyncio.get_running_loop().time() + seconds, answer
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
