"""The browser's way out passes on what a visitor asks of global addresses, so much of it, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest

from probes.kit.net.dial import Dialer
from probes.kit.net.guard import Guard
from probes.kit.net.lanes import Lanes
from probes.kit.net.page_door import PageDoor, PageLimits
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import Names, floods, run, server, stalls

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: 5\r\n\r\nhello"


class Site:
    """A server at site.example, ports 80 and 8080, that notes what it was asked."""

    def __init__(self, answer: bytes = OK) -> None:
        self.asked: list[bytes] = []
        self.answer = answer
        self.names = Names()

    async def behave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        await writer.drain()
        await reader.read()  # it keeps the connection, whatever it was told


@asynccontextmanager
async def door_to(site: Site, limits: PageLimits | None = None) -> AsyncIterator[PageDoor]:
    async with server(site.behave, 80) as address, server(site.behave, 8080, at=address):
        site.names |= {"site.example": (address,), "mixed.example": (address, "10.0.0.1")}
        site.names["inner.example"] = ("192.168.0.1",)
        guard = Guard([ip_network(address)])
        dialer = Dialer(site.names.addresses, guard, Lanes())
        async with PageDoor(dialer, limits=limits) as door:
            yield door


async def told(door: PageDoor, said: bytes, more: bytes = b"") -> bytes:
    """Say something to the door, and return all it says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    try:
        writer.write(said)
        heard = b""
        if more:
            heard = await reader.readuntil(b"\r\n\r\n")
            writer.write(more)
            return heard + await reader.readuntil(b"hello")
        return heard + await reader.read()
    finally:
        writer.close()


def test_a_plain_page_is_fetched_over_a_connection_of_its_own() -> None:
    """The server gets its own request without what is the proxy's; the browser gets an answer that ends."""
    site = Site()

    async def story() -> bytes:
        async with door_to(site) as door:
            asked = (
                b"GET http://site.example/a?b HTTP/1.1\r\nHost: other.example\r\nProxy-Connection: keep-alive\r\n"
                b"User-Agent: Revizor\r\nTE: trailers\r\nContent-Length: 0\r\n\r\n"
            )
            return await told(door, asked)

    heard = run(story())

    assert heard.startswith(b"HTTP/1.1 200")
    assert heard.endswith(b"\r\n\r\nhello")
    assert b"keep-alive" not in heard.lower()
    assert site.asked == [
        b"GET /a?b HTTP/1.1\r\nHost: site.example\r\nuser-agent: Revizor\r\nConnection: close\r\n\r\n"
    ]


def test_a_tunnel_passes_on_both_ways() -> None:
    """What goes through a tunnel is between the browser and the server."""
    site = Site()

    async def story() -> bytes:
        async with door_to(site) as door:
            return await told(
                door,
                b"CONNECT site.example:80 HTTP/1.1\r\nHost: site.example\r\n\r\n",
                b"GET x\r\n\r\n",
            )

    assert run(story()) == b"HTTP/1.1 200 OK\r\n\r\n" + OK
    assert site.asked == [b"GET x\r\n\r\n"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("POST http://site.example/", Reason.NOT_ALLOWED),
        ("OPTIONS http://site.example/", Reason.NOT_ALLOWED),
        ("GET https://site.example/", Reason.NOT_ALLOWED),
        ("GET file:///etc/passwd", Reason.NOT_ALLOWED),
        ("GET http://user@site.example/", Reason.NOT_ALLOWED),
        ("GET http://site.example:8080/", Reason.NOT_ALLOWED),
        ("CONNECT site.example:8080", Reason.NOT_ALLOWED),
        ("CONNECT site.example:25", Reason.NOT_ALLOWED),
        ("GET http://127.0.0.1/", Reason.NOT_ALLOWED),
        ("CONNECT 169.254.169.254:443", Reason.NOT_ALLOWED),
        ("CONNECT [::1]:443", Reason.NOT_ALLOWED),
        ("CONNECT [::ffff:10.0.0.1]:443", Reason.NOT_ALLOWED),
        ("GET http://inner.example/", Reason.NOT_ALLOWED),
        ("GET http://mixed.example/", Reason.NOT_ALLOWED),
        ("GET http://2130706433/", Reason.MALFORMED),
        ("GET http://0x7f.1/", Reason.MALFORMED),
        ("GET http://nobody.example/", Reason.NO_ADDRESS),
        ("GET /", Reason.NOT_ALLOWED),
    ],
)
def test_what_is_not_ours_to_ask_is_refused_and_never_dialled(line: str, reason: Reason) -> None:
    """Other methods, schemes and ports; addresses that are not global, in whatever spelling or answer."""
    site = Site()

    async def story() -> tuple[bytes, list[Reason]]:
        async with door_to(site) as door:
            heard = await told(door, f"{line} HTTP/1.1\r\nHost: site.example\r\n\r\n".encode())
            return heard, list(door.troubles.values())

    heard, troubles = run(story())

    assert heard.startswith((b"HTTP/1.1 403", b"HTTP/1.1 502"))
    assert troubles == [reason]
    assert site.asked == []


@pytest.mark.parametrize(
    "said", [b"\0\1\2\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 200_000]
)
def test_nonsense_ends_the_connection(said: bytes) -> None:
    """Neither a head that is none nor one without an end is waited for."""
    site = Site()

    async def story() -> bytes:
        async with door_to(site) as door:
            try:
                return await told(door, said)
            except ConnectionError:
                return b""

    assert run(story()) == b""
    assert site.asked == []


@pytest.mark.parametrize("line", ["GET http://site.example/", "CONNECT site.example:80"])
def test_a_page_gets_so_many_bytes_and_no_more(line: str) -> None:
    """A picture of a hundred megabytes ends where the page's room ends, and nothing is asked after it."""
    names = Names()

    async def story() -> tuple[int, bytes, bool]:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"
        async with server(floods(head, b"x" * 65_536, wait_for=b""), 80) as address:
            names["site.example"] = (address,)
            dialer = Dialer(names.addresses, Guard([ip_network(address)]), Lanes())
            async with PageDoor(dialer, limits=PageLimits(received=300_000)) as door:
                asked = f"{line} HTTP/1.1\r\nHost: site.example\r\n\r\n".encode()
                heard = len(await told(door, asked))
                return heard, await told(door, asked), door.is_spent

    heard, after, spent = run(story())

    assert 150_000 < heard <= 301_000
    assert after.startswith(b"HTTP/1.1 403")
    assert spent


@pytest.mark.parametrize(
    ("limits", "hosts"),
    [(PageLimits(connections=3), ["site.example"] * 5), (PageLimits(hosts=3), [*"abcde"])],
)
def test_a_page_gets_so_many_connections_and_hosts(limits: PageLimits, hosts: list[str]) -> None:
    """A page that asks for a thousand things of a thousand hosts gets the first few."""
    site = Site()

    async def story() -> list[bytes]:
        async with door_to(site, limits) as door:
            site.names |= dict.fromkeys(hosts, site.names["site.example"])
            asked = (f"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n" for host in hosts)
            return [(await told(door, one.encode()))[:12] for one in asked]

    assert run(story()) == [b"HTTP/1.1 200"] * 3 + [b"HTTP/1.1 403"] * 2
    assert len(site.asked) == 3


def test_a_page_sends_so_many_bytes_and_no_more() -> None:
    """Nobody carries anything off through a picture."""
    names = Names()

    async def story() -> tuple[bytes, bool]:
        async with server(stalls(wait_for=b""), 80) as address:
            names["site.example"] = (address,)
            dialer = Dialer(names.addresses, Guard([ip_network(address)]), Lanes())
            async with PageDoor(dialer, limits=PageLimits(sent=1_000)) as door:
                tunnel = b"CONNECT site.example:80 HTTP/1.1\r\nHost: site.example\r\n\r\n"
                reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
                writer.write(tunnel)
                heard = await reader.readuntil(b"\r\n\r\n")
                writer.write(b"x" * 5_000)
                heard += await reader.read()
                writer.close()
                return heard, door.is_spent

    assert run(story()) == (b"HTTP/1.1 200 OK\r\n\r\n", True)


def test_nothing_outlives_its_page() -> None:
    """When the block is left, what still talks is cut off, and nobody is let in any more."""
    site = Site(b"HTTP/1.1 200 OK\r\n\r\nand")

    async def story() -> tuple[bytes, int]:
        async with door_to(site) as door:
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(b"GET http://site.example/ HTTP/1.1\r\nHost: site.example\r\n\r\n")
            await reader.readuntil(b"and")
            port = door.port
        rest = await reader.read()
        writer.close()
        return rest, port

    async def closed() -> None:
        troubles: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: troubles.append(told))
        rest, port = await story()
        assert rest in (b"", b"\r\n")
        assert troubles == []
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    run(closed())
