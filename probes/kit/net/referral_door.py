"""Asking the servers of a zone about thousands of names below it, each server at a gentle pace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from probes.kit.net.pace import Pace
from probes.kit.net.question import DnsAnswer, DnsQuestion, ReferralQuestion
from probes.kit.net.rates import Rates

_GROUP = "dns-parent"


class Guard(Protocol):
    """Says which addresses may be dialled."""

    def check(self, ip: str) -> None:
        """Raise NetTrouble(NOT_ALLOWED) for an address that may not be dialled."""


class ReferralDoor:
    """Answers ReferralQuestions.

    Its turns are those of this process alone: a question takes 50 µs, a turn shared through the
    database twenty times that, and two processes together still ask what is nothing to such a server.
    """

    def __init__(
        self, ask: Callable[[DnsQuestion], Awaitable[DnsAnswer]], guard: Guard, rates: Rates
    ) -> None:
        """Send through the ordinary door, as often as `rates` says of `dns-parent`."""
        self._ask = ask
        self._guard = guard
        self._pace = Pace(rates)

    async def ask(self, question: ReferralQuestion) -> DnsAnswer:
        """Return the response, whatever it says; raise NetTrouble when none came."""
        # A server we may not ask must not cost anybody a turn.
        self._guard.check(question.server)
        await self._pace.take(f"dns:{question.server}", _GROUP)
        return await self._ask(DnsQuestion(question.name, "NS", question.server))
