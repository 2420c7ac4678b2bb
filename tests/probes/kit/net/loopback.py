"""Servers on loopback, at the true ports: as honest or as hostile as each test wants them."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any, TypeVar

import pytest

from probes.kit.net.dial import Dialer
from probes.kit.net.guard import Guard
from probes.kit.net.lanes import Lanes
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

T = TypeVar("T")
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = (ip_network("127.0.0.0/8"),)

_numbers = itertools.count(1)


def own_address() -> str:
    """A loopback address that no other test, and no other run, is using."""
    number = next(_numbers)
    return f"127.{64 + os.getpid() // 250 % 128}.{os.getpid() % 250}.{number % 250 + 1}"


def run(story: Coroutine[Any, Any, T], within: float = 30.0) -> T:
    """Run a test's story to its end; a hang is a failure."""

    async def bounded() -> T:
        async with asyncio.timeout(within):
            return await story

    return asyncio.run(bounded())


class Names(dict[str, tuple[str, ...]]):
    """A resolver that knows what the test told it."""

    async def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses, or say like the DNS door that there are none."""
        self.asked = [*getattr(self, "asked", []), name]
        if name not in self:
            raise NetTrouble(Reason.NO_ADDRESS, name)
        return self[name]


def dialer(names: Names, **more: Any) -> Dialer:
    """A dialer for loopback only."""
    return Dialer(names.addresses, Guard(LOOPBACK), Lanes(), **more)


@asynccontextmanager
async def server(
    behave: Behaviour, port: int, tls: ssl.SSLContext | None = None, at: str | None = None
) -> AsyncIterator[str]:
    """Run a server with that behaviour; give its address. At the end it hears every visitor out."""
    address = at or own_address()
    visits: set[asyncio.Task[None]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        visits.add(task)
        try:
            await behave(reader, writer)
        except OSError:
            pass
        finally:
            visits.discard(task)
            writer.close()

    try:
        listener = await asyncio.start_server(visit, address, port, ssl=tls)
    except PermissionError:
        pytest.skip(f"binding port {port} needs root, or net.ipv4.ip_unprivileged_port_start=0")
    try:
        yield address
    finally:
        listener.close()
        if visits:
            await asyncio.wait(visits, timeout=1)


async def _heard(reader: asyncio.StreamReader, wait_for: bytes) -> None:
    if wait_for:
        await reader.readuntil(wait_for)


def says(*parts: bytes, wait_for: bytes = b"\r\n\r\n") -> Behaviour:
    """Read a request, send the parts, close."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _heard(reader, wait_for)
        for part in parts:
            writer.write(part)
            await writer.drain()

    return behave


def floods(head: bytes, again: bytes, wait_for: bytes = b"\r\n\r\n") -> Behaviour:
    """Send the head, then the same piece until the other side has had enough."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _heard(reader, wait_for)
        writer.write(head)
        while not writer.transport.is_closing():
            writer.write(again)
            await writer.drain()

    return behave


def stalls(head: bytes = b"", wait_for: bytes = b"\r\n\r\n") -> Behaviour:
    """Send the head, then nothing, and hold the connection until the other side leaves."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _heard(reader, wait_for)
        writer.write(head)
        while await reader.read(4096):
            pass

    return behave


def resets(head: bytes = b"", wait_for: bytes = b"\r\n\r\n") -> Behaviour:
    """Send the head, then break the connection with a TCP reset."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _heard(reader, wait_for)
        writer.write(head)
        await writer.drain()
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return behave


def converses(script: Iterable[tuple[bytes, bytes]], greeting: bytes) -> Behaviour:
    """Greet, then answer each line that begins with a word of the script."""
    answers = dict(script)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            word = line.split()[0].upper()
            if word not in answers:
                return
            writer.write(answers[word])

    return behave
