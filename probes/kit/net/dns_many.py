"""Very many DNS questions in a tight loop: what each answer says is read from its header.

The ordinary door spends 20 µs on a question, half of it on futures and tasks. Here a question is a
few bytes and a ticket: sent, matched and counted in half the time, without a thought for what the
answer holds. Whoever wants to know that asks the few that exist again, through the ordinary door.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from struct import unpack

from msgspec import Struct

from probes.kit.net.dns_line import Place
from probes.kit.net.dns_wire import NOERROR, NXDOMAIN, encode_query

TRIES = 6
"""How often a question is sent before it counts as unanswered."""
_SOCKETS = 8
"""Random source ports, over all resolvers: a forged answer has to meet port, id and question."""
_RECEIVE_BUFFER = 1 << 20
_LARGEST = 2_048
_ANSWERS_A_TURN = 256
_FIRST_WINDOW = 64
_LEAST_WINDOW = 16
_HIGH_LOSS = 0.25
"""The share of a window that must be lost before we ask more slowly: a bad line loses a tenth on the
way there and back, a resolver that is asked too fast loses half."""
_LOW_LOSS = 0.02
_SLOWER = 0.6
_WORTH_IT, _FORGETFUL = 1.2, 0.9
_PATIENT_RUSH = 3
"""At first the window doubles while that makes the answers faster by a fifth; after three windows that
brought nothing it grows by a twentieth, or, on a line that loses some, by a fifth where they came faster
than of late: the best rate is forgotten by a tenth a window."""
_GATHER = 0.001
"""Seconds to let answers gather: woken for each one, we and the resolver spend half our time waking."""
_TURN = 20
"""Milliseconds after which we look at the clock, whatever comes."""
_SHORTEST_WAIT, _LONGEST_WAIT = 0.06, 3.0
_SILENCE, _FAILURES = 10.0, 20
"""Seconds without one answer, and failures meanwhile, after which nobody is there to be asked."""

Same = Callable[[int, bytes], bool]
"""Says of a question (its place) and its answer with records whether it is what every name gets."""


class Outcome(Struct):
    """What became of the questions, by their place in the list."""

    found: list[int]
    """Names that have records of the type, or an alias."""
    empty: list[int]
    """Names that exist, without such records."""
    cut: list[int]
    """Names whose answer did not fit into a datagram: they exist, and are to be asked over TCP."""
    unanswered: list[int]
    """Names for which every try ended in silence or in a failure."""
    same: int = 0
    """Names with records that every name gets."""
    sent: int = 0
    """Datagrams, repeated ones among them."""
    refusal: int = 0
    """The rcode of the latest failure; 0 where there was only silence."""
    stopped: bool = False
    """True when it was given up before every name had been asked."""


Ticket = tuple[int, int, int, float]
"""Message id, place of the question, number of the try, when it was sent."""


class _Line:
    """A UDP socket connected to one resolver, and the questions under way on it."""

    __slots__ = ("receive", "send", "socket", "waits")

    def __init__(self, place: Place) -> None:
        family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.socket.connect(place)
        self.send = self.socket.send
        self.receive = self.socket.recv
        self.waits: dict[int, Ticket] = {}


class ManyQuestions:
    """One list of questions and how far it has come; `run` works through it and blocks until the end."""

    def __init__(
        self,
        questions: Sequence[bytes],
        places: Sequence[Place],
        *,
        rate: float,
        same: Same | None = None,
        most_in_flight: int = 2_000,
        called_off: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take question sections in lower case, the resolvers, and how many datagrams a second may go.

        `called_off` is asked between two turns and may end it all, from any thread.
        """
        self._questions = questions
        self._places = tuple(places)
        self._rate = rate
        self._same = same
        self._most = most_in_flight
        self._called_off = called_off
        # All but the message id, which goes in front, and the question, which goes between them.
        whole = encode_query(0, b"?", recursion=True)
        self._head, self._tail = whole[2:12], whole[13:]
        self.outcome = Outcome([], [], [], [])
        self._next = 0
        self._again: deque[tuple[int, int]] = deque()
        self._under_way = 0
        self._window = float(min(_FIRST_WINDOW, most_in_flight))
        self._rush = _PATIENT_RUSH
        self._answered = self._lost = self._failures = 0
        self._judged = self._best_rate = 0.0
        self._wait, self._round_trip, self._spread = 1.0, 0.0, 0.0
        self._sent: list[deque[tuple[_Line, Ticket]]] = [deque() for _ in range(TRIES)]
        self._ids: list[int] = []

    def run(self) -> Outcome:
        """Ask until every question is answered or given up; raise OSError where no socket is to be had."""
        self._lines: list[_Line] = []
        try:
            for number in range(max(_SOCKETS, len(self._places))):
                self._lines.append(_Line(self._places[number % len(self._places)]))
            self._work()
        finally:
            for line in self._lines:
                line.socket.close()
        return self.outcome

    def _work(self) -> None:
        poll = select.poll()
        by_descriptor = {line.socket.fileno(): line for line in self._lines}
        for descriptor in by_descriptor:
            poll.register(descriptor, select.POLLIN)
        total = len(self._questions)
        started = self._last_answer = self._judged = time.monotonic()
        while self._next < total or self._again or self._under_way:
            now = time.monotonic()
            if self._called_off() or self._nobody_answers(now):
                self._give_up()
                return
            # A pause is not saved up: after it no more than a twentieth of a second's questions go at once.
            allowed = (now - started) * self._rate - self.outcome.sent
            if allowed > self._rate / 20 + 1:
                started = now - (self.outcome.sent + self._rate / 20 + 1) / self._rate
                allowed = self._rate / 20 + 1
            self._send(int(min(allowed, self._window - self._under_way)), now)
            full = self._under_way >= self._window or not (self._again or self._next < total)
            readable = poll.poll(_TURN if full else min(max(1, 1000 / self._rate), _TURN))
            if self._under_way > _FIRST_WINDOW:
                time.sleep(_GATHER)
            for descriptor, _ in readable:
                self._receive(by_descriptor[descriptor])
            self._expire(time.monotonic())

    def _nobody_answers(self, now: float) -> bool:
        return self._failures >= _FAILURES and now - self._last_answer > _SILENCE

    def _send(self, most: int, now: float) -> None:
        questions, total, again = self._questions, len(self._questions), self._again
        head, tail, lines = self._head, self._tail, self._lines
        for _ in range(most):
            if again:
                place, tried = again.popleft()
            elif self._next < total:
                place, tried = self._next, 0
                self._next += 1
            else:
                return
            # Each try goes out at another socket, and so to another resolver where there are several.
            line = lines[(place + tried) % len(lines)]
            ident = self._new_id(line)
            ticket = ident, place, tried, now
            try:
                line.send(ident.to_bytes(2, "big") + head + questions[place] + tail)
            except BlockingIOError:
                again.appendleft((place, tried))
                return
            except OSError:
                # An earlier datagram was turned away (ICMP): the system says so at the next chance.
                self._failed(place, tried)
                continue
            line.waits[ident] = ticket
            self._sent[tried].append((line, ticket))
            self._under_way += 1
            self.outcome.sent += 1

    def _new_id(self, line: _Line) -> int:
        while True:
            if not self._ids:
                self._ids = list(unpack("512H", os.urandom(1024)))
            ident = self._ids.pop()
            if ident not in line.waits:
                return ident

    def _receive(self, line: _Line) -> None:
        waits, receive, questions, outcome = line.waits, line.receive, self._questions, self.outcome
        answers, ticket = 0, None
        for _ in range(_ANSWERS_A_TURN):
            try:
                wire = receive(_LARGEST)
            except BlockingIOError:
                break
            except OSError:
                continue
            if len(wire) < 12:
                continue
            ident = wire[0] << 8 | wire[1]
            waiting = waits.get(ident)
            if waiting is None or not wire[2] & 0x80:
                continue
            # An id comes round again; only the question tells a late answer from the right one.
            place, question = waiting[1], questions[waiting[1]]
            rcode = wire[3] & 15
            if not wire.startswith(question, 12) and not _repeats(wire, question, rcode):
                continue
            del waits[ident]
            self._under_way -= 1
            if rcode in (NXDOMAIN, NOERROR):
                answers, ticket = answers + 1, waiting
                if wire[2] & 2:
                    outcome.cut.append(place)
                elif wire[6] or wire[7]:
                    if self._same is not None and self._same(place, wire):
                        outcome.same += 1
                    else:
                        outcome.found.append(place)
                elif rcode == NOERROR:
                    outcome.empty.append(place)
            else:
                outcome.refusal = rcode
                self._failed(place, waiting[2])
        if ticket is not None:
            self._answered += answers
            self._last_answer, self._failures = time.monotonic(), 0
            if not ticket[2]:
                self._learn_patience(self._last_answer - ticket[3])

    def _failed(self, place: int, tried: int) -> None:
        self._lost += 1
        self._failures += 1
        if tried + 1 < TRIES:
            self._again.append((place, tried + 1))
        else:
            self.outcome.unanswered.append(place)

    def _learn_patience(self, took: float) -> None:
        """Smooth the time an answer takes, as TCP does (RFC 6298)."""
        if not self._round_trip:
            self._round_trip, self._spread = took, took / 2
        self._spread += (abs(took - self._round_trip) - self._spread) / 4
        self._round_trip += (took - self._round_trip) / 8
        wait = 2 * self._round_trip + 4 * self._spread
        self._wait = min(max(wait, _SHORTEST_WAIT), _LONGEST_WAIT)

    def _expire(self, now: float) -> None:
        """Count as lost what was not answered in time; the second try gets twice the first one's, and so on."""
        for tried, sent in enumerate(self._sent):
            wait = min(self._wait * (tried + 1), _LONGEST_WAIT)
            while sent and sent[0][1][3] + wait <= now:
                line, ticket = sent.popleft()
                if line.waits.get(ticket[0]) is ticket:
                    del line.waits[ticket[0]]
                    self._under_way -= 1
                    self._failed(ticket[1], tried)
        if self._answered + self._lost >= max(self._window, _FIRST_WINDOW):
            self._judge_the_window(now)

    def _judge_the_window(self, now: float) -> None:
        """Have more under way while that brings more answers a second, less when a great share is lost."""
        rate = self._answered / max(now - self._judged, 1e-4)
        share = self._lost / (self._answered + self._lost)
        if share > _HIGH_LOSS:
            self._window = max(self._window * _SLOWER, _LEAST_WINDOW)
            self._rush = 0
        elif self._rush and rate > _WORTH_IT * self._best_rate:
            self._window += self._answered
            self._rush = _PATIENT_RUSH
        elif self._rush:
            self._rush -= 1
        elif share < _LOW_LOSS:
            self._window += self._window / 20 + 1
        elif rate > self._best_rate:
            # A bad line holds up a tenth of what is under way: to keep it busy takes a wide window.
            self._window *= _WORTH_IT
        self._window = min(self._window, self._most)
        self._best_rate = max(rate, self._best_rate * _FORGETFUL)
        self._answered = self._lost = 0
        self._judged = now

    def _give_up(self) -> None:
        """Leave undone what is undone: it counts as unanswered."""
        outcome = self.outcome
        outcome.stopped = True
        outcome.unanswered += [ticket[1] for line in self._lines for ticket in line.waits.values()]
        outcome.unanswered += [place for place, _ in self._again]
        outcome.unanswered += range(self._next, len(self._questions))


def _repeats(wire: bytes, question: bytes, rcode: int) -> bool:
    """Say whether a response repeats the question in other letters, or fails without repeating it."""
    if wire[4:6] == b"\x00\x00":
        return rcode not in (NOERROR, NXDOMAIN) and wire[4:10] == bytes(6)
    end = 12 + len(question)
    return wire[end - 4 : end] == question[-4:] and wire[12 : end - 4].lower() == question[:-4]
