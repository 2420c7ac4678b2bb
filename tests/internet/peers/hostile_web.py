"""Web servers that attack their visitor: bombs, floods, drips, loops, and redirects that lead inside."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

from tests.internet.domains import Domain, Hostile
from tests.internet.peers import odd_web, sending, web
from tests.internet.peers.hostile_pages import HEADS, PAGES
from tests.internet.peers.stage import Stage
from tests.internet.population import Population

OWN = "198.19."
"""Hostile servers have addresses of their own, in the upper half of the lab's network."""

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_PAGE = b"<title>zlo</title><p>" + "Заборы и калитки. ".encode() * 40


class Visit(Struct, frozen=True):
    """Somebody who has asked for a page."""

    writer: asyncio.StreamWriter
    host: str
    path: str

    async def send(self, data: bytes) -> None:
        """Send at the pace at which the visitor reads."""
        await sending.send(self.writer, data)

    async def flood(self, piece: bytes) -> None:
        """Send far more than anybody may read."""
        await sending.flood(self.writer, piece)

    async def drip(self, text: bytes) -> None:
        """Send a byte every half second, for ever."""
        await sending.drip(self.writer, text)


Trick = Callable[[Visit], Awaitable[None]]


async def _ordinary(visit: Visit, head: list[tuple[str, str]], body: bytes) -> None:
    fields = {"Content-Type": "text/html; charset=utf-8", "Connection": "close"}
    named = {name for name, _ in head}
    lines = [*((n, v) for n, v in fields.items() if n not in named), *head]
    if "Content-Length" not in named:
        lines.append(("Content-Length", str(len(body))))
    text = "".join(f"{name}: {value}\r\n" for name, value in lines)
    await visit.send(f"HTTP/1.1 200 OK\r\n{text}\r\n".encode("utf-8", "replace") + body)


async def gzip_bomb(visit: Visit) -> None:
    packed = await asyncio.to_thread(odd_web.bomb)
    await visit.send(_OK + b"Content-Encoding: gzip\r\n\r\n" + packed)


async def gzip_bomb_twice(visit: Visit) -> None:
    packed = await asyncio.to_thread(lambda: gzip.compress(odd_web.bomb()))
    await visit.send(_OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + packed)


async def deflate_bomb(visit: Visit) -> None:
    raw = (await asyncio.to_thread(odd_web.bomb))[10:-8]
    await visit.send(_OK + b"Content-Encoding: deflate\r\n\r\n" + raw)


async def gzip_cut(visit: Visit) -> None:
    packed = gzip.compress(_PAGE * 100)[:200]
    await visit.send(_OK + b"Content-Encoding: gzip\r\nContent-Length: 9000\r\n\r\n" + packed)


async def infinite_body(visit: Visit) -> None:
    await visit.send(_OK + b"\r\n" + _PAGE)
    await visit.flood(b"<p>zlo</p>" * 6_000)


async def infinite_chunks(visit: Visit) -> None:
    await visit.send(_OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await visit.flood(b"8000\r\n" + b"z" * 0x8000 + b"\r\n")


async def tiny_chunks(visit: Visit) -> None:
    await visit.send(_OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await visit.send(b"1\r\nz\r\n" * 80_000 + b"0\r\n\r\n")


async def monstrous_chunk(visit: Visit) -> None:
    await visit.send(_OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFF\r\nzlo")


async def lying_length(visit: Visit) -> None:
    await visit.send(_OK + b"Content-Length: 9999999999999\r\n\r\n" + _PAGE)


async def endless_headers(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\n")
    await visit.flood(b"X-Zlo: and one more\r\n" * 100)


async def endless_status(visit: Visit) -> None:
    await visit.flood(b"HTTP/1.1 200 " + b"z" * 60_000)


async def endless_interim(visit: Visit) -> None:
    await visit.flood(b"HTTP/1.1 103 Early Hints\r\nLink: </zlo>\r\n\r\n" * 50)


async def slow_headers(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nX-Zlo: ")
    await visit.drip(b"zlo")


async def slow_body(visit: Visit) -> None:
    await visit.send(_OK + b"\r\n")
    await visit.drip(b"<p>zlo</p>")


async def silence(visit: Visit) -> None:
    await asyncio.sleep(3_600)


async def http_0_9(visit: Visit) -> None:
    await visit.send(b"<title>zlo</title>A page without a head")


async def junk(visit: Visit) -> None:
    await visit.send(bytes(range(256)) * 200)


async def nothing(visit: Visit) -> None:
    return


async def zero_length(visit: Visit) -> None:
    await _ordinary(visit, [], b"")


async def odd_status(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 999999 zlo\r\nContent-Length: 0\r\n\r\n")


async def mail_instead(visit: Visit) -> None:
    await visit.send(b"220 zlo ESMTP\r\n221 bye\r\n")


async def loop_on_itself(visit: Visit) -> None:
    await _lead(visit, f"http://{visit.host}{visit.path}")


async def loop_of_two(visit: Visit) -> None:
    await _lead(visit, "/b" if visit.path != "/b" else "/a")


async def endless_chain(visit: Visit) -> None:
    """Each Location is longer than the one before."""
    await _lead(visit, f"{visit.path}{'zlo' * 50}/")


async def long_location(visit: Visit) -> None:
    await _lead(visit, "http://" + "zlo." * 10_000 + "ru/")


async def eleven_hops(visit: Visit) -> None:
    step = int(visit.path.strip("/") or 0)
    if step < 11:
        await _lead(visit, f"/{step + 1}")
    else:
        await _ordinary(visit, [], _PAGE)


async def between_schemes(visit: Visit) -> None:
    secure = visit.writer.get_extra_info("ssl_object") is not None
    await _lead(visit, f"{'http' if secure else 'https'}://{visit.host}/{visit.path.count('/')}")


async def redirect_flood(visit: Visit) -> None:
    """A redirect whose own body never ends."""
    await visit.send(b"HTTP/1.1 302 Found\r\nLocation: /zlo\r\n\r\n")
    await visit.flood(b"z" * 60_000)


async def _lead(visit: Visit, to: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    await visit.send(head.encode("utf-8", "surrogatepass"))


TRICKS: dict[str, Trick] = {
    trick.__name__: trick
    for trick in (
        *(gzip_bomb, gzip_bomb_twice, deflate_bomb, gzip_cut, infinite_body, infinite_chunks),
        *(tiny_chunks, monstrous_chunk, lying_length, endless_headers, endless_status),
        *(endless_interim, slow_headers, slow_body, silence, http_0_9, junk, nothing, zero_length),
        *(odd_status, mail_instead, loop_on_itself, loop_of_two, endless_chain, eleven_hops),
        *(between_schemes, redirect_flood, long_location),
    )
}


async def start(world: Population, tls: Path, stage: Stage) -> None:
    """Play the web of every hostile domain, at its own addresses."""
    for domain, hostile in world.hostile():
        labels = [*hostile.web, *hostile.location]
        found = {a for label in labels for a in world.addresses(domain.host(label))}
        for address in sorted(found):
            await _serve(address, domain, hostile, tls, stage)


async def _serve(address: str, domain: Domain, hostile: Hostile, tls: Path, stage: Stage) -> None:
    if not address.startswith(OWN):
        raise ValueError(f"{domain.name}: {address} is not a hostile server's address")

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            asked = web.request(head.decode("latin-1"))
            await _play(Visit(writer, asked.host, asked.path), domain, hostile, stage)
        writer.close()

    await asyncio.start_server(visit, address, 80)
    if hostile.tls in HANDSHAKES:
        await asyncio.start_server(_raw(hostile.tls, stage), address, 443)
    else:
        await asyncio.start_server(visit, address, 443, ssl=_context(domain, hostile, tls, stage))


def _context(domain: Domain, hostile: Hostile, tls: Path, stage: Stage) -> ssl.SSLContext:
    context = web.tls(tls, domain.name)
    context.set_ciphers("ALL:@SECLEVEL=0")

    def met(connection: ssl.SSLObject, name: str | None, own: ssl.SSLContext) -> None:
        if hostile.tls:
            stage.played("tls", hostile.tls)

    context.sni_callback = met  # type: ignore[assignment]
    return context


async def _play(visit: Visit, domain: Domain, hostile: Hostile, stage: Stage) -> None:
    label = "@" if visit.host == domain.name else visit.host.removesuffix(f".{domain.name}")
    if to := hostile.location.get(label):
        stage.played("location", label)
        await _lead(visit, to)
        return
    trick = hostile.web.get(label, "")
    if trick:
        stage.played("web", trick)
    if trick in TRICKS:
        await TRICKS[trick](visit)
    elif trick in HEADS:
        await _ordinary(visit, HEADS[trick], _PAGE)
    elif trick in PAGES:
        await _ordinary(visit, [], PAGES[trick]().encode("utf-8", "replace"))
    else:
        await _ordinary(visit, [], _PAGE)


async def _handshake_never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3_600)


async def _handshake_drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await sending.drip(writer, b"\x16\x03\x03\x40\x00")


async def _handshake_junk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await sending.flood(writer, bytes(range(256)) * 100)


async def _handshake_plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await sending.send(writer, _OK + b"\r\n" + _PAGE)


HANDSHAKES = {
    "handshake_never": _handshake_never,
    "handshake_drip": _handshake_drip,
    "handshake_junk": _handshake_junk,
    "handshake_plain": _handshake_plain,
}
"""TLS that is none."""


def _raw(
    trick: str, stage: Stage
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stage.played("tls", trick)
        with contextlib.suppress(OSError):
            await HANDSHAKES[trick](reader, writer)
        writer.close()

    return visit
