"""The TLS handshakes made in this run, by whichever door: nobody is asked twice."""

from __future__ import annotations

from probes.kit.net.lately import Lately
from probes.kit.net.question import Handshake, TlsQuestion

_PLACE = 600
"""Bytes of a question, a handshake and their place, beside the certificates."""


class Handshakes:
    """The latest handshakes: the look at a certificate follows soon upon the visit that took it."""

    def __init__(self, room: int = 2_097_152, most: int = 5_000) -> None:
        self._known: Lately[TlsQuestion, Handshake] = Lately(room, most)

    def remember(self, question: TlsQuestion, handshake: Handshake) -> None:
        """Keep it as the answer to the question, and to the same one with its address named."""
        named = TlsQuestion(question.name, question.port, question.starttls, handshake.address)
        size = _PLACE + sum(map(len, handshake.chain))
        for key in {question, named}:
            self._known.keep(key, handshake, size)

    def recall(self, question: TlsQuestion) -> Handshake | None:
        """Return the handshake already made, if it is still known."""
        return self._known.get(question)
