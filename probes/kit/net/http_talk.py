"""One GET over an open connection, read by h11 under caps of header, body and packing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import h11

from probes.kit.net.inflate import Inflater, Unpackable
from probes.kit.net.question import NetTrouble
from probes.kit.net.tls import Streams
from probes.kit.observation import Reason

_HEADER_CAP = 65_536
_READ = 65_536
_MOST_INTERIM = 8
_MOST_PIECES = 65_536
"""A body that comes in more pieces is cut there: one-byte chunks cost us more than their sender."""

Headers = tuple[tuple[str, str], ...]


class Fetch:
    """One request and its response, as far as it has come. Keeps what came before a break."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_CAP)
        self._inflater: Inflater | None = None
        self._whole = False
        self.status = 0
        """Zero until the response head has come."""
        self.headers: Headers = ()

    @property
    def body(self) -> bytes:
        """The decoded body so far."""
        return self._inflater.body if self._inflater else b""

    @property
    def truncated(self) -> bool:
        """True when some of the body is missing."""
        return not (self._whole and self._inflater and self._inflater.complete)

    async def run(self, streams: Streams, target: str, headers: Sequence[tuple[str, str]]) -> None:
        """Send the request and read the response to its end or its cap.

        Raises NetTrouble: connection_lost before the head has come, malformed for what is not
        HTTP/1, or for a body in an encoding that we did not ask for.
        """
        reader, writer = streams
        writer.write(self._request(target, headers))
        interim = pieces = 0
        while True:
            event = self._next_event()
            if event is h11.NEED_DATA:
                self._receive(await _read(reader))
            elif isinstance(event, h11.InformationalResponse):
                interim += 1
                if interim > _MOST_INTERIM:
                    raise NetTrouble(Reason.MALFORMED, "an endless series of interim responses")
            elif isinstance(event, h11.Response):
                self._head(event)
            elif isinstance(event, h11.Data):
                pieces += 1
                if pieces > _MOST_PIECES or not self._keep(bytes(event.data)):
                    return
            else:
                self._whole = isinstance(event, h11.EndOfMessage)
                return

    def _request(self, target: str, headers: Sequence[tuple[str, str]]) -> bytes:
        request = h11.Request(method="GET", target=target, headers=list(headers))
        return (self._connection.send(request) or b"") + (
            self._connection.send(h11.EndOfMessage()) or b""
        )

    def _receive(self, data: bytes) -> None:
        if not data and not self.status and not self._connection.trailing_data[0]:
            raise NetTrouble(Reason.CONNECTION_LOST, "the server hung up without a response")
        self._connection.receive_data(data)

    def _next_event(self) -> object:
        try:
            return self._connection.next_event()
        except h11.RemoteProtocolError as error:
            if self.status:
                return None  # the body broke off: what has come still counts, as truncated
            raise NetTrouble(Reason.MALFORMED, f"not HTTP/1: {error}"[:200]) from error

    def _head(self, response: h11.Response) -> None:
        self.status = response.status_code
        self.headers = tuple(
            (name.decode("ascii"), value.decode("latin-1")) for name, value in response.headers
        )
        packed = [value for name, value in self.headers if name == "content-encoding"]
        try:
            self._inflater = Inflater(packed, self._cap)
        except Unpackable as error:
            self._unreadable(error)

    def _keep(self, data: bytes) -> bool:
        if self._inflater is None:
            return False
        try:
            return self._inflater.feed(data)
        except Unpackable as error:
            self._unreadable(error)
            return False

    def _unreadable(self, error: Unpackable) -> None:
        """A redirect says all in its head; of anything else an unread body is no answer."""
        if not 300 <= self.status < 400:
            raise NetTrouble(Reason.MALFORMED, str(error)) from error


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(_READ)
    except OSError:
        return b""  # a reset in the middle is an end like any other: h11 knows if it came too early
