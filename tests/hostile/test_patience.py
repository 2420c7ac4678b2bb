"""Rows 7 and 8: whatever a peer does, in whatever phase, one look keeps its own patience.

The doors' own deadlines are tens of seconds; here the look's is a fraction of one, so that nothing but
the look itself can have ended it in time.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.flags
import dns.message
import pytest
import trustme

from probes.kit.declare import Probe, Reach, probe
from probes.kit.net import Net
from probes.kit.net.live import LiveNet, NetSettings
from probes.kit.net.question import (
    ApiQuestion,
    DnsQuestion,
    HttpQuestion,
    Question,
    SmtpQuestion,
    TlsQuestion,
    WhoisQuestion,
)
from probes.kit.net.tape import Exchange
from probes.kit.observation import Absent, Observation, Reason, Seen, Unknown
from probes.kit.target import Domain
from scanner.runs.look import look
from tests.peers.dns_server import DnsServer
from tests.probes.kit.net.loopback import LOOPBACK, Behaviour, own_address, run, server

NAME = "zlo.example"
TARGET = Domain(NAME)
PATIENCE = timedelta(milliseconds=250)
WITHIN = 8.0
"""Seconds: far less than any door's own deadline, far more than a slow machine needs."""


def drips(text: bytes, after: bytes = b"", wait_for: bytes = b"") -> Behaviour:
    """Say something, then send a byte every few milliseconds until the other side leaves."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if wait_for:
            await reader.readuntil(wait_for)
        writer.write(after)
        for byte in itertools.cycle(text):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)

    return behave


def mute(after: bytes = b"", wait_for: bytes = b"") -> Behaviour:
    """Say something, then nothing more, and keep the connection."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if wait_for:
            await reader.readuntil(wait_for)
        writer.write(after)
        while await reader.read(4_096):
            pass

    return behave


def mail_until(*answers: bytes, then: Behaviour) -> Behaviour:
    """Answer the first lines of an SMTP conversation in order, then turn hostile."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(answers):
            if number:
                await reader.readline()
            writer.write(answer)
        await reader.readline()
        await then(reader, writer)

    return behave


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
ASKED = b"\r\n\r\n"
GREETING, EHLO = b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n"

Ask = Callable[[str], Question[Any]]


def http(ip: str) -> Question[Any]:
    return HttpQuestion(f"http://{ip}/")


def https(ip: str) -> Question[Any]:
    return HttpQuestion(f"https://{ip}/")


def handshake(ip: str) -> Question[Any]:
    return TlsQuestion(NAME, 443, address=ip)


def starttls(ip: str) -> Question[Any]:
    return TlsQuestion(NAME, 25, "smtp", address=ip)


def smtp(ip: str) -> Question[Any]:
    return SmtpQuestion(NAME, ip)


def whois(ip: str) -> Question[Any]:
    return WhoisQuestion(ip, NAME)


def api(ip: str) -> Question[Any]:
    return ApiQuestion(f"https://{ip}/")


def plain_api(ip: str) -> Question[Any]:
    return ApiQuestion(f"http://{ip}/")


PHASES: dict[str, tuple[Ask, int, bool, Behaviour]] = {
    "http: silence": (http, 80, False, mute()),
    "http: head drips": (http, 80, False, drips(b"zlo", b"HTTP/1.1 200 OK\r\nX-Zlo: ", ASKED)),
    "http: head stalls": (http, 80, False, mute(b"HTTP/1.1 200 OK\r\n", ASKED)),
    "http: interim drips": (http, 80, False, drips(b"HTTP/1.1 103 Zlo\r\n\r\n", b"", ASKED)),
    "https: handshake stalls": (https, 443, False, mute()),
    "https: handshake drips": (https, 443, False, drips(b"\x16\x03\x03\x40\x00")),
    "https: head stalls": (https, 443, True, mute(b"HTTP/1.1 200 OK\r\n", ASKED)),
    "https: body drips": (https, 443, True, drips(b"zlo", OK + b"\r\n", ASKED)),
    "http: body drips": (http, 80, False, drips(b"zlo", OK + b"\r\n", ASKED)),
    "http: body stalls": (http, 80, False, mute(OK + b"Content-Length: 9\r\n\r\nz", ASKED)),
    "http: chunk drips": (
        *(http, 80, False),
        drips(b"1\r\nz\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n", ASKED),
    ),
    "http: no close": (http, 80, False, mute(OK + b"Connection: close\r\n\r\nwhole", ASKED)),
    "tls: stalls": (handshake, 443, False, mute()),
    "tls: drips": (handshake, 443, False, drips(b"\x16\x03\x03\x40\x00")),
    "smtp: no greeting": (smtp, 25, False, mute()),
    "smtp: greeting drips": (smtp, 25, False, drips(b"2")),
    "smtp: EHLO stalls": (smtp, 25, False, mail_until(GREETING, then=mute(b"250-mx\r\n"))),
    "smtp: EHLO drips": (smtp, 25, False, mail_until(GREETING, then=drips(b"250-m\r\n"))),
    "smtp: STARTTLS stalls": (smtp, 25, False, mail_until(GREETING, EHLO, then=mute())),
    "smtp: handshake stalls": (
        *(smtp, 25, False),
        mail_until(GREETING, EHLO, b"220 go\r\n", then=mute()),
    ),
    "starttls: no greeting": (starttls, 25, False, mute()),
    "whois: silence": (whois, 43, False, mute()),
    "whois: drips": (whois, 43, False, drips(b"zlo\r\n", b"", b"\r\n")),
    "whois: no close": (whois, 43, False, mute(b"domain: ZLO.EXAMPLE\r\n", b"\r\n")),
    "api: handshake stalls": (api, 443, False, mute()),
    "api: head drips": (plain_api, 80, False, drips(b"zlo", b"HTTP/1.1 200 OK\r\nX: ", ASKED)),
    "api: body drips": (plain_api, 80, False, drips(b"zlo", OK + b"\r\n", ASKED)),
}


def asking(question: Question[Any]) -> Probe[Any, Any]:
    """A probe that puts one question, with little patience."""

    @probe(reach=Reach.VISIT, patience=PATIENCE)
    async def asks(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
        """Put the question."""
        await net.ask(question)
        return Seen(1)

    return asks


async def looked(
    chosen: Probe[Any, Any], resolver: str = "127.0.0.1"
) -> tuple[Observation[Any], tuple[Exchange, ...]]:
    """Make one look through all the real doors."""
    async with LiveNet(NetSettings(resolvers=(resolver,), allow_nets=LOOPBACK)) as net:
        return await look(chosen, TARGET, net, lambda: datetime.now(UTC), "test")


def ran_out(made: tuple[Observation[Any], tuple[Exchange, ...]]) -> None:
    """Hold the look against the law: Unknown for lack of time, and the question is kept as evidence."""
    observation, exchanges = made
    (exchange,) = exchanges

    assert observation.outcome == Unknown(Reason.TIMEOUT, "no end within 0.25 s")
    assert observation.evidence == (exchange.id,)
    assert exchange.failure
    assert exchange.failure.cut_short


@pytest.mark.parametrize("phase", PHASES)
def test_a_look_keeps_its_patience_in_every_phase(phase: str) -> None:
    """Dripping and silence are Unknown(timeout), in this look's own time."""
    ask, port, secure, behave = PHASES[phase]

    async def story() -> tuple[Observation[Any], tuple[Exchange, ...]]:
        address = own_address()
        context = _context(address) if secure else None
        async with server(behave, port, context, at=address):
            return await looked(asking(ask(address)))

    ran_out(run(story(), WITHIN))


@pytest.mark.parametrize("ask", [http, handshake, smtp, whois, plain_api])
def test_a_look_keeps_its_patience_where_nobody_accepts(ask: Ask) -> None:
    """Connecting that neither succeeds nor fails is over with the look."""
    ports = {http: 80, plain_api: 80, handshake: 443, smtp: 25, whois: 43}

    async def story() -> tuple[Observation[Any], tuple[Exchange, ...]]:
        async with swallowing(ports[ask]) as address:
            return await looked(asking(ask(address)))

    ran_out(run(story(), WITHIN))


@pytest.mark.parametrize(
    "behave", [mute(), drips(b"\x7f"), mute(b"\x7f\xff", b"\0")], ids=["silence", "drips", "stalls"]
)
def test_a_look_keeps_its_patience_with_dns_over_tcp(behave: Behaviour) -> None:
    """Truncated over UDP; over TCP nothing, drop by drop, or a length and nothing."""

    async def story() -> tuple[Observation[Any], tuple[Exchange, ...]]:
        address = own_address()
        async with server(behave, 53, at=address), truncating(address):
            return await looked(asking(DnsQuestion(NAME, "TXT")), address)

    ran_out(run(story(), WITHIN))


def test_a_look_keeps_its_patience_with_a_silent_resolver() -> None:
    """A question over UDP that nobody answers."""

    async def story() -> tuple[Observation[Any], tuple[Exchange, ...]]:
        async with DnsServer() as resolver:
            resolver.everything = lambda wire, query: None
            return await looked(asking(DnsQuestion(NAME, "A")), resolver.ip)

    ran_out(run(story(), WITHIN))


def test_who_swallows_the_end_of_his_time_holds_nobody_up() -> None:
    """A look that will not be called off is left to itself; what it had asked is kept."""
    released = asyncio.Event()

    @probe(reach=Reach.VISIT, patience=PATIENCE)
    async def stubborn(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
        """Ask, and heed no deadline."""
        waiting = asyncio.ensure_future(net.ask(DnsQuestion(NAME, "A")))
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue
        waiting.cancel()
        return Seen(1)

    async def story() -> tuple[Observation[Any], tuple[Exchange, ...]]:
        async with DnsServer() as resolver:
            resolver.everything = lambda wire, query: None
            try:
                return await looked(stubborn, resolver.ip)
            finally:
                released.set()

    ran_out(run(story(), WITHIN))


def test_who_calls_himself_off_is_a_bug_and_not_the_end_of_the_run() -> None:
    """A cancellation that nobody ordered is a mistake of ours, and the look still has a result."""

    @probe(reach=Reach.VISIT, patience=PATIENCE)
    async def fainting(target: Domain, net: Net) -> Seen[int] | Absent | Unknown:
        """Faint."""
        raise asyncio.CancelledError

    observation, _ = run(looked(fainting), WITHIN)

    assert isinstance(observation.outcome, Unknown)
    assert observation.outcome.reason is Reason.BUG


def _context(address: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(address).configure_cert(context)
    return context


@asynccontextmanager
async def swallowing(port: int) -> AsyncIterator[str]:
    """An address whose queue of newcomers is full: the kernel drops every further first packet."""
    address = own_address()
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        try:
            full.bind((address, port))
        except PermissionError:
            pytest.skip(f"binding port {port} needs root")
        full.listen(0)
        for early in (first, second):
            early.setblocking(False)
            early.connect_ex((address, port))
        yield address


@asynccontextmanager
async def truncating(address: str) -> AsyncIterator[None]:
    """A resolver that sends everybody who asks over UDP to TCP."""

    class Datagrams(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: Any) -> None:
            answer = dns.message.make_response(dns.message.from_wire(data))
            answer.flags |= dns.flags.TC
            self.transport.sendto(answer.to_wire(), addr)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Datagrams, local_addr=(address, 53))
    try:
        yield
    finally:
        transport.close()
