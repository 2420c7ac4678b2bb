"""Checks that others' failures taught (facts/registry.md, section 9), each by its number there.

The first of them is the clock simulation, in test_clock.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from scanner.assets import Advice
from scanner.registry.decision_rows import DECISION
from scanner.registry.words import Decision, Lifecycle, ObjectType
from scanner.renewals.anchors import Anchor, renewed_until
from scanner.renewals.cycle import CycleState
from tests.scanner.renewals.office import START, Office
from tests.scanner.renewals.tracker import Kept, Postbox, Tracker


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency with somebody on duty and one tracker."""
    opened = Office(database_url)
    opened.person("Дежурная")
    opened.sinks.append(Tracker(clock=opened.clock))
    yield opened
    opened.close()


def _tracker(office: Office) -> Tracker:
    (sink,) = office.sinks
    assert isinstance(sink, Tracker)
    return sink


def _only(office: Office) -> Kept:
    (task,) = _tracker(office).tasks()
    return task


def _run(office: Office, days: int) -> None:
    for _ in range(days):
        office.sync()
        office.go()


def test_check_2_found_thirteen_days_before_its_end_it_is_told_once(office: Office) -> None:
    """One message at once, not none and not three; the next at the next threshold."""
    office.thing("domain:romashka.ru", START + timedelta(days=13))

    _run(office, 3)
    told_at_first = _only(office)
    _run(office, 5)

    assert told_at_first.words == ()
    (word,) = [text for _, text in _only(office).words]
    assert word.startswith("Напоминание: осталось 7 дней")


@pytest.mark.parametrize("status", ["autoRenewPeriod", "redemptionPeriod", "clientHold"])
def test_check_5_a_later_date_with_a_doubtful_status_closes_nothing(
    office: Office, status: str
) -> None:
    """The registry prolongs first and asks for money afterwards: the task stays open, and asks."""
    due = START + timedelta(days=10)
    thing = office.thing("domain:romashka.com", due, origin="observed")
    office.sync()

    for _ in range(4):
        office.go()
        office.see("domain:romashka.com", due.replace(year=due.year + 1), status)
        office.sync()

    assert [one.state for one in office.cycles(thing)] == [CycleState.PROBABLY_RENEWED]
    assert _only(office).status == "open"
    assert _only(office).title.startswith("Подтвердить оплату")


def test_check_5_a_later_date_closes_after_the_second_look(office: Office) -> None:
    """One look asks to confirm; the second, a day later, proves it, and the next period begins."""
    due = START + timedelta(days=10)
    thing = office.thing("domain:romashka.com", due, origin="observed")
    later = due.replace(year=due.year + 1)
    office.sync()

    office.go()
    office.see("domain:romashka.com", later, "active")
    office.sync()
    after_one = [one.state for one in office.cycles(thing)]
    office.at += timedelta(hours=23)
    office.see("domain:romashka.com", later, "active")
    office.sync()
    too_early = [one.state for one in office.cycles(thing)]
    office.at += timedelta(hours=1)
    office.see("domain:romashka.com", later, "active")
    office.sync()

    assert after_one == too_early == [CycleState.PROBABLY_RENEWED]
    assert [(one.state, one.due) for one in office.cycles(thing)] == [
        (CycleState.RENEWED, due),
        (CycleState.OPEN, later),
    ]
    assert _only(office).status == "done"


def test_check_5_a_look_that_takes_it_back_begins_anew(office: Office) -> None:
    """Later, then the old date, then later: two looks that agree must follow one another."""
    due = START + timedelta(days=10)
    thing = office.thing("domain:romashka.com", due, origin="observed")
    later = due.replace(year=due.year + 1)
    office.sync()

    for until in (later, due, later):
        office.go()
        office.see("domain:romashka.com", until, "active")
        office.sync()

    assert [one.state for one in office.cycles(thing)] == [CycleState.PROBABLY_RENEWED]


def test_check_6_certificates_in_turn_are_one_message(office: Office) -> None:
    """Two certificates shown in turn every minute for a day: one thing is said, not one a minute."""
    for key, days in (("aa", 10), ("bb", 12)):
        office.thing(
            f"certificate:{key}",
            START + timedelta(days=days),
            origin="observed",
            hosts=["www.romashka.ru"],
            state="served",
        )

    for minute in range(0, 24 * 60, 20):
        shown = "aa" if minute // 20 % 2 else "bb"
        hidden = "bb" if shown == "aa" else "aa"
        office.at += timedelta(minutes=1)
        office.see(f"certificate:{hidden}", None, replaced=True)
        office.see(f"certificate:{shown}", None)
        if minute % 120 == 0:
            office.sync()

    assert len(_tracker(office).tasks()) == 1
    assert _only(office).words == ()


@pytest.mark.parametrize("days", [-6, -1, 1, 3, 6])
def test_check_7_a_date_that_moves_a_little_moves_the_same_task(office: Office, days: int) -> None:
    """The period's date follows, the task's deadline with it, and no other task is made."""
    due = date(2026, 4, 8)
    thing = office.thing("domain:romashka.ru", due)
    office.go(10)
    office.sync()
    moved = due + timedelta(days=days)

    office.say(thing, moved)
    office.sync()
    office.sync()

    (cycle,) = office.cycles(thing)
    assert (cycle.due, cycle.seq) == (moved, 1)
    task = _only(office)
    expected = {4: date(2026, 4, 3), 5: date(2026, 4, 3), 11: date(2026, 4, 10)}
    assert task.deadline == expected.get(moved.day, moved)
    assert len([text for _, text in task.words if "изменился" in text]) == 1


@pytest.mark.parametrize(
    ("first", "months", "dues"),
    [
        (date(2026, 1, 31), 1, [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]),
        (date(2024, 2, 29), 12, [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]),
        (date(2026, 8, 30), 6, [date(2027, 2, 28), date(2027, 8, 30)]),
    ],
)  # fmt: skip
def test_check_8_months_do_not_drift(first: date, months: int, dues: list[date]) -> None:
    """From the old end: what is paid on the 31st is paid on the 31st again after February."""
    chain = [first]
    for _ in dues:
        following = renewed_until(chain, months, Anchor.FROM_OLD_END)
        assert following is not None
        chain.append(following)

    assert chain[1:] == dues
    assert renewed_until([first], months, Anchor.FROM_PAYMENT, date(2026, 5, 31)) == {
        1: date(2026, 6, 30), 12: date(2027, 5, 31), 6: date(2026, 11, 30),
    }[months]  # fmt: skip


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Europe/Moscow"])
@pytest.mark.parametrize("hour", [0, 9, 12, 23])
def test_check_8_the_civil_day_is_the_same_everywhere(
    database_url: str, zone: str, hour: int
) -> None:
    """The last day is one and the same in the store, in the tracker and in the mail, whenever the job runs."""
    office = Office(database_url, zone=zone)
    try:
        office.person("Дежурная")
        tracker, post = Tracker(clock=office.clock), Postbox()
        office.at = datetime(2026, 6, 1, hour, 30, tzinfo=UTC)
        due = date(2026, 6, 9)
        thing = office.thing("hosting:x", due)
        office.sinks, office.channels = [tracker], []
        office.sync()
        office.sinks, office.channels = [], [post]
        office.sync()

        (task,), (letter,) = tracker.tasks(), post.letters
        assert task.deadline == due
        assert office.cycles(thing)[0].due == due
        assert "9\u00a0июня\u00a02026" in task.title
        assert "Оплачен до: 9\u00a0июня\u00a02026\u00a0г." in letter.text
    finally:
        office.close()


@pytest.mark.parametrize(
    "more",
    [
        {"lifecycle": Lifecycle.ARCHIVED},
        {"lifecycle": Lifecycle.DELETED},
        {"lifecycle": Lifecycle.NOT_OURS},
        {"lifecycle": Lifecycle.TRANSFERRED},
        {"lifecycle": Lifecycle.LOST},
        {"ownership": "foreign"},
    ],
)
def test_check_10_what_is_gone_is_not_told(office: Office, more: dict[str, str]) -> None:
    """An archived thing, one that was handed over, one that is not the client's: silence."""
    office.thing("domain:romashka.ru", START + timedelta(days=5), **more)

    _run(office, 10)

    assert _tracker(office).tasks() == []


def test_check_10_what_is_being_switched_off_is_not_to_be_paid(office: Office) -> None:
    """It yields no renewal, but `do not pay`, with auto-renewal off as its first step; then it ends."""
    thing = office.thing(
        "hosting:timeweb/x", START + timedelta(days=5), verdict=Advice.SWITCH_OFF,
        decision=Decision.APPROVED, lifecycle=Lifecycle.OFF_SCHEDULED, auto_renew=True,
    )  # fmt: skip
    row = insert(DECISION).values(
        object_id=thing, audit="a", list_sha256="", verdict=Advice.SWITCH_OFF, at=office.at,
        decision=Decision.APPROVED, comment="", signed_name="Иванов", signed_position="", who="Ольга",
    )  # fmt: skip
    office.do(row)

    _run(office, 10)

    task = _only(office)
    assert task.title.startswith("Не оплачивать")
    assert task.text.splitlines()[-3:] == [
        "Выключите автопродление в учётной записи и отвяжите карту.",
        "Не оплачивайте счёт за следующий период.",
        "После последнего дня убедитесь, что услуга прекратилась и денег не списали.",
    ]
    assert [one.state for one in office.cycles(thing)] == [CycleState.WILL_NOT_RENEW]
    assert task.status == "done"


def test_check_10_a_rejected_proposal_is_renewed_as_ever(office: Office) -> None:
    """The client said keep: nobody asks again."""
    office.thing(
        "hosting:timeweb/x", START + timedelta(days=5), verdict=Advice.SWITCH_OFF,
        decision=Decision.REJECTED,
    )  # fmt: skip

    office.sync()

    assert _only(office).title.startswith("Продлить до")


def test_check_10_an_open_question_past_its_notice_is_escalated(office: Office) -> None:
    """Nobody answered by the day of notice: the same task says so, with the last day that is left."""
    due, notice = date(2026, 5, 29), date(2026, 3, 20)
    office.thing(
        "saas:moysklad/romashka", due, verdict=Advice.ASK, decide_by=notice, type=ObjectType.SAAS_SUB,
    )  # fmt: skip

    _run(office, 100)

    task = _only(office)
    assert task.title.startswith("Решить или продлить до 29")
    moved = [at.date() for at, text in task.words if "изменился" in text]
    assert moved == [notice + timedelta(days=1)]
    before = [at.date() for at, text in task.words if "Напоминание" in text and at.date() <= due]
    assert [(notice - day).days for day in before if day <= notice] == [14, 7, 1]
    assert [(due - day).days for day in before if day > notice] == [30, 14, 7, 1]
    assert any("Просрочено" in text for _, text in task.words)
