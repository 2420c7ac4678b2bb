"""A Bitrix24 portal on loopback, written from its documentation (bitrix24/b24restdocs): version 2 of the
REST interface behind an incoming webhook, with its limits, its errors and its odd answers.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.peers.web import Answer, HangUp, Reply, Request, Silence

TOKEN = "s3cr3tw3bh00kt0k3n"
OWNER = "456"
_PATH = re.compile(r"/rest/([0-9]+)/([A-Za-z0-9]+)/([A-Za-z.]+)\.json")
_FILTERS = {"ID", "GROUP_ID", "CREATED_BY", "RESPONSIBLE_ID", "TITLE", "REAL_STATUS"}
_PAGE = 50

QUERY_LIMIT = (503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
OPERATION_TIME = (429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit")
PLAN_401 = (401, "ACCESS_DENIED", "REST is available only by subscription")
PLAN_403 = (403, "ACCESS_DENIED", "REST is available only on commercial plans")
NO_WEBHOOK = (401, "INVALID_CREDENTIALS", "Invalid request credentials")
NO_SCOPE = (401, "insufficient_scope", "The request requires higher privileges")
INTERNAL = (500, "INTERNAL_SERVER_ERROR", "Internal server error")


class Refusal(Exception):
    """A method's own error."""

    def __init__(self, description: str, code: str = "ERROR_CORE", status: int = 400) -> None:
        super().__init__(description)
        self.answer = (status, code, description)


class Portal:
    """One portal: users, tasks, and what goes wrong next."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.users = {OWNER: ("Ольга", "Сервисная"), "9": ("Пётр", "Петров"), "123": ("Анна", "К")}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.comments: list[tuple[str, str]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.items: list[dict[str, Any]] = []
        """Items of checklists, and the checklists, which are items without a parent."""
        self.scopes = ["task"]
        self.owner_is_active = True
        self.required: dict[str, str] = {}
        """Fields that this portal wants besides the usual: name to title."""
        self.offset = timezone(timedelta(hours=3))
        self.heeds_offsets = True
        """Else the wall clock of a deadline is read as the server's own, whatever its offset."""
        self.next: deque[tuple[str, Any]] = deque()
        """What goes wrong: a method (or "*") and an error of above, "after" (it is done, and then
        there is silence), "lost" (it is done, and the line breaks), "before" (nothing is done, and nobody hears of it), or a whole Reply."""
        self.level = 0.0
        self.leaks, self.bears = 2.0, 50
        self.highest = 0.0
        self._at: float | None = None

    def fail(self, method: str, how: Any, times: int = 1) -> None:
        """Let the next calls of a method go wrong."""
        self.next.extend([(method, how)] * times)

    async def answer(self, request: Request) -> Answer:
        """Answer one request."""
        found = _PATH.fullmatch(request.target)
        if found is None or (found[1], found[2]) != (OWNER, TOKEN):
            return self._error(*NO_WEBHOOK)
        method = found[3]
        parameters = json.loads(request.body or b"{}")
        if self._is_full():
            return self._error(*QUERY_LIMIT)
        self.calls.append((method, parameters))
        how = self._trouble(method)
        if isinstance(how, tuple):
            return self._error(*how) if not isinstance(how, Reply) else how
        if how == "before":
            return HangUp()
        try:
            result = self._done(method, parameters)
        except Refusal as refusal:
            return self._error(*refusal.answer)
        if how == "after":
            return Silence()
        if how == "lost":
            return HangUp()
        return Reply(200, json.dumps({"result": result, "time": self._time()}).encode())

    def _is_full(self) -> bool:
        """The leaky bucket: every request counts, and what is above the mark is turned away."""
        now = asyncio.get_running_loop().time()
        gone = 0.0 if self._at is None else now - self._at
        self.level = max(0.0, self.level - gone * self.leaks) + 1
        self._at = now
        self.highest = max(self.highest, self.level)
        return self.level > self.bears

    def _trouble(self, method: str) -> Any:
        if self.next and self.next[0][0] in ("*", method):
            return self.next.popleft()[1]
        return None

    def _error(self, status: int, code: str, description: str) -> Reply:
        told = {"error": code, "error_description": description}
        if status == 429:
            told["time"] = self._time()  # type: ignore[assignment]
        return Reply(status, json.dumps(told).encode())

    def _time(self) -> dict[str, Any]:
        now = self.clock()
        return {
            "start": now.timestamp(),
            "date_start": now.astimezone(self.offset).isoformat(timespec="seconds"),
            "operating_reset_at": int((now + timedelta(minutes=7)).timestamp()),
            "operating": 0.1,
        }

    def _done(self, method: str, parameters: dict[str, Any]) -> Any:
        match method:
            case "profile":
                name, last = self.users[OWNER]
                return {"ID": OWNER, "ADMIN": False, "NAME": name, "LAST_NAME": last}
            case "scope":
                return self.scopes
            case "tasks.task.getFields":
                return {"fields": self._fields()}
            case "task.item.userfield.getlist":
                return [{"FIELD_NAME": one, "MANDATORY": "Y"} for one in self.required]
            case "tasks.task.list":
                return self._list(parameters)
            case "tasks.task.add":
                return {"task": self._add(parameters.get("fields") or {})}
            case "tasks.task.get":
                task = self.tasks.get(str(parameters["taskId"]))
                return {"task": task} if task else []
            case "tasks.task.update":
                return {"task": self._update(self._task(parameters), parameters["fields"])}
            case "tasks.task.complete" | "tasks.task.renew":
                return {"task": self._turn(self._task(parameters), method)}
            case "user.current":
                return {
                    "ID": OWNER, "ACTIVE": self.owner_is_active, "LAST_LOGIN": "2026-02-17T21:21:38+03:00",
                    "DATE_REGISTER": "2024-02-10T03:00:00+03:00",
                }  # fmt: skip
            case _ if method.startswith("task.checklistitem."):
                return self._checklist(method.rpartition(".")[2], parameters)
            case "task.commentitem.add":
                task = self._task({"taskId": parameters["TASKID"]})
                self.comments.append((task["id"], parameters["FIELDS"]["POST_MESSAGE"]))
                return len(self.comments)
        raise Refusal("Method not found!", "ERROR_METHOD_NOT_FOUND", 404)

    def _checklist(self, act: str, parameters: dict[str, Any]) -> Any:
        task = self._task({"taskId": parameters["TASKID"]})
        mine = [one for one in self.items if one["TASK_ID"] == task["id"]]
        match act:
            case "getlist":
                return list(reversed(mine))
            case "add":
                fields = parameters["FIELDS"]
                if not str(fields.get("TITLE") or "").strip():
                    raise Refusal("TASKS_ERROR_EXCEPTION_#8; Item name not specified; 8/TE<br>")
                number = 430 + len(self.items)
                item = {"ID": str(number), "TASK_ID": task["id"], "IS_COMPLETE": "N"}
                parent = fields.get("PARENT_ID", 0)
                self.items.append({**item, **fields, "PARENT_ID": str(parent) if parent else 0})
                return number
            case "delete":
                self.items = [one for one in self.items if one["ID"] != str(parameters["ITEMID"])]
                return True
        raise Refusal("Method not found!", "ERROR_METHOD_NOT_FOUND", 404)

    def _fields(self) -> dict[str, Any]:
        usual: dict[str, Any] = {
            "ID": {"title": "ID", "type": "integer", "primary": True},
            "TITLE": {"title": "Title", "type": "string", "required": True},
            "CREATED_BY": {"title": "Creator", "type": "integer", "required": True},
            "RESPONSIBLE_ID": {"title": "Assignee", "type": "integer", "required": True},
            "DEADLINE": {"title": "Deadline", "type": "datetime", "default": None},
        }
        return usual | {
            one: {"title": title, "type": "string"} for one, title in self.required.items()
        }

    def _add(self, fields: dict[str, Any]) -> dict[str, Any]:
        if not fields:
            raise Refusal("Could not find value for parameter {fields} (internal error)", "100")
        if not fields.get("TITLE"):
            raise Refusal("Task title not specified<br>")
        missing = [title for one, title in self.required.items() if not fields.get(one)]
        if missing:
            raise Refusal(f"Не заполнено поле &quot;{missing[0]}&quot;<br>Заполните его.<br>")
        task: dict[str, Any] = {
            "id": str(3711 + len(self.tasks)),
            "status": "2",
            "createdBy": OWNER,
        }
        self._update(task, fields)
        self.tasks[task["id"]] = task
        return task

    def _update(self, task: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        for name, value in fields.items():
            match name:
                case "RESPONSIBLE_ID":
                    if str(value) not in self.users:
                        raise Refusal('User specified in the "Assignee" field not found<br>')
                    task["responsibleId"] = str(value)
                case "DEADLINE":
                    task["deadline"] = self._kept(value)
                case "AUDITORS":
                    task["auditors"] = [str(one) for one in value]
                case _:
                    words = name.lower().split("_")
                    task[words[0] + "".join(map(str.capitalize, words[1:]))] = value
        return task

    def _kept(self, text: str) -> str:
        moment = datetime.fromisoformat(text)
        if not self.heeds_offsets:
            moment = moment.replace(tzinfo=self.offset)
        return moment.astimezone(self.offset).isoformat(timespec="seconds")

    def _task(self, parameters: dict[str, Any]) -> dict[str, Any]:
        task = self.tasks.get(str(parameters["taskId"]))
        if task is None:
            raise Refusal("Action on the task is not allowed (internal error)", "0")
        return task

    def _turn(self, task: dict[str, Any], method: str) -> dict[str, Any]:
        done = task["status"] == "5"
        if done is (method == "tasks.task.complete"):
            raise Refusal("Action on the task is not allowed (internal error)", "0")
        task["status"] = "2" if done else "5"
        return task

    def _list(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Filters that it does not know are passed over, as a portal does."""
        wanted = {k: v for k, v in (parameters.get("filter") or {}).items() if k in _FILTERS}
        rows = sorted(self.tasks.values(), key=lambda task: int(task["id"]))
        if "TITLE" in wanted:
            like = re.escape(wanted["TITLE"]).replace("%", ".*").replace("_", ".")
            rows = [task for task in rows if re.fullmatch(like, task["title"], re.DOTALL)]
        start = int(parameters.get("start") or 0)
        return {"tasks": rows[start : start + _PAGE]}
