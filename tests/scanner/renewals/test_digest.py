"""One message a day for each person: the most urgent first, what is hidden counted, when the job last ran."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from scanner.assets import Advice
from scanner.evidence import Evidence
from scanner.evidence.due import Due, DueBook
from scanner.registry.words import Decision, Lifecycle
from scanner.renewals.digest import MOST
from scanner.service.arguments import UnknownThing
from scanner.service.digests import Post, digest
from scanner.service.renewing import renewals
from scanner.verdicts.cadence import LookKind
from tests.scanner.renewals.office import START, Office
from tests.scanner.renewals.tracker import Postbox, Tracker


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency with a manager, somebody on duty, a tracker and mail."""
    opened = Office(database_url)
    opened.person("Дежурная")
    opened.person("Ольга")
    opened.sinks, opened.channels = [Tracker(clock=opened.clock)], [Postbox()]
    yield opened
    opened.close()


def _post(office: Office, *, send: bool = False, person: str | None = None) -> Post:
    return asyncio.run(
        digest(office.settings, office.clock, office.channels, send=send, person=person)
    )


def _box(office: Office) -> Postbox:
    (channel,) = office.channels
    assert isinstance(channel, Postbox)
    return channel


def test_one_message_a_day_the_most_urgent_first(office: Office) -> None:
    """However often it is sent; tomorrow's is another."""
    for days in (30, 3, 12, -2):
        office.thing(f"domain:in{days}.ru", START + timedelta(days=days), responsible=2)
    office.sync()

    _post(office, send=True)
    _post(office, send=True)
    today = [letter.subject for letter in _box(office).letters]
    office.go()
    _post(office, send=True)

    (letter, tomorrow) = _box(office).letters
    assert today == ["Продления на 2\u00a0марта\u00a02026\u00a0г.: 4 дела"]
    assert "Последний успешный проход: 2\u00a0марта" in letter.text
    names = [line.partition("г.: ")[2] for line in letter.text.splitlines()[:4]]
    assert [name.partition(" ")[0] for name in names] == ["in-2.ru", "in3.ru", "in12.ru", "in30.ru"]
    assert letter.text.startswith("просрочено на 3 дня")  # the last working day was before the end
    assert tomorrow.key != letter.key


def test_what_is_hidden_is_counted(office: Office) -> None:
    """A mail of a hundred lines hides the one that matters."""
    for number in range(MOST + 7):
        office.thing(f"domain:thing{number}.ru", START + timedelta(days=5), responsible=2)
    office.sync()

    (message,) = _post(office).messages

    assert (message.matters, message.hidden) == (MOST + 7, 7)
    assert "И ещё 7 дел" in message.text


def test_what_is_being_ended_is_no_news(office: Office) -> None:
    """Neither what is archived, nor what the client gave up, nor what is far away."""
    office.thing(
        "domain:a.ru", START + timedelta(days=5), responsible=2, lifecycle=Lifecycle.ARCHIVED
    )
    office.thing(
        "hosting:b", START + timedelta(days=5), responsible=2, verdict=Advice.SWITCH_OFF,
        decision=Decision.APPROVED, lifecycle=Lifecycle.OFF_SCHEDULED,
    )  # fmt: skip
    office.thing("domain:c.ru", START + timedelta(days=300), responsible=2)
    office.sync()

    assert _post(office).messages == ()


def test_the_person_on_duty_hears_of_the_job_itself(office: Office) -> None:
    """Missed runs, refused messages, things nobody answers for: even when nothing of hers is due."""
    office.thing("domain:a.ru", START + timedelta(days=30), responsible=2)
    office.sinks[0].down = "refused"  # type: ignore[union-attr]
    office.sync()
    office.go(4)

    duty, olga = _post(office).messages

    assert (duty.person, duty.matters) == ("Дежурная", 0)
    assert "Пропущено 3 прохода" in duty.text
    assert "Пропущено 3 прохода" in olga.text
    assert "1 сообщение отвергнуто" in duty.text
    assert "отвергнут" not in olga.text
    with pytest.raises(UnknownThing):
        _post(office, person="Никто")


def test_a_person_without_an_address_is_told_of(office: Office) -> None:
    """The digest is there to read, and the run says that it did not reach him."""
    office.person("Немая", trackers={})
    office.thing("domain:a.ru", START + timedelta(days=5), responsible=3)
    office.sync()
    office.channels = []

    post = _post(office, send=True)

    assert [one.sent_to for one in post.messages] == [()]
    assert not post.complete


def test_the_list_of_renewals(office: Office) -> None:
    """What ends soon or has ended, filtered by client, project and person; in two languages."""
    project = office.project("Сайт", 2)
    near = office.thing(
        "domain:near.ru", START + timedelta(days=5), price="1200", auto_renew=True, name="Ромашка"
    )
    office.belongs(near, project)
    office.thing("domain:far.ru", START + timedelta(days=90))
    office.thing("domain:late.ru", START - timedelta(days=5))
    office.sync()

    def listed(**how: object) -> str:
        found = asyncio.run(renewals(office.settings, office.clock, **how))  # type: ignore[arg-type]
        return "\n".join(found)

    lines = listed(language="en").splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["2026-02-25", "2026-03-07"]
    assert "Expired, recoverable" in lines[1]
    assert lines[2].split("  ")[-1] == "yes"
    assert "RUB 1,200" in lines[2]
    assert listed(within=120).count("\n") == 3
    assert "Ромашка" in listed(manager="Ольга", language="ru")
    assert listed(manager="Ольга").count("\n") == listed(project="Сайт").count("\n") == 1
    assert listed(client="romashka", unpaid_only=True).count("\n") == 2
    assert '"amount":"1200"' in listed(as_json=True)
    with pytest.raises(UnknownThing):
        listed(manager="Никто")


def test_it_says_when_things_were_looked_at_last_and_what_is_overdue(office: Office) -> None:
    """To everybody; whoever is on duty hears of looks that are not made even when nothing else is due."""
    evidence, book = Evidence(office.database), DueBook(office.database)
    assert _post(office).messages == ()

    async def looked_once() -> None:
        run = await evidence.begin("romashka", {}, "home", office.at - timedelta(days=3))
        await evidence.finish(run.id, office.at - timedelta(days=3), complete=True)
        broken = await evidence.begin("romashka", {}, "home", office.at - timedelta(days=1))
        await evidence.finish(broken.id, office.at - timedelta(days=1), complete=False)
        due = Due("site:romashka.ru", LookKind.USE, office.at - timedelta(days=2))
        await book.replace("romashka", [due])

    asyncio.run(looked_once())
    office.sync()
    (told,) = _post(office).messages

    assert told.person == "Дежурная"
    assert "последний раз успешно проверены: 27\u00a0февраля" in told.text
    assert "Проверка 1 клиента просрочена" in told.text
