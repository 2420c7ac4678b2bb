"""The signed webhook: proved, told once in effect, retried only where that is right."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.service.trackers import channels_of, sinks_of, trackers_doctor
from scanner.trackers.contract import (
    Later,
    Letter,
    Refused,
    TaskPatch,
    TaskSink,
    TaskStatus,
    Uncertain,
)
from scanner.trackers.desk import ShutOut
from tests.peers.receiver import KEY, Receiver
from tests.peers.web import HangUp, Reply, web
from tests.probes.kit.net.loopback import run
from tests.scanner.trackers.settled import LOOPBACK, MARKER, NOW, clock, new_task, settings

LETTER = Letter(key="digest:2026-04-20:7", to="petrov", subject="Сводка", text="Текст")


def desk(url: str, **more: Any) -> dict[str, Any]:
    """What an operator writes."""
    return {"desk": {"kind": "webhook", "url": url + "/in", "allow_net": LOOPBACK, **more}}


def tell(
    folder: Path, story: Callable[[Any, Receiver], Awaitable[Any]], key: str = KEY, **more: Any
) -> Any:
    """Run a story with a receiver of its own."""

    async def play() -> Any:
        receiver = Receiver(clock)
        async with web(receiver.answer) as url:
            chosen = settings(folder, desk(url, **more), {"desk": key})
            posts = sinks_of(chosen, clock) or channels_of(chosen, clock)
            return await story(posts[0], receiver)

    return run(play())


def test_a_task_that_is_told_twice_is_one(tmp_path: Path):
    """The marker is the key: the second time it is answered with 409 and the same number."""

    async def story(sink: TaskSink, receiver: Receiver) -> None:
        first = await sink.create(new_task(responsible="petrov"))
        assert await sink.create(new_task(responsible="petrov")) == first
        assert first.url == "https://desk.example/100"
        assert len(receiver.tasks) == 1
        told = json.loads(receiver.heard[0].body)
        assert (told["schema"], told["event"], told["key"]) == (
            "revizor.task/1",
            "task.create",
            MARKER,
        )
        assert told["task"]["deadline"] == "2026-05-04"
        assert told["task"]["steps"] == ["Оплатите счёт.", "Запишите новый срок."]
        assert told["at"] == "2026-04-20T09:30:00+00:00"

    tell(tmp_path, story)


def test_a_receiver_that_answers_is_asked(tmp_path: Path):
    """`task.find` and `task.get`; what was changed is read back."""

    async def story(sink: TaskSink, receiver: Receiver) -> None:
        assert await sink.find(MARKER) == ()
        ref = await sink.create(new_task(responsible="petrov"))
        assert await sink.find(MARKER) == (ref,)
        await sink.update(ref, TaskPatch(deadline=date(2026, 5, 6), watchers=(), close=True))
        state = await sink.get(ref)
        assert (state.status, state.deadline) == (TaskStatus.DONE, date(2026, 5, 6))
        patch = json.loads(receiver.heard[-2].body)["patch"]
        assert patch == {"deadline": "2026-05-06", "watchers": [], "close": True}
        receiver.tasks.clear()
        assert (await sink.get(ref)).status is TaskStatus.GONE

    tell(tmp_path, story, answers=True)


@pytest.mark.parametrize(
    ("date_header", "is_told"),
    [
        ("Mon, 20 Apr 2026 20:00:00 GMT", True),
        ("Mon, 30 Mar 2026 09:30:00 GMT", False),
        ("yesterday, I think", True),
    ],
)
def test_a_clock_that_is_weeks_from_the_receivers_tells_nothing_more(
    tmp_path: Path, date_header: str, is_told: bool
):
    """One of the two is wrong; if it is ours, today is a false day, and so are its reminders."""

    async def story(sink: TaskSink, receiver: Receiver) -> None:
        receiver.next.append(Reply(200, b'{"id": "7"}', (("Date", date_header),)))
        await sink.create(new_task(responsible="petrov"))
        if is_told:
            await sink.create(new_task(responsible="petrov"))
        else:
            with pytest.raises(Later, match=r"clock says 2026-03-30 .* machine's 2026-04-20"):
                await sink.create(new_task(responsible="petrov"))
        assert len(receiver.heard) == 1 + is_told

    tell(tmp_path, story)


def test_a_receiver_that_only_takes_is_not_asked(tmp_path: Path):
    """Its keys are relied on; as far as we know its tasks stand open."""

    async def story(sink: TaskSink, receiver: Receiver) -> None:
        assert await sink.find(MARKER) == ()
        ref = await sink.create(new_task())
        assert (await sink.get(ref)).status is TaskStatus.OPEN
        assert len(receiver.heard) == 1

    tell(tmp_path, story)


def test_a_wrong_key_is_refused_and_not_shown(tmp_path: Path):
    """The receiver checks what it is told; who cannot sign is told so."""

    async def story(sink: TaskSink, receiver: Receiver) -> None:
        with pytest.raises(ShutOut, match="signature"):
            await sink.create(new_task())
        receiver.next.append(Reply(400, f"you sent {KEY}x".encode()))
        with pytest.raises(Refused) as caught:
            await sink.create(new_task())
        assert KEY not in str(caught.value)

    tell(tmp_path, story, key=KEY + "x")


@pytest.mark.parametrize(
    ("answer", "error", "until"),
    [
        (Reply(429, b"", (("Retry-After", "90"),)), Later, NOW + timedelta(seconds=90)),
        (
            Reply(429, b"", (("Retry-After", "Mon, 20 Apr 2026 10:00:00 GMT"),)),
            Later,
            NOW + timedelta(minutes=30),
        ),
        (Reply(500, b""), Uncertain, None),
        (Reply(503, b""), Uncertain, None),
        (HangUp(), Uncertain, None),
        (Reply(400, b"no"), Refused, None),
        (Reply(401, b"no"), ShutOut, None),
        (Reply(410, b"gone"), Refused, None),
    ],
)
def test_an_answer_decides_whether_it_is_told_again(
    tmp_path: Path, answer: Any, error: type[Exception], until: Any
):
    """429 and 5xx come again, other 4xx do not."""

    async def story(sink: TaskSink, receiver: Receiver) -> None:
        receiver.next.append(answer)
        with pytest.raises(error) as caught:
            await sink.create(new_task())
        assert getattr(caught.value, "not_before", None) == until
        assert (await sink.create(new_task())).id == "100"

    tell(tmp_path, story)


def test_check_9_a_redirect_is_a_failure(tmp_path: Path):
    """A redirected POST would come to nobody and look like a success: it is not followed."""

    async def story(channel: Any, receiver: Receiver) -> None:
        for status in (301, 302, 303, 307, 308):
            receiver.next.append(Reply(status, b"", (("Location", "/elsewhere"),)))
            with pytest.raises(Refused, match="redirects"):
                await channel.send(LETTER)
        assert {one.target for one in receiver.heard} == {"/in"}
        assert receiver.messages == []

    tell(tmp_path, story, tasks=False, messages=True)


def test_a_message_comes_once(tmp_path: Path):
    """Its key is the letter's."""

    async def story(channel: Any, receiver: Receiver) -> None:
        await channel.send(LETTER)
        await channel.send(LETTER)
        assert receiver.messages == [{"to": "petrov", "subject": "Сводка", "text": "Текст"}]

    tell(tmp_path, story, tasks=False, messages=True)


def test_the_doctor_sends_no_event(tmp_path: Path):
    """It asks with OPTIONS, and says that the signature is not proved by that."""

    async def story() -> None:
        receiver = Receiver(clock)
        async with web(receiver.answer) as url:
            checks = await trackers_doctor(settings(tmp_path, desk(url), {"desk": KEY}), clock)
        assert [(one.level, one.code) for one in checks] == [("ok", "webhook_reached")]
        assert [one.method for one in receiver.heard] == ["OPTIONS"]

    run(story())
