"""Small files of one host, over the scheme that answers; what lies at somebody else's name is not its own.

A file is Absent when the server says so (404, 410). A refusal, an error, and a redirect to another
registered name say nothing: Unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from probes.kit.absence import absence
from probes.kit.names import registrable
from probes.kit.net import HttpAnswer, HttpQuestion, Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Absent, Outcome, Reason, Seen, Unknown
from probes.kit.public_files import Unreadable
from probes.kit.target import Host

T = TypeVar("T")

_MOST_BYTES: Final = 262_144
_HOPS: Final = 5
_PATIENCE: Final = timedelta(seconds=10)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_ANSWERED: Final = frozenset({Reason.LOOP, Reason.NOT_ASKED, Reason.MALFORMED})
"""Troubles of a server that did answer, if only with a redirect to somewhere else."""
_REFUSALS: Final = {
    401: Reason.ACCESS_DENIED,
    403: Reason.ACCESS_DENIED,
    429: Reason.RATE_LIMITED,
}


class NearFiles:
    """The files of one host, over the scheme that answers."""

    def __init__(self, host: Host, net: Net) -> None:
        self.host = host
        self.scheme = "https"
        self.silent: Absent | Unknown | None = None
        """What the look ends in when neither scheme answers."""
        self._net = net

    @property
    def base(self) -> str:
        """The URL of the site without its path."""
        return f"{self.scheme}://{self.host.name}"

    async def open(self, path: str, reader: Callable[[HttpAnswer], Outcome[T]]) -> Outcome[T]:
        """Read the first file, and learn by it which scheme answers."""
        troubles = []
        for self.scheme in ("https", "http"):
            try:
                answer = await self._ask(f"{self.base}{path}")
            except NetTrouble as trouble:
                if trouble.reason in _ANSWERED:
                    return Unknown(trouble.reason, trouble.detail)
                troubles.append(Unknown(trouble.reason, trouble.detail))
                continue
            return _opened(answer, reader)
        self.silent = _nobody(*troubles)
        return self.silent

    async def read(self, path: str, reader: Callable[[HttpAnswer], Outcome[T]]) -> Outcome[T]:
        """Ask for a path, or for an address of the same owner, and read what comes."""
        url = path if "://" in path else f"{self.base}{path}"
        try:
            return _opened(await self._ask(url), reader)
        except NetTrouble as trouble:
            return absence(trouble) or Unknown(trouble.reason, trouble.detail)

    def is_near(self, host: str) -> bool:
        """Say whether a host is this one or lies under the same registered name."""
        mine = registrable(self.host.name)
        return host == self.host.name or (mine is not None and registrable(host) == mine)

    async def _ask(self, url: str) -> HttpAnswer:
        """Follow redirects within the same registered name; raise NetTrouble where there is no answer."""
        try:
            async with Patience(_PATIENCE):
                for _ in range(_HOPS + 1):
                    answer = await self._net.ask(HttpQuestion(url, max_bytes=_MOST_BYTES))
                    location = answer.header("location").strip().partition("#")[0]
                    if answer.status not in _REDIRECTS or not location:
                        return answer
                    to = WebAddress.of(url).join(location.replace(" ", "%20"))
                    if not self.is_near(to.host):
                        raise NetTrouble(Reason.NOT_ASKED, f"it lies at {to.host[:100]}")
                    url = str(to)
        except TimeoutError as error:
            raise NetTrouble(Reason.TIMEOUT, f"no file within {_PATIENCE.seconds} s") from error
        raise NetTrouble(Reason.LOOP, f"more than {_HOPS} redirects")


def _nobody(https: Unknown, http: Unknown) -> Absent | Unknown:
    """What two failed tries say together: an absence only where both state one."""
    first, second = absence(https), absence(http)
    if first and second:
        return second if first == Absent("NXDOMAIN") else first
    known = https if first is None else http
    return Unknown(known.reason, f"https: {https.detail}; http: {http.detail}"[:400])


def _opened(answer: HttpAnswer, reader: Callable[[HttpAnswer], Outcome[T]]) -> Outcome[T]:
    if answer.status in (404, 410):
        return Absent(f"HTTP {answer.status}")
    if answer.status != 200:
        reason = _REFUSALS.get(answer.status, Reason.SOURCE_FAILED)
        return Unknown(reason, f"HTTP {answer.status}")
    try:
        return reader(answer)
    except Unreadable as error:
        return Unknown(Reason.MALFORMED, str(error))


def whole(read: Callable[[bytes], T]) -> Callable[[HttpAnswer], Outcome[T]]:
    """Turn the reader of a body into one of an answer; half a file is not read."""

    def reader(answer: HttpAnswer) -> Outcome[T]:
        if answer.truncated:
            return Unknown(
                Reason.OVERSIZED, f"more than {len(answer.body)} bytes came or were to come"
            )
        return Seen(read(answer.body))

    return reader
