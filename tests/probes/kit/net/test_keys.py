"""Keys: shown to the service they belong to, and found nowhere else."""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path

import pytest
import trustme

from probes.kit.net.api_door import ApiDoor
from probes.kit.net.breaker import FAILURES, SPAN, Breaker
from probes.kit.net.keys import LOCKS, Keys
from probes.kit.net.live import NetSettings
from probes.kit.net.pace import Pace
from probes.kit.net.question import ApiAnswer, ApiQuestion, NetTrouble
from probes.kit.net.rates import Rates
from probes.kit.net.tape import Recorder
from probes.kit.net.trust import TrustStore
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Reason
from tests.probes.kit.net.loopback import Names, dialer, resets, run, server
from tests.probes.kit.net.test_api_door import NOW

CA = trustme.CA()
SECRET = "s3cr3t+/key"


@pytest.fixture
def trust(tmp_path: Path) -> TrustStore:
    CA.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return TrustStore.load(str(tmp_path / "ca.pem"))


def context(name: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(name).configure_cert(made)
    return made


async def asked(
    trust: TrustStore, service: str, path: str, keys: Keys, parrots: bool = True
) -> tuple[bytes, ApiAnswer, Recorder]:
    """Ask a service on loopback that repeats the request in its answer."""
    heard = b""

    async def parrot(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard = await reader.readuntil(b"\r\n\r\n")
        body = b'{"you said": "' + heard + b'"}'
        echo = heard.split(b"\r\n")[0]
        writer.write(
            b"HTTP/1.1 200 OK\r\nX-Echo: %s\r\nContent-Length: %d\r\n\r\n" % (echo, len(body))
        )
        writer.write(body)

    host = LOCKS[service].host
    async with server(parrot, 443, context(host)) as address:
        pace = Pace(Rates.of({"*": "1000/s"}))
        names = Names({host: (address,)})
        door = ApiDoor(dialer(names), pace, trust, "Revizor/test", clock=lambda: NOW, keys=keys)
        recorder = Recorder(door, lambda: NOW, "test")  # type: ignore[arg-type]
        try:
            answer = await recorder.ask(ApiQuestion(f"https://{host}{path}"))
        finally:
            await door.aclose()
    return heard, answer, recorder


@pytest.mark.parametrize(
    ("service", "path", "line"),
    [
        ("securitytrails", "/v1/ping", "apikey: s3cr3t+/key"),
        ("certspotter", "/v1/issuances?domain=a.ru", "authorization: bearer s3cr3t+/key"),
        ("shodan", "/dns/domain/a.ru", "get /dns/domain/a.ru?key=s3cr3t%2b%2fkey http/1.1"),
        ("whoxy", "/?history=a.ru", "get /?history=a.ru&key=s3cr3t%2b%2fkey http/1.1"),
    ],
)
def test_a_service_is_shown_its_key_and_nobody_else_sees_it(
    trust: TrustStore, caplog: pytest.LogCaptureFixture, service: str, path: str, line: str
) -> None:
    """Not the evidence, where the service repeats it, and no log."""
    with caplog.at_level(logging.DEBUG):
        heard, answer, recorder = run(asked(trust, service, path, Keys({service: SECRET})))

    assert line in heard.decode().lower().split("\r\n")
    told = repr(answer) + repr(recorder.exchanges) + caplog.text
    assert "you said" in told
    for secret in (SECRET, "s3cr3t"):
        assert secret not in told


def test_a_service_that_wants_a_key_is_not_asked_without_one(trust: TrustStore) -> None:
    """Not even its address is looked up."""
    names = Names({})
    door = ApiDoor(dialer(names), Pace(Rates.of({})), trust, "Revizor/test")

    with pytest.raises(NetTrouble) as caught:
        run(door.ask(ApiQuestion("https://api.shodan.io/dns/domain/a.ru")))

    assert caught.value.reason is Reason.NO_KEY
    assert "REVIZOR_KEY_SHODAN" in caught.value.detail
    assert getattr(names, "asked", []) == []


def test_a_service_that_answers_strangers_is_asked_without_a_key(trust: TrustStore) -> None:
    heard, _, _ = run(asked(trust, "certspotter", "/v1/issuances", Keys()))

    assert b"authorization" not in heard.lower()


@pytest.mark.parametrize(
    "url", ["http://api.shodan.io/a", "https://api.shodan.io.evil.example/a", "https://evil.ru/"]
)
def test_a_key_goes_to_its_own_service_by_https_only(url: str) -> None:
    shown = Keys({"shodan": SECRET}).shown_to(WebAddress.of(url))

    assert (shown.headers, shown.secrets) == ((), ())
    assert "s3cr3t" not in shown.url


@pytest.mark.parametrize(
    "held",
    [{"nobody": "abcdef"}, {"shodan": "a b c d"}, {"shodan": "ключ"}, {"shodan": "x\r\ny: z"}, {"shodan": "ab"}],
)  # fmt: skip
def test_a_key_that_cannot_be_used_is_refused_unsaid(held: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"service|key of") as caught:
        Keys(held)

    assert not any(key in str(caught.value) for key in held.values())


def test_keys_are_not_told_by_those_who_hold_them() -> None:
    keys = Keys({"shodan": SECRET})

    assert "s3cr3t" not in repr(keys) + repr(NetSettings(keys=keys))
    assert "s3cr3t" not in repr(keys.shown_to(WebAddress.of("https://api.shodan.io/a")))
    assert keys.services == {"shodan"}


def test_a_silent_service_is_left_alone(trust: TrustStore) -> None:
    """After several failures over a minute the next question is not put at all."""
    now = 0.0

    async def story() -> list[Reason]:
        nonlocal now
        found = []
        async with server(resets(), 443, context("rdap.example")) as address:
            names = Names({"rdap.example": (address,)})
            pace, breaker = Pace(Rates.of({"*": "1000/s"})), Breaker(lambda: now)
            door = ApiDoor(dialer(names), pace, trust, "Revizor/test", breaker=breaker)
            for _ in range(FAILURES + 1):
                try:
                    await door.ask(ApiQuestion("https://rdap.example/domain/a.ru"))
                except NetTrouble as trouble:
                    found.append(trouble.reason)
                now += SPAN
            await door.aclose()
        return found

    *heard, last = run(story())

    assert last is Reason.SERVICE_SILENT
    assert Reason.SERVICE_SILENT not in heard
