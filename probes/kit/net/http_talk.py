"""One response to one GET, read under caps of header, body and packing."""

from __future__ import annotations

from typing import Any

import h11

from probes.kit.net.http_head import Headers, plain_head
from probes.kit.net.inflate import Inflater, Unpackable
from probes.kit.net.question import NetTrouble
from probes.kit.observation import Reason

_HEAD_CAP = 65_536
_MOST_INTERIM = 8
_MOST_PIECES = 65_536
"""A body that comes in more pieces is cut there: one-byte chunks cost us more than their sender."""
_FRAMING = 1_048_576
"""Bytes that heads and the framing of chunks may take beside the body."""

# How an answer reads depends on the method alone, so h11 is told of one and the same GET each time.
_A_GET = h11.Request(method="GET", target="/", headers=[("Host", "any")])


class Fetch:
    """A response as far as it has come. Keeps what came before a break."""

    def __init__(self, cap: int) -> None:
        """Wait for the answer to a GET, of whose decoded body at most `cap` bytes are kept."""
        self._cap = cap
        self._h11: h11.Connection | None = None
        """Reads what does not begin with a plain head."""
        self._left = 0
        """Octets of the body still to come, behind a plain head."""
        self._raw = 0
        self._interim = 0
        self._pieces = 0
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

    def take(self, data: bytes) -> bool:
        """Take what came, b"" for the end of the connection; return False when no more is wanted.

        Raises NetTrouble: connection_lost before the head has come, malformed for what is not
        HTTP/1, or for a body in an encoding that we did not ask for.
        """
        began = self._raw > 0
        self._raw += len(data)
        if not began:
            head = plain_head(data)
            if head is None:
                self._h11 = _awaiting_answer()
            else:
                self._begin(head.status, head.headers)
                self._left, data = head.length, head.rest
        if self._h11:
            more = self._take_events(self._h11, data)
        else:
            more = bool(data or not began) and self._take_body(data)
        return more and self._raw <= self._cap + _FRAMING

    def _take_body(self, data: bytes) -> bool:
        """Take in some of a body of stated length; return False when it is all here, or no more is wanted."""
        piece = data[: self._left]
        self._left -= len(piece)
        if piece and not self._take_piece(piece):
            return False
        self._whole = not self._left
        return not self._whole

    def _take_events(self, reader: h11.Connection, data: bytes) -> bool:
        if not data and not self.status and not reader.trailing_data[0]:
            raise NetTrouble(Reason.CONNECTION_LOST, "the server hung up without a response")
        try:
            reader.receive_data(data)
            while (event := reader.next_event()) is not h11.NEED_DATA:
                if not self._learn(event):
                    return False
        except h11.RemoteProtocolError as error:
            error.__traceback__ = None  # h11 raises it out of a frame that holds it: a circle
            if self.status:
                return False  # the body broke off: what has come still counts, as truncated
            raise NetTrouble(Reason.MALFORMED, f"not HTTP/1: {error}"[:200]) from error
        return True

    def _learn(self, event: Any) -> bool:
        """Take in one event; return False when it was the last that matters."""
        kind = type(event)
        if kind is h11.Data:
            return self._take_piece(bytes(event.data))
        if kind is h11.Response:
            fields = event.headers.raw_items()
            headers = [(n.decode("ascii").lower(), v.decode("latin-1")) for n, v in fields]
            self._begin(event.status_code, tuple(headers))
            return True
        if kind is h11.InformationalResponse:
            self._interim += 1
            if self._interim > _MOST_INTERIM:
                raise NetTrouble(Reason.MALFORMED, "an endless series of interim responses")
            return True
        self._whole = kind is h11.EndOfMessage
        return False

    def _begin(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        packed = [value for name, value in headers if name == "content-encoding"]
        try:
            self._inflater = Inflater(packed, self._cap)
        except Unpackable as error:
            self._unreadable(error)

    def _take_piece(self, data: bytes) -> bool:
        self._pieces += 1
        if self._inflater is None or self._pieces > _MOST_PIECES:
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


def _awaiting_answer() -> h11.Connection:
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_CAP)
    reader.send(_A_GET)
    return reader
