"""A small web server on loopback whose answers a test writes: also silence, resets and nonsense."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

import trustme

from tests.probes.kit.net.loopback import own_address


class Request(NamedTuple):
    """What came."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes


class Reply(NamedTuple):
    """What goes back."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


class Silence:
    """No answer: the connection is held until the other side leaves."""


class HangUp:
    """No answer: the connection is closed."""


Answer = Reply | Silence | HangUp
Handle = Callable[[Request], Awaitable[Answer]]


class Authority:
    """Issues certificates for addresses of loopback; its own lies in a file for `SSL_CERT_FILE`."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    @property
    def pem(self) -> bytes:
        """The certificate to trust."""
        return self._ca.cert_pem.bytes()

    def context(self, *names: str) -> ssl.SSLContext:
        """A server's context with a certificate for these names or addresses."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names).configure_cert(context)
        return context

    def files(self, *names: str) -> tuple[bytes, bytes]:
        """A certificate and its key as PEM, for servers that read files."""
        issued = self._ca.issue_cert(*names)
        chain = b"".join(one.bytes() for one in issued.cert_chain_pems)
        return chain, issued.private_key_pem.bytes()


@asynccontextmanager
async def web(handle: Handle, authority: Authority | None = None) -> AsyncIterator[str]:
    """Run a server, over TLS with an authority; give its address: `https://127.1.2.3:4567`."""
    address = own_address()
    context = authority.context(address) if authority else None
    visits: set[asyncio.Task[None]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        visits.add(task)
        try:
            await _serve(handle, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            visits.discard(task)
            writer.close()

    server = await asyncio.start_server(visit, address, 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if context else 'http'}://{address}:{port}"
    finally:
        server.close()
        for task in list(visits):
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)


async def _serve(
    handle: Handle, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    answer = await handle(Request(method, target, headers, body))
    match answer:
        case Reply(status, content, fields):
            told = "".join(f"{name}: {value}\r\n" for name, value in fields)
            start = f"HTTP/1.1 {status} X\r\nConnection: close\r\n{told}Content-Length: {len(content)}\r\n\r\n"
            writer.write(start.encode("latin-1") + content)
            await writer.drain()
        case Silence():
            while await reader.read(4096):
                pass
        case HangUp():
            return
