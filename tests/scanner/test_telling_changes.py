"""What rescans find different is told to the receiver of the settings: signed, and once in effect."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import insert

from probes.kit.net import HttpQuestion
from scanner.database import Database
from scanner.registry.party_rows import PERSON
from scanner.service import due_rescans, telling_changes
from scanner.service.digests import digest
from scanner.settings import Agency, BadSettings, Changes, load
from scanner.trackers.options import WebhookOptions
from scanner.trackers.secret import Secrets
from tests.peers.receiver import KEY, Receiver
from tests.peers.web import HangUp, Reply, web
from tests.scanner.elsewhere import ALIVE, CLIENT, STUB, Changed, Desk, content, day
from tests.scanner.renewals.tracker import Postbox
from tests.scanner.replayed import Heard, Watch


def told_to(desk: Desk, url: str) -> None:
    """Let the desk tell changes to a receiver there."""
    options = WebhookOptions(url=f"{url}/in", tasks=False, allow_net=("127.0.0.0/8",))
    desk.office.settings = structs.replace(
        desk.settings,
        trackers={"crm": options},
        tracker_secrets=Secrets({"crm": KEY}),
        changes=Changes(webhook="crm"),
    )


async def changed(desk: Desk, *days: float) -> None:
    """Rescan on these days; from the second on the stub's site is told to be another."""
    for moment in map(day, days):
        net, clock = Changed(content), partial(_always, moment)
        await due_rescans.rescan_over(net, CLIENT, desk.settings, clock, Watch())


def _always(moment: datetime) -> datetime:
    return moment


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    """An office with one audit done."""
    desk = Desk.at(tmp_path, database_url)
    desk.audit()
    return desk


def test_a_change_is_told_to_the_receiver_once(desk: Desk) -> None:
    """Signed, with its code, its thing and a sentence; a rescan without changes tells nothing."""

    async def story() -> None:
        now = day(2)
        receiver = Receiver(lambda: now)
        async with web(receiver.answer) as url:
            told_to(desk, url)
            await changed(desk, 1)
            assert await telling_changes.tell_changes(desk.settings, lambda: now) == {}
            await changed(desk, 2, 3)
            assert await telling_changes.tell_changes(desk.settings, lambda: now) == {"sent": 1}
            assert await telling_changes.tell_changes(desk.settings, lambda: now) == {}
        (told,) = receiver.changes
        (one,) = told["changes"]
        assert (told["client"], told["count"]) == (CLIENT, 1)
        assert (one["code"], one["asset"]) == ("use_changed", f"site:{STUB}")
        assert STUB in one["text"]

    asyncio.run(story())


@pytest.mark.parametrize("answer", [Reply(503, b""), HangUp(), Reply(401, b"")])
def test_what_could_not_be_told_is_told_later_under_the_same_key(
    tmp_path: Path, answer: Reply | HangUp
) -> None:
    """Whether it was heard or not: who takes each key once has it once."""

    async def story() -> None:
        now = day(2)
        receiver = Receiver(lambda: now)
        async with web(receiver.answer) as url:
            desk = Desk.at(tmp_path)
            await asyncio.to_thread(desk.audit)
            told_to(desk, url)
            await changed(desk, 1, 2)
            receiver.next.append(answer)
            first = await telling_changes.tell_changes(desk.settings, lambda: now)
            assert "sent" not in first
            assert sum(first.values()) == 1
            now += timedelta(hours=1)
            assert await telling_changes.tell_changes(desk.settings, lambda: now) == {"sent": 1}
        assert len(receiver.changes) == 1
        assert len({one.headers["idempotency-key"] for one in receiver.heard}) == 1

    asyncio.run(story())


def test_a_receiver_that_is_none_is_refused(tmp_path: Path) -> None:
    """In a sentence, before anything is looked at."""
    with pytest.raises(BadSettings, match=r"no \[trackers.crm\] of the kind webhook"):
        load({"changes": {"webhook": "crm"}}, environ={"HOME": str(tmp_path)}, folder=tmp_path)


class Down(Heard):
    """The tape, but the site that works shows an error."""

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, or with an error."""
        answer = await super().ask(question)
        if isinstance(question, HttpQuestion) and ALIVE in question.url:
            page = b"<html><head><title>500 Internal Server Error</title></head></html>"
            return structs.replace(answer, status=500, headers=(), body=page)
        return answer


def _digest(desk: Desk, number: float) -> str:
    """What the digest of that day tells whoever is on duty."""
    settings = structs.replace(desk.settings, agency=Agency(duty="Дежурная", language="en"))
    told = asyncio.run(digest(settings, lambda: day(number), [Postbox()], send=True))
    return "\n".join(message.text for message in told.messages)


@pytest.fixture
def on_duty(tmp_path: Path) -> Desk:
    """An office with one audit done, and somebody who is told what nobody else answers for."""
    desk = Desk.at(tmp_path)
    desk.audit()
    row = insert(PERSON).values(
        name="Дежурная", email="duty@example.org", trackers={}, active=True, since=day(0)
    )
    with Database.open(desk.settings.db) as database:
        asyncio.run(database.write(lambda c: c.execute(row).close()))
    return desk


def test_a_change_is_a_line_of_one_digest(on_duty: Desk) -> None:
    """The day it is found, by its name, and never again."""
    told = []
    for number in (1, 2, 3, 4):
        asyncio.run(changed(on_duty, number))
        told.append(_digest(on_duty, number + 0.1))

    assert [STUB in text for text in told] == [False, True, False, False]
    assert "Parking page" in told[1]


def test_what_breaks_is_told_by_its_trouble_alone_until_it_heals(on_duty: Desk) -> None:
    """One matter, open every day; that it works again is a change like others."""

    def live(number: float, net: Heard) -> str:
        work = due_rescans.rescan_over(net, CLIENT, on_duty.settings, lambda: day(number), Watch())
        asyncio.run(work)
        return _digest(on_duty, number + 0.1)

    down = [live(number, Down()) for number in (1, 2, 3)]
    up = [live(number, Heard()) for number in (4, 5, 6.5, 7)]

    assert [text.count(ALIVE) for text in down] == [1, 1, 1]
    assert all("What has changed" not in text for text in down)
    assert all("Put right" not in text for text in up)
    assert sum(text.count(ALIVE) for text in up) <= 1
