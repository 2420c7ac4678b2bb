"""Questions of a way of their own: one name server over TCP, and a handshake with old versions only."""

from __future__ import annotations

import ssl
import warnings

import dns.flags
import dns.message
import pytest
import trustme

from probes.kit.net.guard import Guard
from probes.kit.net.handshakes import Handshakes
from probes.kit.net.question import NetTrouble, OldTlsQuestion, ServerQuestion
from probes.kit.net.server_door import ServerDoor
from probes.kit.net.tls_door import TlsDoor
from probes.kit.observation import Reason
from tests.peers.dns_server import REFUSED, DnsServer
from tests.probes.kit.net.loopback import LOOPBACK, Names, dialer, own_address, run, says, server

NAME = "romashka.example"
SOA = "d.ru SOA ns.d.ru. a.d.ru. 7 7200 3600 1209600 3600"


class Listening(DnsServer):
    """Notes what a query asks for beside its question."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines, origin="d.ru")
        self.wished: list[tuple[bool, bool]] = []

    def respond(self, wire: bytes, transport: str) -> bytes | None:
        query = dns.message.from_wire(wire)
        signatures = bool(query.ednsflags & dns.flags.DO)
        self.wished.append((signatures, bool(query.flags & dns.flags.RD)))
        return super().respond(wire, transport)


@pytest.mark.parametrize("signatures", [True, False])
@pytest.mark.parametrize("recursion", [True, False])
def test_one_server_is_asked_over_tcp_in_the_way_that_was_wanted(
    signatures: bool, recursion: bool
) -> None:
    async def story() -> None:
        async with Listening(SOA) as peer:
            question = ServerQuestion("d.ru", "SOA", peer.ip, signatures, recursion)
            answer = await ServerDoor(Guard(LOOPBACK)).ask(question)
            assert dns.message.from_wire(answer.wire).answer[0][0].serial == 7
            assert peer.asked == [("d.ru", "SOA", "tcp")]
            assert peer.wished == [(signatures, recursion)]

    run(story())


def test_a_refusal_is_an_answer() -> None:
    async def story() -> None:
        async with Listening(SOA) as peer:
            peer.everything = REFUSED
            question = ServerQuestion("d.ru", "SOA", peer.ip)
            answer = await ServerDoor(Guard(LOOPBACK)).ask(question)
            assert dns.message.from_wire(answer.wire).rcode() == 5

    run(story())


@pytest.mark.parametrize(
    ("question", "guard", "reason"),
    [
        (ServerQuestion("d.ru", "SOA", own_address()), Guard(LOOPBACK), Reason.NO_LISTENER),
        (ServerQuestion("d.ru", "SOA", "127.0.0.1"), Guard(()), Reason.NOT_ALLOWED),
        (ServerQuestion("a" * 64, "SOA", "127.0.0.1"), Guard(LOOPBACK), Reason.INVALID_QUERY),
    ],
)
def test_why_there_is_no_answer(question: ServerQuestion, guard: Guard, reason: Reason) -> None:
    async def story() -> None:
        with pytest.raises(NetTrouble) as met:
            await ServerDoor(guard).ask(question)
        assert met.value.reason is reason

    run(story())


def _old_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(NAME).configure_cert(context)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


async def _shake():
    async with server(says(b"", wait_for=b"never"), 443, _old_context()) as address:
        door = TlsDoor(dialer(Names({NAME: (address,)})), Handshakes())
        return await door.ask_old(OldTlsQuestion(NAME))


def test_a_server_that_takes_old_versions_is_told() -> None:
    """The version, and no certificate: that is another question's."""
    handshake = run(_shake())

    assert (handshake.version, handshake.chain) == ("TLSv1.1", ())


def test_a_server_that_refuses_them_says_so_by_an_alert() -> None:
    """Fatal, protocol_version (RFC 8446 section 6)."""
    alert = says(b"\x15\x03\x01\x00\x02\x02\x46", wait_for=b"\x16\x03\x01")

    async def story() -> None:
        async with server(alert, 443) as address:
            door = TlsDoor(dialer(Names({NAME: (address,)})), Handshakes())
            await door.ask_old(OldTlsQuestion(NAME))

    with pytest.raises(NetTrouble) as met:
        run(story())

    assert met.value.reason is Reason.TLS_FAILED
    assert "protocol version" in met.value.detail
