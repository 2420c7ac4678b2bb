"""Changes reach whoever answers: what needs a hand as one task, the rest as lines of a digest, each once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from scanner.assets import Asset
from scanner.registry.notice_rows import NOTICE
from scanner.registry.notices import Found, keep_notices
from scanner.registry.notices_to_tell import NEWS_FOR
from scanner.registry.troubles import keep_troubles
from scanner.registry.words import Lifecycle
from scanner.renewals.digest import MOST, OF_CHANGES
from scanner.service.arguments import UnknownThing
from scanner.service.digests import Message, Post, digest
from scanner.service.settling import settle_changes
from scanner.settings import BadSettings, load
from scanner.verdicts.changes import Change, Code
from scanner.verdicts.needs_hand import Hand
from scanner.verdicts.severity import Severity
from scanner.verdicts.telling import rule_of
from tests.scanner.renewals import one_run
from tests.scanner.renewals.office import START, Office
from tests.scanner.renewals.tracker import Postbox, Tracker

DOMAIN, SITE, MAIL = "domain:romashka.ru", "site:romashka.ru", "mail:romashka.ru"
MOVED = {"was": "REGRU-RU", "now": "BEGET-RU"}


def registrar(was: str, now: str) -> Change:
    """A domain that another registrar keeps."""
    return Change(Code.REGISTRAR, DOMAIN, {"was": was, "now": now}, "registrar", was, now)


def use(asset: str, was: str, now: str) -> Change:
    """A thing that is used otherwise."""
    params = {"was": was, "now": now, "was_use": was, "now_use": now}
    return Change(Code.USE, asset, params, "condition", was, now)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An agency with two managers, somebody on duty, a tracker and mail; a domain with its site and mail."""
    yield from _office(f"sqlite:///{tmp_path}/office.db")


@pytest.fixture
def either(database_url: str) -> Iterator[Office]:
    """The same on SQLite, and on PostgreSQL."""
    yield from _office(database_url)


def _office(url: str) -> Iterator[Office]:
    opened = Office(url)
    for name in ("Дежурная", "Ольга", "Пётр"):
        opened.person(name)
    opened.sinks, opened.channels = [Tracker(clock=opened.clock)], [Postbox()]
    for asset, person in ((DOMAIN, 2), (SITE, 2), (MAIL, 3)):
        opened.thing(asset, None, responsible=person)
    yield opened
    opened.close()


def found(office: Office, *changes: Change, tell: Mapping[str, str] | None = None) -> None:
    """Let a run find changes."""
    told = [Found(one, rule_of(one, tell or {}), {}) for one in changes]
    keep = lambda c: keep_notices(c, "romashka", "run", told, "Дежурная", office.at)  # noqa: E731
    asyncio.run(office.database.write(keep))


def posted(office: Office, *, send: bool = True) -> dict[str, Message]:
    """The day's digests, by person."""
    post: Post = asyncio.run(digest(office.settings, office.clock, office.channels, send=send))
    return {one.person: one for one in post.messages}


def tracker(office: Office) -> Tracker:
    """Where the tasks are."""
    (sink,) = office.sinks
    assert isinstance(sink, Tracker)
    return sink


def test_what_needs_a_hand_is_one_task_of_whoever_answers(office: Office) -> None:
    """However many runs there are; it names both values, and how to settle it."""
    found(office, registrar("REGRU-RU", "BEGET-RU"))
    for _ in range(3):
        office.sync()
        office.go()

    (task,) = tracker(office).tasks()
    assert task.responsible == "ольга"
    assert task.title.startswith("Выяснить до 5\u00a0марта")
    assert "другой регистратор — BEGET-RU; раньше был REGRU-RU" in task.text
    assert "revizor tasks settle 1 --why" in task.text


def test_what_changes_again_is_the_same_task(office: Office) -> None:
    """Which tells what was so before anybody was told, and what is so now."""
    found(office, registrar("REGRU-RU", "BEGET-RU"))
    office.sync()
    found(office, registrar("BEGET-RU", "TIMEWEB-RU"))
    office.go()
    office.sync()

    (task,) = tracker(office).tasks()
    assert "TIMEWEB-RU; раньше был REGRU-RU" in task.text


@pytest.mark.parametrize(
    ("change", "back"),
    [
        (registrar("REGRU-RU", "BEGET-RU"), registrar("BEGET-RU", "REGRU-RU")),
        (use(MAIL, "used", "unused"), use(MAIL, "unused", "used")),
        (Change(Code.CAME_BACK, SITE, {"now_state": "site.content"}), use(SITE, "used", "unused")),
        (Change(Code.SOURCE_FAILING, "", {"source": "crt.sh", "since": "2026-02-26"}),
         Change(Code.SOURCE_ANSWERS, "", {"source": "crt.sh", "since": "2026-02-26"})),
    ],
)  # fmt: skip
def test_what_is_as_it_was_closes_its_task(either: Office, change: Change, back: Change) -> None:
    """By itself, and is told in the digest; the same again is another task."""
    found(either, change)
    either.sync()
    either.go()
    found(either, back)
    either.sync()

    (task,) = tracker(either).tasks()
    assert task.status == "done"
    assert task.words[-1][1] == "Проверка видит: всё снова как было."
    assert sum(message.changes for message in posted(either).values()) == 1
    found(either, change)
    either.sync()
    assert [one.status for one in tracker(either).tasks()] == ["done", "open"]


def test_whoever_closes_the_task_has_settled_it(office: Office) -> None:
    """It is not opened again, nor told again, also where nobody asks the tracker any more."""
    found(office, registrar("REGRU-RU", "BEGET-RU"))
    office.sync()
    tracker(office).set(tracker(office).tasks()[0].id, "done")
    for _ in range(3):
        office.go()
        office.sync()

    (task,) = tracker(office).tasks()
    assert (task.status, task.words) == ("done", ())
    assert posted(office) == {}


def test_a_person_can_settle_it_without_a_task_manager(office: Office) -> None:
    """By his word, with a reason; the task is closed with it. Nothing is settled that does not wait."""
    found(office, registrar("REGRU-RU", "BEGET-RU"))
    office.sync()

    def settle(number: int) -> str:
        work = settle_changes(
            number, office.settings, office.clock, who="Ольга", why="переехали сами"
        )
        return asyncio.run(work)

    assert "Ольга" in settle(1)
    office.sync()
    (task,) = tracker(office).tasks()
    assert task.status == "done"
    assert "Ольга, переехали сами" in task.words[-1][1]
    for number in (1, 99):
        with pytest.raises(UnknownThing):
            settle(number)


@pytest.mark.parametrize(
    ("lifecycle", "code", "said"),
    [
        (Lifecycle.NOT_OURS, Code.REGISTRAR, "больше не"),
        (Lifecycle.IN_USE, Code.CAME_BACK, "снова в работе"),
    ],
)
def test_what_is_not_ours_any_more_or_wanted_again_ends_the_task(
    office: Office, lifecycle: Lifecycle, code: Code, said: str
) -> None:
    """Somebody has decided on the thing: nothing is left to find out."""
    found(office, Change(code, DOMAIN, {**MOVED, "now_state": "domain.active_web"}))
    office.sync()
    office.change(1, lifecycle=lifecycle)
    office.go()
    office.sync()

    (task,) = tracker(office).tasks()
    assert task.status == "done"
    assert said in task.words[-1][1]


def test_what_a_person_has_entered_already_is_no_surprise(office: Office) -> None:
    """The registry named the new registrar before the look did: a line, no task."""
    office.change(1, registrar="BEGET-RU", origins={"registrar": "confirmed"})
    found(office, registrar("REGRU-RU", "BEGET-RU"))
    office.sync()

    assert tracker(office).tasks() == []
    assert "BEGET-RU" in posted(office)["Ольга"].text


def test_a_line_is_told_once_to_whoever_answers(either: Office) -> None:
    """In the next digest that is sent, not in one that is only shown; what no one answers for, on duty."""
    appeared = Change(Code.APPEARED, "site:shop.romashka.ru", {"kind": "site"})
    found(either, use(SITE, "used", "idle"), appeared, Change(Code.MAIL, MAIL, MOVED))

    assert posted(either, send=False) == posted(either, send=False) != {}
    told = posted(either)
    assert "romashka.ru: было «Используется», стало «Заглушка»" in told["Ольга"].text
    assert "shop.romashka.ru" in told["Дежурная"].text
    assert "почту принимает BEGET-RU" in told["Пётр"].text
    assert told["Ольга"].subject.endswith("дел нет, 1 изменение")
    either.go()
    assert posted(either) == {}


def test_the_most_pressing_come_first_and_the_rest_tomorrow(office: Office) -> None:
    """Within the lines of one digest, beside what is due every day; nothing is lost of what is hidden."""
    for number in range(MOST):
        office.thing(f"domain:d{number}.ru", START + timedelta(days=3), responsible=2)
    office.sync()
    sites = [f"site:s{number}.ru" for number in range(OF_CHANGES + 2)]
    for one in sites:
        office.thing(one, None, responsible=2)
    found(office, *(Change(Code.SEEN_AGAIN, one) for one in sites), Change(Code.GONE, SITE))

    first = posted(office)["Ольга"]
    office.go()
    second = posted(office)["Ольга"]

    lines = [line for line in first.text.splitlines() if line.startswith("- ")]
    assert lines[0] == "- Больше нет: romashka.ru."
    assert (first.matters, first.hidden, first.changes) == (MOST, OF_CHANGES, OF_CHANGES)
    assert "Ещё 3 изменения придут" in first.text
    assert (second.changes, second.hidden) == (3, 3)


def test_many_that_changed_together_are_one_line_for_each_who_answers(either: Office) -> None:
    """And each reads of his own things alone."""
    sites = ("site:a.ru", "site:b.ru", "site:c.ru")
    for one, person in zip(sites, (2, 2, 3), strict=True):
        either.thing(one, None, responsible=person)
    params = {"now": ["198.18.16.9"], "things": [*sites], "count": 3}
    found(either, Change(Code.ADDRESSES, sites[0], params, things=sites))

    told = posted(either)
    assert "2 сайта переехали на 198.18.16.9: a.ru, b.ru" in told["Ольга"].text
    assert "c.ru: переезд на" in told["Пётр"].text


def test_what_a_finding_tells_already_is_not_told_besides(office: Office) -> None:
    """A site that broke is a task by its trouble: no line says it a second time."""
    hand = Hand("site_down", Severity.HIGH, {"state": "site.server_error"})
    down = {Asset.parse(SITE): [hand]}
    asyncio.run(
        office.database.write(lambda c: keep_troubles(c, "romashka", "run", down, {}, office.at))
    )
    found(office, use(SITE, "used", "broken"), use("site:other.ru", "used", "broken"))

    told = posted(office)
    assert (told["Ольга"].matters, told["Ольга"].changes) == (1, 0)
    assert told["Дежурная"].changes == 1


def test_the_agency_chooses_by_its_settings(office: Office, tmp_path: Path) -> None:
    """A change may be a task, a line, or the webhook's alone; a word that is none is refused."""
    tell = {"registrar_changed": "webhook", "addresses_changed": "task"}
    read = load({"changes": {"tell": tell}}, environ={"HOME": str(tmp_path)}, folder=tmp_path)
    moved = Change(Code.ADDRESSES, SITE, {"now": ["198.18.16.9"], "was": ["198.18.16.1"]})
    found(office, registrar("REGRU-RU", "BEGET-RU"), moved, tell=read.changes.tell)
    office.sync()

    (task,) = tracker(office).tasks()
    assert "переезд на 198.18.16.9" in task.text
    for bad in ({"registrar": "task"}, {"gone": "loudly"}):
        with pytest.raises(BadSettings):
            load({"changes": {"tell": bad}}, environ={"HOME": str(tmp_path)}, folder=tmp_path)


def test_news_grow_old(office: Office) -> None:
    """What nobody was told for a fortnight is history, and the table does not grow for ever."""
    found(office, Change(Code.GONE, SITE))
    office.go(NEWS_FOR.days + 1)
    assert posted(office) == {}

    office.go(90)
    found(office, Change(Code.RETURNED, SITE))
    assert office.database.read(lambda c: c.scalars(select(NOTICE.c.code)).all()) == ["returned"]


def test_two_digests_at_once_tell_a_change_once(either: Office) -> None:
    """On one day, and around midnight, when each is another day's."""

    async def both() -> list[Post]:
        late = either.at + timedelta(days=1)
        moments = (either.at, either.at, late)
        return await asyncio.gather(
            *(digest(either.settings, lambda at=at: at, either.channels, send=True) for at in moments)
        )  # fmt: skip

    found(either, Change(Code.GONE, SITE))
    asyncio.run(both())

    (box,) = either.channels
    assert isinstance(box, Postbox)
    assert sum("Больше нет" in letter.text for letter in box.letters) == 1


@pytest.mark.parametrize("dies_at", [1, 2])
def test_killed_or_run_twice_the_task_is_made_once(
    database_url: str, tmp_path: Path, dies_at: int
) -> None:
    """The process dies at one of its calls outside, and two more follow at once."""
    office = Office(database_url)
    office.person("Дежурная")
    office.thing(DOMAIN, None, responsible=1)
    found(office, registrar("REGRU-RU", "BEGET-RU"))
    file = tmp_path / "tracker.db"

    def run(hours: int, dies: int) -> subprocess.Popen[bytes]:
        at = (office.at + timedelta(hours=hours)).isoformat()
        arguments = [database_url, str(file), at, str(dies_at), "0", str(dies)]
        return subprocess.Popen([sys.executable, one_run.__file__, *arguments])

    run(0, dies_at).wait()
    for one in [run(1, 0), run(1, 0)]:
        assert one.wait() == 0
    (task,) = Tracker(file, clock=office.clock).tasks()
    assert task.status == "open"
    office.close()
