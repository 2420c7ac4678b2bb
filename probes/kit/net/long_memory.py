"""Answers that stay good beyond a run, kept where later runs and other processes find them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, cast

import msgspec

from probes.kit.net.question import ApiAnswer, ApiQuestion, WhoisAnswer, WhoisQuestion

A = TypeVar("A")
Q = TypeVar("Q", WhoisQuestion, ApiQuestion)

_DAY = 86_400.0
_REFERRALS = "whois.iana.org"
_REFERRAL_LIFE = 30 * _DAY
"""Seconds. Which server a top-level domain has changes once in years."""
_BOOTSTRAPS = "https://data.iana.org/rdap/"
_BOOTSTRAP_LIFE = _DAY
"""Seconds. The lists say themselves that they may be kept about so long (Expires, RFC 9224 8)."""


class AnswerStore(Protocol):
    """Where answers lie between runs."""

    async def recall(self, key: str, now: float) -> bytes | None:
        """Return what is kept under a key and good at that moment (Unix time), or None."""

    async def keep(self, key: str, body: bytes, until: float) -> None:
        """Keep it, in the place of what was kept before."""


class LongMemory:
    """Asks IANA for what it said lately only when that is no longer good. All else passes through."""

    def __init__(self, store: AnswerStore | None, clock: Callable[[], float] = time.time) -> None:
        """Remember in `store`; without one nothing is remembered."""
        self._store = store
        self._clock = clock

    async def ask(self, question: Q, ask: Callable[[Q], Awaitable[A]]) -> A:
        """Return the answer kept from another run, or ask."""
        life, key = _life_and_key(question)
        if self._store is None or not life:
            return await ask(question)
        kept = await self._store.recall(key, self._clock())
        if kept is not None and (known := _decoded(kept)) is not None:
            return cast(A, known)
        answer = await ask(question)
        if _is_settled(answer):
            await self._store.keep(key, msgspec.msgpack.encode(answer), self._clock() + life)
        return answer


def _life_and_key(question: object) -> tuple[float, str]:
    match question:
        case WhoisQuestion(server=server, line=line) if server == _REFERRALS:
            return _REFERRAL_LIFE, f"{server} {line}"
        case ApiQuestion(url=url) if url.startswith(_BOOTSTRAPS):
            return _BOOTSTRAP_LIFE, url
    return 0.0, ""


def _is_settled(answer: object) -> bool:
    """Say whether it is a whole answer of IANA's, and no excuse."""
    match answer:
        case WhoisAnswer(raw=raw, complete=complete):
            return complete and b"\nsource:" in raw
        case ApiAnswer(status=status, truncated=truncated):
            return status == 200 and not truncated
    return False


def _decoded(kept: bytes) -> WhoisAnswer | ApiAnswer | None:
    try:
        return msgspec.msgpack.decode(kept, type=WhoisAnswer | ApiAnswer)
    except msgspec.DecodeError:
        return None  # kept by another edition: ask again
