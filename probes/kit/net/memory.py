"""What has already been asked in this run: nobody is asked the same thing twice, nor twice at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from probes.kit.net.question import (
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
_LARGE = 1_048_576
"""Bytes from which on an API's answer is asked for again rather than kept; the bootstraps are smaller."""


class Memory:
    """The latest good answers, bounded in number and in bytes, and the questions under way."""

    def __init__(self, most: int = 100_000, most_bytes: int = 16_777_216) -> None:
        self._most = most
        self._room = most_bytes
        self._known: OrderedDict[Question[Any], Any] = OrderedDict()
        self._asking: dict[Question[Any], asyncio.Future[NetTrouble | None]] = {}

    async def ask(self, question: Question[A], ask: Callable[[Question[A]], Awaitable[A]]) -> A:
        """Return what is known, or what somebody is just being told, or ask.

        Whoever comes while the question is under way gets the same answer or the same trouble; when
        the first asker gives up, the next one asks in his place.
        """
        while question not in self._known:
            under_way = self._asking.get(question)
            if under_way is None:
                return await self._put(question, ask)
            trouble = await asyncio.shield(under_way)
            if trouble:
                raise NetTrouble(trouble.reason, trouble.detail)
        self._known.move_to_end(question)
        answer: A = self._known[question]
        return answer

    async def _put(self, question: Question[A], ask: Callable[[Question[A]], Awaitable[A]]) -> A:
        under_way = self._asking[question] = asyncio.get_running_loop().create_future()
        trouble: NetTrouble | None = None
        try:
            answer = await ask(question)
            if _keeps(question, answer):
                self._keep(question, answer)
            return answer
        except NetTrouble as met:
            trouble = met
            raise
        finally:
            del self._asking[question]
            if not under_way.done():
                under_way.set_result(trouble)

    def _keep(self, question: Question[Any], answer: Any) -> None:
        self._known[question] = answer
        self._room -= _size(answer)
        while self._known and (len(self._known) > self._most or self._room < 0):
            _, oldest = self._known.popitem(last=False)
            self._room += _size(oldest)


def _keeps(question: Question[Any], answer: Any) -> bool:
    """Say whether asking again in this run would be idle. Failures may pass, so they are not kept.

    DNS servers asked directly are asked afresh: whether one refuses three times is a finding.
    """
    match answer:
        case DnsAnswer(wire=wire):
            settled = len(wire) > 3 and wire[3] & 15 in (_NOERROR, _NXDOMAIN)
            return settled and isinstance(question, DnsQuestion) and question.server is None
        case ApiAnswer(status=status, truncated=truncated):
            return status == 200 and not truncated and len(answer.body) <= _LARGE
        case WhoisAnswer(complete=complete):
            return complete
        case SmtpAnswer(trouble=trouble):
            return not trouble
    return False


def _size(answer: Any) -> int:
    """Bytes an answer weighs, roughly."""
    return 200 + sum(len(getattr(answer, part, b"")) for part in ("wire", "raw", "body", "banner"))
