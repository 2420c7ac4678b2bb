"""Damaged answers: an ending, never an exception, and never more than a moment."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest

from probes.kit.registry.reading import Ending
from probes.kit.registry.stay_away import LONGEST
from probes.kit.registry.waits import said_wait
from probes.kit.registry.whois_reader import decode, read_whois
from tests.probes.kit.registry.mutants import mutants
from tests.probes.kit.registry.records import RECORDS
from tests.probes.kit.registry.wordings import ALL_WORDINGS

ANSWERS = [
    *(dedent(text).encode() for text in RECORDS),
    *(text.encode() for text in ALL_WORDINGS),
]
# CPU seconds of this process. The bound of the product is 0.1; a slow or busy machine gets four times that.
MOMENT = 0.4
PROBABLE_SUFFIXES = ("ru", "com", "tk", "us", "de", "xn--p1ai", "")


def read_all(count: int, seed: int) -> float:
    """Read that many; return the CPU seconds of the slowest."""
    slowest = 0.0
    for number, raw in enumerate(mutants(ANSWERS, count, seed)):
        began = time.process_time()
        reading = read_whois(decode(raw, "whois.example"), PROBABLE_SUFFIXES[number % 7])
        slowest = max(slowest, time.process_time() - began)
        assert reading.ending in Ending
    return slowest


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_breaks_the_reader_or_holds_it_up(seed: int) -> None:
    """Five hundred answers, each broken in up to four ways."""
    assert read_all(500, seed) < MOMENT


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 150))
def test_fifty_thousand_damaged_answers(seed: int) -> None:
    """The same, a thousand for each seed."""
    assert read_all(1_000, seed) < MOMENT


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_makes_a_server_ask_for_more_than_a_month(seed: int) -> None:
    """Whatever numbers stand in a refusal."""
    for raw in mutants(ANSWERS, 200, seed):
        wait = said_wait(decode(raw, "whois.example"))
        assert wait is None or wait <= 30 * LONGEST
