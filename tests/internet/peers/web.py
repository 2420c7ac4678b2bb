"""A small HTTP server for the registries' services: one request, one answer, connection closed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from tests.internet.peers.sending import flood, send

PATIENCE = 20.0
"""Seconds a visitor may take to ask."""


class Request(Struct, frozen=True):
    """What was asked."""

    host: str
    path: str
    query: dict[str, str]
    url: str
    """Path and query as they were sent."""


class Response(Struct, frozen=True):
    """What is answered; `cut` bytes are promised and never sent."""

    body: bytes
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = {}
    cut: int = 0
    endless: bytes = b""
    """Sent after the body again and again, without a length, far longer than anybody may read."""


Answer = Callable[[Request], Awaitable[Response]]


def as_json(value: object, status: int = 200, media: str = "application/json") -> Response:
    """A JSON answer."""
    return Response(json.dumps(value, ensure_ascii=False).encode(), status, media)


def tls(folder: Path, host: str) -> ssl.SSLContext:
    """A server's TLS with the certificate that was issued for the host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{host}.crt", folder / f"{host}.key")
    return context


async def serve(address: str, answer: Answer, context: ssl.SSLContext | None) -> None:
    """Answer HTTPS on port 443 of the address; without a context HTTP on port 80."""

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            response = await answer(request(head.decode("latin-1")))
            await send(writer, _bytes(response))
            if response.endless:
                await flood(writer, response.endless)
        writer.close()

    await asyncio.start_server(visit, address, 443 if context else 80, ssl=context)


def request(head: str) -> Request:
    """Read the head of a request."""
    lines = head.split("\r\n")
    url = lines[0].split(" ")[1]
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    parts = urlsplit(url)
    return Request(fields.get("host", ""), unquote(parts.path), dict(parse_qsl(parts.query)), url)


def _bytes(response: Response) -> bytes:
    fields = {"Content-Type": response.type, "Connection": "close", **response.headers}
    if not response.endless:
        fields["Content-Length"] = str(len(response.body) + response.cut)
    head = f"HTTP/1.1 {response.status} Answer\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode() + b"\r\n" + response.body
