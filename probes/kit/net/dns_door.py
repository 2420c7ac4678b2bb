"""The DNS half of the door: many questions in flight over a few sockets, retries, TCP when needed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, partial
from ipaddress import ip_address
from typing import Protocol

from probes.kit.net.dns_line import Line, Place, Wait, ask_by_tcp, trouble_of
from probes.kit.net.dns_look import AddressLook, look_up_addresses
from probes.kit.net.dns_memory import DnsMemory
from probes.kit.net.dns_reading import lifetime
from probes.kit.net.dns_wire import (
    FORMERR,
    NOTIMP,
    REFUSED,
    SERVFAIL,
    UDP_SIZE,
    encode_question,
)
from probes.kit.net.question import DnsAnswer, DnsQuestion, NetTrouble
from probes.kit.net.room import Room
from probes.kit.observation import Reason, Seen, Unknown

_PORT = 53
_SOCKETS_A_RESOLVER = 4  # several random source ports make a forged answer harder to place
_DIRECT_LINES = 256
_ADDRESSES = ("A", "AAAA")
_ANSWERS, _HOUR = 4_096, 3600.0
"""Remembered answers about addresses, some 400 bytes each, none longer than a datagram. Each domain has
about five of these, and visits follow within some hundreds of domains."""
_DIALLED, _MINUTE = 2048, 60.0
"""Remembered addresses of names: a host is dialled several times in a row."""
_SWEEPS_A_TRY = 20
# A burst of a thousand queries overflows a resolver's socket buffer (208 KiB by default on Linux):
# begin with a few, and let every answer make room for one more.
_FIRST_IN_FLIGHT = 64


class Guard(Protocol):
    """Says which addresses may be dialled."""

    def check(self, ip: str) -> None:
        """Raise NetTrouble(NOT_ALLOWED) for an address that may not be dialled."""


class DnsDoor:
    """Asks the configured resolvers, or one server directly. Belongs to one event loop."""

    def __init__(
        self,
        resolvers: tuple[Place, ...],
        guard: Guard,
        *,
        patience: timedelta = timedelta(seconds=3),
        tries: int = 3,
        in_flight: int = 2000,
    ) -> None:
        """Take the resolvers' addresses and ports; `patience` is for one try."""
        if not resolvers:
            raise ValueError("no DNS resolver is configured")
        self._resolvers = resolvers
        self._guard = guard
        self._patience = patience.total_seconds()
        self._tries = tries
        self._width = min(in_flight, _FIRST_IN_FLIGHT)
        self._most = in_flight
        self._room = Room(self._width)
        self._shared: dict[tuple[Place, int], Line] = {}
        self._direct: OrderedDict[str, Line] = OrderedDict()
        self._waiting: dict[Wait, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._turn = 0
        self._closed = False
        self._answers: DnsMemory[bytes, DnsAnswer] = DnsMemory(_ANSWERS, _HOUR)
        self._addresses: DnsMemory[str, tuple[str, ...]] = DnsMemory(_DIALLED, _MINUTE)

    async def ask(self, question: DnsQuestion) -> DnsAnswer:
        """Return the response, whatever its rcode; raise NetTrouble when none came.

        What the resolvers said about addresses is remembered for as long as it lives, an hour at
        most: looks ask for them, and so does whoever dials the same host.
        """
        asked = encode_question(question.name, question.type)
        if asked is None:
            raise NetTrouble(Reason.INVALID_QUERY, f"{question.name[:253]} {question.type}")
        if question.server is None:
            if question.type not in _ADDRESSES:
                return await self._ask_resolvers(asked)
            return await self._answers.recall(asked, partial(self._ask_for_addresses, asked))
        ip = _literal(question.server)
        self._guard.check(ip)
        return await self._exchange(asked, lambda _: self._line_to(ip), recursion=False)

    async def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses of a name, IPv4 first, remembered for their TTL but a minute at most.

        Raises NetTrouble: NO_ADDRESS ("NXDOMAIN" or "NODATA") when an authority says there are none,
        else why it could not be found out.
        """
        return await self._addresses.recall(name, partial(self._look_up, name))

    async def aclose(self) -> None:
        """Close every socket; questions still on their way end in NetTrouble(CONNECTION_LOST)."""
        self._closed = True
        if self._timer:
            self._timer.cancel()
            self._timer = None
        for line in (*self._shared.values(), *self._direct.values()):
            line.close()
        self._shared.clear()
        self._direct.clear()

    async def _ask_resolvers(self, asked: bytes) -> DnsAnswer:
        return await self._exchange(asked, self._resolver_line, recursion=True)

    async def _ask_for_addresses(self, asked: bytes) -> tuple[DnsAnswer, float]:
        answer = await self._ask_resolvers(asked)
        return answer, lifetime(answer.wire) if len(answer.wire) <= UDP_SIZE else 0

    async def _look_up(self, name: str) -> tuple[tuple[str, ...], float]:
        look = await look_up_addresses(self.ask, name)
        if not look.found:
            raise _why_none(look)
        ttl = min(way.ttl for way in (look.a, look.aaaa) if isinstance(way.outcome, Seen))
        return look.found, ttl

    async def _exchange(
        self, asked: bytes, pick: Callable[[int], Line], *, recursion: bool
    ) -> DnsAnswer:
        if not self._room.take():
            await self._room.turn()
        wait = Wait(asked)
        trouble: Unknown | None = None
        refusal: DnsAnswer | None = None
        refused = 0
        # Each resolver fails twice before its failure is believed: one that always fails must not
        # take the other's second chance away.
        most_refusals = 2 * len(self._resolvers)
        edns = True
        try:
            for attempt in range(max(self._tries, most_refusals)):
                if attempt >= self._tries and not refused:
                    break
                try:
                    answer = await self._once(wait, pick, attempt, recursion=recursion, edns=edns)
                except NetTrouble as again:
                    if trouble is None or again.reason is Reason.TIMEOUT:
                        trouble = Unknown(again.reason, again.detail)
                    continue
                self._widen()
                rcode = answer.wire[3] & 15
                if edns and rcode in (FORMERR, NOTIMP):
                    edns = False  # a server from before 1999 (RFC 6891 section 7)
                elif not recursion or rcode not in (SERVFAIL, REFUSED):
                    return answer
                else:
                    refused += 1
                refusal = answer
                if refused == most_refusals:
                    break
        finally:
            wait.forget()
            self._waiting.pop(wait, None)
            self._room.leave()
        if refusal:
            return refusal
        trouble = trouble or Unknown(Reason.TIMEOUT)
        raise NetTrouble(trouble.reason, trouble.detail)

    async def _once(
        self,
        wait: Wait,
        pick: Callable[[int], Line],
        attempt: int,
        *,
        recursion: bool,
        edns: bool,
    ) -> DnsAnswer:
        if self._closed:
            raise NetTrouble(Reason.CONNECTION_LOST, "closed")
        loop = asyncio.get_running_loop()
        wait.future = loop.create_future()
        wait.due = loop.time() + self._patience
        pick(attempt).send(wait, recursion=recursion, edns=edns)
        # Every try has the same patience, so the order of insertion is the order of deadlines.
        self._waiting.pop(wait, None)
        self._waiting[wait] = None
        if self._timer is None:
            self._timer = loop.call_later(self._patience / _SWEEPS_A_TRY, self._sweep)
        wire, place = await wait.future
        if wire[2] & 0x02:
            wire = await ask_by_tcp(
                place, wait.question, recursion=recursion, edns=edns, seconds=self._patience
            )
        return DnsAnswer(wire, place[0])

    def _widen(self) -> None:
        if self._width < self._most:
            self._width += 1
            self._room.leave()

    def _sweep(self) -> None:
        """End the tries whose time is up."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for wait in self._due(now):
            del self._waiting[wait]
            wait.fail(Reason.TIMEOUT, wait.line.place[0] if wait.line else "")
        again = self._patience / _SWEEPS_A_TRY
        self._timer = loop.call_later(again, self._sweep) if self._waiting else None

    def _due(self, now: float) -> list[Wait]:
        due = []
        for wait in self._waiting:
            if wait.due > now:
                break
            due.append(wait)
        return due

    def _resolver_line(self, attempt: int) -> Line:
        """The first resolver first; each further try goes to the next one, over another socket."""
        self._turn += 1
        place = self._resolvers[attempt % len(self._resolvers)]
        key = place, self._turn % _SOCKETS_A_RESOLVER
        line = self._shared.get(key)
        if line is None:
            line = self._shared[key] = _open(place)
        return line

    def _line_to(self, ip: str) -> Line:
        """A line to a server asked directly; the longest idle one makes room."""
        line = self._direct.get(ip)
        if line is None:
            line = self._direct[ip] = _open((ip, _PORT))
        self._direct.move_to_end(ip)
        if len(self._direct) > _DIRECT_LINES:
            idle = next((key for key, line in self._direct.items() if not line.waits), ip)
            if idle != ip:
                self._direct.pop(idle).close()
        return line


def _open(place: Place) -> Line:
    try:
        return Line(place)
    except OSError as error:
        raise NetTrouble(*trouble_of(error, place)) from error


@lru_cache(maxsize=1024)
def _literal(server: str) -> str:
    try:
        return str(ip_address(server))
    except ValueError:
        raise NetTrouble(Reason.INVALID_QUERY, f"not an address: {server[:80]}") from None


def _why_none(look: AddressLook) -> NetTrouble:
    if trouble := look.trouble:
        return NetTrouble(trouble.reason, trouble.detail)
    return NetTrouble(Reason.NO_ADDRESS, "NXDOMAIN" if look.nonexistent else "NODATA")
