"""One call of Bitrix24's REST interface, version 2, through an incoming webhook, and what its errors mean."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from probes.kit.net.own_service import ServiceTrouble
from probes.kit.net.question import ApiAnswer
from scanner.trackers.contract import Later, Refused, Uncertain
from scanner.trackers.desk import Desk, ShutOut, decoded, encoded
from scanner.trackers.pacing import Bucket
from scanner.trackers.secret import Secret

_WEBHOOK = re.compile(
    r"(https://[A-Za-z0-9.:\[\]-]{1,255})/rest/([0-9]{1,12})/([A-Za-z0-9]{8,128})/?", re.ASCII
)
_DRAINED = timedelta(seconds=15)
"""So long after too many requests there is room for some thirty again."""
_BLOCKED = timedelta(minutes=10)
"""The period over which a method's time is summed up."""
_HEADERS = (("Content-Type", "application/json"),)

SHUT_OUT = {
    "ACCESS_DENIED": "this portal's plan has no REST interface, or the webhook may not do this",
    "INVALID_CREDENTIALS": "the portal knows no such webhook: it was deleted, or its owner left",
    "NO_AUTH_FOUND": "the portal knows no such webhook: it was deleted, or its owner left",
    "expired_token": "the webhook has expired",
    "insufficient_scope": "the webhook lacks the scope `task`",
    "user_access_error": "the webhook's owner has no access",
    "ERROR_METHOD_NOT_FOUND": "the webhook lacks the scope `task`, or the portal is too old",
    "OVERLOAD_LIMIT": "Bitrix24 has blocked the portal's REST interface; ask its support",
    "PORTAL_DELETED": "the portal is closed",
    "INVALID_REQUEST": "the webhook's address must begin with https://",
}
"""Errors that are about the webhook or the portal, whatever is asked; and what they mean."""


class Bitrix24Calls:
    """The calls of one webhook."""

    def __init__(self, webhook: Secret, bucket: Bucket, desk_of: Callable[[Secret], Desk]) -> None:
        """Raise ValueError, without it, for what is no webhook's address."""
        found = _WEBHOOK.fullmatch(webhook.text.strip())
        if found is None:
            raise ValueError(
                "the secret must be the address of an incoming webhook: https://PORTAL/rest/USER/TOKEN/"
            )
        self.portal, self.owner, token = found.groups()
        self._base = f"{self.portal}/rest/{self.owner}/{token}/"
        self._desk = desk_of(Secret(webhook.text, (self._base, token)))
        self.now = self._desk.now
        self._bucket = bucket
        self._reset: dict[str, datetime] = {}
        self.offset: timezone | None = None
        """Where the portal's own clock stands, as its last answer told."""

    async def call(self, method: str, parameters: dict[str, Any], *, writes: bool) -> Any:
        """Return the answer's `result`; raise Refused, Later or, where it writes, Uncertain."""
        await self._bucket.take()
        body = encoded(parameters)
        try:
            answer = await self._desk.hear(
                "POST", f"{self._base}{method}.json", headers=_HEADERS, body=body
            )
        except ServiceTrouble as trouble:
            raise self._desk.trouble(trouble, writes=writes) from None
        said = None if answer.truncated else decoded(answer.body)
        said = said if isinstance(said, dict) else {}
        self._learn(method, said)
        if "error" in said:
            raise self._error(method, answer, said, writes)
        heard = self._desk.settled(answer, writes=writes)
        if heard.status >= 400:
            raise self._desk.refusal(heard)
        if "result" not in said:
            text = f"{self._desk.name}: {method} answered without a result: {heard.text}"
            raise Uncertain(text) if writes else Later(text)
        return said["result"]

    def shown(self, text: str) -> str:
        """Return foreign text as one plain line without secrets."""
        return self._desk.shown(text)

    def _error(
        self, method: str, answer: ApiAnswer, said: dict[str, Any], writes: bool
    ) -> Refused | Later | Uncertain:
        code = str(said.get("error") or "")
        described = self.shown(str(said.get("error_description") or ""))
        means = SHUT_OUT.get(code, "")
        text = f"{self._desk.name}: {method}: " + ", ".join(
            part for part in (self.shown(code), described, means) if part
        )
        now = self._desk.now()
        if code == "QUERY_LIMIT_EXCEEDED":
            return Later(text, self._desk.retry_after(answer) or now + _DRAINED)
        if code == "OPERATION_TIME_LIMIT":
            reset = self._reset.get(method)
            return Later(text, reset if reset and reset > now else now + _BLOCKED)
        if code in ("INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER") or answer.status >= 500:
            return Uncertain(text) if writes else Later(text)
        if answer.status == 429:
            return Later(text, self._desk.retry_after(answer) or now + _DRAINED)
        return ShutOut(text) if means or answer.status == 401 else Refused(text)

    def _learn(self, method: str, said: dict[str, Any]) -> None:
        """Keep what every answer tells of time: the portal's zone, and when a method has room again."""
        match said.get("time"):
            case {"operating_reset_at": int() | float() as at, **rest}:
                with contextlib.suppress(ValueError, OverflowError, OSError):
                    self._reset[method] = datetime.fromtimestamp(at, UTC)
                started = rest.get("date_start")
            case {"date_start": started}:
                pass
            case _:
                return
        with contextlib.suppress(ValueError):
            offset = datetime.fromisoformat(str(started)).utcoffset()
            if offset is not None:
                self.offset = timezone(offset)
