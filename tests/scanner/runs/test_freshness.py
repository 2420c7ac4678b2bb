"""A registry is asked again the sooner, the nearer the day it is paid until; failures are never kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from probes.kit.observation import Absent, AnyObservation, Observation, Reason, Seen, Unknown
from probes.kit.target import Domain
from probes.registration import Holder, HolderKind, Moment, Registration
from scanner.runs.freshness import is_fresh

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def seen(*days_left: int) -> AnyObservation:
    """A registration that ends in so many days, as each source has it."""
    ends = tuple(Moment(AT + timedelta(days=d), True, "registry whois") for d in days_left)
    fact = Registration(
        domain="romashka.ru",
        registrar="REGRU-RU",
        created=None,
        updated=None,
        expires=ends,
        paid_until=None,
        free_on=None,
        expiry_published=bool(ends),
        statuses=(),
        name_servers=(),
        delegated=None,
        holder=Holder(HolderKind.UNPUBLISHED),
        dnssec=None,
        sources=(),
    )
    return Observation("registration", Domain("romashka.ru"), AT, "office", Seen(fact))


def other(outcome: Absent | Unknown) -> AnyObservation:
    """No registration."""
    return Observation("registration", Domain("romashka.ru"), AT, "office", outcome)


@pytest.mark.parametrize(
    ("observation", "good_for"),
    [
        (seen(400), timedelta(days=7)),
        (seen(90), timedelta(days=7)),
        (seen(89), timedelta(days=2)),
        (seen(30), timedelta(days=2)),
        (seen(29), timedelta(hours=12)),
        (seen(0), timedelta(hours=12)),
        (seen(-1), timedelta(hours=6)),
        (seen(400, 10), timedelta(hours=12)),
        (seen(), timedelta(days=7)),
        (other(Absent("RDAP 404")), timedelta(hours=24)),
    ],
)
def test_an_answer_is_good_for_a_time_that_its_end_decides(
    observation: AnyObservation, good_for: timedelta
):
    """Of several ends the nearest counts; where none is published the longest time holds."""
    second = timedelta(seconds=1)

    assert is_fresh(observation, AT + good_for - second)
    assert not is_fresh(observation, AT + good_for)


@pytest.mark.parametrize("reason", Reason)
def test_a_failure_is_never_good(reason: Reason):
    """What could not be found out is asked again."""
    assert not is_fresh(other(Unknown(reason)), AT)
