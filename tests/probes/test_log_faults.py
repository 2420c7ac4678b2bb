"""Certificate logs and the web archive over real sockets, each fault they were seen to have."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from msgspec.structs import replace

from probes.certificate_log import certificate_log
from probes.kit.net.api_door import ApiDoor
from probes.kit.net.breaker import FAILURES, SPAN, Breaker
from probes.kit.net.pace import InProcessPace, Pace
from probes.kit.net.question import ApiQuestion
from probes.kit.net.rates import Rates
from probes.kit.net.trust import TrustStore
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.web_archive import web_archive
from tests.probes.kit.net.loopback import Names, dialer, floods, resets, run, says, server, stalls

CA = trustme.CA()
CRT, SPOTTER, ARCHIVE = "crt.sh", "api.certspotter.com", "web.archive.org"
ROW = {
    "issuer_ca_id": 1,
    "issuer_name": "C=US, O=Let's Encrypt, CN=R3",
    "common_name": "www.client.ru",
    "name_value": "www.client.ru\nboss@client.ru",
    "not_before": "2020-01-01T00:00:00",
    "not_after": "2020-04-01T00:00:00",
}
ROWS = msgspec.json.encode([ROW | {"id": n, "serial_number": f"{n:x}"} for n in range(40)])
DAYS = b'[["timestamp"],["20200101000000"],["20210101000000"],["20220101000000"]]'
LIMIT = b'{"code":"rate_limited","message":"You have exceeded the limit"}'


def response(body: bytes, status: str = "200 OK", more: bytes = b"", length: int = 0) -> bytes:
    """One HTTP response, of a length that may be a lie."""
    size = length or len(body)
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n" % (status.encode(), more, size) + body


EMPTY = says(response(b"[]"))
SLOW, BAD, DOWN = stalls(), says(response(b"", "502 Bad Gateway")), says(response(b"", "503 x"))
BUSY = says(response(b"<html><body>Sorry, we are busy</body></html>"))
BOMB = response(gzip.compress(bytes(32 << 20)), more=b"Content-Encoding: gzip\r\n")
LOG_FAULTS: dict[str, tuple[Any, str, str]] = {
    "slow": (SLOW, "failed", "timeout"),
    "slow in the middle": (stalls(response(ROWS[:900], length=9_000)), "failed", "timeout"),
    "502": (BAD, "failed", "source_failed"),
    "503": (DOWN, "failed", "source_failed"),
    "404": (says(response(b"<html>", "404 Not Found")), "failed", "source_failed"),
    "429": (says(response(b"slow down", "429 Too Many")), "limited", "rate_limited"),
    "html": (BUSY, "failed", "malformed"),
    "reset": (resets(), "failed", "connection_lost"),
    "cut json": (says(response(ROWS[: len(ROWS) // 2])), "partial", "connection_lost"),
    "endless": (
        floods(b"HTTP/1.1 200 OK\r\n\r\n[", msgspec.json.encode(ROW | {"id": 1}) * 400),
        "failed",
        "malformed",
    ),
    "endless rows": (
        floods(b"HTTP/1.1 200 OK\r\n\r\n[", (msgspec.json.encode(ROW | {"id": 1}) + b",") * 400),
        "partial",
        "oversized",
    ),
    "bomb": (says(BOMB), "failed", "malformed"),
    "not an array": (says(response(LIMIT)), "limited", "rate_limited"),
}


class Hasty:
    """The real door, for people with little time; nothing keeps it waiting."""

    def __init__(self, door: ApiDoor) -> None:
        self.door = door
        self.asked: list[ApiQuestion] = []

    async def ask(self, question: Any) -> Any:
        """Ask with a fraction of the patience."""
        self.asked.append(question)
        return await self.door.ask(replace(question, patience=question.patience / 60))


def context(name: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(name).configure_cert(made)
    return made


@pytest.fixture
def trust(tmp_path: Path) -> TrustStore:
    CA.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return TrustStore.load(str(tmp_path / "ca.pem"))


class Unpaced(Pace):
    """Quotas are another test's business."""

    async def back_off(self, group: str, seconds: float) -> None:
        """Take no notice."""


async def look(
    probe: Any,
    trust: TrustStore,
    first: tuple[str, Any],
    second: tuple[str, Any] | None = None,
    clock: Callable[[], float] | None = None,
    times: int = 1,
    pace: Pace | None = None,
) -> tuple[list[Any], Hasty]:
    """Look at client.ru so often, at servers with these behaviours."""
    (host, behave), (other, behaves) = first, second or ("other.example", EMPTY)
    breaker = Breaker(clock) if clock else None
    async with (
        server(behave, 443, context(host)) as one,
        server(behaves, 443, context(other)) as two,
    ):
        names = Names({host: (one,), other: (two,)})
        pace = pace or Unpaced(Rates.of({"*": "10000/s"}))
        net = Hasty(ApiDoor(dialer(names), pace, trust, "Revizor/test", breaker=breaker))
        outcomes = [await probe.look(Domain("client.ru"), net) for _ in range(times)]
        await net.door.aclose()
    return outcomes, net


@pytest.mark.parametrize("fault", LOG_FAULTS)
def test_a_faulty_log_ends_in_a_status_with_a_reason(trust: TrustStore, fault: str) -> None:
    """Never in a crash, and never in "nothing found"."""
    behave, status, reason = LOG_FAULTS[fault]

    (outcome,), _ = run(look(certificate_log, trust, (CRT, behave), (SPOTTER, EMPTY)), within=60)

    assert isinstance(outcome, Seen)
    assert not outcome.fact.complete
    assert dict(outcome.fact.sources) == {"crt.sh": status, "certspotter": "completed"}
    assert dict(outcome.fact.reasons) == {"crt.sh": reason}


@pytest.mark.parametrize(
    "fault", [name for name, (_, status, _) in LOG_FAULTS.items() if status != "partial"]
)
def test_two_faulty_logs_are_unknown(trust: TrustStore, fault: str) -> None:
    behave, _, _ = LOG_FAULTS[fault]

    (outcome,), _ = run(look(certificate_log, trust, (CRT, behave), (SPOTTER, behave)), within=60)

    assert isinstance(outcome, Unknown)


def test_logs_that_answer_and_hold_nothing_are_absence(trust: TrustStore) -> None:
    (outcome,), _ = run(look(certificate_log, trust, (CRT, EMPTY), (SPOTTER, EMPTY)))

    assert outcome == Absent("certificate log")


@pytest.mark.parametrize(
    "fault", [name for name, (_, status, _) in LOG_FAULTS.items() if status != "partial"]
)
def test_a_faulty_archive_is_unknown(trust: TrustStore, fault: str) -> None:
    behave, _, reason = LOG_FAULTS[fault]

    (outcome,), _ = run(look(web_archive, trust, (ARCHIVE, behave)), within=60)

    assert isinstance(outcome, Unknown)
    assert outcome.reason == reason


def test_half_an_answer_of_the_archive_is_half_a_fact(trust: TrustStore) -> None:
    (outcome,), _ = run(look(web_archive, trust, (ARCHIVE, says(response(DAYS[:-10])))))

    assert isinstance(outcome, Seen)
    assert str(outcome.fact.last_seen) == "2021-01-01"
    assert outcome.fact.reasons == (Reason.CONNECTION_LOST,)


def test_a_silent_log_costs_the_first_names_only(trust: TrustStore) -> None:
    """When several questions in a row were in vain, those about further names are not put."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += SPAN / 4
        return now

    story = look(certificate_log, trust, (CRT, resets()), (SPOTTER, EMPTY), clock=clock, times=6)
    outcomes, net = run(story, within=60)
    reasons = [dict(one.fact.reasons)["crt.sh"] for one in outcomes]

    assert reasons[0] == "connection_lost"
    assert reasons[2:] == ["service_silent"] * 4
    assert {dict(one.fact.sources)["crt.sh"] for one in outcomes[2:]} == {"skipped"}
    assert len([one for one in net.asked if CRT in one.url]) < 6 * FAILURES


def test_a_log_is_asked_for_nothing_larger_than_it_may_send(trust: TrustStore) -> None:
    """Every question bounds bytes and seconds."""

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(response(b"junk" if b"?d=" in asked else ROWS))

    (outcome,), net = run(look(certificate_log, trust, (CRT, both), (SPOTTER, EMPTY)))

    assert isinstance(outcome, Seen)
    assert dict(outcome.fact.reasons) == {"crt.sh": "malformed"}
    assert outcome.fact.certificates[0].names == ("www.client.ru",)
    assert all(one.max_bytes <= 4_194_304 and one.patience <= 50 for one in net.asked)


def test_nobody_waits_for_a_log_that_wants_long_rest(trust: TrustStore) -> None:
    """A quota of the hour is used up: what it would have told is missing, and the audit goes on."""
    now, slept = 1_000.0, []

    async def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    refuses = says(response(LIMIT, "429 Too Many Requests", b"Retry-After: 800\r\n"))
    pace = Pace(Rates.of({"*": "10000/s"}), InProcessPace(lambda: now), lambda: now, sleep)
    outcomes, _ = run(
        look(certificate_log, trust, (CRT, EMPTY), (SPOTTER, refuses), times=4, pace=pace)
    )

    assert sum(slept) < 60
    assert [dict(one.fact.sources)["certspotter"] for one in outcomes] == ["limited"] * 4
    assert {dict(one.fact.reasons)["certspotter"] for one in outcomes} == {"rate_limited"}
