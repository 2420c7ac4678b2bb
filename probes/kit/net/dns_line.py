"""The wires DNS goes over: UDP sockets shared by many questions, and one TCP exchange (RFC 7766)."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from struct import unpack

from probes.kit.net.dns_wire import answers_to, encode_query
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

Place = tuple[str, int]

_LARGEST_DATAGRAM = 4096  # three times what we ask for; longer ones are cut off and fail to match
_DATAGRAMS_A_TURN = 512  # then other work gets its turn; the socket is still readable afterwards


def _random_ids() -> Iterator[int]:
    """Message ids nobody can foresee (RFC 5452 section 4.3), drawn from the system 512 at a time."""
    while True:
        yield from unpack("512H", os.urandom(1024))


_IDS = _random_ids()


class Wait:
    """One question on its way. Each try has its own future; answers to earlier tries still count."""

    __slots__ = ("due", "future", "line", "question", "tickets")

    def __init__(self, question: bytes) -> None:
        self.question = question
        self.future: asyncio.Future[tuple[bytes, Place]] | None = None
        self.line: Line | None = None
        self.due = 0.0
        self.tickets: list[tuple[Line, int]] = []

    def succeed(self, wire: bytes, place: Place) -> None:
        """Hand the answer over, unless the try is already over."""
        if self.future and not self.future.done():
            self.future.set_result((wire, place))

    def fail(self, reason: Reason, detail: str) -> None:
        """End the present try without an answer."""
        if self.future and not self.future.done():
            self.future.set_exception(NetTrouble(reason, detail))

    def forget(self) -> None:
        """Give all message ids back."""
        for line, ident in self.tickets:
            line.waits.pop(ident, None)
        self.tickets.clear()
        self.future = None


class Line:
    """A UDP socket connected to one server, from a random port, shared by the questions to it."""

    def __init__(self, place: Place) -> None:
        """Open it in the running loop; raises OSError when there is no way there."""
        self.place = place
        self.waits: dict[int, Wait] = {}
        family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self._datagram = memoryview(bytearray(_LARGEST_DATAGRAM))
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self._socket.connect(place)
        except OSError:
            self._socket.close()
            raise
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._drain)

    def send(self, wait: Wait, *, recursion: bool, edns: bool) -> None:
        """Send a question under a message id that no other question here has."""
        ident = next(_IDS)
        while ident in self.waits:
            ident = next(_IDS)
        self.waits[ident] = wait
        wait.tickets.append((self, ident))
        wait.line = self
        try:
            self._socket.send(encode_query(ident, wait.question, recursion=recursion, edns=edns))
        except BlockingIOError:
            return  # the send buffer is full: as good as lost on the way
        except OSError as error:
            wait.fail(*trouble_of(error, self.place))

    def close(self) -> None:
        """Close the socket; whoever still waits is told."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for wait in list(self.waits.values()):
            wait.fail(Reason.CONNECTION_LOST, "closed")

    def _drain(self) -> None:
        receive, datagram, waits = self._socket.recv_into, self._datagram, self.waits
        for _ in range(_DATAGRAMS_A_TURN):
            try:
                size = receive(datagram)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._fail(error)
                return
            if size < 12:
                continue
            wire = datagram[
                :size
            ].tobytes()  # may be kept for long, so it is no longer than it came
            wait = waits.get(wire[0] << 8 | wire[1])
            # An id comes round again; only the question tells a late answer from the right one.
            if wait is not None and answers_to(wire, wait.question):
                wait.succeed(wire, self.place)

    def _fail(self, error: OSError) -> None:
        reason, detail = trouble_of(error, self.place)
        for wait in list(self.waits.values()):
            if wait.line is self:
                wait.fail(reason, detail)


def trouble_of(error: OSError, place: Place) -> tuple[Reason, str]:
    """Name what the system said when a datagram or a connection came to nothing."""
    where = f"{place[0]} port {place[1]}"
    if isinstance(error, TimeoutError):
        return Reason.TIMEOUT, where
    if isinstance(error, ConnectionRefusedError):
        return Reason.NO_LISTENER, where
    if isinstance(error, ConnectionError):
        return Reason.CONNECTION_LOST, where
    return Reason.UNREACHABLE, f"{where}: {errno.errorcode.get(error.errno or 0, 'error')}"


async def ask_by_tcp(
    place: Place,
    question: bytes,
    *,
    recursion: bool,
    edns: bool,
    seconds: float,
    signatures: bool = False,
) -> bytes:
    """Return the answer over TCP, at most 64 KiB; raise NetTrouble when there is none."""
    ident = next(_IDS)
    query = encode_query(ident, question, recursion=recursion, edns=edns, signatures=signatures)
    writer = None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(*place)
            writer.write(len(query).to_bytes(2, "big") + query)
            size = int.from_bytes(await reader.readexactly(2), "big")
            wire = await reader.readexactly(size)
    except asyncio.IncompleteReadError as error:
        raise NetTrouble(Reason.CONNECTION_LOST, f"{place[0]} over TCP") from error
    except OSError as error:
        reason, detail = trouble_of(error, place)
        raise NetTrouble(reason, f"{detail} over TCP") from error
    finally:
        if writer is not None:
            writer.transport.abort()
    if wire[:2] != query[:2] or not answers_to(wire, question):
        raise NetTrouble(Reason.MALFORMED, f"{place[0]} over TCP answered something else")
    return wire
