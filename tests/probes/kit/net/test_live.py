"""All doors together, over real sockets: one host looked at as an audit looks at it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest
import trustme

from probes.kit.net.live import LiveNet, NetSettings, resolver_places
from probes.kit.net.question import (
    ApiQuestion,
    DnsQuestion,
    HttpQuestion,
    NetTrouble,
    SmtpQuestion,
    TlsQuestion,
    WhoisQuestion,
)
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import LOOPBACK, converses, own_address, run, says, server

NAME = "romashka.example"


class Zone(asyncio.DatagramProtocol):
    """A resolver that knows the addresses of some names, and counts."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name, query.question[0].rdtype
        self.asked.append(f"{name} {kind.name}")
        reply = dns.message.make_response(query)
        known = self.addresses.get(str(name).rstrip("."))
        if known is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif kind.name == "A":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", known))
        self.transport.sendto(reply.to_wire(), addr)


@asynccontextmanager
async def resolver(addresses: dict[str, str]) -> AsyncIterator[tuple[Zone, str]]:
    zone = Zone(addresses)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: zone, local_addr=(own_address(), 0)
    )
    ip, port = transport.get_extra_info("sockname")
    try:
        yield zone, f"{ip}:{port}"
    finally:
        transport.close()


def test_every_question_finds_its_door(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(tls)
    page = says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    mail = converses([(b"EHLO", b"250 hello\r\n"), (b"QUIT", b"221 bye\r\n")], b"220 hello\r\n")
    whois = says(b"paid-till: tomorrow\r\n", wait_for=b"\r\n")

    async def story() -> None:
        async with (
            server(page, 80) as address,
            server(page, 443, tls, at=address),
            server(mail, 25, at=address),
            server(whois, 43, at=address),
            resolver({NAME: address}) as (zone, place),
        ):
            settings = NetSettings(
                resolvers=(place,),
                allow_nets=LOOPBACK,
                trust_file=str(tmp_path / "ca.pem"),
                paces={"*": "1000/s"},
            )
            async with LiveNet(settings) as net:
                for _ in range(2):
                    await net.ask(DnsQuestion(NAME, "MX"))
                assert zone.asked == [f"{NAME}. MX"]
                assert (await net.ask(HttpQuestion(f"http://{NAME}/"))).body == b"{}"
                secure = await net.ask(HttpQuestion(f"https://{NAME}/"))
                shaken = await net.ask(TlsQuestion(NAME, 443))
                assert secure.handshake is not None
                assert shaken.chain == secure.handshake.chain
                assert shaken.trust == "trusted"
                assert (await net.ask(ApiQuestion(f"https://{NAME}/"))).body == b"{}"
                assert (await net.ask(SmtpQuestion(NAME))).banner == "220 hello"
                assert (await net.ask(WhoisQuestion(NAME, "x"))).raw == b"paid-till: tomorrow\r\n"
                assert net.waiting() == ()
                with pytest.raises(NetTrouble) as met:
                    await net.ask(HttpQuestion("http://nobody.example/"))
                assert met.value.reason is Reason.NO_ADDRESS

    run(story())


def test_without_an_allowed_net_loopback_is_out_of_reach() -> None:
    async def story() -> None:
        async with (
            resolver({NAME: own_address()}) as (_, place),
            LiveNet(NetSettings(resolvers=(place,))) as net,
        ):
            for question in (
                HttpQuestion(f"http://{NAME}/"),
                TlsQuestion(NAME, 443),
                SmtpQuestion(NAME),
                WhoisQuestion(NAME, "x"),
                ApiQuestion(f"https://{NAME}/"),
                DnsQuestion(NAME, "A", server="127.0.0.1"),
            ):
                with pytest.raises(NetTrouble) as met:
                    await net.ask(question)
                assert met.value.reason is Reason.NOT_ALLOWED

    run(story())


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:DB8::53]", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_resolver_is_an_address_with_or_without_a_port(
    written: str, place: tuple[str, int]
) -> None:
    assert resolver_places((written,)) == (place,)


@pytest.mark.parametrize(
    "bad", ["", "dns.example", "192.0.2.53:0", "192.0.2.53:99999", "1.2.3:5", ":53"]
)
def test_what_is_no_resolver_is_said(bad: str) -> None:
    with pytest.raises(ValueError, match="not a resolver"):
        resolver_places((bad,))


@pytest.mark.parametrize(
    ("settings", "signature"),
    [
        (NetSettings(user_agent="Mine/1"), "Mine/1"),
        (
            NetSettings(contact="https://firm.example/audit"),
            "(+audit of own assets; contact: https://firm.example/audit)",
        ),
        (NetSettings(), "(+audit of own assets)"),
    ],
)
def test_we_say_who_we_are(settings: NetSettings, signature: str) -> None:
    assert settings.signature.endswith(signature)
    assert settings.signature.startswith(("Revizor/", "Mine/"))


@pytest.mark.parametrize(
    "bad",
    [{"user_agent": "x\r\nY: z"}, {"contact": "ё"}, {"ehlo_name": "a\nb"}, {"connections": 0}],
)
def test_settings_that_would_break_a_request_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"plain ASCII|connections"):
        NetSettings(**bad)
