"""Redmine's issues, by its REST interface (https://www.redmine.org/projects/redmine/wiki/Rest_api)."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from scanner.trackers.contract import (
    Check,
    Later,
    NewTask,
    Refused,
    TaskPatch,
    TaskRef,
    TaskState,
    TaskStatus,
    Uncertain,
)
from scanner.trackers.desk import Desk, Heard, ShutOut, encoded
from scanner.trackers.markup import WRITERS, comment, marked, marker_in
from scanner.trackers.options import RedmineOptions
from scanner.trackers.secret import Secret

_PAGE = 100
_MOST_PAGES = 5


class RedmineSink:
    """Issues of one Redmine. The marker stands in the subject, and in a custom field where there is one."""

    def __init__(self, name: str, options: RedmineOptions, desk: Desk, key: Secret) -> None:
        self._name = name
        self._options = options
        self._desk = desk
        self._key = key
        self._base = options.url.rstrip("/")
        self._statuses: dict[int, bool] | None = None

    @property
    def name(self) -> str:
        """The name it has in the settings."""
        return self._name

    async def preflight(self) -> tuple[Check, ...]:
        """Prove the key, show whose it is, and look at the project."""
        try:
            return tuple([check async for check in self._look_over()])
        except (Refused, ShutOut) as error:
            return (Check("fail", "refused", {"said": str(error)}),)
        except Later as error:
            return (Check("fail", "no_answer", {"said": str(error)}),)

    async def find(self, marker: str) -> tuple[TaskRef, ...]:
        """Return the issues, open or closed, that carry the marker, the oldest first."""
        field = self._options.marker_field
        found = await self._search({f"cf_{field}": marker}, marker) if field else {}
        # A person may have emptied the field, or changed the subject: either will do.
        found.update(await self._search({"subject": f"~{marker}"}, marker))
        return tuple(found[number] for number in sorted(found))

    async def create(self, task: NewTask) -> TaskRef:
        """Create it; raise Refused, Later or Uncertain."""
        options = self._options
        issue: dict[str, Any] = {
            "project_id": task.project or options.project,
            "subject": marked(task.marker, task.title),
            "description": WRITERS[options.markup](task.lines, task.steps),
            # Else it begins today, and what is overdue may not end before it begins.
            "start_date": "",
            "due_date": task.deadline.isoformat(),
            "custom_fields": self._custom(task.marker),
        }
        if options.tracker is not None:
            issue["tracker_id"] = options.tracker
        if options.priority is not None:
            issue["priority_id"] = options.priority
        if responsible := task.responsible or options.responsible:
            issue["assigned_to_id"] = responsible
        if task.watchers:
            issue["watcher_user_ids"] = list(task.watchers)
        heard = await self._ask("POST", "/issues.json", {"issue": issue}, writes=True)
        if heard.status != 201:
            raise self._refusal(heard)
        number = heard.field("issue", "id")
        if not isinstance(number, int):
            raise Uncertain(f"{self._name}: an issue was created without saying its number")
        return self._ref(number)

    async def update(self, ref: TaskRef, patch: TaskPatch) -> None:
        """Change what is said, remark on it, close or reopen; watchers are added, never removed."""
        issue = await self._issue(ref)
        if issue is None:
            raise Refused(f"{self._name}: issue {ref.id} was deleted, or the key may not see it")
        for watcher in self._missing_watchers(issue, patch):
            heard = await self._ask(
                "POST", f"{self._path(ref)}/watchers.json", {"user_id": watcher}, writes=True
            )
            if heard.status >= 400:
                raise self._refusal(heard)
        changes = self._changes(issue, patch)
        wanted = await self._status_for(issue, patch)
        if wanted is not None:
            changes["status_id"] = wanted
        if not changes:
            return
        heard = await self._ask("PUT", f"{self._path(ref)}.json", {"issue": changes}, writes=True)
        if heard.status >= 400:
            raise self._refusal(heard)
        if wanted is not None:
            await self._check_status(ref, wanted)

    async def get(self, ref: TaskRef) -> TaskState:
        """Return how it stands."""
        issue = await self._issue(ref)
        if issue is None:
            return TaskState(ref, TaskStatus.GONE, None)
        closed = await self._is_closed(issue)
        assigned = _id_of(issue.get("assigned_to"))
        return TaskState(
            ref,
            TaskStatus.DONE if closed else TaskStatus.OPEN,
            _day(issue.get("due_date")),
            None if assigned is None else str(assigned),
        )

    async def _look_over(self) -> AsyncIterator[Check]:
        user = await self._read("/users/current.json")
        login, number = user.field("user", "login"), user.field("user", "id")
        params = {"login": self._desk.shown(str(login or "?")), "id": str(number or "?")}
        yield Check("ok", "redmine_user", params)
        project = await self._ask(
            "GET",
            f"/projects/{quote(self._options.project, safe='')}.json?include=trackers",
            None,
            writes=False,
        )
        named = {"project": self._options.project}
        if project.status != 200:
            yield Check("fail", "redmine_no_project", named)
            return
        yield Check("ok", "redmine_project", named)
        tracker = self._options.tracker
        if tracker is not None and tracker not in _ids(project.field("project", "trackers")):
            yield Check("fail", "redmine_no_tracker", {"id": str(tracker)})
        yield await self._marker_check()
        if not any((await self._kinds()).values()):
            yield Check("fail", "redmine_no_closed_status")

    async def _marker_check(self) -> Check:
        """Say how tasks are found again. A filter that Redmine does not know it passes over, and finds all."""
        field = self._options.marker_field
        if field is None:
            return Check("ok", "marker_in_title")
        sought = urlencode({f"cf_{field}": secrets.token_hex(8), "status_id": "*", "limit": "1"})
        heard = await self._read("/issues.json?" + sought)
        level = "fail" if heard.field("total_count") else "ok"
        code = "redmine_no_field" if level == "fail" else "marker_in_field"
        return Check(level, code, {"id": str(field)})

    async def _search(self, query: dict[str, str], marker: str) -> dict[int, TaskRef]:
        """Return issues by number. Without `status_id=*` Redmine would show the open ones alone."""
        found: dict[int, TaskRef] = {}
        for page in range(_MOST_PAGES):
            sought = {**query, "status_id": "*", "sort": "id:desc", "limit": str(_PAGE)}
            heard = await self._read("/issues.json?" + urlencode(sought | {"offset": page * _PAGE}))
            rows = heard.field("issues")
            if not isinstance(rows, list):
                raise Later(f"{self._name}: it answered a search without a list of issues")
            for issue in rows:
                if isinstance(issue, dict) and self._marker_of(issue) == marker:
                    found[issue["id"]] = self._ref(issue["id"])
            if len(rows) < _PAGE:
                break
        return found

    async def _issue(self, ref: TaskRef) -> dict[str, Any] | None:
        heard = await self._ask(
            "GET", f"{self._path(ref)}.json?include=watchers", None, writes=False
        )
        if heard.status in (403, 404):
            return None
        issue = heard.field("issue")
        if heard.status != 200 or not isinstance(issue, dict):
            raise self._refusal(heard)
        return issue

    def _changes(self, issue: dict[str, Any], patch: TaskPatch) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if patch.title is not None:
            marker = self._marker_of(issue)
            changes["subject"] = marked(marker, patch.title) if marker else patch.title
        if patch.lines is not None:
            changes["description"] = WRITERS[self._options.markup](patch.lines, patch.steps)
        if patch.deadline is not None:
            changes["due_date"] = patch.deadline.isoformat()
            begins = _day(issue.get("start_date"))
            if begins is not None and begins > patch.deadline:
                changes["start_date"] = changes["due_date"]
        if patch.responsible is not None:
            changes["assigned_to_id"] = patch.responsible
        if patch.comment:
            changes["notes"] = comment(self._options.markup, patch.comment)
        return changes

    async def _status_for(self, issue: dict[str, Any], patch: TaskPatch) -> int | None:
        """Return the status to set; None where it is closed, or open, already."""
        if not (patch.close or patch.reopen) or await self._is_closed(issue) is patch.close:
            return None
        given = self._options.closed_status if patch.close else self._options.open_status
        if given is not None:
            return given
        kinds = await self._kinds()
        fitting = [number for number, closed in kinds.items() if closed is patch.close]
        if not fitting:
            raise Refused(f"{self._name}: it has no status to {'close' if patch.close else 'open'}")
        return fitting[0]

    async def _check_status(self, ref: TaskRef, wanted: int) -> None:
        """Redmine passes over a status that its workflow does not allow, and says nothing."""
        issue = await self._issue(ref)
        if issue is not None and _id_of(issue.get("status")) != wanted:
            raise Refused(
                f"{self._name}: its workflow does not let us set status {wanted} of issue {ref.id}"
            )

    async def _is_closed(self, issue: dict[str, Any]) -> bool:
        status = issue.get("status")
        told = status.get("is_closed") if isinstance(status, dict) else None
        if isinstance(told, bool):
            return told
        kinds = await self._kinds()  # before 5.1 the issue itself does not tell
        return kinds.get(_id_of(status) or 0, False)

    async def _kinds(self) -> dict[int, bool]:
        """Return the statuses in Redmine's order: whether each is a closed one."""
        if self._statuses is None:
            heard = await self._read("/issue_statuses.json")
            rows = heard.field("issue_statuses")
            if not isinstance(rows, list):
                raise Later(f"{self._name}: it answered without its statuses")
            self._statuses = {
                row["id"]: bool(row.get("is_closed"))
                for row in rows
                if isinstance(row, dict) and isinstance(row.get("id"), int)
            }
        return self._statuses

    def _missing_watchers(self, issue: dict[str, Any], patch: TaskPatch) -> list[str]:
        watching = {str(number) for number in _ids(issue.get("watchers"))}
        return [one for one in patch.watchers or () if one not in watching]

    def _custom(self, marker: str) -> list[dict[str, Any]]:
        fields = [
            {"id": int(key) if key.isdigit() else key, "value": value}
            for key, value in self._options.fields.items()
        ]
        if self._options.marker_field is not None:
            fields.append({"id": self._options.marker_field, "value": marker})
        return fields

    def _marker_of(self, issue: dict[str, Any]) -> str | None:
        rows = issue.get("custom_fields")
        for row in rows if isinstance(rows, list) else []:
            if (
                isinstance(row, dict)
                and row.get("id") == self._options.marker_field
                and row.get("value")
            ):
                return str(row["value"])
        return marker_in(str(issue.get("subject") or ""))

    async def _read(self, path: str) -> Heard:
        heard = await self._ask("GET", path, None, writes=False)
        if heard.status != 200:
            raise self._refusal(heard)
        return heard

    async def _ask(self, method: str, path: str, value: Any, *, writes: bool) -> Heard:
        return await self._desk.ask(
            method,
            self._base + path,
            headers=(
                ("X-Redmine-API-Key", self._key.text),
                ("Content-Type", "application/json"),
            ),
            body=b"" if value is None else encoded(value),
            writes=writes,
        )

    def _refusal(self, heard: Heard) -> Refused:
        errors = heard.field("errors")
        if isinstance(errors, list) and errors:
            return self._desk.refusal(heard, "; ".join(str(one) for one in errors))
        if heard.status == 403:
            said = "its owner may not do this, or the REST interface is switched off"
            return self._desk.refusal(heard, said)
        return self._desk.refusal(heard)

    def _path(self, ref: TaskRef) -> str:
        return f"/issues/{quote(ref.id, safe='')}"

    def _ref(self, number: int) -> TaskRef:
        return TaskRef(str(number), f"{self._base}/issues/{number}")


def _ids(rows: Any) -> list[int]:
    found = (_id_of(row) for row in rows) if isinstance(rows, list) else iter(())
    return [number for number in found if number is not None]


def _id_of(row: Any) -> int | None:
    number = row.get("id") if isinstance(row, dict) else None
    return number if isinstance(number, int) else None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
