"""When each thing is looked at again: by its looks, its end, its verdict and what changed; never oftener than that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from probes.kit.catalog import all_probes
from scanner.assets import Use
from scanner.verdicts.cadence import (
    KIND_OF,
    LONGEST,
    SLOT,
    WHOLE,
    Known,
    LookKind,
    next_registration,
    next_use,
    next_whole,
    while_registered,
)

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def known(**more: Any) -> Known:
    """A site that works, looked at now."""
    plain = {"client": "romashka", "thing": "site:romashka.ru", "looked_at": AT, "use": Use.USED}
    return Known(**{**plain, **more})


@pytest.mark.parametrize(
    ("thing", "after"),
    [
        (known(), DAY),
        (known(use=Use.REDIRECT), DAY),
        (known(use=Use.BROKEN), DAY),
        (known(use=Use.UNKNOWN), DAY),
        (known(use=Use.IDLE), 7 * DAY),
        (known(use=Use.UNUSED), 7 * DAY),
        (known(use=Use.LAPSED), 7 * DAY),
        (known(use=Use.UNUSED, watched=True), DAY),
        (known(unconfirmed=True), 6 * HOUR),
        (known(use=Use.UNUSED, unconfirmed=True), 6 * HOUR),
        (known(changed_at=AT - DAY), 12 * HOUR),
        (known(changed_at=AT - 4 * DAY), DAY),
    ],
)
def test_use_is_looked_at_when_its_time_has_come(thing: Known, after: timedelta):
    """From the slot on in which the time ends, at most a tenth earlier for what waits for days."""
    due = next_use(thing)

    early = SLOT + (after / 10 if after > DAY else timedelta(0))
    assert AT + after - early < due <= AT + after


@pytest.mark.parametrize("use", [Use.IDLE, Use.UNUSED])
def test_a_second_look_is_due_when_it_counts_and_not_before(use: Use):
    """In the first slot that begins after the seventy-two hours."""
    counts = AT + 3 * DAY
    due = next_use(known(use=use, second_look_from=counts))

    assert counts <= due < counts + SLOT


def test_what_is_switched_off_is_looked_at_every_day_whatever_waits():
    """A sign of life does not wait for a second look."""
    assert next_use(known(use=Use.UNUSED, watched=True, second_look_from=AT + 3 * DAY)) <= AT + DAY


@pytest.mark.parametrize(
    ("days_left", "good_for"),
    [
        (400, 7 * DAY),
        (90, 7 * DAY),
        (89, 2 * DAY),
        (30, 2 * DAY),
        (29, 12 * HOUR),
        (0, 12 * HOUR),
        (-1, 6 * HOUR),
        (-400, 6 * HOUR),
    ],
)
def test_a_registry_is_asked_the_oftener_the_nearer_the_end(days_left: int, good_for: timedelta):
    """And seven days after the last time at the latest."""
    day = AT.date()
    assert while_registered(day + timedelta(days=days_left), day) == good_for

    due = next_registration("romashka", "romashka.ru", AT, good_for)
    assert AT + 0.9 * good_for - SLOT < due <= AT + good_for


def test_a_registry_without_dates_is_asked_once_a_week():
    """Nothing is near."""
    assert while_registered(None, date(2026, 1, 1)) == LONGEST


def test_a_failed_look_at_a_registry_is_made_again_in_the_next_slot():
    """Its answer is good for no time at all."""
    due = next_registration("romashka", "romashka.ru", AT, timedelta(0))

    assert AT < due <= AT + SLOT


def test_everything_is_searched_for_every_month():
    """Two clients not at the same time."""
    due = {next_whole(f"client{number}", AT) for number in range(50)}

    assert all(AT + 0.9 * WHOLE - SLOT < one <= AT + WHOLE for one in due)
    assert len(due) > 40


def test_a_client_is_looked_at_four_times_a_day_at_most():
    """However many things he has, they come due together."""
    things = [
        known(thing=f"site:{number}.ru", looked_at=AT + number * timedelta(seconds=7))
        for number in range(2_000)
    ]
    due = {next_use(one) for one in things}

    assert len(due) <= 2
    assert {(one - min(due)) % SLOT for one in due} == {timedelta(0)}


def test_what_waits_for_days_is_spread_over_the_slots():
    """A registry that allows ten questions a minute is not asked a thousand at once."""
    due = [next_registration("romashka", f"{number}.ru", AT, 7 * DAY) for number in range(1_000)]
    most = max(due.count(one) for one in set(due))

    assert most < 500
    assert next_registration("romashka", "1.ru", AT, 7 * DAY) == due[1]


@pytest.mark.parametrize("minutes", range(0, 24 * 60, 37))
def test_the_next_look_is_never_at_once(minutes: int):
    """Whenever in a slot it was made: less than three hours after a look comes no other."""
    at = AT + timedelta(minutes=minutes)
    for thing in (known(looked_at=at), known(looked_at=at, unconfirmed=True)):
        assert next_use(thing) - at > SLOT / 2
    assert next_registration("romashka", "romashka.ru", at, timedelta(0)) - at > SLOT / 2


def test_every_probe_has_its_kind_of_looks():
    """Whoever adds one says how often it looks."""
    assert set(all_probes()) == set(KIND_OF)
    assert set(KIND_OF.values()) == set(LookKind)
