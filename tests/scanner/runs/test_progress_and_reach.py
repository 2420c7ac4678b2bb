"""What people are told before and during a scan: how far, how long, whom it would contact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from probes.kit.net.rates import Rates
from probes.kit.target import Domain, Host
from scanner.discovery import Frontier, Look, Seeds
from scanner.runs.progress import ScanState, Tally, Waiting
from scanner.runs.reach import LARGE, reach_of

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def state(done: int, planned: int, seconds: int, resumed: int = 0, wait: float = 0) -> ScanState:
    """A picture after so many seconds."""
    return ScanState(
        done=done,
        planned=planned,
        now=(),
        by_probe=(),
        waiting=(Waiting("whois.example", "its pace", wait),) if wait else (),
        started_at=START,
        at=START + timedelta(seconds=seconds),
        resumed=resumed,
    )


@pytest.mark.parametrize(
    ("picture", "left"),
    [
        (state(4, 100, 10), None),
        (state(10, 100, 0), None),
        (state(10, 100, 10), 90),
        (state(60, 100, 10, resumed=50), 40),
        (state(60, 100, 10, resumed=58), None),
        (state(10, 20, 10, wait=300), 300),
        (state(10, 10, 10), 0),
    ],
)
def test_the_time_left_is_a_guess_or_nothing(picture: ScanState, left: int | None):
    """By the pace of this run alone (what an earlier run did took no time), at least the longest wait."""
    assert picture.remaining == (None if left is None else timedelta(seconds=left))


def test_a_tally_lists_probes_by_name():
    """Planned probes, done or not."""
    tally = Tally()
    tally.planned.update(website=2, addresses=3)
    tally.done.update(addresses=1)

    assert tally.rows() == (("addresses", 1, 3), ("website", 0, 2))


def test_the_reach_counts_looks_and_the_time_of_paced_servers():
    """Registrations go to their registry's server; a certificate log is two servers, asked up to 17 times."""
    looks = [
        *(Look("delegation", Domain(f"n{number}.ru")) for number in range(30)),
        Look("delegation", Domain("romashka.com")),
        Look("certificate_log", Domain("romashka.ru")),
        Look("addresses", Host("romashka.ru")),
    ]

    reach = reach_of(31, looks, Rates.of({"whois.tcinet.ru": "10/min"}))

    assert reach.looks == (
        ("addresses", "public", 1),
        ("certificate_log", "public", 1),
        ("delegation", "public", 31),
        ("registration", "public", 31),
    )
    paced = {server: (count, seconds) for server, count, seconds in reach.paced}
    assert paced["whois.tcinet.ru"] == (30, 180.0)
    assert {"crt.sh", "api.certspotter.com"} < set(paced)
    assert sum(count for count, _ in paced.values()) == 48


def test_the_reach_is_said_in_words():
    """Names, looks, servers with their time, and that nothing was sent."""
    looks = Frontier(Seeds(domains=("romashka.ru", "romashka.com"))).start()
    text = reach_of(2, looks, Rates.of({"*": "1/min"})).text()

    assert text.startswith("2 names to start from")
    assert "  2  registration (public)" in text
    assert "whois.tcinet.ru: 1 question at 1 a minute, about 60 s" in text
    assert "crt.sh: 32 questions at 1 a minute, about 32 min" in text
    assert text.endswith("Nothing was sent.")


@pytest.mark.parametrize(("names", "large"), [(LARGE - 1, False), (LARGE, True)])
def test_a_large_audit_wants_a_nod(names: int, large: bool):
    """From a number of names on, somebody is asked first."""
    assert reach_of(names, (), Rates.of({})).large is large
