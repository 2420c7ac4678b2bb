"""One visit to a web server, honest or hostile."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
from datetime import timedelta

import pytest
import trustme

from probes.kit.net.handshakes import Handshakes
from probes.kit.net.http_door import HttpDoor
from probes.kit.net.question import HttpAnswer, HttpQuestion, NetTrouble, TlsQuestion
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import (
    Behaviour,
    Names,
    dialer,
    floods,
    own_address,
    resets,
    run,
    says,
    server,
    stalls,
)

NAME = "romashka.example"
SOON = timedelta(milliseconds=150)
OK = b"HTTP/1.1 200 OK\r\n"


async def visit(
    behave: Behaviour, cap: int = 524_288, patience: timedelta = timedelta(seconds=20)
) -> HttpAnswer:
    async with server(behave, 80) as address:
        door = HttpDoor(
            dialer(Names({NAME: (address,)})), Handshakes(), "Revizor/test", patience=patience
        )
        answer = await door.ask(HttpQuestion(f"http://{NAME}/", max_bytes=cap))
        assert answer.address == address
        return answer


def trouble(story: object) -> NetTrouble:
    with pytest.raises(NetTrouble) as met:
        run(story)  # type: ignore[arg-type]
    return met.value


def page(body: bytes, *headers: bytes) -> bytes:
    head = b"".join(header + b"\r\n" for header in headers)
    return OK + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_the_visitor_is_polite_and_says_who_he_is() -> None:
    heard = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(page(b"hello"))

    answer = run(visit(listen))

    lines = heard[0].decode().split("\r\n")
    assert lines[0] == "GET / HTTP/1.1"
    assert lines[1] == f"Host: {NAME}"
    assert "User-Agent: Revizor/test" in lines
    assert "Accept-Encoding: gzip, identity" in lines
    assert (answer.status, answer.body, answer.truncated) == (200, b"hello", False)


HTML = b"<html>" + b"0123456789" * 1000


@pytest.mark.parametrize(
    ("response", "body", "truncated"),
    [
        (page(HTML), HTML, False),
        (page(gzip.compress(HTML), b"Content-Encoding: gzip"), HTML, False),
        (page(gzip.compress(gzip.compress(HTML)), b"Content-Encoding: gzip, gzip"), HTML, False),
        (OK + b"\r\n" + HTML, HTML, False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"hello", False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"hello", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n", b"hello", True),
        (OK + b"Content-Length: 100\r\n\r\nhello", b"hello", True),
        (page(gzip.compress(HTML)[:-9], b"Content-Encoding: gzip"), HTML, True),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page(b"x"), b"x", False),
        (b"HTTP/1.1 103 Early\r\n\r\n" * 8 + page(b"x"), b"x", False),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", False),
    ],
)
def test_every_honest_framing_is_read(response: bytes, body: bytes, truncated: bool) -> None:
    answer = run(visit(says(response)))

    assert (answer.body, answer.truncated) == (body, truncated)


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (says(b"<html>HTTP/0.9</html>"), Reason.MALFORMED),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.MALFORMED),
        (says(b"\x15\x03\x01\x00\x02\x02\x50"), Reason.MALFORMED),
        (says(b"HTTP/1.1 200 OK\r\nContent-"), Reason.MALFORMED),
        (says(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), Reason.MALFORMED),
        (says(page(b"\x1b\x00\x00", b"Content-Encoding: br")), Reason.MALFORMED),
        (says(page(b"plain", b"Content-Encoding: gzip")), Reason.MALFORMED),
        (says(page(b"x", b"Content-Encoding: gzip, gzip, gzip")), Reason.MALFORMED),
        (says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), Reason.MALFORMED),
        (says(b""), Reason.CONNECTION_LOST),
        (resets(), Reason.CONNECTION_LOST),
        (floods(OK, b"X-Endless: yes\r\n"), Reason.MALFORMED),
        (floods(OK + b"X-Endless: ", b"y" * 4096), Reason.MALFORMED),
        (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Reason.MALFORMED),
        (floods(b"", b"garbage" * 1000), Reason.MALFORMED),
    ],
)
def test_junk_is_unknown_never_a_page(behave: Behaviour, reason: Reason) -> None:
    assert trouble(visit(behave)).reason is reason


def test_a_redirect_keeps_its_location_also_with_an_unreadable_body() -> None:
    response = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Encoding: br\r\n\r\n\x00"

    answer = run(visit(says(response)))

    assert (answer.status, answer.header("location"), answer.truncated) == (302, "/x", True)


@pytest.mark.parametrize(
    "behave",
    [
        floods(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2000\r\n" + b"a" * 8192 + b"\r\n"),
        floods(OK + b"\r\n", b"a" * 65_536),
        says(page(b"a" * 3_000_000)),
        says(page(gzip.compress(bytes(64 << 20), 9), b"Content-Encoding: gzip")),
        says(page(gzip.compress(gzip.compress(bytes(64 << 20), 9), 9), b"Content-Encoding: gzip, gzip")),
    ],
    ids=["endless chunks", "endless body", "long body", "bomb", "bomb in a bomb"],
)  # fmt: skip
def test_no_body_costs_more_than_its_cap(behave: Behaviour) -> None:
    async def story() -> tuple[HttpAnswer, int]:
        tracemalloc.start()
        answer = await visit(behave, cap=100_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return answer, peak

    answer, peak = run(story())

    assert (len(answer.body), answer.truncated) == (100_000, True)
    assert peak < 32 << 20


def test_a_server_that_drips_is_left_at_the_doors_deadline() -> None:
    assert trouble(visit(stalls(), patience=SOON)).reason is Reason.TIMEOUT
    assert trouble(visit(stalls(b"HTTP/1.1 200"), patience=SOON)).reason is Reason.TIMEOUT

    answer = run(visit(stalls(OK + b"Content-Length: 100\r\n\r\nhalf"), patience=SOON))

    assert (answer.status, answer.body, answer.truncated) == (200, b"half", True)


def test_the_callers_deadline_strikes_in_the_middle_of_a_drip() -> None:
    async def story() -> None:
        async with asyncio.timeout(SOON.total_seconds()):
            await visit(stalls(OK + b"Content-Length: 100\r\n\r\nhalf"))

    with pytest.raises(TimeoutError):
        run(story())


def test_a_port_that_resets_has_no_listener_and_was_tried_three_times() -> None:
    async def story() -> None:
        names = Names({NAME: (own_address(), own_address())})
        await HttpDoor(dialer(names), Handshakes(), "x").ask(HttpQuestion(f"http://{NAME}/"))

    assert trouble(story()).reason is Reason.NO_LISTENER


def test_the_next_address_is_tried_when_one_resets() -> None:
    async def story() -> HttpAnswer:
        async with server(says(page(b"here")), 80) as address:
            names = Names({NAME: (own_address(), address)})
            door = HttpDoor(dialer(names), Handshakes(), "x")
            return await door.ask(HttpQuestion(f"http://{NAME}/"))

    assert run(story()).body == b"here"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://{NAME}:8080/", Reason.NOT_ALLOWED),
        (f"https://{NAME}:22/", Reason.NOT_ALLOWED),
        ("http://169.254.169.254/latest/meta-data/", Reason.NOT_ALLOWED),
        ("http://[::ffff:169.254.169.254]/", Reason.NOT_ALLOWED),
        ("http://[::1]/", Reason.NOT_ALLOWED),
        ("http://10.0.0.1/", Reason.NOT_ALLOWED),
        ("http://rebound.example/", Reason.NOT_ALLOWED),
        ("http://2130706433/", Reason.MALFORMED),
        ("http://nobody.example/", Reason.NO_ADDRESS),
        ("ftp://romashka.example/", Reason.NOT_ALLOWED),
    ],
)
def test_only_what_is_ours_is_dialled(url: str, reason: Reason) -> None:
    async def story() -> None:
        names = Names({"rebound.example": ("127.0.0.1", "10.0.0.7")})
        await HttpDoor(dialer(names), Handshakes(), "x").ask(HttpQuestion(url))

    assert trouble(story()).reason is reason


def test_a_named_address_is_dialled_instead_of_the_hosts_own() -> None:
    async def story() -> HttpAnswer:
        async with server(says(page(b"default")), 80) as address:
            door = HttpDoor(dialer(Names()), Handshakes(), "x")
            return await door.ask(HttpQuestion("http://nobody.example/", address=address))

    assert run(story()).body == b"default"


def tls_server(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(NAME).configure_cert(context)
    return context


def test_the_certificate_is_read_off_the_same_connection_and_remembered() -> None:
    async def story() -> None:
        handshakes = Handshakes()
        async with server(says(page(b"secret")), 443, tls_server(trustme.CA())) as address:
            door = HttpDoor(dialer(Names({NAME: (address,)})), handshakes, "x")
            answer = await door.ask(HttpQuestion(f"https://{NAME}/"))

        assert answer.body == b"secret"
        assert answer.handshake
        assert answer.handshake.version == "TLSv1.3"
        for named in (None, address):
            assert handshakes.recall(TlsQuestion(NAME, 443, address=named)) == answer.handshake

    run(story())


def secure_visit(behave: Behaviour, patience: timedelta = timedelta(seconds=20)) -> HttpAnswer:
    async def story() -> HttpAnswer:
        async with server(behave, 443, tls_server(trustme.CA())) as address:
            names = Names({NAME: (address,)})
            door = HttpDoor(dialer(names), Handshakes(), "x", patience=patience)
            return await door.ask(HttpQuestion(f"https://{NAME}/", max_bytes=100_000))

    return run(story())


def test_a_page_under_tls_is_read_to_its_end_or_its_cap() -> None:
    assert secure_visit(says(page(HTML))).body == HTML
    assert secure_visit(says(OK + b"\r\n" + HTML)).body == HTML
    assert secure_visit(says(page(HTML * 9))).body == HTML * 9

    long = secure_visit(says(page(b"a" * 3_000_000)))

    assert (len(long.body), long.truncated) == (100_000, True)


def test_under_tls_too_the_deadline_is_the_deadline() -> None:
    half = secure_visit(stalls(OK + b"Content-Length: 100\r\n\r\nhalf"), SOON)

    assert (half.body, half.truncated) == (b"half", True)
    with pytest.raises(NetTrouble) as met:
        secure_visit(stalls(), SOON)
    assert met.value.reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("behave", "detail"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n", wait_for=b"\x16"), "wrong version number"),
        (says(bytes.fromhex("15030300020228"), wait_for=b"\x16"), "handshake failure"),
        (says(b"", wait_for=b"\x16"), ""),
        (resets(wait_for=b"\x16"), "closed"),
    ],
)
def test_broken_tls_says_how(behave: Behaviour, detail: str) -> None:
    async def story() -> None:
        async with server(behave, 443) as address:
            door = HttpDoor(dialer(Names({NAME: (address,)})), Handshakes(), "x")
            await door.ask(HttpQuestion(f"https://{NAME}/"))

    met = trouble(story())

    assert met.reason is Reason.TLS_FAILED
    assert detail in met.detail


def test_a_reset_is_no_end_also_where_no_length_was_said() -> None:
    """What came before it counts, as a part: the rest may have been the page."""
    answer = run(visit(resets(OK + b"\r\n<html>half")))

    assert (answer.status, answer.body, answer.truncated) == (200, b"<html>half", True)
