"""What becomes of periods, troubles and invoices: one task each, that follows what people say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update

from scanner.registry.decision_rows import INVOICE
from scanner.registry.renewal_rows import TROUBLE
from scanner.registry.rows import OBJECT
from scanner.registry.troubles import NOBODY_ANSWERS, file
from scanner.registry.words import Lifecycle
from scanner.renewals.cycle import CycleState
from scanner.renewals.owed import Payer
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
    assert "[trackers.NAME]" in done.text("en")


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
