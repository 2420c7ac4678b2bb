"""Public APIs: verified, paced, guarded, bounded, and left alone when they ask for it."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from probes.kit.net.api_door import ApiDoor
from probes.kit.net.pace import InProcessPace, Pace
from probes.kit.net.question import ApiAnswer, ApiQuestion, NetTrouble
from probes.kit.net.rates import Rates
from probes.kit.net.trust import TrustStore
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

NAME, OTHER = "rdap.example", "other.example"
CA = trustme.CA()
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def tls(name: str = NAME, ca: trustme.CA = CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def trust(tmp_path: Path) -> TrustStore:
    CA.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return TrustStore.load(str(tmp_path / "ca.pem"))


class Closures(InProcessPace):
    """Writes down who asked for peace."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, float]] = []

    async def back_off(self, group: str, seconds: float) -> None:
        self.asked.append((group, seconds))


def door_of(names: Names, trust: TrustStore, store: InProcessPace | None = None) -> ApiDoor:
    pace = Pace(Rates.of({"*": "1000/s"}), store)
    return ApiDoor(dialer(names), pace, trust, "Revizor/test", clock=lambda: NOW)


async def fetch(
    behave: Behaviour,
    trust: TrustStore,
    context: ssl.SSLContext | None = None,
    store: InProcessPace | None = None,
    **more: Any,
) -> ApiAnswer:
    async with server(behave, 443, context or tls()) as address:
        door = door_of(Names({NAME: (address,)}), trust, store)
        try:
            return await door.ask(ApiQuestion(f"https://{NAME}/domain/romashka.ru", **more))
        finally:
            await door.aclose()


def response(status: str, body: bytes = b"{}", *headers: bytes) -> bytes:
    head = b"".join(header + b"\r\n" for header in headers)
    return (
        b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n" % (status.encode(), head, len(body)) + body
    )


@pytest.mark.parametrize(
    ("sent", "status", "body", "truncated"),
    [
        (response("200 OK", b'{"a": 1}'), 200, b'{"a": 1}', False),
        (response("404 Not Found", b'{"errorCode": 404}'), 404, b'{"errorCode": 404}', False),
        (response("429 Too Many", b"slow down"), 429, b"slow down", False),
        (response("200 OK", gzip.compress(b"[]"), b"Content-Encoding: gzip"), 200, b"[]", False),
        (response("302 Found", b""), 302, b"", False),
    ],
)
def test_every_status_is_an_answer(
    trust: TrustStore, sent: bytes, status: int, body: bytes, truncated: bool
) -> None:
    answer = run(fetch(says(sent), trust))

    assert (answer.status, answer.body, answer.truncated) == (status, body, truncated)


def test_the_question_says_who_asks_and_what_for(trust: TrustStore) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(response("200 OK", b"{}", b"Set-Cookie: a=b"))

    async def story() -> None:
        async with server(listen, 443, tls()) as address:
            door = door_of(Names({NAME: (address,)}), trust)
            for _ in range(2):
                await door.ask(ApiQuestion(f"https://{NAME}/a?b=c", accept="application/rdap+json"))
            await door.aclose()

    run(story())

    lines = heard[0].decode().lower().split("\r\n")
    assert lines[0] == "get /a?b=c http/1.1"
    for line in (
        f"host: {NAME}",
        "accept: application/rdap+json",
        "user-agent: revizor/test",
        "accept-encoding: gzip, identity",
    ):
        assert line in lines
    assert b"cookie" not in heard[1].lower()


@pytest.mark.parametrize(
    "sent",
    [
        floods(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 65_536),
        says(response("200 OK", gzip.compress(bytes(64 << 20), 9), b"Content-Encoding: gzip")),
        says(
            response(
                "200 OK",
                gzip.compress(gzip.compress(bytes(64 << 20), 9), 9),
                b"Content-Encoding: gzip, gzip",
            )
        ),
    ],
    ids=["endless", "bomb", "bomb in a bomb"],
)
def test_no_answer_costs_more_than_its_cap(trust: TrustStore, sent: Behaviour) -> None:
    async def story() -> tuple[ApiAnswer, int]:
        tracemalloc.start()
        answer = await fetch(sent, trust, max_bytes=100_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return answer, peak

    answer, peak = run(story())

    assert (len(answer.body), answer.truncated) == (100_000, True)
    assert peak < 32 << 20


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"[" + b"{}," * 49_998 + b"{}]", True),
        (b"[" + b"{}," * 50_000 + b"{}]", False),
        (b"[" + b"[]," * 300_000 + b"[]]", False),
        (b"[" * 100_000, False),
        (b"[" + b'"a",' * 200_000 + b'"a"]', True),
    ],
    ids=["as many as may be", "one too many", "arrays", "deep", "strings"],
)
def test_an_answer_made_of_brackets_is_cut(trust: TrustStore, body: bytes, whole: bool) -> None:
    """Its reader would need twenty times its bytes; its beginning shows what was sent."""
    answer = run(fetch(says(response("200 OK", body)), trust))

    assert answer.truncated is not whole
    assert answer.body == (body if whole else body[:65_536])


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b" \r\n<!DOCTYPE html>" + b"<p>Sorry</p>" * 50_000, 65_536),
        (b'{"ldhName": "' + b"z" * 4_000_000, 2_097_152),
        (b'["' + b"z" * 4_000_000 + b'"]', 0),
        (b"-----BEGIN CERTIFICATE-----" + b"z" * 100_000, 0),
        (b"<p>We are closed</p>", 0),
        (b" " * 200_000, 0),
    ],
    ids=["page", "object", "list", "certificate", "short page", "blanks"],
)
def test_what_cannot_be_the_answer_is_not_read_to_its_end(
    trust: TrustStore, body: bytes, read: int
) -> None:
    """Of a page instead of data, and of an endless object, comes little more than what shows it (0: all)."""
    answer = run(fetch(says(response("200 OK", body)), trust))

    most = read + 65_536 if read else len(body)
    assert read <= len(answer.body) <= most
    assert body.startswith(answer.body)
    assert answer.truncated is (read > 0)


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (says(b"junk junk junk\r\n\r\n"), Reason.MALFORMED),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbroken off"), Reason.MALFORMED),
        (says(response("200 OK", b"x", b"Content-Encoding: br")), Reason.MALFORMED),
        (floods(b"HTTP/1.1 200 OK\r\n", b"X-Endless: yes\r\n" * 256), Reason.MALFORMED),
        (says(b""), Reason.MALFORMED),
        (resets(), Reason.CONNECTION_LOST),
        (stalls(), Reason.TIMEOUT),
        (stalls(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"), Reason.TIMEOUT),
    ],
)
def test_half_an_answer_is_none(trust: TrustStore, behave: Behaviour, reason: Reason) -> None:
    with pytest.raises(NetTrouble) as met:
        run(fetch(behave, trust, patience=0.3))

    assert met.value.reason is reason


@pytest.mark.parametrize(
    "context",
    [lambda: tls(ca=trustme.CA()), lambda: tls(OTHER)],
    ids=["strange authority", "wrong name"],
)
def test_an_api_that_cannot_prove_its_name_is_not_believed(
    trust: TrustStore, context: Callable[[], ssl.SSLContext]
) -> None:
    with pytest.raises(NetTrouble) as met:
        run(fetch(says(response("200 OK")), trust, context()))

    assert met.value.reason is Reason.TLS_FAILED


@pytest.mark.parametrize(
    ("status", "header", "asked"),
    [
        ("429 Too Many", b"Retry-After: 30", [("api:rdap.example", 30.0)]),
        ("503 Busy", b"Retry-After: 86400", [("api:rdap.example", 900.0)]),
        ("429 Too Many", b"Retry-After: Mon, 15 Jun 2026 12:01:40 GMT", [("api:rdap.example", 100.0)]),
        ("429 Too Many", b"Retry-After: Mon, 15 Jun 2026 11:00:00 GMT", []),
        ("429 Too Many", b"Retry-After: soon", [("api:rdap.example", 60.0)]),
        ("429 Too Many", b"X: y", [("api:rdap.example", 60.0)]),
        ("503 Busy", b"X: y", []),
        ("200 OK", b"Retry-After: 30", []),
    ],
)  # fmt: skip
def test_who_asks_for_peace_has_it(
    trust: TrustStore, status: str, header: bytes, asked: list[tuple[str, float]]
) -> None:
    store = Closures()

    run(fetch(says(response(status, b"{}", header)), trust, store=store))

    assert store.asked == asked


def redirect(to: str) -> Behaviour:
    return says(response("302 Found", b"", b"Location: " + to.encode()))


@pytest.mark.parametrize(
    ("location", "ends"),
    [
        (f"https://{OTHER}/final", 200),
        ("/again", Reason.LOOP),
        (f"http://{OTHER}/final", Reason.NOT_ALLOWED),
        (f"https://{OTHER}:8443/", Reason.NOT_ALLOWED),
        ("https://169.254.169.254/", Reason.NOT_ALLOWED),
        ("https://[::1]/", Reason.NOT_ALLOWED),
        ("https://private.example/", Reason.NOT_ALLOWED),
        ("https://2130706433/", Reason.MALFORMED),
        ("https://xn--0.test/", Reason.MALFORMED),
        ("https://[", Reason.MALFORMED),
        ("https://nobody.example/", Reason.NO_ADDRESS),
        ("file:///etc/passwd", Reason.NOT_ALLOWED),
    ],
)
def test_a_redirect_is_followed_only_where_we_may_go(
    trust: TrustStore, location: str, ends: int | Reason
) -> None:
    async def story() -> int | Reason:
        final = says(response("200 OK", b"{}"))
        async with (
            server(redirect(location), 443, tls()) as here,
            server(final, 443, tls(OTHER)) as there,
        ):
            names = Names({NAME: (here,), OTHER: (there,), "private.example": (here, "10.0.0.1")})
            door = door_of(names, trust)
            try:
                return (await door.ask(ApiQuestion(f"https://{NAME}/"))).status
            except NetTrouble as trouble:
                return trouble.reason
            finally:
                await door.aclose()

    assert run(story()) == ends


def test_plain_http_is_spoken_only_where_the_question_says_so(trust: TrustStore) -> None:
    async def story() -> ApiAnswer:
        async with server(says(response("200 OK", b"plain")), 80) as address:
            return await door_of(Names({NAME: (address,)}), trust).ask(
                ApiQuestion(f"http://{NAME}/")
            )

    assert run(story()).body == b"plain"


class Rebinding(Names):
    """Public for the guard, private for whoever asks again."""

    async def addresses(self, name: str) -> tuple[str, ...]:
        found = await super().addresses(name)
        return found if len(self.asked) == 1 else ("169.254.169.254",)


def test_a_name_that_changes_its_mind_is_not_followed_inside(trust: TrustStore) -> None:
    async def story() -> None:
        async with server(says(response("200 OK")), 443, tls()) as address:
            await door_of(Rebinding({NAME: (address,)}), trust).ask(ApiQuestion(f"https://{NAME}/"))

    with pytest.raises(NetTrouble) as met:
        run(story())
    assert met.value.reason is Reason.NOT_ALLOWED


def test_a_closed_port_is_no_listener(trust: TrustStore) -> None:
    async def story() -> None:
        await door_of(Names({NAME: (own_address(),)}), trust).ask(ApiQuestion(f"https://{NAME}/"))

    with pytest.raises(NetTrouble) as met:
        run(story())
    assert met.value.reason is Reason.NO_LISTENER
