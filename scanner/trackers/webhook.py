"""Our own JSON, signed, to whoever wants to receive it: for task managers without a public interface.

The contract `revizor.task/1` is told in `.docs/webhook.md`, with a recipe for the receiver.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from probes.kit.net.own_service import ServiceTrouble
from scanner.trackers.contract import (
    Check,
    Later,
    Letter,
    NewTask,
    Refused,
    TaskPatch,
    TaskRef,
    TaskState,
    TaskStatus,
)
from scanner.trackers.desk import Desk, Heard, ShutOut, encoded
from scanner.trackers.options import WebhookOptions
from scanner.trackers.secret import Secret

SCHEMA = "revizor.task/1"


class WebhookSink:
    """One receiver, of tasks, of messages or of both."""

    def __init__(self, name: str, options: WebhookOptions, desk: Desk, key: Secret) -> None:
        self._name = name
        self._options = options
        self._desk = desk
        self._key = key

    @property
    def name(self) -> str:
        """The name it has in the settings."""
        return self._name

    async def preflight(self) -> tuple[Check, ...]:
        """Reach it without an event: with OPTIONS, which changes nothing by its definition (RFC 9110 9.3.7)."""
        try:
            answer = await self._desk.hear("OPTIONS", self._options.url)
            self._desk.settled(answer, writes=False)
        except ServiceTrouble as trouble:
            said = str(self._desk.trouble(trouble, writes=False))
            return (Check("fail", "no_answer", {"said": said}),)
        except (Refused, ShutOut) as error:
            return (Check("fail", "refused", {"said": str(error)}),)
        except Later as error:
            return (Check("warn", "no_answer", {"said": str(error)}),)
        return (Check("ok", "webhook_reached", {"status": str(answer.status)}),)

    async def find(self, marker: str) -> tuple[TaskRef, ...]:
        """Ask for the marker where the receiver answers; else return nothing, and rely on its keys."""
        if not self._options.answers:
            return ()
        heard = await self._tell("task.find", f"find-{marker}", {"marker": marker}, writes=False)
        if heard.status >= 400:
            raise self._desk.refusal(heard)
        rows = heard.field("tasks")
        if not isinstance(rows, list):
            raise Later(f"{self._name}: it answered task.find without a list of tasks")
        return tuple(
            TaskRef(str(row["id"]), _url(row))
            for row in rows
            if isinstance(row, dict) and row.get("id")
        )

    async def create(self, task: NewTask) -> TaskRef:
        """Tell of it under its marker as key: however often it comes, it is one task."""
        told = {"task": msgspec.to_builtins(task)}
        heard = await self._tell("task.create", task.marker, told, writes=True)
        if heard.status >= 400 and heard.status != 409:
            raise self._desk.refusal(heard)
        answer = heard.json if isinstance(heard.json, dict) else {}
        return TaskRef(str(answer.get("id") or task.marker), _url(answer))

    async def update(self, ref: TaskRef, patch: TaskPatch) -> None:
        """Tell what has changed; what has not is not in it."""
        nothing = msgspec.to_builtins(TaskPatch())
        changes = {
            key: value for key, value in msgspec.to_builtins(patch).items() if value != nothing[key]
        }
        told = {"id": ref.id, "patch": changes}
        day = self._desk.now().date().isoformat()
        digest = hashlib.sha256(encoded([told, day])).hexdigest()[:32]
        heard = await self._tell("task.update", f"update-{digest}", told, writes=True)
        if heard.status >= 400 and heard.status != 409:
            raise self._desk.refusal(heard)

    async def get(self, ref: TaskRef) -> TaskState:
        """Ask where the receiver answers; else it stands as far as we know: open."""
        if not self._options.answers:
            return TaskState(ref, TaskStatus.OPEN, None)
        heard = await self._tell("task.get", f"get-{ref.id}", {"id": ref.id}, writes=False)
        if heard.status in (404, 410):
            return TaskState(ref, TaskStatus.GONE, None)
        if heard.status >= 400:
            raise self._desk.refusal(heard)
        return _state(ref, heard, self._name)

    async def send(self, letter: Letter) -> None:
        """Tell of a message under its key."""
        told = {"to": letter.to, "subject": letter.subject, "text": letter.text}
        heard = await self._tell("message", letter.key, {"message": told}, writes=True)
        if heard.status >= 400 and heard.status != 409:
            raise self._desk.refusal(heard)

    async def changed(self, key: str, told: Mapping[str, Any]) -> None:
        """Tell what a rescan found different, under its key."""
        heard = await self._tell("changes", key, told, writes=True)
        if heard.status >= 400 and heard.status != 409:
            raise self._desk.refusal(heard)

    async def _tell(self, event: str, key: str, told: Mapping[str, Any], *, writes: bool) -> Heard:
        moment = self._desk.now()
        at = moment.isoformat(timespec="seconds")
        body = encoded({"schema": SCHEMA, "event": event, "key": key, "at": at, **told})
        timestamp = str(int(moment.timestamp()))
        return await self._desk.ask(
            "POST",
            self._options.url,
            headers=(
                ("Content-Type", "application/json; charset=utf-8"),
                ("Idempotency-Key", key),
                ("X-Revizor-Timestamp", timestamp),
                ("X-Revizor-Signature", "sha256=" + signature(self._key, timestamp, body)),
            ),
            body=body,
            writes=writes,
        )


def signature(key: Secret, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 over `timestamp.body`, in hex."""
    signed = timestamp.encode("ascii") + b"." + body
    return hmac.new(key.text.encode(), signed, hashlib.sha256).hexdigest()


def _state(ref: TaskRef, heard: Heard, name: str) -> TaskState:
    try:
        status = TaskStatus(str(heard.field("status")))
        deadline = heard.field("deadline")
        day = date.fromisoformat(str(deadline)) if deadline else None
    except ValueError as error:
        raise Later(f"{name}: it answered task.get in words of its own") from error
    responsible = heard.field("responsible")
    return TaskState(ref, status, day, str(responsible) if responsible else None)


def _url(row: Mapping[str, Any]) -> str | None:
    url = row.get("url")
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else None
