"""Trying a list of host labels below a zone: the many in bulk, the odd ones through the ordinary door."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence

from probes.kit.labels import Labels
from probes.kit.net.dns_line import Place, trouble_of
from probes.kit.net.dns_many import ManyQuestions, Outcome
from probes.kit.net.dns_reading import Reading, read_answer
from probes.kit.net.dns_wire import REFUSED, SERVFAIL, TYPES, encode_name
from probes.kit.net.patience import our_own_turn
from probes.kit.net.question import (
    DnsAnswer,
    DnsQuestion,
    NamesAnswer,
    NamesQuestion,
    NetTrouble,
)
from probes.kit.observation import Absent, Reason, Seen, Unknown

MOST_FOUND = 20_000
MOST_EMPTY = 500
_MOST_AGAIN = 200
"""Unanswered labels that get another chance; where there are more, the resolver has had enough of us."""
_AT_ONCE = 100
"""Names asked side by side through the ordinary door."""
_REFUSALS = {SERVFAIL: Reason.SERVFAIL, REFUSED: Reason.DNS_REFUSED}
_A = TYPES["A"].to_bytes(2, "big") + b"\x00\x01"


class NamesDoor:
    """Answers NamesQuestions, one zone after another, at the pace of all DNS questions in bulk."""

    def __init__(
        self,
        places: Sequence[Place],
        labels: Labels,
        rate: float,
        ask: Callable[[DnsQuestion], Awaitable[DnsAnswer]],
    ) -> None:
        """Take the resolvers, the labels, datagrams a second, and the ordinary door for what is odd."""
        self._places = tuple(places)
        self._labels = labels
        self._rate = rate
        self._ask = ask
        self._turnstile = asyncio.Lock()

    async def ask(self, question: NamesQuestion) -> NamesAnswer:
        """Try every label; the caller's patience is not charged for what our own pace takes.

        It ends all the same: a resolver that falls silent is given up after some seconds. Raises
        NetTrouble when there was not one answer.
        """
        zone = encode_name(question.zone)
        if zone is None or len(zone) < 2:
            raise NetTrouble(Reason.INVALID_QUERY, question.zone[:253])
        below = _Below(question, zone, self._labels)
        with our_own_turn():
            async with self._turnstile:
                outcome = await self._in_a_thread(below)
        if below.questions and len(outcome.unanswered) == len(below.questions):
            reason = _REFUSALS.get(outcome.refusal, Reason.TIMEOUT)
            raise NetTrouble(reason, f"no answer to {len(below.questions)} labels")
        await self._one_by_one(below, outcome)
        return below.answer(outcome)

    async def _in_a_thread(self, below: _Below) -> Outcome:
        """The loop there spends its time in the kernel; looks go on beside it."""
        over = threading.Event()
        many = ManyQuestions(
            below.questions,
            self._places,
            rate=self._rate,
            same=below.is_same if below.but else None,
            called_off=over.is_set,
        )
        try:
            return await asyncio.to_thread(many.run)
        except OSError as error:
            raise NetTrouble(*trouble_of(error, self._places[0])) from error
        finally:
            over.set()

    async def _one_by_one(self, below: _Below, outcome: Outcome) -> None:
        """Ask again whose answer was too long for a datagram, and the few that got none."""
        odd, outcome.cut = outcome.cut, []
        if len(outcome.unanswered) <= _MOST_AGAIN:
            odd, outcome.unanswered = odd + outcome.unanswered, []
        for start in range(0, len(odd), _AT_ONCE):
            places = odd[start : start + _AT_ONCE]
            readings = await asyncio.gather(*(self._look(below.name(place)) for place in places))
            for place, reading in zip(places, readings, strict=True):
                below.sort(place, reading, outcome)

    async def _look(self, name: str) -> Reading:
        try:
            return read_answer(await self._ask(DnsQuestion(name, "A")), name, "A")
        except NetTrouble as trouble:
            return Reading(Unknown(trouble.reason, trouble.detail))


class _Below:
    """The labels as questions below one zone, and what the answers mean there."""

    def __init__(self, question: NamesQuestion, zone: bytes, labels: Labels) -> None:
        self.zone, self.but = question.zone, frozenset(question.but)
        self._digest = labels.digest
        self.words: list[str] = []
        self.questions: list[bytes] = []
        tail = zone + _A
        for word in labels.words:
            prefix = encode_name(word)
            # What would be longer than a name may be cannot exist there.
            if prefix and len(prefix) + len(zone) <= 256:
                self.words.append(word)
                self.questions.append(prefix[:-1] + tail)

    def name(self, place: int) -> str:
        return f"{self.words[place]}.{self.zone}"

    def is_same(self, place: int, wire: bytes) -> bool:
        """Say whether an answer with records leads only where every label leads."""
        return self._leads_where_all_lead(read_answer(DnsAnswer(wire, ""), self.name(place), "A"))

    def _leads_where_all_lead(self, reading: Reading) -> bool:
        """Of an alias its target tells: the addresses behind it may change from answer to answer."""
        if reading.chain:
            return reading.chain[0] in self.but
        match reading.outcome:
            case Seen(addresses):
                return self.but.issuperset(addresses)
        return False

    def sort(self, place: int, reading: Reading, outcome: Outcome) -> None:
        """Put a label where it belongs by what the ordinary door was told."""
        if self.but and self._leads_where_all_lead(reading):
            outcome.same += 1
        elif reading.chain or isinstance(reading.outcome, Seen):
            outcome.found.append(place)
        elif isinstance(reading.outcome, Unknown):
            outcome.unanswered.append(place)
        elif reading.outcome == Absent("NODATA"):
            outcome.empty.append(place)

    def answer(self, outcome: Outcome) -> NamesAnswer:
        found = sorted(self.words[place] for place in outcome.found)
        empty = sorted(self.words[place] for place in outcome.empty)
        return NamesAnswer(
            asked=len(self.words),
            words=self._digest,
            found=tuple(found[:MOST_FOUND]),
            empty=tuple(empty[:MOST_EMPTY]),
            same=outcome.same,
            unanswered=len(outcome.unanswered),
            complete=not outcome.stopped and len(found) <= MOST_FOUND,
        )
