"""A silent service is left alone, a hiccup is not, and after its rest one question is let through."""

from __future__ import annotations

import pytest

from probes.kit.net.breaker import FAILURES, REST, SPAN, Breaker
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fail(breaker: Breaker, clock: Clock, times: int, seconds: float) -> None:
    """Put so many questions, each of which gets no answer for so long."""
    for _ in range(times):
        breaker.admit("crt.sh")
        began = breaker.now()
        clock.now += seconds
        breaker.failed("crt.sh", began)


def rests(breaker: Breaker, service: str = "crt.sh") -> bool:
    """Say whether the service is left alone now."""
    try:
        breaker.check(service)
    except NetTrouble as trouble:
        return trouble.reason is Reason.SERVICE_SILENT
    return False


@pytest.mark.parametrize(
    ("times", "seconds", "silent"),
    [
        (FAILURES, SPAN / FAILURES, True),
        (FAILURES, SPAN, True),
        (FAILURES - 1, SPAN, False),
        (FAILURES, 0.1, False),
        (100, SPAN / 101, False),
    ],
)
def test_several_failures_over_a_minute_are_silence(
    clock: Clock, times: int, seconds: float, silent: bool
) -> None:
    breaker = Breaker(clock)

    if times == 100:
        fail(breaker, clock, FAILURES - 1, seconds)
    else:
        fail(breaker, clock, times, seconds)

    assert rests(breaker) is silent
    assert not rests(breaker, "api.certspotter.com")


def test_an_answer_ends_the_series(clock: Clock) -> None:
    breaker = Breaker(clock)
    fail(breaker, clock, FAILURES - 1, SPAN)

    breaker.answered("crt.sh")
    fail(breaker, clock, 1, SPAN)

    assert not rests(breaker)


def test_after_its_rest_one_question_is_let_through(clock: Clock) -> None:
    breaker = Breaker(clock)
    fail(breaker, clock, FAILURES, SPAN)
    clock.now += REST

    assert not rests(breaker)
    breaker.admit("crt.sh")
    assert rests(breaker)
    with pytest.raises(NetTrouble):
        breaker.admit("crt.sh")


@pytest.mark.parametrize("answered", [True, False])
def test_its_end_decides_for_all(clock: Clock, answered: bool) -> None:
    breaker = Breaker(clock)
    fail(breaker, clock, FAILURES, SPAN)
    clock.now += REST
    breaker.admit("crt.sh")
    clock.now += 30

    if answered:
        breaker.answered("crt.sh")
    else:
        breaker.failed("crt.sh", clock.now - 30)

    assert rests(breaker) is not answered


def test_a_trial_that_never_ends_is_followed_by_another(clock: Clock) -> None:
    breaker = Breaker(clock)
    fail(breaker, clock, FAILURES, SPAN)
    clock.now += REST
    breaker.admit("crt.sh")
    clock.now += REST

    assert not rests(breaker)
