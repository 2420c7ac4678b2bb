"""Talking to one task manager over HTTP: what its answers and its silences mean for us."""

from __future__ import annotations

import email.utils
import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from probes.kit.net.own_service import ServiceTrouble
from probes.kit.net.question import ApiAnswer
from probes.kit.net.service_door import ServiceDoor, ServiceRequest
from probes.kit.observation import Reason
from scanner.trackers.contract import Later, Refused, Uncertain
from scanner.trackers.secret import Secret

Clock = Callable[[], datetime]

_TAG = re.compile(r"<[^<>]{0,200}>")
_LONGEST = 300
_LONGEST_WAIT = timedelta(days=1)
_SAME_TIME = timedelta(days=1)
"""Clocks that differ by more are not both right: ours may be the wrong one, and its today a false one."""
_FOR_GOOD = frozenset({Reason.NOT_ALLOWED, Reason.MALFORMED, Reason.INVALID_QUERY})
"""Troubles before anything was sent that trying again would not change."""


class ShutOut(Later):
    """It does not let us in. Nothing is wrong with what we say: all of it goes out once that is mended."""


class Heard(Struct, frozen=True):
    """An answer: its status and its JSON, None where it is none."""

    status: int
    json: Any
    text: str
    """The beginning of what was said, fit to be shown."""

    def field(self, *path: str) -> Any:
        """Return what stands under these keys one below the other; None where there is nothing."""
        found = self.json
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found


class Desk:
    """One service, reached through the guarded door. Secrets never leave in an error."""

    def __init__(
        self, name: str, door: ServiceDoor, secret: Secret, now: Clock, patience: float = 60.0
    ) -> None:
        """`name` is how errors call it; `patience` are the seconds that a request may take."""
        self._patience = patience
        self.name = name
        self._door = door
        self._secret = secret
        self.now = now
        self._other_time = ""
        """What its clock says, where that is another day than ours: nothing more is told to it."""

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        writes: bool,
    ) -> Heard:
        """Return an answer below 500; see `settled` for what the rest raises.

        What `writes` may have been done when no answer comes, and is Uncertain then; anything else is Later.
        """
        try:
            answer = await self.hear(method, url, headers=headers, body=body)
        except ServiceTrouble as trouble:
            raise self._trouble(trouble, writes) from None
        return self.settled(answer, writes=writes)

    async def hear(
        self, method: str, url: str, *, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> ApiAnswer:
        """Return any answer as it came; raise ServiceTrouble as it is, Later where its clock and ours differ."""
        if self._other_time:
            raise Later(self._other_time)
        request = ServiceRequest(
            url=url, method=method, headers=headers, body=body, patience=self._patience
        )
        answer = await self._door.ask(request)
        self._compare_clocks(answer)
        return answer

    def _compare_clocks(self, answer: ApiAnswer) -> None:
        at, now = _moment(answer.header("date")), self.now()
        if at is not None and abs(at - now) > _SAME_TIME:
            self._other_time = (
                f"{self.name}: its clock says {at:%Y-%m-%d %H:%M} UTC, this machine's {now:%Y-%m-%d %H:%M}: "
                "set the one that is wrong"
            )

    def settled(self, answer: ApiAnswer, *, writes: bool) -> Heard:
        """Return the answer when it is one: raise for redirects, 401, 408, 429, 5xx and what broke off."""
        status = answer.status
        if self._other_time and not writes:
            raise Later(self._other_time)
        if 300 <= status < 400:
            raise Refused(f"{self.name}: it redirects ({status}); set its final address.")
        if status == 401:
            said = self.shown(answer.body.decode(errors="replace"))
            raise ShutOut(f"{self.name}: it does not know us: {said} (401)")
        if status in (408, 429):
            raise Later(
                f"{self.name}: answered {status}, too many requests",
                self.retry_after(answer) or self.now() + timedelta(minutes=1),
            )
        if status >= 500:
            said = f"{self.name}: answered {status}"
            raise Uncertain(said) if writes else Later(said, self.retry_after(answer))
        if answer.truncated:
            said = f"{self.name}: its answer broke off"
            raise Uncertain(said) if writes else Later(said)
        return Heard(status, decoded(answer.body), self.shown(answer.body.decode(errors="replace")))

    def trouble(self, trouble: ServiceTrouble, *, writes: bool) -> Refused | Later | Uncertain:
        """Return what a silence means."""
        return self._trouble(trouble, writes)

    def refusal(self, heard: Heard, said: str = "") -> Refused:
        """Return what to raise for an answer that says no for good."""
        return Refused(f"{self.name}: {self.shown(said) or heard.text} ({heard.status})")

    def shown(self, text: str) -> str:
        """Return foreign text as one plain line without secrets and without markup."""
        return self._secret.hidden_in(plain(text))[:_LONGEST]

    def retry_after(self, answer: ApiAnswer) -> datetime | None:
        """Read a Retry-After header (RFC 9110 10.2.3), at most a day ahead; None where there is none."""
        text, now = answer.header("retry-after"), self.now()
        if text.isascii() and text.isdigit():
            at: datetime | None = now + timedelta(seconds=int(text[:6]))
        else:
            at = _moment(text)
        return None if at is None else min(max(at, now), now + _LONGEST_WAIT)

    def _trouble(self, trouble: ServiceTrouble, writes: bool) -> Refused | Later | Uncertain:
        said = self.shown(f"{self.name}: {trouble}")
        if trouble.sent:
            return Uncertain(said) if writes else Later(said)
        if trouble.reason is Reason.NOT_ALLOWED:
            return Refused(f"{said}. If it is yours, name its network in allow_net.")
        return Refused(said) if trouble.reason in _FOR_GOOD else Later(said)


def _moment(text: str) -> datetime | None:
    """Read a date of HTTP (RFC 9110 5.6.7); None where it is none."""
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def plain(text: str) -> str:
    """Return foreign text without tags and controls, on one line."""
    text = html.unescape(_TAG.sub(" ", text[:4_000]))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def decoded(body: bytes) -> Any:
    """Return JSON as values; None for what is no JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def encoded(value: Any) -> bytes:
    """Return values as JSON."""
    return msgspec.json.encode(value)
