"""The TLS handshakes made in this run, by whichever door: nobody is asked twice."""

from __future__ import annotations

from collections import OrderedDict

from probes.kit.net.question import Handshake, TlsQuestion


class Handshakes:
    """The latest handshakes, at most `most`."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._known: OrderedDict[TlsQuestion, Handshake] = OrderedDict()

    def remember(self, question: TlsQuestion, handshake: Handshake) -> None:
        """Keep it as the answer to the question, and to the same one with its address named."""
        named = TlsQuestion(question.name, question.port, question.starttls, handshake.address)
        for key in {question, named}:
            self._known[key] = handshake
            self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def recall(self, question: TlsQuestion) -> Handshake | None:
        """Return the handshake already made, if it is still known."""
        return self._known.get(question)
