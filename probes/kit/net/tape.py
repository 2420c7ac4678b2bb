"""Writing down every exchange, and answering from what was written: the same look, twice the same."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net.question import Answer, AnyQuestion, ApiAnswer, Net, NetTrouble, Question
from probes.kit.observation import Reason

A = TypeVar("A")

_PACK = msgspec.msgpack.Encoder(order="deterministic")
_TURNS_LEFT_TO_OTHERS = 100
_HUGE = 1_048_576
"""Bytes. Only an API's answer can be longer; kept whole, a few of them would fill the memory."""
_BEGINNING = 262_144


class Failure(Struct, frozen=True):
    """A question that got no usable answer."""

    reason: Reason
    detail: str = ""
    cut_short: bool = False
    """True when the look ended before the answer came: its patience was over."""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


_CUT_SHORT = Failure(Reason.TIMEOUT, "the look ended first", cut_short=True)


class Exchange(Struct, frozen=True):
    """One question and how it ended: an answer, or else a failure."""

    question: AnyQuestion
    at: datetime
    """When it was asked, UTC."""
    vantage: str
    answer: Answer | None = None
    failure: Failure | None = None

    @property
    def id(self) -> str:
        """The same 32 hex digits for the same question, end and moment, on any machine."""
        said = _PACK.encode((self.question, self.answer, self.failure, self.at))
        return sha256(said).hexdigest()[:32]


def _recorded(answer: Any) -> Any:
    """Return what is written down of an answer: of a huge one the beginning, which says that it is cut."""
    if isinstance(answer, ApiAnswer) and len(answer.body) > _HUGE:
        return replace(answer, body=answer.body[:_BEGINNING], truncated=True)
    return answer


class Recorder:
    """A Net that passes questions on and keeps the exchanges of one look."""

    def __init__(self, net: Net, clock: Callable[[], datetime], vantage: str) -> None:
        self._net = net
        self._clock = clock
        self._vantage = vantage
        self._exchanges: list[Exchange] = []

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All so far, in the order in which they were asked; what is still pending is cut short."""
        return tuple(self._exchanges)

    async def ask(self, question: Question[A]) -> A:
        """Ask the net behind; write down what came of it."""
        place, asked = len(self._exchanges), cast(AnyQuestion, question)
        pending = Exchange(asked, self._clock(), self._vantage, failure=_CUT_SHORT)
        self._exchanges.append(pending)
        try:
            answer = await self._net.ask(question)
        except NetTrouble as trouble:
            failure = Failure(trouble.reason, trouble.detail)
            self._exchanges[place] = replace(pending, failure=failure)
            raise
        self._exchanges[place] = replace(pending, answer=_recorded(answer), failure=None)
        return answer


class Player:
    """A Net that answers from exchanges only, and never reaches for the network."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        """Take them in the order in which they were asked."""
        self._left: dict[Any, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._left[exchange.question].append(exchange)

    async def ask(self, question: Question[A]) -> A:
        """Answer, or fail, as it went then; a question asked more often gets the last end again.

        Where the look had run out of patience, TimeoutError is raised as it was then.
        """
        ends = self._left.get(question)
        if not ends:
            raise NetTrouble(Reason.NOT_ASKED, "nobody asked this when it was recorded")
        end = ends.pop(0) if len(ends) > 1 else ends[0]
        if end.failure is None:
            return cast(A, end.answer)
        if end.failure.cut_short:
            # It was still pending when everything else had ended: let everything else end first.
            for _ in range(_TURNS_LEFT_TO_OTHERS):
                await asyncio.sleep(0)
            raise TimeoutError
        raise NetTrouble(end.failure.reason, end.failure.detail)
