"""Answers whoever asks a worker how it is: `GET /health` and `GET /metrics`, and nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from scanner.database import StorageTrouble

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds for a whole request."""
LONGEST = 8_192
"""Bytes of a request's head."""
AT_ONCE = 16
"""Requests answered at once; more are hung up on."""
Health = Callable[[], tuple[bool, str]]


@asynccontextmanager
async def listening(place: str, health: Health, metrics: Callable[[], str]) -> AsyncIterator[str]:
    """Answer at `host:port` (port 0 for any that is free); yields the place that it became.

    Raises OSError where it is taken, ValueError where it is none.
    """
    host, _, port = place.rpartition(":")
    door = _Door(health, metrics)
    server = await asyncio.start_server(
        door.answer, host.strip("[]") or "127.0.0.1", int(port), limit=LONGEST
    )
    async with server:
        name, number = server.sockets[0].getsockname()[:2]
        yield f"[{name}]:{number}" if ":" in name else f"{name}:{number}"


class _Door:
    def __init__(self, health: Health, metrics: Callable[[], str]) -> None:
        self._health, self._metrics = health, metrics
        self._open = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= AT_ONCE:
                async with asyncio.timeout(PATIENCE):
                    head = await reader.readuntil(b"\r\n\r\n")
                    status, kind, body = await self._page(head)
                    writer.write(_response(status, kind, body, head.startswith(b"HEAD ")))
                    await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            log.debug("somebody asked for nothing that could be answered")
        finally:
            self._open -= 1
            writer.close()

    async def _page(self, head: bytes) -> tuple[str, str, str]:
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or words[0] not in (b"GET", b"HEAD"):
            return "405 Method Not Allowed", "text/plain", "GET only\n"
        match words[1].partition(b"?")[0]:
            case b"/health":
                well, said = self._health()
                return "200 OK" if well else "503 Service Unavailable", "text/plain", f"{said}\n"
            case b"/metrics":
                try:
                    told = await asyncio.to_thread(self._metrics)
                except StorageTrouble:
                    return "503 Service Unavailable", "text/plain", "no database\n"
                return "200 OK", "text/plain; version=0.0.4", told
        return "404 Not Found", "text/plain", "/health or /metrics\n"


def _response(status: str, kind: str, body: str, head_only: bool) -> bytes:
    data = body.encode()
    lines = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}; charset=utf-8",
        f"Content-Length: {len(data)}",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(lines).encode() + (b"" if head_only else data)
