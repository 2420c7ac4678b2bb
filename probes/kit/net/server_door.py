"""One name server asked over TCP: signatures and keys are longer than a datagram, and TCP is a duty."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Protocol

from probes.kit.net.dns_line import ask_by_tcp
from probes.kit.net.dns_wire import encode_question
from probes.kit.net.question import DnsAnswer, NetTrouble, ServerQuestion
from probes.kit.observation import Reason

_PORT = 53
_AT_ONCE = 50


class Guard(Protocol):
    """Says which addresses may be dialled."""

    def check(self, ip: str) -> None:
        """Raise NetTrouble(NOT_ALLOWED) for an address that may not be dialled."""


class ServerDoor:
    """Answers ServerQuestions, each over a connection of its own."""

    def __init__(
        self, guard: Guard, port: int = _PORT, patience: timedelta = timedelta(seconds=5)
    ) -> None:
        self._guard = guard
        self._port = port
        self._patience = patience.total_seconds()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, question: ServerQuestion) -> DnsAnswer:
        """Return the response, whatever its rcode; raise NetTrouble when none came."""
        asked = encode_question(question.name, question.type)
        if asked is None:
            raise NetTrouble(Reason.INVALID_QUERY, f"{question.name[:253]} {question.type}")
        self._guard.check(question.server)
        async with self._room:
            wire = await ask_by_tcp(
                (question.server, self._port),
                asked,
                recursion=question.recursion,
                edns=True,
                seconds=self._patience,
                signatures=question.signatures,
            )
        return DnsAnswer(wire, question.server)
