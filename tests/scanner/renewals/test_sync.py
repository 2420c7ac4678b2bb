"""The daily job against a tracker that fails in every way: each thing once outside, nothing lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from scanner.registry import job_runs, outbox
from scanner.registry.decision_rows import INVOICE
from scanner.registry.links import ALPHABET, link, markers
from scanner.registry.renewal_rows import OUTBOX, TROUBLE
from scanner.registry.rows import OBJECT
from scanner.registry.troubles import NOBODY_ANSWERS, file
from scanner.registry.words import Lifecycle, Sending
from scanner.renewals.cycle import CycleState
from scanner.renewals.owed import Payer
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


def test_a_new_date_closes_the_task_with_the_managers_word(office: Office) -> None:
    """Who and why are told in the task; the next period has its own."""
    thing = office.thing("domain:romashka.ru", SOON)
    office.sync()
    later = SOON.replace(year=SOON.year + 1)

    office.say(thing, later, "Ольга", "счёт 17")
    office.sync()
    office.go_to(later - timedelta(days=20))
    office.sync()

    first, second = _tracker(office).tasks()
    assert (first.status, second.status) == ("done", "open")
    assert first.words[-1][1] == "Продлено: Ольга, счёт 17. Задача закрыта."
    assert first.marker != second.marker
    closed, _ = office.cycles(thing)
    assert (closed.closed_by, closed.closed_why) == ("Ольга", "счёт 17")


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


def test_a_date_that_moves_out_of_sight_still_moves_the_task(office: Office) -> None:
    """Corrected by half a year: the period is far away now, and its task says so."""
    thing = office.thing("domain:romashka.ru", SOON)
    office.sync()

    office.say(thing, SOON + timedelta(days=180))
    office.sync()

    assert len(office.cycles(thing)) == 1
    assert _only(office).deadline == SOON + timedelta(days=180)


def test_another_responsible_person_gets_the_same_task(office: Office) -> None:
    """He left: the task goes to his project's manager, and no other is made."""
    olga = office.person("Мария")
    project = office.project("Сайт", office.person("Иван"), tracker="17")
    thing = office.thing("domain:romashka.ru", SOON, responsible=olga)
    office.belongs(thing, project, lead=True)
    office.sync()
    before = _only(office).responsible

    office.change(thing, responsible=None)
    office.sync()

    assert (before, _only(office).responsible) == ("мария", "иван")


def test_nobody_answers_is_a_finding_until_somebody_does(office: Office) -> None:
    """The person on duty gets the task; the gap is filed once, and closed when it is filled."""
    thing = office.thing("domain:romashka.ru", SOON)
    office.sync()
    office.sync()
    query = select(TROUBLE.c.code, TROUBLE.c.healed_at.is_(None))
    filed = [tuple(row) for row in office.database.read(lambda c: c.execute(query).all())]

    office.change(thing, responsible=2)
    office.go()
    office.sync()
    after = [tuple(row) for row in office.database.read(lambda c: c.execute(query).all())]

    assert (filed, after) == ([(NOBODY_ANSWERS, True)], [(NOBODY_ANSWERS, False)])
    assert _only(office).responsible == "ольга"
    assert office.plan().unanswered == 0


def test_where_nobody_can_be_told_it_is_said(office: Office) -> None:
    """No tracker and no mail: the run is not complete, and says what to set up."""
    office.thing("domain:romashka.ru", SOON)
    office.sinks = []

    done = office.sync()

    assert (done.untold, done.complete) == (1, False)
    assert "[trackers.NAME]" in done.text()


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


def test_only_the_trackers_of_its_projects_hear_of_a_thing(office: Office) -> None:
    """Two trackers: a project that is in one of them is told there alone."""
    other = Tracker(clock=office.clock, name="redmine")
    office.sinks.append(other)
    project = office.project("Сайт", None, redmine="site")
    thing = office.thing("domain:romashka.ru", SOON)
    office.belongs(thing, project)

    office.sync()

    assert [len(sink.tasks()) for sink in (office.sinks[0], other)] == [0, 1]  # type: ignore[union-attr]


def test_a_trouble_is_a_task_until_it_heals(office: Office) -> None:
    """Told at once, with what happened; closed by the look that sees it mended; a relapse is another."""
    thing = office.thing("site:romashka.ru", None)

    def trouble() -> None:
        params = {"state": "site.server_error", "status": 500}
        asyncio.run(
            office.database.write(
                lambda c: file(c, thing, "site_down", "high", params, "r1", office.at)
            )
        )

    trouble()
    trouble()
    office.sync()
    office.sync()
    first = _only(office)
    asyncio.run(office.database.write(lambda c: tasks_heal(c, office)))
    office.sync()
    closed = _only(office)
    trouble()
    office.sync()

    assert "Сайт не работает" in first.text
    assert first.deadline == date(2026, 3, 5)  # three working days
    assert (closed.status, closed.words[-1][1]) == ("done", "Проверка видит, что исправлено.")
    assert [task.status for task in _tracker(office).tasks()] == ["done", "open"]


def tasks_heal(connection: object, office: Office) -> None:
    """Heal everything."""
    from scanner.registry.troubles import heal

    for number in connection.scalars(select(TROUBLE.c.id)).all():  # type: ignore[attr-defined]
        heal(connection, number, office.at)  # type: ignore[arg-type]


def test_an_invoice_that_comes_first_is_a_task_of_its_own(office: Office) -> None:
    """Its day is near and the period's is not: pay it; once it is paid the task is closed."""
    thing = office.thing("hosting:x", START + timedelta(days=200))
    values = {
        "client": "romashka", "object_id": thing, "number": "17", "pay_by": START + timedelta(days=5),
        "amount": Decimal("500"), "currency": "RUB", "payer": Payer.AGENCY, "document": "", "who": "Ольга",
        "at": office.at,
    }  # fmt: skip
    number = office.do(insert(INVOICE).values(**values))

    office.sync()
    office.sync()
    first = _only(office)
    office.do(update(INVOICE).where(INVOICE.c.id == number).values(withdrawn_at=office.at))
    office.sync()

    assert first.title.startswith("Оплатить счёт до")
    assert "Осталось оплатить: 500" in first.text
    assert _only(office).status == "done"


def test_an_archived_thing_that_comes_back_is_told_again(office: Office) -> None:
    """Its period ended with it; when it is back there is a new one."""
    thing = office.thing("domain:romashka.ru", SOON)
    office.sync()

    office.change(thing, lifecycle=Lifecycle.ARCHIVED)
    office.sync()
    office.change(thing, lifecycle=Lifecycle.IN_USE)
    office.sync()

    assert [one.state for one in office.cycles(thing)] == [
        CycleState.WILL_NOT_RENEW,
        CycleState.OPEN,
    ]
    assert [task.status for task in _tracker(office).tasks()] == ["done", "open"]


def test_reminders_stop_when_a_thing_is_lost(office: Office) -> None:
    """A .ru domain that anybody may have: the period ends as lost, its task is left to people."""
    thing = office.thing("domain:romashka.ru", START + timedelta(days=2))
    for _ in range(30):
        office.sync()
        office.go(2)

    (cycle,) = office.cycles(thing)
    assert cycle.state is CycleState.LOST
    assert _only(office).status == "open"
    assert len([text for _, text in _only(office).words if "Просрочено" in text]) == 4
    assert "Срок восстановления вышел" in _only(office).words[-1][1]


def test_what_was_lost_before_it_was_met_is_told_once(office: Office) -> None:
    """Somebody must say whether it is still there."""
    thing = office.thing("domain:romashka.ru", START - timedelta(days=300))
    for _ in range(8):
        office.sync()
        office.go(5)

    assert [one.state for one in office.cycles(thing)] == [CycleState.OPEN]
    assert _only(office).words == ()


def test_no_task_holds_a_secret(office: Office) -> None:
    """Neither the licence key nor its tail is in anything that is told."""
    office.thing(
        "licence:bitrix/x", SOON, licence_key=b"CANARY-KEY", licence_key_tail="7K3Q", notes="CANARY-NOTE"
    )  # fmt: skip
    post = Postbox()
    office.channels = [post]
    office.sync()
    office.sinks = []
    office.sync()

    told = _only_text(office, post)
    assert "CANARY" not in told
    assert "7K3Q" not in told


def _only_text(office: Office, post: Postbox) -> str:
    return " ".join(
        [*(letter.text + letter.subject for letter in post.letters), office.plan().json()]
    )


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


def test_the_plan_keeps_nothing_and_says_what_the_run_then_does(office: Office) -> None:
    """Who would be told of what, and why; asking twice is the same, and makes no task."""
    office.thing("domain:romashka.ru", SOON, responsible=2, name="Ромашка")

    first, second = office.plan(), office.plan()
    kept = office.cycles(1)
    told = office.sync()

    assert [one.name for one in first.told] == [one.name for one in second.told]
    assert kept == ()
    (one,) = first.told
    assert (one.name, one.person, one.ask, one.rule, one.target) == (
        "Ромашка", "Ольга", "renew", "task", "tracker",
    )  # fmt: skip
    assert told.planned == 1
    assert "Ромашка" in first.text("ru")


def test_every_open_period_belongs_to_a_thing_with_a_date(office: Office) -> None:
    """One open period each, however often they are kept; a date that is withdrawn leaves it as it was."""
    things = [office.thing(f"domain:thing{number}.ru", SOON) for number in range(5)]
    office.thing("site:romashka.ru", None)
    for _ in range(3):
        office.keep()
    office.change(things[0], paid_until=None, origins={})
    office.keep()

    assert [len(office.cycles(thing)) for thing in things] == [1] * 5
    assert office.cycles(things[0])[0].due == SOON
    count = office.database.read(lambda c: len(c.execute(select(OBJECT.c.id)).all()))
    assert count == 6
