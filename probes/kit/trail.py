"""Follows one start URL the way a browser would, without a browser: redirects, refreshes, jumps."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from datetime import timedelta
from typing import Final

from msgspec import Struct

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
_MOST_REMEMBERED: Final = 512
_READ_LATELY: Final[dict[tuple[bytes, str], Reading]] = {}
"""What bodies met lately say, oldest first; reading is pure, so whoever asks gets the same."""


class Step(Struct, frozen=True):
    """One redirect that was followed."""

    url: str
    status: int
    to: str


class Trail(Struct, frozen=True):
    """Where a start URL led."""

    start: str
    steps: tuple[Step, ...]
    answers: tuple[HttpAnswer, ...]
    """One for each step, then the last one; the last is missing when there was trouble."""
    trouble: Unknown | None = None

    @property
    def url(self) -> str:
        """The last URL reached."""
        return self.steps[-1].to if self.steps else self.start


class Walker:
    """Walks several trails of one look; what two of them share is asked and read only once."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._answers: dict[HttpQuestion, HttpAnswer | NetTrouble] = {}
        self._turns: defaultdict[HttpQuestion, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def walk(self, start: str, patience: timedelta, address: str | None = None) -> Trail:
        """Follow at most 10 redirects; trouble on the way, a loop, lost patience end the trail.

        With `address` every hop is dialled there, and a redirect to another host ends the trail.
        """
        steps: list[Step] = []
        answers: list[HttpAnswer] = []
        trouble = None
        try:
            async with Patience(patience):
                await self._follow(start, address, steps, answers)
        except NetTrouble as met:
            trouble = Unknown(met.reason, met.detail)
        except TimeoutError:
            trouble = Unknown(Reason.TIMEOUT, f"no page within {patience.seconds} seconds")
        return Trail(start, tuple(steps), tuple(answers), trouble)

    async def _follow(
        self, url: str, address: str | None, steps: list[Step], answers: list[HttpAnswer]
    ) -> None:
        home = WebAddress.of(url).host
        met = {url}
        while True:
            answer = await self._answer(HttpQuestion(url, address=address))
            answers.append(answer)
            to = self.next_of(url, answer)
            if not to:
                return
            if len(steps) == MOST_HOPS:
                raise NetTrouble(Reason.LOOP, f"more than {MOST_HOPS} redirects")
            steps.append(Step(url, answer.status, to))
            if to in met:
                raise NetTrouble(Reason.LOOP, f"redirects in a circle at {to[:200]}")
            if address and WebAddress.of(to).host.removeprefix("www.") != home:
                return
            met.add(to)
            url = to

    async def _answer(self, question: HttpQuestion) -> HttpAnswer:
        async with self._turns[question]:
            if question not in self._answers:
                try:
                    self._answers[question] = await self._patient(question)
                except NetTrouble as trouble:
                    self._answers[question] = trouble
        answer = self._answers[question]
        if isinstance(answer, NetTrouble):
            raise answer
        return answer

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

    def reading(self, answer: HttpAnswer) -> Reading:
        """Read the body; equal bodies, of an apex and its www say, are read once."""
        kind = answer.header("content-type")
        key = (hashlib.sha256(answer.body).digest(), kind)
        found = _READ_LATELY.get(key)
        if found is None:
            found = _READ_LATELY[key] = read(answer.body, kind)
            if len(_READ_LATELY) > _MOST_REMEMBERED:
                del _READ_LATELY[next(iter(_READ_LATELY))]
        return found

    def next_of(self, url: str, answer: HttpAnswer) -> str:
        """Where the answer sends its reader, or nothing: a Location nobody can follow is no redirect."""
        if answer.status in _REDIRECTS:
            location = answer.header("location")
        elif answer.body:
            location = self.reading(answer).refresh
        else:
            return ""
        location = location.strip().replace(" ", "%20").partition("#")[0]
        if not location or len(location) > _LONGEST_LOCATION:
            return ""
        try:
            to = str(WebAddress.of(url).join(location))
        except NetTrouble:
            return ""
        # A page that reloads itself (a ticker, a cookie check) leads nowhere.
        return "" if to == url and answer.status not in _REDIRECTS else to
