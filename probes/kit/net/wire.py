"""A TCP connection of our own: straight on the event loop's selector, and nothing outlasts its deadline."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import Self

_PIECE = 65_536
_MOST_UNSENT = 65_536
"""Bytes. What we say is short; whoever makes us hold back more of it does not listen at all."""


class Wire:
    """`with await Wire.open(…) as wire:` talks to one address; one reader at a time.

    asyncio's transports and streams do the same for twice the work, and under TLS keep 256 KiB
    each: a look sends one request and reads one answer, and there are hundreds of them at once.
    """

    __slots__ = (
        "_due",
        "_fd",
        "_loop",
        "_sending",
        "_socket",
        "_timer",
        "_unsent",
        "_waiter",
        "_watched",
        "address",
    )

    def __init__(self, ip: str) -> None:
        """Take a socket from the system; raise OSError when it has none left."""
        self.address = ip
        """Where it leads."""
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._fd = self._socket.fileno()
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[bytes | OSError] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._watched = False
        self._sending = False
        self._unsent = bytearray()

    @classmethod
    async def open(cls, ip: str, port: int, seconds: float) -> Self:
        """Connect; raise the system's OSError, or TimeoutError when it takes longer than that."""
        wire = cls(ip)
        try:
            wire.allow(seconds)
            await wire._connect(port)
            wire.allow(None)
        except BaseException:
            wire.close()
            raise
        return wire

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def our_address(self) -> str:
        """The address that the other side sees."""
        ours: str = self._socket.getsockname()[0]
        return ours

    def allow(self, seconds: float | None) -> None:
        """Give all that follows so long from now on, in all; None takes the deadline away."""
        self._due = None if seconds is None else self._loop.time() + seconds
        if self._due is not None and (self._timer is None or self._timer.when() > self._due):
            self._set_timer(self._due)

    def send(self, data: bytes) -> None:
        """Send; what the other side has no room for follows later. A broken connection is told by
        `receive`: an answer may have come before the break.
        """
        try:
            sent = 0 if self._unsent else self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return
        if sent < len(data) and len(self._unsent) <= _MOST_UNSENT:
            self._unsent += data[sent:]
            self._sending = True
            self._loop.add_writer(self._fd, self._send_more)

    async def receive(self) -> bytes:
        """Return what came, at most 64 KiB, or b"" when the other side has closed.

        Raises OSError for a broken connection and TimeoutError at the deadline.
        """
        if not self._watched:
            self._watched = True
            self._loop.add_reader(self._fd, self._readable)
        return await self._wait()

    def close(self) -> None:
        """Close at once, also what is still unsent; may be called twice."""
        self._due = None
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._socket.fileno() < 0:
            return
        # To take away what is not there costs the event loop more than to take away what is.
        if self._watched:
            self._loop.remove_reader(self._fd)
        if self._sending:
            self._loop.remove_writer(self._fd)
        self._socket.close()

    async def _connect(self, port: int) -> None:
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        failed = self._socket.connect_ex((self.address, port))
        if failed == errno.EINPROGRESS:
            self._sending = True
            self._loop.add_writer(self._fd, self._wake, b"")
            await self._wait()
            self._no_more_to_send()
            failed = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise OSError(failed, os.strerror(failed))

    async def _wait(self) -> bytes:
        if self._due is not None and self._loop.time() >= self._due:
            raise TimeoutError
        self._waiter = self._loop.create_future()
        came = await self._waiter
        if isinstance(came, bytes):
            return came
        raise came

    def _wake(self, came: bytes | OSError) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(came)

    def _set_timer(self, when: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        """Deadlines mostly move on before they come: the one timer follows them when it rings."""
        self._timer = None
        if self._due is None:
            return
        if self._loop.time() < self._due:
            self._set_timer(self._due)
        else:
            self._wake(TimeoutError())

    def _readable(self) -> None:
        if not self._waiter or self._waiter.done():
            self._watched = False  # nobody asks for more just now: let the other side wait
            self._loop.remove_reader(self._fd)
            return
        try:
            came: bytes | OSError = self._socket.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            came = error
        self._wake(came)

    def _send_more(self) -> None:
        try:
            del self._unsent[: self._socket.send(self._unsent)]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._unsent.clear()
        if not self._unsent:
            self._no_more_to_send()

    def _no_more_to_send(self) -> None:
        self._sending = False
        self._loop.remove_writer(self._fd)
