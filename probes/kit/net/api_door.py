"""Asking a public JSON API (RDAP, certificate logs): paced, verified, guarded, bounded."""

from __future__ import annotations

import asyncio
import email.utils
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from probes.kit.net.breaker import Breaker
from probes.kit.net.dial import Dialer
from probes.kit.net.inflate import Inflater, Unpackable
from probes.kit.net.keys import LOCKS, Keys, Shown
from probes.kit.net.pace import LONGEST_WAIT, Pace
from probes.kit.net.question import ApiAnswer, ApiQuestion, NetTrouble
from probes.kit.net.trust import TrustStore
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Reason

if TYPE_CHECKING:
    import httpx

    from probes.kit.net.guarded_transport import GuardedTransport

PORTS = frozenset({80, 443})
_REDIRECTS = 2
_LONGEST_BACK_OFF = 900.0
_UNSAID_BACK_OFF = 60.0
_OPTIONAL = frozenset({"crt.sh", "web.archive.org", *(lock.host for lock in LOCKS.values())})
"""Services that an audit does without: when they want rest for longer, it is not held up for them."""
_OPTIONAL_WAIT = 60.0
_MOST_PARTS = 50_000
"""Objects and arrays in one answer, five times those of the longest honest one; each costs its reader
twenty times its bytes."""
_SILENT = frozenset(
    {
        Reason.TIMEOUT,
        Reason.CONNECTION_LOST,
        Reason.UNREACHABLE,
        Reason.NO_LISTENER,
        Reason.TLS_FAILED,
    }
)
"""Troubles of which several in a row mean that a service is down; any status below 500 means it is up."""
_BEGINNING = 65_536
"""Bytes that are kept of an answer made of nothing else: enough to show what was sent."""
_MOST_OF = {b"<": _BEGINNING, b"{": 2_097_152}
"""Bytes after which no more is read of what is no list: of a page instead of data, of one object."""


class ApiDoor:
    """Answers ApiQuestions through one httpx transport, made when the first question comes.

    A client around it would add what we do not want (cookies, redirects) and tie each response to its
    stream in a circle, which keeps the connection's TLS in memory until the collector comes round.
    """

    def __init__(
        self,
        dialer: Dialer,
        pace: Pace,
        trust: TrustStore,
        user_agent: str,
        ports: frozenset[int] = PORTS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        keys: Keys | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        """Ask as `user_agent`; `keys` are shown to the services they belong to, and to nobody else."""
        self._keys = keys or Keys()
        self._breaker = breaker or Breaker()
        self._dialer = dialer
        self._pace = pace
        self._trust = trust
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, identity"}
        self._ports = ports
        self._clock = clock
        self._transport: GuardedTransport | None = None

    async def ask(self, question: ApiQuestion) -> ApiAnswer:
        """Return the answer, whatever its status, after at most two redirects.

        Plain http is spoken only to a host that the question itself names so (a few registries'
        entries in IANA's RDAP bootstrap); a redirect never leads down to it. Raises NetTrouble: no_key
        for a service that wants a key we do not hold, service_silent for one that rests (see Breaker).
        """
        url = first = WebAddress.of(question.url)
        left = question.patience
        for _ in range(_REDIRECTS + 1):
            self._check(url, first)
            self._keys.check(url.host)
            self._breaker.check(url.host)
            # The guard before the pace: a refused host must not cost anybody a turn.
            await self._dialer.addresses(url.host)
            optional = url.host in _OPTIONAL
            await self._pace.take(
                f"api:{url.host}", longest=_OPTIONAL_WAIT if optional else LONGEST_WAIT
            )
            began = asyncio.get_running_loop().time()
            answer = await self._heard(url, question, left)
            left -= asyncio.get_running_loop().time() - began
            await self._heed(url.host, answer)
            location = answer.header("location")
            if answer.status not in (301, 302, 303, 307, 308) or not location:
                return answer
            url = url.join(location)
        raise NetTrouble(Reason.LOOP, f"{first.host}: more than {_REDIRECTS} redirects")

    async def aclose(self) -> None:
        """Close the connections that were kept open."""
        if self._transport:
            await self._transport.aclose()
            self._transport = None

    def _check(self, url: WebAddress, first: WebAddress) -> None:
        plain = url.scheme == "http" and (first.scheme, first.host) != ("http", url.host)
        if plain or url.port not in self._ports:
            raise NetTrouble(Reason.NOT_ALLOWED, f"{url.scheme}, port {url.port}")

    async def _heard(self, url: WebAddress, question: ApiQuestion, patience: float) -> ApiAnswer:
        """Get the answer to one request, and tell the breaker how the service did."""
        self._breaker.admit(url.host)
        began = self._breaker.now()
        try:
            try:
                async with asyncio.timeout(patience):
                    answer = await self._get(url, question)
            except TimeoutError as error:
                raise NetTrouble(Reason.TIMEOUT, f"{url.host}: no whole answer") from error
        except NetTrouble as trouble:
            if trouble.reason in _SILENT:
                self._breaker.failed(url.host, began)
            raise
        if answer.status >= 500:
            self._breaker.failed(url.host, began)
        else:
            self._breaker.answered(url.host)
        return answer

    async def _get(self, url: WebAddress, question: ApiQuestion) -> ApiAnswer:
        import httpcore
        import httpx

        from probes.kit.net.guarded_backend import trouble_of

        shown = self._keys.shown_to(url)
        try:
            response = await self._send(shown, question.accept)
            try:
                return shown.hidden_in(await _read(response, question.max_bytes))
            finally:
                await response.aclose()
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise trouble_of(error, url.host) from error
        except Unpackable as error:
            raise NetTrouble(Reason.MALFORMED, str(error)) from error
        # httpx lets errors of its URL reading escape as they are; they are all ValueErrors.
        except (httpx.InvalidURL, ValueError) as error:
            raise NetTrouble(
                Reason.MALFORMED, shown.hidden(f"{url.host}: {error}")[:200]
            ) from error

    async def _send(self, shown: Shown, accept: str) -> httpx.Response:
        import httpcore
        import httpx

        transport, dialled = self._opened(), False

        async def watch(event: str, _about: object) -> None:
            nonlocal dialled
            dialled = dialled or event == "connection.connect_tcp.started"

        headers = {"Accept": accept, **self._headers, **dict(shown.headers)}
        request = httpx.Request("GET", shown.url, headers=headers, extensions={"trace": watch})
        try:
            return await transport.handle_async_request(request)
        except (httpcore.NetworkError, httpcore.RemoteProtocolError):
            if dialled:
                raise
            # A kept connection that the server closed just now says nothing; a new one will.
            return await transport.handle_async_request(request)

    async def _heed(self, host: str, answer: ApiAnswer) -> None:
        """Stay away for as long as the server asks, up to a quarter of an hour."""
        if answer.status not in (429, 503):
            return
        seconds = _seconds(answer.header("retry-after"), self._clock())
        if seconds is None:
            seconds = _UNSAID_BACK_OFF if answer.status == 429 else 0.0
        if seconds > 0:
            await self._pace.back_off(f"api:{host}", min(seconds, _LONGEST_BACK_OFF))

    def _opened(self) -> GuardedTransport:
        if self._transport is None:
            # 100 ms of imports and certificates that most commands never need.
            from probes.kit.net.guarded_transport import GuardedTransport

            # It logs whole addresses and answers, those with a key in them too.
            logging.getLogger("httpcore").setLevel(logging.WARNING)
            self._transport = GuardedTransport(self._dialer, self._trust.context())
        return self._transport


class _Worth:
    """Watches an answer come, and says when the rest of it would only cost memory."""

    def __init__(self) -> None:
        self._come = self._parts = 0
        self._most: int | None = None

    def wants_more(self, piece: bytes) -> bool:
        """Say whether to read on after this piece."""
        if self._most is None and (start := piece.lstrip()[:1]):
            self._most = _MOST_OF.get(start, sys.maxsize)
        self._come += len(piece)
        self._parts += piece.count(b"{") + piece.count(b"[")
        most = _BEGINNING if self.is_hollow else self._most
        return most is None or self._come < most

    @property
    def is_hollow(self) -> bool:
        """True when it is made of objects and arrays without content."""
        return self._parts > _MOST_PARTS


async def _read(response: httpx.Response, cap: int) -> ApiAnswer:
    headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
    encodings = (value for name, value in headers if name == "content-encoding")
    worth = _Worth()
    inflater = Inflater(encodings, cap, worth.wants_more)
    async for data in response.aiter_raw():
        if not inflater.feed(data):
            break
    body, truncated = inflater.body, not inflater.complete
    if worth.is_hollow:
        body, truncated = body[:_BEGINNING], True
    return ApiAnswer(response.status_code, headers, body, truncated)


def _seconds(retry_after: str, now: datetime) -> float | None:
    """Read a Retry-After header: seconds or a date (RFC 9110 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        until = email.utils.parsedate_to_datetime(retry_after)
        return (until - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
