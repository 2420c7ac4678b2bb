"""What a look has read is let go with the look: nothing waits for the collector of circles to come round.

An error holds the frames it came through. Where one of them holds the error, the frames, their sockets and
bodies of a quarter of a megabyte stay in memory until the collector comes, which it seldom does.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from probes.kit.catalog import all_probes
from probes.kit.net import ApiQuestion
from probes.kit.net.live import LiveNet, NetSettings
from probes.kit.target import Endpoint, Host, Target
from scanner.runs.look import look
from tests.peers.dns_server import SERVFAIL, DnsServer
from tests.probes.kit.net.loopback import LOOPBACK, floods, own_address, resets, says, server

HOST = "romashka.ru"
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>\xd0\xa0</title>" + b"<p>a" * 9_000
)
OURS = ("probes.", "scanner.", "httpx", "httpcore", "h11", "anyio.streams")


@contextmanager
def circles() -> Iterator[Counter[str]]:
    """Count the things of ours, and of the libraries we talk through, that only the collector would free."""
    left: Counter[str] = Counter()
    gc.collect()
    gc.disable()
    try:
        yield left
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        kinds = (type(one) for one in gc.garbage)
        left.update(
            f"{kind.__module__}.{kind.__name__}"
            for kind in kinds
            if kind.__module__.startswith(OURS)
        )
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def net(dns: DnsServer, trust_file: str | None = None) -> LiveNet:
    settings = NetSettings(
        resolvers=(dns.ip,), allow_nets=LOOPBACK, paces={"*": "1000/s"}, trust_file=trust_file
    )
    return LiveNet(settings)


HTTP = {
    "page": says(PAGE),
    "junk": says(b"junk junk\r\n\r\n"),
    "odd status": says(b"HTTP/1.1 999999 zlo\r\n\r\n"),
    "silent": says(b""),
    "reset": resets(),
    "half a page": resets(PAGE),
    "endless head": floods(b"HTTP/1.1 200 OK\r\n", b"X-Endless: yes\r\n" * 256),
}
TLS = {
    "no handshake": says(b"HTTP/1.1 400 Bad Request\r\n\r\n", wait_for=b""),
    "reset": resets(wait_for=b""),
    "silent": says(b"", wait_for=b""),
}
SMTP = {
    "chatter": floods(b"220-hello\r\n", b"220-and again\r\n" * 256, wait_for=b""),
    "junk": says(bytes(range(256)), wait_for=b""),
    "reset": resets(b"220 hello\r\n", wait_for=b""),
    "silent": says(b"", wait_for=b""),
}
CASES = [
    *((Host(HOST), probe, 80, kind) for probe in ("website", "site_files") for kind in HTTP),
    *((Host(HOST), "website", 443, kind) for kind in TLS),
    *((Endpoint(HOST, 443), "tls_certificate", 443, kind) for kind in TLS),
    *((Host(HOST), "mail_server", 25, kind) for kind in SMTP),
]
BEHAVE = {80: HTTP, 443: TLS, 25: SMTP}


@pytest.mark.parametrize(
    ("target", "probe", "port", "kind"),
    CASES,
    ids=[f"{case[1]}-{case[2]}-{case[3]}" for case in CASES],
)
def test_a_look_leaves_no_circles(target: Target, probe: str, port: int, kind: str) -> None:
    """Whatever is behind one port of a host; at all others nobody listens."""

    async def story() -> Counter[str]:
        address = own_address()
        async with (
            DnsServer(f"{HOST} A {address}") as dns,
            server(BEHAVE[port][kind], port, at=address),
            net(dns) as live,
        ):
            await seen(probe, target, live)  # what is made once, such as a table, is made now
            with circles() as left:
                await seen(probe, target, live)
        return left

    assert not asyncio.run(story())


@pytest.mark.parametrize("probe", ["website", "site_files", "addresses"])
def test_a_resolver_that_fails_leaves_no_circles(probe: str) -> None:
    async def story() -> Counter[str]:
        async with DnsServer() as dns, net(dns) as live:
            dns.everything = SERVFAIL
            await seen(probe, Host("first.ru"), live)
            with circles() as left:
                await seen(probe, Host(HOST), live)
        return left

    assert not asyncio.run(story())


async def seen(probe: str, target: Target, live: LiveNet) -> None:
    await look(all_probes()[probe], target, live, lambda: datetime.now(UTC), "here")


@pytest.mark.parametrize("close", [b"", b"Connection: close\r\n"], ids=["closed unsaid", "closed"])
def test_an_answer_of_an_api_takes_its_connection_along(tmp_path: Path, close: bytes) -> None:
    """Each one not let go would cost 80 KiB of TLS."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(f"{tmp_path}/ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("rdap.example").configure_cert(context)
    answer = says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + close + b"\r\n{}")

    async def story() -> Counter[str]:
        address = own_address()
        async with (
            DnsServer(f"rdap.example A {address}") as dns,
            server(answer, 443, context, at=address),
            net(dns, f"{tmp_path}/ca.pem") as live,
        ):
            await live.ask(ApiQuestion("https://rdap.example/first"))
            with circles() as left:
                for number in range(3):
                    await live.ask(ApiQuestion(f"https://rdap.example/{number}"))
        return left

    assert not asyncio.run(story())
