"""A job at work in a thread and an event loop of its own: its worker goes on beating, whatever it does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class UnderWay(Generic[T]):
    """Work that has begun elsewhere: await `outcome`, or call it off."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        """Begin. The thread is a daemon: a process that must end does not wait for it."""
        self._here = asyncio.get_running_loop()
        self.outcome: asyncio.Future[T] = self._here.create_future()
        self._lock = threading.Lock()
        self._task: asyncio.Task[T] | None = None
        self._there: asyncio.AbstractEventLoop | None = None
        self._off = False
        threading.Thread(target=self._run, args=(work,), name="job", daemon=True).start()

    def call_off(self) -> None:
        """Cancel the work at its next pause; calling it off twice is harmless."""
        with self._lock:
            self._off = True
            if self._there is not None and self._task is not None:
                self._there.call_soon_threadsafe(self._task.cancel)

    def _run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            with asyncio.Runner() as runner:
                result = runner.run(self._watched(work))
        except BaseException as error:  # noqa: BLE001 - relayed to whoever awaits the outcome
            self._tell(error, None)
        else:
            self._tell(None, result)

    async def _watched(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        with self._lock:
            self._there = asyncio.get_running_loop()
            self._task = asyncio.ensure_future(work())
            if self._off:
                self._task.cancel()
        try:
            return await self._task
        finally:
            with self._lock:
                self._there = None

    def _tell(self, error: BaseException | None, result: T | None) -> None:
        def tell() -> None:
            if self.outcome.done():
                return
            if isinstance(error, asyncio.CancelledError):
                self.outcome.cancel()
            elif error is not None:
                self.outcome.set_exception(error)
            else:
                self.outcome.set_result(result)  # type: ignore[arg-type]

        if not self._here.is_closed():
            self._here.call_soon_threadsafe(tell)
