"""The daily job against a tracker that fails in every way: each thing once outside, nothing lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from scanner.registry import job_runs, outbox
from scanner.registry.links import ALPHABET, link, markers
from scanner.registry.renewal_rows import OUTBOX
from scanner.registry.words import Sending
from scanner.renewals.cycle import CycleState
from scanner.renewals.plan import Effect
from scanner.service import tasks
from scanner.service.tasks import tasks_list
from tests.scanner.renewals import one_run
from tests.scanner.renewals.office import START, Office
from tests.scanner.renewals.tracker import Kept, Postbox, Tracker

SOON = START + timedelta(days=10)


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency with a manager, somebody on duty and one tracker."""
    opened = Office(database_url)
    opened.person("Дежурная")
    opened.person("Ольга")
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


def _states(office: Office) -> list[tuple[str, Sending]]:
    at = OUTBOX.c
    query = select(at.rule, at.state).order_by(at.id)
    return [tuple(row) for row in office.database.read(lambda c: c.execute(query).all())]  # type: ignore[misc]


def test_an_answer_that_was_lost_makes_no_second_task(office: Office) -> None:
    """The task was created and the line broke: next time it is looked for, found, and taken."""
    office.thing("domain:romashka.ru", SOON)
    tracker = _tracker(office)
    tracker.lag, tracker.loses = timedelta(minutes=9), "create"

    first = office.sync()
    tracker.loses = ""
    too_early = office.sync()
    office.at += timedelta(minutes=10)
    second = office.sync()

    assert (first.told, first.complete) == ({"uncertain": 1}, False)
    assert too_early.told == {}
    assert second.told == {"found": 1}
    assert (tracker.calls("create"), len(tracker.tasks())) == (1, 1)


def test_what_was_never_created_is_created_then(office: Office) -> None:
    """The line broke before the tracker did anything: it is looked for, not found, created."""
    office.thing("domain:romashka.ru", SOON)
    tracker = _tracker(office)

    tracker.down = "uncertain"
    office.sync()
    tracker.down = ""
    office.go()
    office.sync()

    assert len(tracker.tasks()) == 1


def test_what_ends_today_is_told_today_though_an_answer_is_lost(office: Office) -> None:
    """A question that only looks is asked once more in the same run: tomorrow is too late."""
    office.thing("domain:romashka.ru", START)
    tracker = _tracker(office)
    tracker.loses, tracker.lost = "find", 1

    told = office.sync().told

    assert told == {"created": 1}
    assert (tracker.calls("find"), _only(office).created.date()) == (2, START)


def test_a_question_is_not_asked_a_third_time(office: Office) -> None:
    """A place that stays silent is left until the next run, which tells it."""
    office.thing("domain:romashka.ru", START)
    tracker = _tracker(office)
    tracker.loses, tracker.lost = "find", 2

    first = office.sync()
    asked = tracker.calls("find")
    office.go()
    second = office.sync()

    assert (first.told, first.complete, asked) == ({"later": 1}, False, 2)
    assert second.told["created"] == 1


def test_a_place_that_names_its_time_is_not_pressed(office: Office) -> None:
    """It is not asked once more before it."""
    office.thing("domain:romashka.ru", START)
    tracker = _tracker(office)
    tracker.down, tracker.patience = "later", office.at + timedelta(hours=1)

    assert office.sync().told == {"later": 1}
    assert tracker.calls("find") == 1

    tracker.down = ""
    assert office.sync().told == {}
    office.at += timedelta(hours=1)
    assert office.sync().told == {"created": 1}


def test_the_most_urgent_is_told_first(office: Office) -> None:
    """Should the place tire, what can wait has to wait."""
    for days in (9, 2, 30, 0, 5):
        office.thing(f"domain:d{days:02}.ru", START + timedelta(days=days))

    office.sync()

    tasks = _tracker(office).tasks()
    assert len(tasks) == 5
    assert [task.deadline for task in tasks] == sorted(task.deadline for task in tasks)


def test_a_reminder_whose_answer_was_lost_is_not_said_twice(office: Office) -> None:
    """A comment cannot be looked for: better once too few than twice."""
    office.thing("domain:romashka.ru", SOON)
    tracker = _tracker(office)
    office.sync()
    office.go(3)

    tracker.loses = "update"
    office.sync()
    tracker.loses = ""
    for _ in range(3):
        office.go()
        office.sync()

    assert len(_only(office).words) == 1
    assert ("remind-7", Sending.UNKNOWN) in _states(office)


def test_a_tracker_that_is_down_is_told_when_it_is_back(office: Office) -> None:
    """Nothing is lost meanwhile, and what was overtaken is not said."""
    office.thing("domain:romashka.ru", START + timedelta(days=46))
    tracker = _tracker(office)
    for _ in range(2):
        office.sync()
        office.go()
    tracker.down = "later"
    for _ in range(6):
        office.go(5)
        office.sync()
    tracker.down = ""
    office.go()
    office.sync()

    (word,) = _only(office).words
    assert "осталось 13 дней" in word[1]
    assert [state for rule, state in _states(office) if rule == "remind-30"] == [Sending.SUPERSEDED]


def test_what_is_refused_waits_for_a_person(office: Office) -> None:
    """It is not tried again by itself until the next step of the ladder; it is listed with its reason."""
    office.thing("domain:romashka.ru", SOON)
    tracker = _tracker(office)
    tracker.down = "refused"

    first, second = office.sync(), office.sync()
    listed = tasks_list(office.settings, client=None, failed=True, every=False, as_json=False)
    tracker.down = ""
    third = office.sync(again=True)

    assert (first.told, second.told, third.told) == ({"refused": 1}, {}, {"created": 1})
    assert "no such project" in listed
    assert "romashka.ru" in listed


def test_a_refused_task_is_tried_at_the_next_step(office: Office) -> None:
    """Nobody looked at the refusal: the reminder brings the task."""
    office.thing("domain:romashka.ru", SOON)
    tracker = _tracker(office)
    tracker.down = "refused"
    office.sync()
    tracker.down = ""
    office.go(3)

    assert office.sync().told == {"created": 1}
    assert _only(office).words == ()


def test_a_closed_task_is_not_renewed(office: Office) -> None:
    """Somebody closed it and entered no date: it is opened again once, with a word; then left to him."""
    thing = office.thing("domain:romashka.ru", START + timedelta(days=20))
    tracker = _tracker(office)
    office.sync()

    for _ in range(3):
        tracker.set(1, "done")
        office.go()
        office.sync()

    assert [one.state for one in office.cycles(thing)] == [CycleState.OPEN]
    words = [text for _, text in _only(office).words if "Задача закрыта" in text]
    assert len(words) == 1
    assert _only(office).status == "done"


def test_a_deleted_task_comes_back_when_there_is_news(office: Office) -> None:
    """Somebody deleted it: it is left so until the next step, which needs a task to be told in."""
    office.thing("domain:romashka.ru", SOON)
    tracker = _tracker(office)
    office.sync()
    tracker.set(1, "gone")

    office.go()
    office.sync()
    left = [task.status for task in tracker.tasks()]
    office.go(2)
    office.sync()

    assert left == ["gone"]
    assert [task.status for task in tracker.tasks()] == ["gone", "open"]


def test_a_period_that_ends_while_its_task_is_uncertain_leaves_no_orphan(office: Office) -> None:
    """Nobody knows whether the task is there when the date is entered: it is looked for, and closed."""
    thing = office.thing("domain:romashka.ru", SOON)
    tracker = _tracker(office)
    tracker.lag, tracker.loses = timedelta(minutes=9), "create"
    office.sync()
    tracker.loses = ""

    office.say(thing, SOON.replace(year=SOON.year + 1))
    office.sync()
    office.go()
    office.sync()

    assert _only(office).status == "done"


def test_without_a_tracker_the_person_gets_letters(office: Office) -> None:
    """One for the task, one for each reminder; a letter has the same key however often it is tried."""
    office.thing("domain:romashka.ru", SOON, responsible=2)
    post = Postbox()
    office.sinks, office.channels = [], [post]

    post.down = "uncertain"
    office.sync()
    post.down = ""
    for _ in range(11):
        office.go()
        office.sync()

    keys = [letter.key for letter in post.letters]
    assert keys[0] == keys[1]
    assert len(set(keys)) == len(keys) - 1 == 4  # the task; a week, a day, a day late
    assert "Продлить до" in post.letters[0].subject
    assert "1. " in post.letters[0].text


def test_markers_are_unambiguous_and_never_shared(office: Office) -> None:
    """Five letters that nobody misreads; where two subjects would share one the second takes another."""
    first = next(markers("x", "cycle:1", "t"))
    taken = asyncio.run(
        office.database.write(
            lambda c: [link(c, f"cycle:{number}", "t").marker for number in range(300)]
        )
    )

    assert len(set(taken)) == 300
    assert set("".join(one.removeprefix("RVZ-") for one in taken)) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01ILO")
    assert first == next(markers("x", "cycle:1", "t"))
    assert first != next(markers("y", "cycle:1", "t"))


def test_a_claim_is_one_workers_alone_until_its_lease_is_over(office: Office) -> None:
    """Another gets nothing meanwhile; afterwards it is uncertain, and the first can note nothing more."""
    effect = Effect("cycle:1", "task", "tracker", "remind-7")

    def write(work: object) -> object:
        return asyncio.run(office.database.write(work))  # type: ignore[arg-type]

    write(lambda c: outbox.put(c, [effect, effect], office.at))
    first = write(lambda c: outbox.claim(c, "a", ["tracker"], office.at))
    during = write(lambda c: outbox.claim(c, "b", ["tracker"], office.at))
    office.at += outbox.LEASE
    second = write(lambda c: outbox.claim(c, "b", ["tracker"], office.at))
    late = write(lambda c: outbox.said(c, first, office.at))

    assert (first.is_uncertain, during, second.is_uncertain, late) == (False, None, True, False)  # type: ignore[attr-defined]


def test_a_reminder_whose_worker_died_is_not_said_again(office: Office) -> None:
    """Nobody knows whether it was said, and nobody can look."""
    effect = Effect("cycle:1", "remind-7", "tracker", "remind-7")
    asyncio.run(office.database.write(lambda c: outbox.put(c, [effect], office.at)))
    asyncio.run(office.database.write(lambda c: outbox.claim(c, "a", ["tracker"], office.at)))

    office.at += outbox.LEASE
    again = asyncio.run(
        office.database.write(lambda c: outbox.claim(c, "b", ["tracker"], office.at))
    )

    assert again is None
    assert _states(office) == [("remind-7", Sending.UNKNOWN)]


@pytest.mark.parametrize("dies_at", range(1, 7))
def test_killed_at_any_call_it_makes_each_task_once(
    database_url: str, tmp_path: Path, dies_at: int
) -> None:
    """kill -9 before or after each of its calls outside, in a process of its own; the next run goes on."""
    office = Office(database_url)
    try:
        office.person("Дежурная")
        for number in range(3):
            office.thing(f"domain:thing{number}.ru", SOON)
        file = tmp_path / "tracker.db"
        tracker = Tracker(file, clock=office.clock)
        office.sinks.append(tracker)
        arguments = (
            database_url,
            str(file),
            office.at.isoformat(),
            str(dies_at),
            "0",
            str(dies_at),
        )
        code = subprocess.run(
            [sys.executable, one_run.__file__, *arguments], check=False
        ).returncode

        office.go()
        office.sync()
        office.sync()

        assert code == -9
        assert len({task.marker for task in tracker.tasks()}) == len(tracker.tasks()) == 3
    finally:
        office.close()


def test_two_processes_at_once_make_each_task_once(database_url: str, tmp_path: Path) -> None:
    """Each takes what the other has not."""
    office = Office(database_url)
    try:
        office.person("Дежурная")
        for number in range(12):
            office.thing(f"domain:thing{number}.ru", SOON)
        file = tmp_path / "tracker.db"
        tracker = Tracker(file, clock=office.clock)
        arguments = (database_url, str(file), office.at.isoformat(), "1", "0", "0")
        both = [subprocess.Popen([sys.executable, one_run.__file__, *arguments]) for _ in range(2)]

        assert [one.wait(timeout=60) for one in both] == [0, 0]
        assert len({task.marker for task in tracker.tasks()}) == len(tracker.tasks()) == 12
    finally:
        office.close()


def test_a_missed_run_is_noticed_by_the_next(office: Office) -> None:
    """And one that broke off; the last one that did not is named."""
    office.sync()
    office.go(3)
    asyncio.run(office.database.write(lambda c: job_runs.begin(c, tasks.JOB, office.at)))
    office.go()
    done = office.sync()
    next_day = office.sync()

    assert (done.missed, done.broken) == (3, 1)
    assert done.last is not None
    assert done.last.date() == START
    assert (next_day.missed, next_day.broken) == (0, 0)
