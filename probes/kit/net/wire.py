"""A TCP connection of our own: straight on the event loop's selector, and nothing outlasts its deadline."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import Self

from probes.kit.net.deadlines import deadlines_of
from probes.kit.net.switchboard import READING, WRITING, switchboard_of

_PIECE = 65_536
_MOST_UNSENT = 65_536
"""Bytes. What we say is short; whoever makes us hold back more of it does not listen at all."""


class Wire:
    """`with await Wire.open(…) as wire:` talks to one address; one reader at a time.

    asyncio's transports and streams do the same for twice the work, and under TLS keep 256 KiB
    each: a look sends one request and reads one answer, and there are hundreds of them at once.
    """

    __slots__ = (
        "_awaited",
        "_deadlines",
        "_due",
        "_fd",
        "_loop",
        "_socket",
        "_switchboard",
        "_unsent",
        "_waiter",
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
        self._deadlines = deadlines_of(self._loop)
        self._due: float | None = None
        self._switchboard = switchboard_of(self._loop)
        self._awaited = 0
        """What the switchboard tells us of."""
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
        if seconds is None:
            self._due = None
            self._deadlines.drop(self)
        else:
            self._due = self._loop.time() + seconds
            self._deadlines.set(self, self._due)

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
            self._await(self._awaited | WRITING)

    async def receive(self) -> bytes:
        """Return what came, at most 64 KiB, or b"" when the other side has closed.

        Raises OSError for a broken connection and TimeoutError at the deadline.
        """
        self._await(READING | WRITING if self._unsent else READING)
        return await self._wait()

    def close(self) -> None:
        """Close at once, also what is still unsent; may be called twice."""
        self.allow(None)
        if self._socket.fileno() < 0:
            return
        self._await(0)
        self._socket.close()

    def ring(self) -> None:
        """The deadline is over."""
        self._wake(TimeoutError())

    async def _connect(self, port: int) -> None:
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        failed = self._socket.connect_ex((self.address, port))
        if failed == errno.EINPROGRESS:
            self._await(WRITING)
            await self._wait()
            failed = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise OSError(failed, os.strerror(failed))

    async def _wait(self) -> bytes:
        if self._due is not None and self._loop.time() >= self._due:
            raise TimeoutError
        self._waiter = self._loop.create_future()
        try:
            came = await self._waiter
        finally:
            self._waiter = None
        if isinstance(came, bytes):
            return came
        try:
            raise came
        finally:
            del came  # an error holds its frames: were it held by one, both would linger

    def _wake(self, came: bytes | OSError) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(came)

    def ready(self, events: int) -> None:
        """The socket can be read, or written to; the switchboard says so until it is done."""
        if events & READING:
            self._read()
        if events & WRITING:
            if self._unsent:
                self._send_more()
            elif self._waiter and not self._waiter.done():
                self._wake(b"")  # connected, or refused
            else:
                self._await(self._awaited & ~WRITING)

    def _await(self, events: int) -> None:
        if events == self._awaited:
            return
        if not self._awaited:
            self._switchboard.register(self._fd, events, self)
        elif events:
            self._switchboard.modify(self._fd, events, self)
        else:
            self._switchboard.unregister(self._fd)
        self._awaited = events

    def _read(self) -> None:
        if not self._waiter or self._waiter.done():
            self._await(self._awaited & ~READING)  # nobody asks just now: let the other side wait
            return
        try:
            came: bytes | OSError = self._socket.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            came = error.with_traceback(None)
        self._wake(came)

    def _send_more(self) -> None:
        try:
            del self._unsent[: self._socket.send(self._unsent)]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._unsent.clear()
        if not self._unsent:
            self._await(self._awaited & ~WRITING)
