"""What has already been asked in this run: nobody is asked the same thing twice, nor twice at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from probes.kit.net.lately import Lately
from probes.kit.net.question import (
    SECOND_RESOLVER,
    ApiAnswer,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    NetTrouble,
    Question,
    SmtpAnswer,
    WhoisAnswer,
)

A = TypeVar("A")

_NOERROR, _NXDOMAIN = 0, 3
_LATER = frozenset({408, 425, 429})
"""Statuses that ask a visitor to come again (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4)."""
_LARGE = 262_144
"""Bytes from which on an answer is asked for again rather than kept; the bootstraps are smaller."""
_PLACE = 600
"""Bytes of a question, an answer and their place, beside the answer's own."""


class Memory:
    """The latest good answers, bounded in number and in bytes, and the questions under way."""

    def __init__(self, most: int = 10_000, most_bytes: int = 4_194_304) -> None:
        self._known: Lately[Question[Any], Any] = Lately(most_bytes, most)
        self._asking: dict[Question[Any], list[asyncio.Future[NetTrouble | None]]] = {}
        """Those who wait, beside the first asker, for the end of a question under way."""

    async def ask(self, question: Question[A], ask: Callable[[Question[A]], Awaitable[A]]) -> A:
        """Return what is known, or what somebody is just being told, or ask.

        Whoever comes while the question is under way gets the same answer or the same trouble; when
        the first asker gives up, the next one asks in his place.
        """
        while True:
            known: A | None = self._known.get(question)
            if known is not None:
                return known
            waiting = self._asking.get(question)
            if waiting is None:
                return await self._put(question, ask)
            told: asyncio.Future[NetTrouble | None] = asyncio.get_running_loop().create_future()
            waiting.append(told)
            if trouble := await told:
                raise NetTrouble(trouble.reason, trouble.detail)

    async def _put(self, question: Question[A], ask: Callable[[Question[A]], Awaitable[A]]) -> A:
        waiting = self._asking[question] = []
        trouble: NetTrouble | None = None
        try:
            answer = await ask(question)
            if 0 < (size := _settled(question, answer)) <= _LARGE:
                self._known.keep(question, answer, size)
            return answer
        except NetTrouble as met:
            # Not the one that is raised: that holds this frame, and all that was read on the way to it.
            trouble = NetTrouble(met.reason, met.detail)
            raise
        finally:
            del self._asking[question]
            for told in waiting:
                if not told.done():
                    told.set_result(trouble)


def _settled(question: Question[Any], answer: Any) -> int:
    """Bytes that an answer takes with its place; 0 where asking again in this run would not be idle.

    Failures may pass, so they are not kept, and DNS servers asked directly are asked afresh: whether
    one refuses three times is a finding. So are sites; but what an address shows for a name that it
    cannot know is one answer for all sites there.
    """
    kind = type(answer)
    if kind is DnsAnswer:
        server = question.server if isinstance(question, DnsQuestion) else ""
        wire = answer.wire
        fine = len(wire) > 3 and wire[3] & 15 in (_NOERROR, _NXDOMAIN)
        return len(wire) + _PLACE if fine and server in (None, SECOND_RESOLVER) else 0
    if kind is HttpAnswer:
        at_an_address = isinstance(question, HttpQuestion) and question.address is not None
        passing = answer.status >= 500 or answer.status in _LATER
        fine = at_an_address and not passing and not answer.truncated
        chain = answer.handshake.chain if answer.handshake else ()
        return _length(answer) + sum(map(len, chain)) if fine else 0
    if kind is WhoisAnswer:
        return len(answer.raw) + _PLACE if answer.complete else 0
    if kind is ApiAnswer:
        return _length(answer) if answer.status == 200 and not answer.truncated else 0
    if kind is SmtpAnswer:
        chain = answer.handshake.chain if answer.handshake else ()
        said = len(answer.banner) + sum(map(len, (*answer.ehlo, *chain)))
        return 0 if answer.trouble else said + _PLACE
    return 0


def _length(answer: HttpAnswer | ApiAnswer) -> int:
    return len(answer.body) + sum(len(n) + len(v) for n, v in answer.headers) + _PLACE
