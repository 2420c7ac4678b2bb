"""Follows one start URL the way a browser would, without a browser: redirects, refreshes, jumps."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from sys import getsizeof
from typing import Final

from msgspec import Struct

from probes.kit.fingerprints import Fingerprint, signs_within
from probes.kit.net import HttpAnswer, HttpQuestion, Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Reason, Unknown
from probes.kit.page import Reading, read

MOST_HOPS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRANSIENT: Final = frozenset({Reason.TIMEOUT, Reason.CONNECTION_LOST})
_TRANSIENT_STATUS: Final = frozenset({502, 503, 504})
_LONGEST_LOCATION: Final = 4_096


class Body(Struct, frozen=True):
    """What the body of an answer says, whoever sent it."""

    sha256: str
    reading: Reading
    signs: tuple[Fingerprint, ...]
    """The fingerprints within."""


class Met(Struct, frozen=True):
    """An answer on the way and what it says."""

    answer: HttpAnswer
    body: Body


class Step(Struct, frozen=True):
    """One redirect that was followed."""

    url: str
    status: int
    to: str


class Trail(Struct, frozen=True):
    """Where a start URL led."""

    start: str
    steps: tuple[Step, ...]
    met: tuple[Met, ...]
    """One answer for each step, then the last one; the last is missing when there was trouble."""
    trouble: Unknown | None = None

    @property
    def url(self) -> str:
        """The last URL reached."""
        return self.steps[-1].to if self.steps else self.start


class Walker:
    """Walks several trails of one look; what two of them share is asked only once."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._met: dict[HttpQuestion, Met | Unknown] = {}
        self._turns: defaultdict[HttpQuestion, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def walk(self, start: str, patience: timedelta, address: str | None = None) -> Trail:
        """Follow at most 10 redirects; trouble on the way, a loop, lost patience end the trail.

        With `address` every hop is dialled there, and a redirect to another host ends the trail.
        """
        steps: list[Step] = []
        met: list[Met] = []
        trouble = None
        try:
            async with Patience(patience):
                await self._follow(start, address, steps, met)
        except NetTrouble as failure:
            trouble = Unknown(failure.reason, failure.detail)
        except TimeoutError:
            trouble = Unknown(Reason.TIMEOUT, f"no page within {patience.seconds} seconds")
        return Trail(start, tuple(steps), tuple(met), trouble)

    async def _follow(
        self, url: str, address: str | None, steps: list[Step], met: list[Met]
    ) -> None:
        home = WebAddress.of(url).host if address else ""
        been = {url}
        while True:
            here = await self._meet(HttpQuestion(url, address=address))
            met.append(here)
            to = next_of(url, here)
            if not to:
                return
            if len(steps) == MOST_HOPS:
                raise NetTrouble(Reason.LOOP, f"more than {MOST_HOPS} redirects")
            steps.append(Step(url, here.answer.status, to))
            if to in been:
                raise NetTrouble(Reason.LOOP, f"redirects in a circle at {to[:200]}")
            if address and WebAddress.of(to).host.removeprefix("www.") != home:
                return
            been.add(to)
            url = to

    async def _meet(self, question: HttpQuestion) -> Met:
        async with self._turns[question]:
            if question not in self._met:
                try:
                    answer = await self._patient(question)
                    self._met[question] = Met(answer, body_of(answer))
                except NetTrouble as trouble:
                    self._met[question] = Unknown(trouble.reason, trouble.detail)
        met = self._met[question]
        if isinstance(met, Unknown):
            raise NetTrouble(met.reason, met.detail)
        return met

    async def _patient(self, question: HttpQuestion) -> HttpAnswer:
        """Ask; once more after a hiccup, so that a flapping server does not change a verdict."""
        try:
            first = await self._net.ask(question)
        except NetTrouble as trouble:
            if trouble.reason not in _TRANSIENT:
                raise
            return await self._net.ask(question)
        if first.status not in _TRANSIENT_STATUS:
            return first
        try:
            return await self._net.ask(question)
        except NetTrouble:
            return first


class Reader:
    """Reads equal bodies, of an apex and its www say, only once; what they say is kept, not they.

    The oldest are forgotten first, bounded in number and in the bytes of their texts.
    """

    def __init__(self, most: int = 256, most_bytes: int = 4_194_304) -> None:
        self._most = most
        self._room = most_bytes
        self._known: dict[tuple[str, str], Body] = {}

    def body_of(self, answer: HttpAnswer) -> Body:
        """Say what the body of an answer says."""
        digest = answer.body_sha256
        kind = answer.header("content-type")
        known = self._known.get((digest, kind))
        if known is not None:
            return known
        reading = read(answer.body, kind)
        body = Body(digest, reading, signs_within(reading, answer.body))
        self._known[digest, kind] = body
        self._room -= _size(kind, body)
        while len(self._known) > self._most or self._room < 0:
            oldest = next(iter(self._known))
            self._room += _size(oldest[1], self._known.pop(oldest))
        return body


def _size(kind: str, body: Body) -> int:
    """Bytes of what a page can make long; the rest of a reading is bounded by itself."""
    return sum(map(getsizeof, (kind, body.reading.text, body.reading.assets)))


_READER: Final = Reader()


def body_of(answer: HttpAnswer) -> Body:
    """Say what the body of an answer says; reading is pure: equal bodies are read once in this process."""
    return _READER.body_of(answer)


def next_of(url: str, met: Met) -> str:
    """Where the answer sends its reader, or nothing: a Location nobody can follow is no redirect."""
    redirects = met.answer.status in _REDIRECTS
    location = met.answer.header("location") if redirects else met.body.reading.refresh
    location = location.strip().replace(" ", "%20").partition("#")[0]
    if not location or len(location) > _LONGEST_LOCATION:
        return ""
    try:
        to = str(WebAddress.of(url).join(location))
    except NetTrouble:
        return ""
    # A page that reloads itself (a ticker, a cookie check) leads nowhere.
    return "" if to == url and not redirects else to
