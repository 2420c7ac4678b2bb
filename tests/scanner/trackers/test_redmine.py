"""Redmine itself: a task is created once, found open or closed, changed, closed, and understood."""

from __future__ import annotations

import html
import json
import urllib.request
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scanner.service.clock import now
from scanner.service.trackers import sinks_of, trackers_doctor
from scanner.trackers.contract import (
    Later,
    Line,
    Refused,
    TaskPatch,
    TaskRef,
    TaskSink,
    TaskStatus,
    Uncertain,
)
from tests.peers.redmine import Redmine, redmine
from tests.peers.web import HangUp, Reply, Request, web
from tests.probes.kit.net.loopback import run
from tests.scanner.trackers.settled import LOOPBACK, new_task, settings

__all__ = ["redmine"]

Story = Callable[[TaskSink], Awaitable[Any]]


def options(here: Redmine, **more: Any) -> dict[str, Any]:
    """What an operator writes."""
    usual = {
        "kind": "redmine",
        "url": here.url,
        "project": "renewals",
        "marker_field": here.known["field"],
        "allow_net": LOOPBACK,
    }
    return {key: one for key, one in {**usual, **more}.items() if one is not None}


def sink_of(here: Redmine, folder: Path, key: str = "robot", **more: Any) -> TaskSink:
    """The product's own way to this Redmine."""
    chosen = settings(folder, {"red": options(here, **more)}, {"red": str(here.known[key])})
    (sink,) = sinks_of(chosen, now)  # this Redmine goes by the machine's own clock
    return sink


def read(here: Redmine, path: str) -> Any:
    """What Redmine itself says."""
    key = {"X-Redmine-API-Key": here.known["robot"]}
    with urllib.request.urlopen(urllib.request.Request(here.url + path, headers=key)) as answer:
        return json.load(answer)


def marker(name: str) -> str:
    """A marker of the test's own: all share one Redmine."""
    return f"RVZ-{name}"


@pytest.mark.parametrize("with_field", [True, False])
def test_a_task_is_created_found_changed_and_closed(
    redmine: Redmine, tmp_path: Path, with_field: bool
):
    """By the custom field, or by the subject alone; closed issues are found as well."""
    here, mark = redmine, marker("A3QX7" if with_field else "B3QX7")
    more = {} if with_field else {"marker_field": None}
    manager, watcher = (str(here.known[one]) for one in ("manager", "watcher"))

    async def story() -> None:
        sink = sink_of(here, tmp_path, **more)
        assert await sink.find(mark) == ()
        ref = await sink.create(new_task(marker=mark, responsible=manager, watchers=(watcher,)))
        assert ref.url == f"{here.url}/issues/{ref.id}"
        assert await sink.find(mark) == (ref,)
        state = await sink.get(ref)
        assert (state.status, state.deadline) == (TaskStatus.OPEN, date(2026, 5, 4))
        assert state.responsible == manager

        patch = TaskPatch(
            title="Продлить до 06.05.2026",
            deadline=date(2026, 5, 6),
            watchers=(manager,),
            comment="Срок исправлен: *не* раньше.",
        )
        await sink.update(ref, patch)
        for _ in range(2):
            await sink.update(ref, TaskPatch(close=True))
            assert (await sink.get(ref)).status is TaskStatus.DONE
        assert await sink.find(mark) == (ref,)
        for _ in range(2):
            await sink.update(ref, TaskPatch(reopen=True))
            assert (await sink.get(ref)).status is TaskStatus.OPEN

        issue = read(here, f"/issues/{ref.id}.json?include=watchers,journals")["issue"]
        assert issue["subject"] == f"[{mark}] Продлить до 06.05.2026"
        assert issue["due_date"] == "2026-05-06"
        assert {str(one["id"]) for one in issue["watchers"]} >= {manager, watcher}
        notes = [one["notes"] for one in issue["journals"] if one["notes"]]
        assert len(notes) == 1

    run(story(), within=120)


def test_a_subject_that_lost_its_marker_is_found_by_the_field(redmine: Redmine, tmp_path: Path):
    """A person may rewrite the subject; the field keeps what he does not see as his."""
    mark = marker("C3QX7")

    async def story() -> None:
        sink = sink_of(redmine, tmp_path)
        ref = await sink.create(new_task(marker=mark))
        plain = sink_of(redmine, tmp_path, marker_field=None)
        await plain.update(ref, TaskPatch(title="Моё название"))
        await _rename(redmine, ref, "Моё название")

        assert await plain.find(mark) == ()
        assert await sink.find(mark) == (ref,)

    run(story(), within=60)


async def _rename(here: Redmine, ref: TaskRef, subject: str) -> None:
    request = urllib.request.Request(
        f"{here.url}/issues/{ref.id}.json",
        data=json.dumps({"issue": {"subject": subject}}).encode(),
        headers={"X-Redmine-API-Key": here.known["robot"], "Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


def test_nothing_foreign_becomes_a_picture_a_link_or_a_tag(redmine: Redmine, tmp_path: Path):
    """Redmine renders our Textile: what a name contains stays letters."""
    hostile = (
        '!https://evil.example/x.png! "a":https://evil.example/ *b* <script>alert(1)</script> '
        "{{include(Wiki)}} [[Secret]] #1 @code@ -gone- h1. <pre>"
    )

    async def story() -> str:
        sink = sink_of(redmine, tmp_path)
        lines = (Line("Имя", hostile), Line("", f"h1. {hostile}"))
        ref = await sink.create(new_task(marker=marker("D3QX7"), lines=lines, steps=(hostile,)))
        return ref.id

    number = run(story(), within=60)
    page = _rendered(redmine, number)

    assert html.unescape(page).count("!https://evil.example/x.png!") == 3
    assert page.count("<strong>") == 1
    for tag in ("<img", "<script", "<code", "<del", "<h1", "href=", "<pre"):
        assert tag not in page, tag


def _rendered(here: Redmine, number: str) -> str:
    """The description of an issue as Redmine shows it, from its Atom feed of changes."""
    key = here.known["robot"]
    with urllib.request.urlopen(f"{here.url}/issues.atom?key={key}&set_filter=1") as answer:
        feed = answer.read().decode()
    entry = next(one for one in feed.split("<entry>") if f"/issues/{number}<" in one)
    content = entry.split('type="html">', 1)[-1] if 'type="html">' in entry else entry
    return html.unescape(content.split("<content", 1)[-1].split("</content>")[0])


def test_what_redmine_refuses_is_refused_in_its_words(redmine: Redmine, tmp_path: Path):
    """A project that is not there, an assignee who is not a member, a key of a stranger."""

    async def refusal(sink: TaskSink, **more: Any) -> str:
        with pytest.raises(Refused) as caught:
            await sink.create(new_task(marker=marker("E3QX7"), **more))
        return str(caught.value)

    async def story() -> None:
        sink = sink_of(redmine, tmp_path)
        assert "Project cannot be blank" in await refusal(sink, project="nowhere")
        assert "Assignee is invalid" in await refusal(sink, responsible="1")
        assert "Project cannot be blank" in await refusal(sink_of(redmine, tmp_path, "stranger"))
        assert (await sink.get(TaskRef("999999"))).status is TaskStatus.GONE
        assert await sink.find(marker("E3QX7")) == ()

    run(story(), within=60)


def test_the_doctor_tells_whose_key_it_is_and_what_is_wrong_with_the_settings(
    redmine: Redmine, tmp_path: Path
):
    """It creates nothing, and says what to correct."""

    async def story(key: str, **more: Any) -> dict[str, str]:
        chosen = settings(tmp_path, {"red": options(redmine, **more)}, {"red": key})
        return {one.code: one.level for one in await trackers_doctor(chosen, now, "ru")}

    robot, stranger = redmine.known["robot"], redmine.known["stranger"]
    run(sink_of(redmine, tmp_path).create(new_task(marker=marker("F3QX7"))))
    before = read(redmine, "/issues.json?status_id=*")["total_count"]

    usual = {"redmine_user": "ok", "redmine_project": "ok", "marker_in_field": "ok"}
    assert run(story(robot)) == usual
    assert run(story(stranger)) == {"redmine_user": "ok", "redmine_no_project": "fail"}
    assert run(story("0" * 40)) == {"refused": "fail"}
    assert run(story(robot, marker_field=77, tracker=88))["redmine_no_field"] == "fail"
    assert run(story(robot, tracker=88))["redmine_no_tracker"] == "fail"
    assert read(redmine, "/issues.json?status_id=*")["total_count"] == before


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Reply(500, b"oops"), Uncertain),
        (Reply(502, b"oops"), Uncertain),
        (HangUp(), Uncertain),
        (Reply(201, b"not json"), Uncertain),
        (Reply(429, b"{}"), Later),
        (Reply(422, b'{"errors": ["Subject <b>is</b> too long"]}'), Refused),
        (Reply(301, b"", (("Location", "https://elsewhere.example/"),)), Refused),
        (Reply(200, b"<html>login</html>"), Refused),
    ],
)
def test_a_bad_answer_is_taken_for_what_it_is(tmp_path: Path, answer: Any, error: type[Exception]):
    """After a request that may have been carried out nobody knows; the key is in no message."""

    async def handle(request: Request) -> Any:
        return (
            Reply(answer.status, answer.body + KEY.encode(), answer.headers)
            if isinstance(answer, Reply)
            else answer
        )

    async def story() -> str:
        async with web(handle) as url:
            here = Redmine(url, {"robot": KEY, "field": 1})
            with pytest.raises(error) as caught:
                await sink_of(here, tmp_path).create(new_task())
            return str(caught.value)

    assert KEY not in run(story())


KEY = "a1b2c3d4e5f6a7b8c9d0"
