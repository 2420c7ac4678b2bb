"""Web servers that misbehave: slow, flapping, endless, exploding, resetting."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import ssl
import struct
import zlib
from collections.abc import Awaitable, Callable

from tests.internet import pages
from tests.internet.peers.sending import drip, flood, send
from tests.internet.population import Population, Server

Writer = asyncio.StreamWriter
Behaviour = Callable[[Writer, bytes], Awaitable[None]]

SLOWNESS = 8.0
"""Seconds before the slow server answers."""
BOMB = 512 * 1024 * 1024
"""Bytes that the compressed page unfolds to."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


async def slow(writer: Writer, page: bytes) -> None:
    """Answer well, late."""
    await asyncio.sleep(SLOWNESS)
    await _answer(writer, page)


async def flapping(writer: Writer, page: bytes) -> None:
    """Hang up on every second visitor of a port."""
    port = writer.get_extra_info("sockname")[1]
    if next(_visits.setdefault(port, itertools.count())) % 2:
        await _answer(writer, page)


_visits: dict[int, itertools.count[int]] = {}


async def tarpit(writer: Writer, page: bytes) -> None:
    """Drip a byte of body every half second for ever."""
    await send(writer, HEAD + b"\r\n")
    await drip(writer, b"<!-- patience -->")


async def endless_headers(writer: Writer, page: bytes) -> None:
    """Send header lines for ever, as fast as they are read."""
    await send(writer, b"HTTP/1.1 200 OK\r\n")
    await flood(writer, b"X-Line: and one more\r\n")


async def gzip_bomb(writer: Writer, page: bytes) -> None:
    """Send half a megabyte that unfolds to half a gigabyte."""
    packed = await asyncio.to_thread(bomb)
    size = f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    writer.write(HEAD + size.encode() + packed)
    await writer.drain()


BEHAVIOURS: dict[str, Behaviour] = {
    "slow": slow,
    "flapping": flapping,
    "tarpit": tarpit,
    "endless_headers": endless_headers,
    "gzip_bomb": gzip_bomb,
}


async def start(server: Server, world: Population, secure: ssl.SSLContext | None) -> None:
    """Play an odd web server on ports 80 and 443 of its address."""
    if server.behaves == "reset":
        for port in (80, 443):
            await asyncio.start_server(_reset, server.address, port)
        return
    behaviour = BEHAVIOURS[server.behaves]
    domain = world.enclosing(server.certificate[0])
    page = pages.render(domain.site[0]).encode() if domain and domain.site else b""

    async def visit(reader: asyncio.StreamReader, writer: Writer) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            await behaviour(writer, page)
        writer.close()

    await asyncio.start_server(visit, server.address, 80)
    await asyncio.start_server(visit, server.address, 443, ssl=secure)


async def _answer(writer: Writer, page: bytes) -> None:
    writer.write(HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(page) + page)
    await writer.drain()


async def _reset(reader: asyncio.StreamReader, writer: Writer) -> None:
    """Close with a reset: lingering for no time throws away whatever was there."""
    stream = writer.get_extra_info("socket")
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def bomb() -> bytes:
    """One compressed block, repeated: as cheap to make as it is dear to unfold (RFC 1952)."""
    if not _bombs:
        block = "<p>бум</p>".encode() * 70_000
        times = BOMB // len(block)
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
        checksum = 0
        for _ in range(times):
            checksum = zlib.crc32(block, checksum)
        head, end = b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x03\x00"
        _bombs.append(head + piece * times + end + struct.pack("<II", checksum, len(block) * times))
    return _bombs[0]


_bombs: list[bytes] = []
