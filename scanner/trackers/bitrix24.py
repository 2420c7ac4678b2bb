"""Bitrix24's tasks, by version 2 of its REST interface: version 3 cannot search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from scanner.trackers.bitrix24_call import Bitrix24Calls
from scanner.trackers.bitrix24_steps import give_steps
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
from scanner.trackers.desk import ShutOut
from scanner.trackers.markup import bbcode, comment, marked, marker_in
from scanner.trackers.options import Bitrix24Options

_XML_ID = "revizor:"
_PAGE = 50
_MOST_PAGES = 10
_DONE = frozenset({"4", "5"})
"""Awaiting control: he says that he is done, and nobody of us controls it. Completed."""
_SEEN = ["ID", "TITLE", "STATUS", "DEADLINE", "RESPONSIBLE_ID", "XML_ID", "DESCRIPTION"]
_KNOWS_USERS = frozenset({"user", "user_brief", "user_basic"})
"""Scopes with which a webhook may ask about its owner."""
_OURS = frozenset(
    {"TITLE", "DESCRIPTION", "CREATED_BY", "RESPONSIBLE_ID", "DEADLINE", "AUDITORS", "XML_ID"}
)


class Bitrix24Sink:
    """Tasks of one portal. The marker stands in the title, where it is searched, and in XML_ID."""

    def __init__(
        self, name: str, options: Bitrix24Options, calls: Bitrix24Calls, zone: ZoneInfo
    ) -> None:
        """Deadlines are days in `zone`."""
        self._name = name
        self._options = options
        self._calls = calls
        self._zone = zone

    @property
    def name(self) -> str:
        """The name it has in the settings."""
        return self._name

    async def preflight(self) -> tuple[Check, ...]:
        """Prove the webhook, show its owner, and name the fields that this portal requires."""
        try:
            return tuple([check async for check in self._look_over()])
        except (Refused, ShutOut) as error:
            return (Check("fail", "refused", {"said": str(error)}),)
        except Later as error:
            return (Check("fail", "no_answer", {"said": str(error)}),)

    async def find(self, marker: str) -> tuple[TaskRef, ...]:
        """Return the tasks, open or closed, whose title or XML_ID holds the marker, the oldest first."""
        found: dict[str, TaskRef] = {}
        for page in range(_MOST_PAGES):
            result = await self._calls.call(
                "tasks.task.list",
                {
                    "filter": {"TITLE": f"%{marker}%"},
                    "order": {"ID": "asc"},
                    "select": ["ID", "TITLE", "XML_ID", "RESPONSIBLE_ID"],
                    "start": page * _PAGE,
                },
                writes=False,
            )
            rows = result.get("tasks") if isinstance(result, dict) else None
            if not isinstance(rows, list):
                raise Later(f"{self._name}: tasks.task.list answered without a list of tasks")
            for task in rows:
                if _carries(task, marker):
                    ref = self._ref(task)
                    found[ref.id] = ref
            if len(rows) < _PAGE:
                break
        return tuple(found.values())

    async def create(self, task: NewTask) -> TaskRef:
        """Create it; raise Refused, Later or Uncertain."""
        fields: dict[str, Any] = {
            **self._options.fields,
            "TITLE": marked(task.marker, task.title),
            "DESCRIPTION": bbcode(task.lines, task.steps),
            "RESPONSIBLE_ID": _number(self._responsible(task.responsible)),
            "DEADLINE": self._moment(task.deadline),
            "XML_ID": _XML_ID + task.marker,
        }
        if task.watchers:
            fields["AUDITORS"] = [_number(one) for one in task.watchers]
        if group := task.project or self._options.group:
            fields["GROUP_ID"] = _number(group)
        result = await self._calls.call("tasks.task.add", {"fields": fields}, writes=True)
        created = result.get("task") if isinstance(result, dict) else None
        if not isinstance(created, dict) or not created.get("id"):
            raise Uncertain(f"{self._name}: tasks.task.add answered without the task's id")
        ref = self._ref(created)
        if task.steps:
            number = _number(ref.id)
            await give_steps(self._calls, number, task.marker, task.steps, is_new=True)
        return ref

    async def update(self, ref: TaskRef, patch: TaskPatch) -> None:
        """Change what is said, then close or reopen, and remark on it last."""
        task = await self._task(ref)
        if task is None:
            raise Refused(f"{self._name}: task {ref.id} was deleted, or the webhook cannot see it")
        if fields := self._changes(task, patch):
            await self._act("tasks.task.update", ref, fields=fields)
        if patch.steps and (marker := _marker_of(task)):
            await give_steps(self._calls, _number(ref.id), marker, patch.steps, is_new=False)
        done = str(task.get("status")) in _DONE
        if patch.close and not done:
            await self._act("tasks.task.complete", ref)
        elif patch.reopen and done:
            await self._act("tasks.task.renew", ref)
        if patch.comment:
            said = {"POST_MESSAGE": comment("bbcode", patch.comment)}
            parameters = {"TASKID": _number(ref.id), "FIELDS": said}
            await self._calls.call("task.commentitem.add", parameters, writes=True)

    async def get(self, ref: TaskRef) -> TaskState:
        """Return how it stands; its deadline is the day in the agency's zone."""
        task = await self._task(ref)
        if task is None:
            return TaskState(ref, TaskStatus.GONE, None)
        status = TaskStatus.DONE if str(task.get("status")) in _DONE else TaskStatus.OPEN
        responsible = task.get("responsibleId")
        return TaskState(
            ref,
            status,
            self._day(task.get("deadline")),
            str(responsible) if responsible else None,
        )

    async def _look_over(self) -> AsyncIterator[Check]:
        profile = await self._calls.call("profile", {}, writes=False)
        yield self._owner(profile if isinstance(profile, dict) else {})
        scopes = await self._calls.call("scope", {}, writes=False)
        scopes = scopes if isinstance(scopes, list) else []
        if scopes and "task" not in scopes:
            yield Check("fail", "no_task_scope")
        yield await self._owner_seen(scopes)
        yield Check("ok", "bitrix24_age")
        described = await self._calls.call("tasks.task.getFields", {}, writes=False)
        mandatory = await self._calls.call(
            "task.item.userfield.getlist", {"FILTER": {"MANDATORY": "Y"}}, writes=False
        )
        for field, title in sorted(_required(described, mandatory).items()):
            if field in self._options.fields:
                yield Check("ok", "field_given", {"field": field})
            elif field not in _OURS:
                params = {"field": field, "title": self._calls.shown(title) or field}
                yield Check("fail", "field_required", params)
        yield self._clock()

    def _owner(self, profile: dict[str, Any]) -> Check:
        """Say who the webhook acts as: when he leaves, it dies with his account."""
        name = " ".join(str(profile.get(key) or "") for key in ("NAME", "LAST_NAME")).strip()
        params = {
            "portal": self._calls.portal.removeprefix("https://"),
            "owner": self._calls.shown(name) or "?",
            "id": str(profile.get("ID") or self._calls.owner),
        }
        return Check("ok", "bitrix24_owner", params)

    async def _owner_seen(self, scopes: list[Any]) -> Check:
        """Say when the webhook's owner was last there, where the webhook may know it."""
        if not _KNOWS_USERS & {str(one) for one in scopes}:
            return Check("ok", "bitrix24_owner_unseen", {"scope": "user_brief"})
        user = await self._calls.call("user.current", {}, writes=False)
        user = user if isinstance(user, dict) else {}
        if user.get("ACTIVE") is False:
            return Check("fail", "bitrix24_owner_left")
        params = {
            name: moment.date().isoformat()
            for name, key in (("last", "LAST_LOGIN"), ("since", "DATE_REGISTER"))
            if (moment := _moment_in(user.get(key))) is not None
        }
        return Check("ok", "bitrix24_owner_seen", params)

    def _clock(self) -> Check:
        ours = self._calls.now().astimezone(self._zone).utcoffset()
        theirs = self._calls.offset.utcoffset(None) if self._calls.offset else None
        if theirs is None or theirs == ours:
            return Check("ok", "same_zone", {"zone": self._zone.key})
        return Check("warn", "other_zone", {"zone": self._zone.key, "theirs": str(theirs)})

    async def _task(self, ref: TaskRef) -> dict[str, Any] | None:
        """Return the task; None when there is none, or none that we may see."""
        result = await self._calls.call(
            "tasks.task.get", {"taskId": _number(ref.id), "select": _SEEN}, writes=False
        )
        task = result.get("task") if isinstance(result, dict) else None
        return task if isinstance(task, dict) and task else None

    def _changes(self, task: dict[str, Any], patch: TaskPatch) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if patch.title is not None:
            marker = _marker_of(task)
            fields["TITLE"] = marked(marker, patch.title) if marker else patch.title
        if patch.lines is not None:
            fields["DESCRIPTION"] = bbcode(patch.lines, patch.steps)
        if patch.deadline is not None:
            fields["DEADLINE"] = self._moment(patch.deadline)
        if patch.responsible is not None:
            fields["RESPONSIBLE_ID"] = _number(patch.responsible)
        if patch.watchers is not None:
            fields["AUDITORS"] = [_number(one) for one in patch.watchers]
        return fields

    async def _act(self, method: str, ref: TaskRef, **more: Any) -> None:
        await self._calls.call(method, {"taskId": _number(ref.id), **more}, writes=True)

    def _responsible(self, given: str | None) -> str:
        return given or self._options.responsible or self._calls.owner

    def _moment(self, day: date) -> str:
        """Spell a deadline in the portal's own offset: the same whether it heeds offsets or drops them."""
        moment = datetime.combine(day, time(self._options.hour), self._zone)
        return moment.astimezone(self._calls.offset or self._zone).isoformat(timespec="seconds")

    def _day(self, text: Any) -> date | None:
        moment = _moment_in(text)
        if moment is None:
            return None
        return (moment.astimezone(self._zone) if moment.tzinfo else moment).date()

    def _ref(self, task: dict[str, Any]) -> TaskRef:
        task_id = str(task.get("id"))
        user = str(task.get("responsibleId") or self._calls.owner)
        place = f"/company/personal/user/{user}/tasks/task/view/{task_id}/"
        return TaskRef(task_id, self._calls.portal + place)


def _carries(task: Any, marker: str) -> bool:
    """Say whether it is ours: a filter that a portal does not know is passed over, and lets all through."""
    if not isinstance(task, dict) or not task.get("id"):
        return False
    return _marker_of(task) == marker or f"[{marker}]" in str(task.get("title") or "")


def _marker_of(task: dict[str, Any]) -> str | None:
    xml_id = str(task.get("xmlId") or "")
    if xml_id.startswith(_XML_ID):
        return xml_id.removeprefix(_XML_ID)
    return marker_in(str(task.get("title") or ""))


def _required(described: Any, mandatory: Any) -> dict[str, str]:
    """Return the fields without which this portal takes no task, with their names for people."""
    fields = described.get("fields") if isinstance(described, dict) else None
    titles = {key: one for key, one in (fields or {}).items() if isinstance(one, dict)}
    found = {key: str(one.get("title") or "") for key, one in titles.items() if one.get("required")}
    for field in _mandatory(mandatory):
        found[field] = str(titles.get(field, {}).get("title") or "")
    return found


def _mandatory(rows: Any) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("MANDATORY") == "Y" and row.get("FIELD_NAME"):
            yield str(row["FIELD_NAME"])


def _moment_in(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _number(text: str) -> int | str:
    """Ids are numbers there; what is none is left for the portal to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text
