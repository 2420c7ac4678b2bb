"""A clock that is wrong by weeks: nothing is done by a false today, and nothing of it is left the day after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from scanner.database import Database
from scanner.database.backup import back_up
from scanner.database.soon import idle_until
from scanner.evidence import Evidence
from scanner.evidence.due import DueBook
from scanner.registry.renewal_rows import CYCLE, OUTBOX
from scanner.renewals.cycle import CycleState
from scanner.service import due_rescans, wrong_clock
from scanner.service.wrong_clock import WrongClock, jump, put_clock_right
from tests.scanner.elsewhere import CLIENT, STUB, Changed, Desk, content, day
from tests.scanner.renewals.office import START, Office
from tests.scanner.renewals.tracker import Tracker
from tests.scanner.replayed import Heard, Watch
from tests.scanner.test_rescan import changes, rescan

TOLD = [("use_changed", f"site:{STUB}")]
DAYS = [datetime(2026, 5, 1, 3, tzinfo=UTC) + timedelta(days=number) for number in range(60)]


@pytest.mark.parametrize(
    ("moments", "at", "false_from"),
    [
        # Three weeks ahead for one run, put right the day after.
        ([*DAYS[:10], DAYS[31]], DAYS[11], DAYS[31]),
        # Three weeks ahead for longer than that: its runs lie on both sides of today.
        ([*DAYS[:10], *DAYS[31:57]], DAYS[36], DAYS[31]),
        # Behind by three weeks: one run every day, and no gap that the jump back undoes.
        (DAYS[:40], DAYS[19], None),
        # A machine that was off for ten days, long ago, and is behind by three weeks now.
        ([*DAYS[:5], *DAYS[15:50]], DAYS[29], None),
        # Back in 1970: nothing was ever before that.
        (DAYS[:10], datetime(1970, 1, 1, tzinfo=UTC), None),
    ],
)
def test_records_tell_whether_the_clock_was_wrong_or_is(
    moments: list[datetime], at: datetime, false_from: datetime | None
):
    """A clock that was ahead jumped forward before it jumped back, by about as much."""
    assert jump(moments, at) == false_from


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one audit, and one look at a site that is another since."""
    desk = Desk.at(tmp_path_factory.mktemp("wrong_clock"))
    desk.audit()
    rescan(desk, 1, Changed(content))
    return _file_of(desk)


@pytest.fixture
def desk(tmp_path: Path, looked_at: Path) -> Desk:
    """An office with that database."""
    desk = Desk.at(tmp_path)
    back_up(f"sqlite:///{looked_at}", _file_of(desk))
    return desk


def _file_of(desk: Desk) -> Path:
    return Path(desk.settings.db.removeprefix("sqlite:///"))


def test_weeks_ahead_and_put_right_nothing_is_lost_or_told_twice(desk: Desk):
    """It is said in one sentence; the next run looks at everything, and the rhythm is what it was."""
    told = [one for ahead in (22, 22.3) for one in changes(rescan(desk, ahead, Changed(content)))]
    assert idle_until(desk.settings.db, day(2)) is None
    heard, net = Watch(), Changed(content)
    work = due_rescans.rescan_over(net, CLIENT, desk.settings, lambda: day(2), heard)
    told += changes(asyncio.run(work))

    assert net.asked
    (said,) = [line for line in heard.said if "clock" in line]
    assert "\n" not in said
    for number in (2.5, 3.2, 4, 5):
        told += changes(rescan(desk, number, Changed(content)))
    assert told == TOLD
    with Database.open(desk.settings.db) as database:
        assert asyncio.run(put_clock_right(database, day(5.1))) == ""
        assert max(run.started_at for run in Evidence(database).runs(CLIENT)) <= day(5)
        next_at = DueBook(database).next_at()
        assert next_at
        assert day(5) < next_at <= day(6.1)
        assert database.check() == ()


def test_a_look_of_a_false_day_proves_no_time_has_passed(desk: Desk):
    """Nothing may be ended because three looks agree that a wrong clock has put apart."""
    rescan(desk, 22)
    rescan(desk, 2)
    with Database.open(desk.settings.db) as database:
        ended = text("SELECT max(ended) FROM stand")
        newest = database.read(lambda one: one.scalar(ended))
    assert str(newest)[:10] <= f"{day(2):%Y-%m-%d}"


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), day(-20)])
def test_a_clock_that_is_behind_does_nothing_and_says_so(desk: Desk, at: datetime):
    """No look, no report, no row; the next run, with the clock right, does it all."""
    net = Heard()
    with pytest.raises(WrongClock, match=r"^the clock of this machine says .* set it") as said:
        asyncio.run(due_rescans.rescan_over(net, CLIENT, desk.settings, lambda: at, Watch()))
    with pytest.raises(WrongClock):
        asyncio.run(wrong_clock.settle_clock(desk.settings, lambda: at))

    assert "\n" not in str(said.value)
    assert net.asked == []
    assert changes(rescan(desk, 2, Changed(content))) == TOLD


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency that has told of a domain which ends in thirty days, and runs every day."""
    opened = Office(database_url)
    opened.person("Дежурная")
    opened.sinks = [Tracker(clock=opened.clock)]
    for days in (3, 30):
        opened.thing(f"domain:in{days}.ru", START + timedelta(days=days))
    for _ in range(2):
        opened.sync()
        opened.go()
    yield opened
    opened.close()


def _words(office: Office) -> list[tuple[date, str]]:
    """What the tracker was told of the domain with thirty days."""
    (tracker,) = office.sinks
    assert isinstance(tracker, Tracker)
    return [
        (at.date(), said)
        for task in tracker.tasks()
        if "in30.ru" in task.title
        for at, said in task.words
    ]


def test_a_false_today_takes_no_reminder_and_no_period(office: Office):
    """What it said too early is said again on its day; what it took for lost is open; nothing waits for weeks."""
    true = office.at
    office.go(80)
    office.sync()
    office.at = true
    office.sync()

    rows = select(CYCLE.c.state, CYCLE.c.closed_at)
    states = office.database.read(lambda c: [tuple(row) for row in c.execute(rows)])
    assert all(closed is None and state is not CycleState.LOST for state, closed in states)
    late = select(OUTBOX.c.id).where(OUTBOX.c.not_before > true, OUTBOX.c.not_before < DAYS[-1])
    assert office.database.read(lambda c: c.scalars(late).all()) == []
    before = len(_words(office))
    for _ in range(9):
        office.go(3)
        office.sync()
    days = [on for on, _ in _words(office)[before:]]
    assert days == sorted(set(days))
    assert [(START + timedelta(days=30) - on).days for on in days][-1] <= 8
    assert all(task.status == "open" for task in office.sinks[0].tasks())  # type: ignore[union-attr]


def test_a_job_with_its_clock_behind_tells_nothing(office: Office):
    """Neither tasks nor digests are sent by it."""
    true, calls = office.at, office.sinks[0].calls("get")  # type: ignore[union-attr]
    for at in (datetime(1970, 1, 1, tzinfo=UTC), true - timedelta(days=21)):
        office.at = at
        with pytest.raises(WrongClock):
            office.sync()
    assert office.sinks[0].calls("get") == calls  # type: ignore[union-attr]
    office.at = true
    office.sync()


def test_servers_are_not_left_alone_for_weeks(office: Office):
    """Turns that were given out in a time to come do not keep us from asking."""
    far = (office.at + timedelta(days=21)).timestamp()
    row = f"INSERT INTO pace VALUES ('whois', {far}, {far}, 1.0, 0, {far}, 3)"
    asyncio.run(office.database.write(lambda c: c.execute(text(row)).close()))
    true = office.at
    office.go(21)
    office.sync()
    office.at = true
    office.sync()

    left = office.database.read(
        lambda c: c.execute(text("SELECT free, closed, day FROM pace")).one()
    )
    assert max(left) <= true.timestamp() + 86_400
