"""Writing down every exchange, and answering from what was written: the same look, twice the same."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from probes.kit.net.lately import Lately
from probes.kit.net.question import (
    SECOND_RESOLVER,
    Answer,
    AnyQuestion,
    ApiAnswer,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Net,
    NetTrouble,
    Question,
)
from probes.kit.observation import Reason

A = TypeVar("A")

_PACK = msgspec.msgpack.Encoder(order="deterministic")
_TURNS_LEFT_TO_OTHERS = 100
_HUGE = 1_048_576
"""Bytes. Only an API's answer can be longer; kept whole, a few of them would fill the memory."""
_BEGINNING = 262_144
_WEIGHT = 1_000
"""Bytes of an exchange, beside the raw answer."""


class Failure(Struct, frozen=True):
    """A question that got no usable answer."""

    reason: Reason
    detail: str = ""
    cut_short: bool = False
    """True when the look ended before the answer came: its patience was over."""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


_CUT_SHORT = Failure(Reason.TIMEOUT, "the look ended first", cut_short=True)


class Exchange(Struct, frozen=True, dict=True):
    """One question and how it ended: an answer, or else a failure."""

    question: AnyQuestion
    at: datetime
    """When it was asked, UTC."""
    vantage: str
    answer: Answer | None = None
    failure: Failure | None = None

    @cached_property
    def id(self) -> str:
        """The same 32 hex digits for the same question, end and moment, on any machine.

        The first eight are the second it was asked in: ids sort by time, and a store of them grows
        at its end.
        """
        answer, digest = self.answer, self.page_digest
        if digest:
            answer = replace(cast(HttpAnswer, answer), body=b"")
        said = _PACK.encode((self.question, answer, digest, self.failure, self.at))
        second = int(self.at.timestamp()) & 0xFFFFFFFF
        return f"{second:08x}{sha256(said).hexdigest()[:24]}"

    @property
    def page_digest(self) -> str:
        """32 hex digits for the body of an HTTP answer; empty where there is none."""
        if isinstance(self.answer, HttpAnswer) and self.answer.body:
            return self.answer.body_sha256[:32]
        return ""


def _recorded(answer: Any) -> Any:
    """Return what is written down of an answer: of a huge one the beginning, which says that it is cut."""
    if isinstance(answer, ApiAnswer) and len(answer.body) > _HUGE:
        return replace(answer, body=answer.body[:_BEGINNING], truncated=True)
    return answer


class SharedExchanges:
    """Exchanges of one run that may serve several looks: an answer got once is written down once.

    A Net remembers what it was told in a run and tells the next asker the same; that is no second
    exchange, and its moment is that of the first. What was longest unused is
    forgotten, and then written again.
    """

    def __init__(self, room: int = 2_097_152) -> None:
        """Remember so many bytes of them."""
        self._known: Lately[AnyQuestion, Exchange] = Lately(room, room)

    def the_one(self, exchange: Exchange) -> Exchange:
        """Return the exchange that got this very answer: an earlier one, or else the given one."""
        question, answer = exchange.question, exchange.answer
        match question, answer:
            case _, DnsAnswer(wire=raw):
                pass
            case HttpQuestion(address=str()), HttpAnswer(body=raw):
                pass
            case _:
                return exchange
        known = self._known.get(question)
        if known is not None and known.answer is answer:
            return known
        self._known.keep(question, exchange, _WEIGHT + len(raw))
        return exchange


class Recorder:
    """A Net that passes questions on and keeps the exchanges of one look."""

    def __init__(
        self,
        net: Net,
        clock: Callable[[], datetime],
        vantage: str,
        shared: SharedExchanges | None = None,
    ) -> None:
        """Record what `net` says; `shared` is what the looks of one run have in common."""
        self._net = net
        self._clock = clock
        self._vantage = vantage
        self._shared = shared or SharedExchanges()
        self._exchanges: list[Exchange] = []

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All so far, in the order in which they were asked; what is still pending is cut short."""
        return tuple(self._exchanges)

    @property
    def has_second_resolver(self) -> bool:
        """What the net behind says."""
        return bool(getattr(self._net, "has_second_resolver", False))

    async def ask(self, question: Question[A]) -> A:
        """Ask the net behind; write down what came of it."""
        asked: Any = question
        place, at = len(self._exchanges), self._clock()
        self._exchanges.append(Exchange(asked, at, self._vantage, failure=_CUT_SHORT))
        try:
            answer = await self._net.ask(question)
        except NetTrouble as trouble:
            failure = Failure(trouble.reason, trouble.detail)
            self._exchanges[place] = Exchange(asked, at, self._vantage, failure=failure)
            raise
        ended = Exchange(asked, at, self._vantage, _recorded(answer))
        self._exchanges[place] = self._shared.the_one(ended)
        return answer


class Player:
    """A Net that answers from exchanges only, and never reaches for the network."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        """Take them in the order in which they were asked."""
        self._left: dict[Any, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._left[exchange.question].append(exchange)
        self.has_second_resolver = any(
            isinstance(question, DnsQuestion) and question.server == SECOND_RESOLVER
            for question in self._left
        )

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
