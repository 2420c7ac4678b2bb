"""Bitrix24: one task, found again whatever happens on the way; its limits heeded, its errors understood."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import pytest

from scanner.service.trackers import sinks_of, trackers_doctor
from scanner.trackers.contract import (
    Later,
    Refused,
    TaskPatch,
    TaskRef,
    TaskSink,
    TaskStatus,
    Uncertain,
)
from scanner.trackers.desk import ShutOut
from scanner.trackers.pacing import Bucket
from tests.peers import bitrix24
from tests.peers.bitrix24 import OWNER, TOKEN, Portal
from tests.peers.web import Authority, Reply, web
from tests.probes.kit.net.loopback import run
from tests.scanner.trackers.settled import LOOPBACK, MARKER, NOW, clock, new_task, settings

T = TypeVar("T")
Story = Callable[[TaskSink, Portal], Awaitable[T]]


@pytest.fixture
def tell(trusted: Path, authority: Authority, tmp_path: Path) -> Callable[..., Any]:
    """Run a story with a portal of its own."""

    def run_story(story: Story[T], portal: Portal | None = None, **options: Any) -> T:
        async def play() -> T:
            here = portal or Portal(clock)
            async with web(here.answer, authority) as url:
                return await story(_sink(url, tmp_path, **options), here)

        return run(play())

    return run_story


def _sink(url: str, folder: Path, **options: Any) -> TaskSink:
    office = {"kind": "bitrix24", "allow_net": LOOPBACK, **options}
    secret = f"{url}/rest/{OWNER}/{TOKEN}/"
    (sink,) = sinks_of(settings(folder, {"office": office}, {"office": secret}), clock)
    return sink


def test_a_task_says_what_it_must(tell: Callable[..., Any]):
    """Title with the marker, text whose brackets are only brackets, people, group, the day's end in Moscow."""

    async def story(sink: TaskSink, portal: Portal) -> dict[str, Any]:
        ref = await sink.create(new_task(responsible="123", watchers=("9",), project="17"))
        assert ref.id == "3711"
        assert ref.url
        assert ref.url.endswith("/company/personal/user/123/tasks/task/view/3711/")
        return portal.tasks["3711"]

    task = tell(story)

    assert task["title"] == "[RVZ-7K3QX] Продлить до 04.05.2026: пример.рф (домен)"
    assert task["deadline"] == "2026-05-04T18:00:00+03:00"
    assert (task["responsibleId"], task["auditors"], task["groupId"]) == ("123", ["9"], 17)
    assert task["xmlId"] == "revizor:RVZ-7K3QX"
    assert "[B]Клиент:[/B] Ромашка" in task["description"]
    assert "[B]ненадёжно" not in task["description"]
    assert "[*]Оплатите счёт." in task["description"]


def _steps(portal: Portal) -> list[str]:
    (root,) = [one for one in portal.items if not one["PARENT_ID"]]
    assert root["TITLE"] == MARKER
    return [one["TITLE"] for one in portal.items if one["PARENT_ID"] == root["ID"]]


def test_the_steps_are_a_checklist_that_follows_what_is_to_be_done(tell: Callable[..., Any]):
    """A step that is no longer right goes, what is ticked off and what people added stays; nothing comes twice."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        ref = await sink.create(new_task(steps=("Войдите.", "Оплатите.")))
        assert _steps(portal) == ["Войдите.", "Оплатите."]
        portal.items[1]["IS_COMPLETE"] = "Y"
        theirs = {"ID": "9", "TASK_ID": ref.id, "PARENT_ID": 0, "TITLE": "Своё", "IS_COMPLETE": "N"}
        portal.items.append({**theirs, "ID": "99", "PARENT_ID": "9"})

        for _ in range(2):
            patch = TaskPatch(lines=(), steps=("Не оплачивайте.",))
            await sink.update(ref, patch)

        assert _steps(portal) == ["Войдите.", "Не оплачивайте."]
        assert [one["ID"] for one in portal.items if one["TITLE"] == "Своё"] == ["99"]

    tell(story)


@pytest.mark.parametrize("how", [bitrix24.INTERNAL, bitrix24.NO_SCOPE, "before"])
def test_a_checklist_that_fails_makes_no_second_task(tell: Callable[..., Any], how: Any):
    """The task stands, its description says the steps, and nobody is told that it was not created."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        portal.fail("task.checklistitem.add", how)
        ref = await sink.create(new_task(steps=("Оплатите счёт.",)))
        assert list(portal.tasks) == [ref.id]
        assert "[*]Оплатите счёт." in portal.tasks[ref.id]["description"]

    tell(story)


@pytest.mark.parametrize(
    ("scopes", "is_active", "code", "level"),
    [
        (["task"], True, "bitrix24_owner_unseen", "ok"),
        (["task", "user_brief"], True, "bitrix24_owner_seen", "ok"),
        (["task", "user"], False, "bitrix24_owner_left", "fail"),
    ],
)
def test_the_doctor_tells_of_the_webhooks_owner_what_it_may_know(
    tell: Callable[..., Any], scopes: list[str], is_active: bool, code: str, level: str
):
    """When he last logged in; that he left is a failure; how old the webhook is no method tells."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        portal.scopes, portal.owner_is_active = scopes, is_active
        checks = {check.code: check for check in await sink.preflight()}
        assert checks[code].level == level
        assert "bitrix24_age" in checks
        if code == "bitrix24_owner_seen":
            assert checks[code].params == {"last": "2026-02-17", "since": "2024-02-10"}

    tell(story)


def test_who_names_nobody_leaves_it_to_the_settings_else_to_the_owner(tell: Callable[..., Any]):
    """A task always has somebody: Bitrix24 takes none without."""

    async def story(sink: TaskSink, portal: Portal) -> str:
        ref = await sink.create(new_task())
        return str(portal.tasks[ref.id]["responsibleId"])

    assert tell(story) == OWNER
    assert tell(story, responsible="9") == "9"


def test_a_task_is_found_by_its_marker_open_or_closed(tell: Callable[..., Any]):
    """Neither a namesake of the pattern nor a stranger's task is taken for it."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        ref = await sink.create(new_task())
        await sink.create(new_task(marker="RVZ-7K3QXA"))
        portal.tasks["9000"] = {"id": "9000", "title": "О RVZ-7K3QX говорили", "status": "2"}
        await sink.update(ref, TaskPatch(close=True))

        assert [one.id for one in await sink.find(MARKER)] == [ref.id]
        assert await sink.find("RVZ-ZZZZZ") == ()

    tell(story)


def test_the_hundredth_task_of_a_list_is_found_too(tell: Callable[..., Any]):
    """A list comes fifty at a time."""

    async def story(sink: TaskSink, portal: Portal) -> tuple[TaskRef, ...]:
        for number in range(120):
            title = f"о [RVZ-7K3Q] {number}, не [{MARKER}X]"
            portal.tasks[str(number)] = {"id": str(number), "title": title, "status": "2"}
        portal.tasks["500"] = {"id": "500", "title": f"[{MARKER}] тут", "status": "2"}
        return await sink.find(MARKER)

    assert [one.id for one in tell(story, burst=40)] == ["500"]


@pytest.mark.parametrize("offset", [-8, 0, 3, 12])
@pytest.mark.parametrize("heeds", [True, False])
def test_the_day_is_the_same_wherever_the_portal_stands(
    tell: Callable[..., Any], offset: int, heeds: bool
):
    """Whether a portal heeds the offset of a deadline or drops it: the day read back is the day set."""

    async def story(sink: TaskSink, portal: Portal) -> date | None:
        portal.offset, portal.heeds_offsets = timezone(timedelta(hours=offset)), heeds
        await sink.find(MARKER)  # as always before one is created
        ref = await sink.create(new_task())
        return (await sink.get(ref)).deadline

    assert tell(story) == date(2026, 5, 4)


def test_a_change_keeps_the_marker_and_says_why(tell: Callable[..., Any]):
    """The title changes and stays findable; a closed task is closed once, and opened again once."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        ref = await sink.create(new_task(responsible="123"))
        patch = TaskPatch(
            title="Продлить до 06.05.2026", deadline=date(2026, 5, 6), comment="Срок [B]"
        )
        await sink.update(ref, patch)
        assert portal.tasks[ref.id]["title"] == f"[{MARKER}] Продлить до 06.05.2026"
        assert portal.comments == [(ref.id, "Срок [\u2060B]")]
        assert (await sink.get(ref)).deadline == date(2026, 5, 6)

        for _ in range(2):
            await sink.update(ref, TaskPatch(close=True))
            assert (await sink.get(ref)).status is TaskStatus.DONE
        for _ in range(2):
            await sink.update(ref, TaskPatch(reopen=True))
            assert (await sink.get(ref)).status is TaskStatus.OPEN

    tell(story)


def test_a_deleted_task_is_gone(tell: Callable[..., Any]):
    """A portal answers with an empty list for what is not there, or not for our eyes."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        assert (await sink.get(TaskRef("77"))).status is TaskStatus.GONE
        with pytest.raises(Refused, match="deleted"):
            await sink.update(TaskRef("77"), TaskPatch(comment="?"))

    tell(story)


@pytest.mark.parametrize(
    ("how", "error", "until"),
    [
        (bitrix24.QUERY_LIMIT, Later, NOW + timedelta(seconds=15)),
        (bitrix24.OPERATION_TIME, Later, NOW + timedelta(minutes=7)),
        (bitrix24.PLAN_401, ShutOut, None),
        (bitrix24.PLAN_403, ShutOut, None),
        (bitrix24.NO_WEBHOOK, ShutOut, None),
        (bitrix24.NO_SCOPE, ShutOut, None),
        (bitrix24.INTERNAL, Uncertain, None),
        (Reply(502, b"<html>Bad gateway</html>"), Uncertain, None),
        (Reply(503, b"<html>overloaded</html>"), Uncertain, None),
        (Reply(429, b"slow down", (("Retry-After", "30"),)), Later, NOW + timedelta(seconds=30)),
        (Reply(200, b"<html>a login page</html>"), Uncertain, None),
        (Reply(200, b'{"result": []}'), Uncertain, None),
        (Reply(302, b"", (("Location", "https://evil.example/"),)), Refused, None),
        ("before", Uncertain, None),
    ],
)
def test_check_14_every_answer_means_what_the_documentation_says(
    tell: Callable[..., Any], how: Any, error: type[Exception], until: datetime | None
):
    """Refused for good, not now, nobody knows, or shut out until somebody mends that: whatever was to be
    said then is not lost. And nothing of the webhook is in what is told."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        portal.fail("tasks.task.add", how)
        with pytest.raises(error) as caught:
            await sink.create(new_task())
        assert getattr(caught.value, "not_before", None) == until
        assert TOKEN not in str(caught.value)
        assert "<" not in str(caught.value)
        assert portal.tasks == {}

    tell(story)


def test_check_14_a_required_field_is_refused_in_plain_words_and_named_by_the_doctor(
    tell: Callable[..., Any], trusted: Path, authority: Authority, tmp_path: Path
):
    """HTML of an error is no HTML any more; with the field in the settings the portal is content."""
    portal = Portal(clock)
    portal.required = {"UF_AUTO_PLACE": "Место работ"}

    async def story(sink: TaskSink, portal: Portal) -> None:
        with pytest.raises(Refused, match=r'Не заполнено поле "Место работ" Заполните его\.'):
            await sink.create(new_task())
        checks = {(check.level, check.code): check.params for check in await sink.preflight()}
        wanted = {"field": "UF_AUTO_PLACE", "title": "Место работ"}
        assert checks["fail", "field_required"] == wanted

    async def given(sink: TaskSink, portal: Portal) -> None:
        assert (await sink.create(new_task())).id
        assert ("ok", "field_given") in {(one.level, one.code) for one in await sink.preflight()}

    tell(story, portal)
    tell(given, portal, fields={"UF_AUTO_PLACE": "Офис"})


def test_check_14_a_slow_success_is_found_before_it_is_created_twice(tell: Callable[..., Any]):
    """The portal did it and was not heard: Uncertain, and the marker finds the one task there is."""

    async def story(sink: TaskSink, portal: Portal) -> None:
        portal.fail("tasks.task.add", "after")
        create = asyncio.ensure_future(sink.create(new_task()))
        while not portal.tasks:
            await asyncio.sleep(0)
        with pytest.raises(Uncertain):
            await create

        (found,) = await sink.find(MARKER)
        assert [found.id] == list(portal.tasks)

    tell(story, patience=0.5)


def test_a_refused_connection_did_nothing(trusted: Path, authority: Authority, tmp_path: Path):
    """Nothing was sent, so nothing is uncertain; a search that breaks off is none either."""

    async def story() -> None:
        portal = Portal(clock)
        async with web(portal.answer, authority) as url:
            sink = _sink(url, tmp_path)
            portal.fail("tasks.task.list", "before")
            with pytest.raises(Later):
                await sink.find(MARKER)
        with pytest.raises(Later):
            await sink.create(new_task())

    run(story())


def test_a_certificate_that_nobody_vouches_for_gets_no_secret(authority: Authority, tmp_path: Path):
    """Without the authority's trust nothing is sent, and nothing is uncertain."""

    async def story() -> list[Any]:
        portal = Portal(clock)
        async with web(portal.answer, authority) as url:
            with pytest.raises(Later, match="certificate"):
                await _sink(url, tmp_path).create(new_task())
        return portal.calls

    assert run(story()) == []


def test_a_private_portal_is_dialled_only_when_the_operator_says_so(
    trusted: Path, authority: Authority, tmp_path: Path
):
    """The guard asks for `allow_net` of that tracker."""

    async def story() -> list[Any]:
        portal = Portal(clock)
        async with web(portal.answer, authority) as url:
            with pytest.raises(Refused, match="allow_net"):
                await _sink(url, tmp_path, allow_net=["10.0.0.0/8"]).create(new_task())
        return portal.calls

    assert run(story()) == []


def test_requests_never_come_faster_than_a_portal_bears():
    """A bucket of ours that is smaller than theirs: whatever we do, theirs does not overflow."""
    ours, level, at, now = Bucket(2, 30), 0.0, 0.0, 0.0

    for number in range(500):
        now += ours.wait(now) + (3 if number == 250 else 0)
        level, at = max(0.0, level - (now - at) * 2) + 1, now
        assert level <= 50

    assert now > (500 - 30) / 2 - 6


def test_the_doctor_shows_whose_webhook_it_is_and_creates_nothing(
    trusted: Path, authority: Authority, tmp_path: Path
):
    """In both languages; the secret stays where it is."""

    async def story(language: str) -> str:
        portal = Portal(clock)
        portal.offset = UTC  # type: ignore[assignment]
        async with web(portal.answer, authority) as url:
            office = {"kind": "bitrix24", "allow_net": LOOPBACK}
            secret = f"{url}/rest/{OWNER}/{TOKEN}/"
            chosen = settings(tmp_path, {"office": office}, {"office": secret})
            checks = await trackers_doctor(chosen, clock, language)
        assert portal.tasks == {}
        assert {check.level for check in checks} == {"ok", "warn"}
        return "\n".join(check.said for check in checks)

    said = run(story("ru"))
    assert "Ольга Сервисная" in said
    assert "уволится" in said
    assert "Ольга Сервисная" in run(story("en"))
    assert TOKEN not in said


def test_an_unusable_secret_is_said_without_it(tmp_path: Path):
    """Neither here nor in a representation does it show."""
    from scanner.settings import BadSettings

    chosen = settings(tmp_path, {"office": {"kind": "bitrix24"}}, {"office": f"http://x/{TOKEN}"})
    with pytest.raises(BadSettings, match="incoming webhook") as caught:
        sinks_of(chosen, clock)

    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(chosen)
    with pytest.raises(BadSettings, match="REVIZOR_TRACKER_OFFICE_SECRET"):
        sinks_of(settings(tmp_path, {"office": {"kind": "bitrix24"}}), clock)
