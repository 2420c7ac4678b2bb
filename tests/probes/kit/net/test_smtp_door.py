"""Greeting mail servers: courteous ones, odd ones, and things that are no mail server at all."""

from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta

import pytest
import trustme

from probes.kit.net.handshakes import Handshakes
from probes.kit.net.question import NetTrouble, SmtpAnswer, SmtpQuestion, TlsQuestion
from probes.kit.net.smtp_door import SmtpDoor
from probes.kit.net.tls_door import TlsDoor
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import (
    Behaviour,
    Names,
    converses,
    dialer,
    floods,
    resets,
    run,
    server,
)

NAME = "mx.romashka.example"
HELLO = b"220 mx.romashka.example ESMTP\r\n"
EHLO = b"250-mx.romashka.example\r\n250-SIZE 100\r\n250 HELP\r\n"
TLS_EHLO = b"250-mx.romashka.example\r\n250-STARTTLS\r\n250 HELP\r\n"
SOON = timedelta(milliseconds=200)


async def greet(
    behave: Behaviour, patience: timedelta = timedelta(seconds=15), ehlo_name: str = ""
) -> SmtpAnswer:
    async with server(behave, 25) as address:
        door = SmtpDoor(dialer(Names({NAME: (address,)})), Handshakes(), ehlo_name, patience)
        answer = await door.ask(SmtpQuestion(NAME))
        assert answer.address == address
        return answer


def mail_server(ca: trustme.CA, heard: list[bytes] | None = None) -> Behaviour:
    """A server with a working STARTTLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(NAME).configure_cert(context)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO)
        while line := await reader.readline():
            if heard is not None:
                heard.append(line)
            if line.startswith(b"EHLO"):
                writer.write(TLS_EHLO)
            elif line.startswith(b"STARTTLS"):
                writer.write(b"220 go ahead\r\n")
                await writer.drain()
                await writer.start_tls(context)
            else:
                writer.write(b"221 bye\r\n")
                return

    return behave


@pytest.mark.parametrize(
    ("greeting", "script", "banner", "ehlo"),
    [
        (HELLO, [(b"EHLO", EHLO)], "220 mx.romashka.example ESMTP",
         ("mx.romashka.example", "SIZE 100", "HELP")),
        (b"220-one\r\n220-two\r\n220 three\r\n", [(b"EHLO", b"250 x\r\n")],
         "220-one\n220-two\n220 three", ("x",)),
        (b"220\n", [(b"EHLO", b"250\n")], "220", ("",)),
        (HELLO, [(b"EHLO", b"502 not here\r\n")], "220 mx.romashka.example ESMTP", ()),
        (b"554 go away\r\n", [], "554 go away", ()),
        (b"421 busy\r\n", [], "421 busy", ()),
        (b"220 caf\xe9\r\n", [(b"EHLO", EHLO)], "220 caf\N{REPLACEMENT CHARACTER}",
         ("mx.romashka.example", "SIZE 100", "HELP")),
    ],
)  # fmt: skip
def test_what_the_server_says_is_kept(
    greeting: bytes, script: list[tuple[bytes, bytes]], banner: str, ehlo: tuple[str, ...]
) -> None:
    answer = run(greet(converses(script, greeting)))

    assert (answer.banner, answer.ehlo, answer.starttls) == (banner, ehlo, False)
    assert answer.handshake is None
    assert answer.trouble == ""


def test_starttls_brings_the_certificate_and_no_mailbox_is_mentioned() -> None:
    heard: list[bytes] = []

    answer = run(greet(mail_server(trustme.CA(), heard)))

    assert answer.starttls
    assert answer.handshake
    assert len(answer.handshake.chain) == 1
    assert answer.trouble == ""
    assert [line.split()[0] for line in heard] == [b"EHLO", b"STARTTLS", b"QUIT"]


@pytest.mark.parametrize(
    ("name", "said"), [("audit.example", b"audit.example"), ("", b"[127.0.0.1]")]
)
def test_we_introduce_ourselves(name: str, said: bytes) -> None:
    heard: list[bytes] = []

    run(greet(mail_server(trustme.CA(), heard), ehlo_name=name))

    assert heard[0] == b"EHLO " + said + b"\r\n"


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ([(b"STARTTLS", b"454 not now\r\n")], "STARTTLS: 454 not now"),
        ([(b"STARTTLS", b"220 go\r\nnot tls at all\r\n")], "closed in the handshake"),
        ([], "hung up"),
    ],
)
def test_an_offer_that_is_not_kept_is_a_trouble(
    script: list[tuple[bytes, bytes]], trouble: str
) -> None:
    answer = run(greet(converses([(b"EHLO", TLS_EHLO), *script], HELLO), SOON))

    assert answer.starttls
    assert answer.handshake is None
    assert trouble in answer.trouble


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)


async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HELLO)
    while await reader.read(100):
        pass


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (converses([], b"SSH-2.0-OpenSSH\r\n"), Reason.MALFORMED),
        (converses([], b"HTTP/1.1 400 Bad Request\r\n\r\n"), Reason.MALFORMED),
        (converses([(b"EHLO", b"hello\r\n")], HELLO), Reason.MALFORMED),
        (converses([], "²²² mx\r\n".encode()), Reason.MALFORMED),
        (converses([], b"2" * 10_000), Reason.OVERSIZED),
        (converses([], b"220 " + b"z" * 10_000 + b"\r\n"), Reason.OVERSIZED),
        (floods(b"", b"220-and\r\n", wait_for=b""), Reason.OVERSIZED),
        (converses([], HELLO), Reason.CONNECTION_LOST),
        (resets(wait_for=b""), Reason.CONNECTION_LOST),
        (silent, Reason.TIMEOUT),
        (deaf, Reason.TIMEOUT),
    ],
    ids=["ssh", "http", "no code", "odd digits", "endless line", "long line", "endless reply", "hangs up", "resets", "silent", "deaf"],
)  # fmt: skip
def test_what_is_no_conversation_is_unknown(behave: Behaviour, reason: Reason) -> None:
    with pytest.raises(NetTrouble) as met:
        run(greet(behave, SOON))

    assert met.value.reason is reason


def test_the_certificate_after_starttls_is_shared_by_both_doors() -> None:
    async def story() -> None:
        visits = 0
        speak = mail_server(trustme.CA())

        async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal visits
            visits += 1
            await speak(reader, writer)

        async with server(counted, 25) as address:
            handshakes, dial = Handshakes(), dialer(Names({NAME: (address,)}))
            question = TlsQuestion(NAME, 25, "smtp")
            first = await TlsDoor(dial, handshakes).ask(question)
            again = await TlsDoor(dial, handshakes).ask(question)
            assert (first, visits) == (again, 1)

            fresh = Handshakes()
            answer = await SmtpDoor(dial, fresh).ask(SmtpQuestion(NAME))
            assert fresh.recall(question) == answer.handshake
            assert visits == 2

    run(story())


def test_words_before_the_encryption_are_not_heard_as_if_they_were_within() -> None:
    script = [(b"EHLO", TLS_EHLO), (b"STARTTLS", b"220 go\r\n250 slipped in\r\n")]

    answer = run(greet(converses(script, HELLO), SOON))

    assert answer.handshake is None
    assert answer.trouble


def test_a_server_without_starttls_has_no_certificate_to_show() -> None:
    async def story() -> None:
        async with server(converses([(b"EHLO", EHLO)], HELLO), 25) as address:
            door = TlsDoor(dialer(Names({NAME: (address,)})), Handshakes())
            await door.ask(TlsQuestion(NAME, 25, "smtp"))

    with pytest.raises(NetTrouble) as met:
        run(story())
    assert met.value.reason is Reason.TLS_FAILED
