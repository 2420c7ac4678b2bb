"""The only way out of a browser: a proxy on loopback that lives as long as one page, behind our own guard."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import h11
from msgspec import Struct

from probes.kit.net.dial import Dialer
from probes.kit.net.http_door import PORTS
from probes.kit.net.question import NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason

_PIECE = 16_384
_HEAD = 65_536
_OF_ONE_HOP = frozenset({
    b"connection", b"proxy-connection", b"proxy-authorization", b"proxy-authenticate", b"keep-alive",
    b"te", b"trailer", b"transfer-encoding", b"upgrade",
})  # fmt: skip
"""Fields that end at a proxy (RFC 9110, 7.6.1)."""
_ANSWERED_AT_ONCE = {
    "connected": b"HTTP/1.1 200 OK\r\n\r\n",
    "refused": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "lost": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}


class PageLimits(Struct, frozen=True, kw_only=True):
    """What one page may take, with everything that it is put together from."""

    received: int = 12 << 20
    """Bytes."""
    sent: int = 512 << 10
    """Bytes: what a visitor asks is short."""
    connections: int = 150
    hosts: int = 60
    seconds: float = 40.0
    """Of one connection."""


class PageDoor:
    """`async with PageDoor(dialer) as door:` listens on `door.port` of 127.0.0.1 until the block is left.

    Tunnels (CONNECT) and plain GET alone, to the dialer's addresses alone: it resolves, checks and dials.
    """

    def __init__(
        self, dialer: Dialer, ports: frozenset[int] = PORTS, limits: PageLimits | None = None
    ) -> None:
        self._dialer = dialer
        self._ports = ports
        self._limits = limits or PageLimits()
        self._talks: set[asyncio.Task[Any]] = set()
        self._received = self._sent = self._connections = 0
        self._hosts: set[str] = set()
        self.troubles: dict[str, Reason] = {}
        """Host → why the last connection to it brought nothing."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    @property
    def is_spent(self) -> bool:
        """True when the page wanted more than it may take."""
        limits = self._limits
        return (
            self._received > limits.received
            or self._sent > limits.sent
            or self._connections > limits.connections
            or len(self._hosts) > limits.hosts
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served in a task")
        self._talks.add(task)
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._answer(reader, writer)
        except (OSError, h11.ProtocolError):
            pass  # either side left, said nothing in time, or talked nonsense
        except asyncio.CancelledError:
            pass  # the page is over; asyncio makes an error of a connection that is called off
        finally:
            self._talks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD)
        while (request := talk.next_event()) is h11.NEED_DATA:
            talk.receive_data(await reader.read(_PIECE))
        if not isinstance(request, h11.Request):
            return
        host, said = "", "refused"
        try:
            url = _read(request)
            host = url.host
            self._admit(url)
            said = "lost"
            addresses = await self._dialer.addresses(host)
            async with self._dialer.connect(addresses, url.port) as wire:
                wire.allow(self._limits.seconds)
                if request.method == b"CONNECT":
                    said = ""
                    writer.write(_ANSWERED_AT_ONCE["connected"])
                    await self._tunnel(reader, writer, wire)
                else:
                    await self._fetch(talk, request, url, writer, wire)
        except NetTrouble as trouble:
            self.troubles[host] = trouble.reason
            if said and talk.our_state is h11.SEND_RESPONSE:
                writer.write(_ANSWERED_AT_ONCE[said])
                await writer.drain()

    def _admit(self, url: WebAddress) -> None:
        """Raise NetTrouble for a port that is not ours, and for more than a page may ask."""
        if url.port not in self._ports:
            raise NetTrouble(Reason.NOT_ALLOWED, f"port {url.port}")
        self._connections += 1
        if len(self._hosts) <= self._limits.hosts:
            self._hosts.add(url.host)
        self._count()

    def _count(self, *, received: int = 0, sent: int = 0) -> None:
        self._received += received
        self._sent += sent
        if self.is_spent:
            raise NetTrouble(Reason.OVERSIZED, "the page takes more than a page may")

    async def _tunnel(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire
    ) -> None:
        """Pass on both ways until either side leaves."""

        async def outward() -> None:
            while piece := await reader.read(_PIECE):
                self._count(sent=len(piece))
                wire.send(piece)

        async def inward() -> None:
            while piece := await wire.receive():
                self._count(received=len(piece))
                writer.write(piece)
                await writer.drain()

        await _first_of(outward(), inward())

    async def _fetch(
        self,
        talk: h11.Connection,
        request: h11.Request,
        url: WebAddress,
        writer: asyncio.StreamWriter,
        wire: Wire,
    ) -> None:
        """Ask for one thing over a connection of its own, and pass on what comes."""
        far = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD)
        fields = _passed_on(request.headers, b"host", b"content-length")
        asked = h11.Request(
            method="GET",
            target=url.target,
            headers=[(b"Host", url.authority.encode()), *fields, (b"Connection", b"close")],
        )
        said = (far.send(asked) or b"") + (far.send(h11.EndOfMessage()) or b"")
        self._count(sent=len(said))
        wire.send(said)
        while not isinstance(event := far.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
            if event is h11.NEED_DATA:
                piece = await wire.receive()
                self._count(received=len(piece))
                far.receive_data(piece)
                continue
            if type(event) is h11.Response:
                headers = [*_passed_on(event.headers), (b"Connection", b"close")]
                event = h11.Response(status_code=event.status_code, headers=headers)
            elif not isinstance(event, h11.Data):
                continue  # an early hint
            writer.write(talk.send(event) or b"")
            await writer.drain()
        writer.write(talk.send(h11.EndOfMessage()) or b"")
        await writer.drain()


def _read(request: h11.Request) -> WebAddress:
    """Return where a request leads; raise NetTrouble for one that is not passed on."""
    target = request.target.decode("ascii", "replace")
    if request.method == b"CONNECT":
        return WebAddress.of(f"https://{target}/")
    url = WebAddress.of(target)
    if request.method != b"GET" or url.scheme != "http":
        raise NetTrouble(Reason.NOT_ALLOWED, f"{request.method!r} of {url.scheme}")
    return url


def _passed_on(headers: Any, *without: bytes) -> list[tuple[bytes, bytes]]:
    """Return fields that go through a proxy, but those that are named."""
    return [(name, value) for name, value in headers if name not in {*_OF_ONE_HOP, *without}]


async def _first_of(*ways: Coroutine[Any, Any, None]) -> None:
    """Return when one of them ends, or raise what it raised; the others are called off."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
