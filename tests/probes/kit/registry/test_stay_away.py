"""Servers that ask us to stay away: which, why, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import Any

import pytest

from probes.kit.net import ApiAnswer, ApiQuestion, WhoisAnswer, WhoisQuestion
from probes.kit.net.tape import Exchange, Failure
from probes.kit.observation import Reason
from probes.kit.registry.reading import Ending
from probes.kit.registry.stay_away import UNSAID_DENIAL, UNSAID_LIMIT, all_stay_away, stay_away
from probes.kit.registry.waits import said_wait
from tests.probes.kit.registry.records import TCI

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUARTER, HOUR = UNSAID_LIMIT.total_seconds(), UNSAID_DENIAL.total_seconds()


def whois(text: str) -> Exchange:
    answer = WhoisAnswer(text.encode(), True, "192.0.2.43")
    return Exchange(WhoisQuestion("whois.registry.example", "x.ru"), NOW, "here", answer)


def rdap(status: int, body: bytes = b"", **headers: str) -> Exchange:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    answer = ApiAnswer(status, named, body, False)
    return Exchange(ApiQuestion("https://rdap.example/domain/x.com"), NOW, "here", answer)


@pytest.mark.parametrize(
    ("exchange", "seconds", "why", "said"),
    [
        (whois("You have exceeded allowed connection rate.\n"), QUARTER, Ending.RATE_LIMITED, False),
        (whois("You are not allowed to connect due to excessive querying.\n"), QUARTER, Ending.RATE_LIMITED, False),
        (whois("Rate limit exceeded. Try again after: 24h0m0s\n"), 86_400, Ending.RATE_LIMITED, True),
        (whois("The WHOIS query quota for 192.0.2.1 has been exceeded\nand will be replenished in 50 seconds.\n"), 50, Ending.RATE_LIMITED, True),
        (whois("-1: Still in grace period, wait 7777777 seconds\n"), 86_400, Ending.RATE_LIMITED, True),
        (whois("Too many queries, wait 0.008 seconds\n"), 1, Ending.RATE_LIMITED, True),
        (whois("Access denied\n"), HOUR, Ending.ACCESS_DENIED, False),
        (whois("Ваш адрес заблокирован, повторите через 2 часа\n"), 7_200, Ending.ACCESS_DENIED, True),
        (rdap(429), QUARTER, Ending.RATE_LIMITED, False),
        (rdap(429, retry_after="120"), 120, Ending.RATE_LIMITED, True),
        (rdap(429, retry_after="Sun, 01 Mar 2026 12:10:00 GMT"), 600, Ending.RATE_LIMITED, True),
        (rdap(429, retry_after="soon"), QUARTER, Ending.RATE_LIMITED, False),
        (rdap(503, retry_after="30"), 30, Ending.RATE_LIMITED, True),
        (rdap(403), HOUR, Ending.ACCESS_DENIED, False),
        (rdap(200, b'{"notices": [{"title": "Quota exceeded (31/30)"}]}'), QUARTER, Ending.RATE_LIMITED, False),
    ],
)  # fmt: skip
def test_a_refusal_names_the_group_and_the_time(
    exchange: Exchange, seconds: float, why: Ending, said: bool
) -> None:
    """The server's own time where it says one, at least a second and at most a day."""
    asked = stay_away(exchange)

    assert asked is not None
    assert asked.group in ("whois:whois.registry.example", "api:rdap.example")
    assert (asked.seconds, asked.why, asked.said) == (seconds, why, said)


@pytest.mark.parametrize(
    "exchange",
    [
        whois(dedent(TCI)),
        whois(f"% if you exceed 30 queries per minute, wait 15 minutes\n\n{dedent(TCI)}"),
        whois("No entries found\n"),
        whois("TLD is not supported.\n"),
        whois(""),
        rdap(404, b'{"errorCode": 404}'),
        rdap(503),
        rdap(500),
        Exchange(
            WhoisQuestion("whois.registry.example", "x.ru"),
            NOW,
            "here",
            failure=Failure(Reason.TIMEOUT),
        ),
    ],
)
def test_everything_else_asks_nothing_of_us(exchange: Exchange) -> None:
    """Records, denials, closed services, silence, hiccups."""
    assert stay_away(exchange) is None


def test_a_look_may_meet_several_refusals() -> None:
    """In the order they came."""
    met = all_stay_away([rdap(429), whois(dedent(TCI)), whois("Access denied\n")])

    assert [one.group for one in met] == ["api:rdap.example", "whois:whois.registry.example"]


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("Please wait 1 hour 30 minutes.", timedelta(minutes=90)),
        ("Try again in 24 hours", timedelta(hours=24)),
        ("You are blocked for 2 days", timedelta(days=2)),
        ("Bitte versuchen Sie es in 10 Minuten erneut", timedelta(minutes=10)),
        ("At most 100 queries in 24 hours are allowed", None),
        ("Try again later", None),
        ("wait 9999999 days", timedelta(days=30)),
        ("wait 5 apples", None),
        ("", None),
    ],
)
def test_a_time_to_wait_is_read_from_words_that_ask_for_it(text: str, wait: Any) -> None:
    """Amounts without such words are somebody's terms."""
    assert said_wait(text) == wait
