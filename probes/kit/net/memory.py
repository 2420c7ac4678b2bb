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
    NetTrouble,
    Question,
    SmtpAnswer,
    WhoisAnswer,
)

A = TypeVar("A")

_NOERROR, _NXDOMAIN = 0, 3
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
            if _settled(question, answer) and (size := _weigh(answer)) <= _LARGE:
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


def _settled(question: Question[Any], answer: Any) -> bool:
    """Say whether asking again in this run would be idle. Failures may pass, so they are not kept.

    DNS servers asked directly are asked afresh: whether one refuses three times is a finding.
    """
    match answer:
        case DnsAnswer(wire=wire):
            settled = len(wire) > 3 and wire[3] & 15 in (_NOERROR, _NXDOMAIN)
            server = question.server if isinstance(question, DnsQuestion) else ""
            return settled and server in (None, SECOND_RESOLVER)
        case ApiAnswer(status=status, truncated=truncated):
            return status == 200 and not truncated
        case WhoisAnswer(complete=complete):
            return complete
        case SmtpAnswer(trouble=trouble):
            return not trouble
    return False


def _weigh(answer: Any) -> int:
    """Bytes that an answer takes, with its place."""
    match answer:
        case DnsAnswer(wire=wire):
            size = len(wire)
        case ApiAnswer(body=body, headers=headers):
            size = len(body) + sum(len(name) + len(value) for name, value in headers)
        case WhoisAnswer(raw=raw):
            size = len(raw)
        case SmtpAnswer(banner=banner, ehlo=ehlo, handshake=handshake):
            size = len(banner) + sum(map(len, ehlo))
            size += sum(map(len, handshake.chain)) if handshake else 0
    return size + _PLACE
