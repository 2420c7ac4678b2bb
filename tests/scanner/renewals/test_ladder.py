"""What is told on which day: windows, never equality; the tightest once; an end to it all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scanner.renewals.reminders import Ladder, Told, step_on, telling

DUE = date(2026, 6, 30)
LADDER = Ladder(DUE, DUE, (45, 30, 14, 7, 1), DUE + timedelta(days=200))


def _day(left: int) -> date:
    return DUE - timedelta(days=left)


def _told(rule: str, left: int, step: str = "", *, said: bool = True, counts: bool = True) -> Told:
    return Told(rule, step or rule, _day(left), said, counts)


@pytest.mark.parametrize(
    ("left", "step"),
    [
        (46, None), (45, "remind-45"), (31, "remind-45"), (30, "remind-30"), (13, "remind-14"),
        (7, "remind-7"), (2, "remind-7"), (1, "remind-1"), (0, "remind-1"), (-1, "overdue-1"),
        (-7, "overdue-1"), (-8, "overdue-2"), (-15, "overdue-3"), (-22, "overdue-4"), (-51, "overdue-4"),
        (-52, "overdue-5"), (-82, "overdue-6"),
    ],
)  # fmt: skip
def test_the_tightest_step_whose_day_has_come(left: int, step: str | None) -> None:
    """After the end every week for four weeks, then every month."""
    assert step_on(LADDER, _day(left)) == step


@pytest.mark.parametrize(
    ("told", "left", "rule"),
    [
        # the task comes first, at whatever step it is
        ([], 45, "task"), ([], 13, "task"), ([], -3, "task"), ([], 46, None),
        # while it is on its way nothing else is said
        ([_told("task", 45, "remind-45", said=False)], 30, None),
        # it covers the step it was told at, and all looser ones
        ([_told("task", 13, "remind-14")], 13, None), ([_told("task", 13, "remind-14")], 8, None),
        ([_told("task", 13, "remind-14")], 7, "remind-7"),
        # a run that was missed is caught up, once, at the tightest
        ([_told("task", 45, "remind-45")], 10, "remind-14"),
        ([_told("task", 45, "remind-45"), _told("remind-14", 10)], 9, None),
        # after the end, each message once
        ([_told("task", 45, "remind-45")], -1, "overdue-1"),
        ([_told("task", 45, "remind-45"), _told("overdue-1", -1)], -5, None),
        ([_told("task", 45, "remind-45"), _told("overdue-1", -1)], -30, "overdue-4"),
        # what is lost is let go, but was told once
        ([_told("task", 45, "remind-45")], -200, None), ([], -200, "task"),
        # what was overtaken before it was sent was not said
        ([_told("task", 45, "remind-45"), _told("remind-14", 14, counts=False)], 14, "remind-14.2"),
    ],
)  # fmt: skip
def test_what_is_told(told: list[Told], left: int, rule: str | None) -> None:
    """Given what was told, one thing at most is told on a day."""
    found = telling(LADDER, told, _day(left))

    assert (found.rule if found else None) == rule


def test_a_tighter_step_overtakes_what_still_waits() -> None:
    """The tracker was down for a week: only the newest is said when it is back."""
    told = [_told("task", 45, "remind-45"), _told("remind-30", 30, said=False)]

    found = telling(LADDER, told, _day(14))

    assert found is not None
    assert (found.rule, found.overtakes) == ("remind-14", ("remind-30",))


@pytest.mark.parametrize(
    ("moved", "left", "rule"),
    [
        (6, 7, None),  # a few days later: thirteen days before was told, which covers the week
        (6, 1, "remind-1.2"),  # but not the day before
        (60, 59, None),  # two months later: told at sixty days and more means nothing for the month
        (60, 30, "remind-30.2"),
        (60, 14, "remind-14.2"),
    ],
)
def test_a_date_that_moved_is_told_again_only_where_it_is_news(
    moved: int, left: int, rule: str | None
) -> None:
    """A slip of days repeats nothing; a date that moved well away is told as if anew."""
    told = [
        _told("task", 45, "remind-45"),
        *(_told(f"remind-{left}", left) for left in (30, 14, 7, 1)),
    ]
    due = DUE + timedelta(days=moved)
    ladder = Ladder(due, due, LADDER.thresholds)

    found = telling(ladder, told, due - timedelta(days=left))

    assert (found.rule if found else None) == rule


def test_a_trouble_is_told_at_once_and_again_when_nobody_mends_it() -> None:
    """It has no thresholds: today, and after its deadline every week."""
    by = date(2026, 6, 3)
    ladder = Ladder(by, by, ())
    first = telling(ladder, [], date(2026, 6, 1))
    told = [Told("task", "task", date(2026, 6, 1), True)]

    assert first is not None
    assert first.rule == "task"
    assert telling(ladder, told, by) is None
    late = telling(ladder, told, by + timedelta(days=1))
    assert late is not None
    assert late.rule == "overdue-1"


def test_every_day_of_a_year_says_each_step_once() -> None:
    """Run daily, in any order of missed days, nothing is said twice and the last week is never silent."""
    for skipped in (2, 3, 5, 7):
        told: list[Told] = []
        day = DUE - timedelta(days=60)
        while day < DUE + timedelta(days=200):
            if day.toordinal() % skipped == 0 and (found := telling(LADDER, told, day)):
                told.append(Told(found.rule, found.step, day, True))
            day += timedelta(days=1)
        rules = [one.rule for one in told]
        assert len(set(rules)) == len(rules)
        assert all("." not in rule for rule in rules)
        assert any(DUE - timedelta(days=7) <= one.on <= DUE for one in told)
