"""A zone transfer: one question over TCP, and the messages that answer it (RFC 5936)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from probes.kit.net.dial import Dialer
from probes.kit.net.dns_wire import (
    NOERROR,
    TYPES,
    answers_to,
    encode_name,
    encode_query,
    read_name,
    read_records,
)
from probes.kit.net.patience import Patience
from probes.kit.net.question import NetTrouble, ZoneAnswer, ZoneQuestion
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason

PORT = 53
CAP = 1_048_576
_AXFR = (252).to_bytes(2, "big") + b"\x00\x01"


class ZoneDoor:
    """Answers ZoneQuestions."""

    def __init__(self, dialer: Dialer, patience: timedelta = timedelta(seconds=30)) -> None:
        """Dial through the guard; `patience` is for a whole transfer."""
        self._dialer = dialer
        self._patience = patience

    async def ask(self, question: ZoneQuestion) -> ZoneAnswer:
        """Return what came, also of a transfer that broke off; raise NetTrouble when nothing did."""
        zone = encode_name(question.zone)
        if zone is None:
            raise NetTrouble(Reason.INVALID_QUERY, question.zone[:253])
        checked = await self._dialer.addresses(question.server, question.server)
        transfer = _Transfer(zone)
        try:
            async with Patience(self._patience), self._dialer.connect(checked, PORT) as wire:
                await transfer.read(wire)
        except TimeoutError as error:
            if not transfer.whole:
                raise NetTrouble(Reason.TIMEOUT, f"{checked[0]} port {PORT} over TCP") from error
        if not transfer.whole:
            raise NetTrouble(Reason.CONNECTION_LOST, f"{checked[0]} over TCP")
        return ZoneAnswer(bytes(transfer.whole), transfer.ended, checked[0])


class _Transfer:
    def __init__(self, zone: bytes) -> None:
        self._zone = zone
        self._ident = secrets.randbelow(65_536)
        self.whole = bytearray()
        """The messages that came in full."""
        self.ended = False
        self._starts = 0

    async def read(self, wire: Wire) -> None:
        """Ask, and take messages until the zone's SOA has come a second time."""
        query = encode_query(self._ident, self._zone + _AXFR, recursion=False, edns=False)
        wire.send(len(query).to_bytes(2, "big") + query)
        unread = bytearray()
        try:
            while not self.ended:
                data = await wire.receive()
                if not data:
                    return
                unread += data
                if not self._take(unread):
                    return
        except TimeoutError:
            raise
        except OSError:
            return

    def _take(self, unread: bytearray) -> bool:
        """Move whole messages over; False when there is no room for more, or one is none of ours."""
        at = 0
        while at + 2 <= len(unread) and not self.ended:
            end = at + 2 + int.from_bytes(unread[at : at + 2], "big")
            if end > len(unread):
                break
            if len(self.whole) + end - at > CAP or not self._weigh(bytes(unread[at + 2 : end])):
                return False
            self.whole += unread[at:end]
            at = end
        del unread[:at]
        return True

    def _weigh(self, message: bytes) -> bool:
        """Count the SOA records of a message; False when it is no answer to our question."""
        question = self._zone + _AXFR
        # Later messages may leave the question out (RFC 5936 section 2.2.1).
        later = self.whole and message[2:3] >= b"\x80" and message[4:6] == b"\x00\x00"
        if message[:2] != self._ident.to_bytes(2, "big"):
            return False
        if not later and not answers_to(message, question):
            return False
        records = read_records(message)
        if records is None:
            return False
        for record in records:
            if record.type == TYPES["SOA"] and record.section == 0:
                self._starts += read_name(message, record.owner) == self._zone
        refused = message[3] & 15 != NOERROR
        self.ended = refused or self._starts >= 2 or not any(r.section == 0 for r in records)
        return True
