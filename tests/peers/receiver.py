"""A receiver of our signed JSON, as the recipe in `.docs/webhook.md` tells people to write one."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.peers.web import Answer, Reply, Request

KEY = "k3y-of-the-receiver-0123456789"


class Receiver:
    """Checks the signature and the moment, takes each key once, and keeps tasks."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.tasks: dict[str, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.heard: list[Request] = []
        self.next: deque[Answer] = deque()
        """Answers that come instead of its own."""

    async def answer(self, request: Request) -> Answer:
        """Answer one request."""
        self.heard.append(request)
        if self.next:
            return self.next.popleft()
        if request.method == "OPTIONS":
            return Reply(204, b"")
        if not self._is_signed(request):
            return Reply(401, b'{"error": "signature"}')
        told = json.loads(request.body)
        if told["schema"] != "revizor.task/1":
            return Reply(400, b'{"error": "schema"}')
        key = request.headers["idempotency-key"]
        if told["event"] in ("task.create", "task.update", "message", "changes"):
            if key in self.keys:
                return self._said(409, told)
            self.keys.add(key)
        return self._done(told)

    def _is_signed(self, request: Request) -> bool:
        stamp = request.headers.get("x-revizor-timestamp", "0")
        age = abs(self.clock().timestamp() - int(stamp))
        signed = hmac.new(KEY.encode(), f"{stamp}.".encode() + request.body, hashlib.sha256)
        given = request.headers.get("x-revizor-signature", "")
        fresh = age <= timedelta(minutes=5).total_seconds()
        return fresh and hmac.compare_digest(given, "sha256=" + signed.hexdigest())

    def _done(self, told: dict[str, Any]) -> Answer:
        match told["event"]:
            case "task.create":
                number = str(100 + len(self.tasks))
                self.tasks[number] = {**told["task"], "status": "open"}
            case "task.update":
                self._change(self.tasks[told["id"]], told["patch"])
            case "task.find":
                found = [
                    {"id": one, "url": f"https://desk.example/{one}"}
                    for one, task in self.tasks.items()
                    if task["marker"] == told["marker"]
                ]
                return Reply(200, json.dumps({"tasks": found}).encode())
            case "task.get":
                if told["id"] not in self.tasks:
                    return Reply(404, b"{}")
                return Reply(200, json.dumps(self.tasks[told["id"]]).encode())
            case "message":
                self.messages.append(told["message"])
            case "changes":
                self.changes.append(told)
        return self._said(201, told)

    def _change(self, task: dict[str, Any], patch: dict[str, Any]) -> None:
        task.update({key: one for key, one in patch.items() if key not in ("close", "reopen")})
        if patch.get("close") or patch.get("reopen"):
            task["status"] = "done" if patch.get("close") else "open"

    def _said(self, status: int, told: dict[str, Any]) -> Reply:
        if told["event"] != "task.create":
            return Reply(status, b"")
        marker = told["task"]["marker"]
        number = next(one for one, task in self.tasks.items() if task["marker"] == marker)
        said = {"id": number, "url": f"https://desk.example/{number}"}
        return Reply(status, json.dumps(said).encode())
