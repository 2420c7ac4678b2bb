"""What rescans find different is told to the receiver of the settings: signed, and once in effect."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec import structs

from scanner import service
from scanner.settings import BadSettings, Changes, load
from scanner.trackers.options import WebhookOptions
from scanner.trackers.secret import Secrets
from tests.peers.receiver import KEY, Receiver
from tests.peers.web import HangUp, Reply, web
from tests.scanner.elsewhere import CLIENT, STUB, Changed, Desk, content, day
from tests.scanner.replayed import Watch


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
        await service.rescan_over(net, CLIENT, desk.settings, clock, Watch())


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
            assert await service.tell_changes(desk.settings, lambda: now) == {}
            await changed(desk, 2, 3)
            assert await service.tell_changes(desk.settings, lambda: now) == {"sent": 1}
            assert await service.tell_changes(desk.settings, lambda: now) == {}
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
            first = await service.tell_changes(desk.settings, lambda: now)
            assert "sent" not in first
            assert sum(first.values()) == 1
            now += timedelta(hours=1)
            assert await service.tell_changes(desk.settings, lambda: now) == {"sent": 1}
        assert len(receiver.changes) == 1
        assert len({one.headers["idempotency-key"] for one in receiver.heard}) == 1

    asyncio.run(story())


def test_a_receiver_that_is_none_is_refused(tmp_path: Path) -> None:
    """In a sentence, before anything is looked at."""
    with pytest.raises(BadSettings, match=r"no \[trackers.crm\] of the kind webhook"):
        load({"changes": {"webhook": "crm"}}, environ={"HOME": str(tmp_path)}, folder=tmp_path)
