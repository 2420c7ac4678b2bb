"""Our side of an SMTP conversation (RFC 5321). A visitor goes no further than STARTTLS and QUIT."""

from __future__ import annotations

import ssl

from msgspec import Struct

from probes.kit.net.question import Handshake, NetTrouble
from probes.kit.net.tls import SecureWire
from probes.kit.net.wire import Wire
from probes.kit.observation import Reason

_LONGEST_LINE = 2_048
_MOST_LINES = 64


class Reply(Struct, frozen=True):
    """One reply of the server, all its lines."""

    code: int
    lines: tuple[str, ...]
    """As sent, code included."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines without the code."""
        return tuple(line[4:] for line in self.lines)


class SmtpTalk:
    """Our side of the conversation over a fresh connection.

    Every step raises NetTrouble when the other side is no SMTP, TimeoutError at the Wire's deadline.
    """

    def __init__(self, wire: Wire, name: str) -> None:
        self._wire = wire
        self._line: Wire | SecureWire = wire
        self._heard = bytearray()
        self._name = name

    async def greeting(self) -> Reply:
        """Return what the server says on its own."""
        return await self._reply()

    async def ehlo(self, our_name: str) -> Reply:
        """Introduce ourselves, by our address where we have no name (RFC 5321 4.1.3)."""
        if not our_name:
            ours = self._wire.our_address
            our_name = f"[IPv6:{ours}]" if ":" in ours else f"[{ours}]"
        return await self._say(f"EHLO {our_name}")

    async def starttls(self, context: ssl.SSLContext | None = None) -> Handshake:
        """Ask for TLS and shake hands; NetTrouble(tls_failed) when either is refused.

        Without a context any certificate will do: whoever only looks trusts nothing yet.
        """
        reply = await self._say("STARTTLS")
        if reply.code != 220:
            raise NetTrouble(Reason.TLS_FAILED, f"STARTTLS: {reply.lines[0][:200]}")
        return await self.secure(context)

    async def secure(self, context: ssl.SSLContext | None = None) -> Handshake:
        """Shake hands at once, as where TLS comes first (RFC 8314)."""
        self._heard.clear()  # words slipped in before the encryption are nobody's
        secure = self._line = await SecureWire.shake_hands(self._wire, self._name, context)
        return secure.handshake

    async def say(self, line: str) -> Reply:
        """Say one line, without its end, and return the reply."""
        return await self._say(line)

    async def hand_over(self, message: bytes) -> Reply:
        """Give a message after DATA was accepted, with its dots doubled (RFC 5321 4.5.2), and return the reply."""
        lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
        doubled = (b"." + line if line.startswith(b".") else line for line in lines)
        self._line.send(b"\r\n".join(doubled) + b"\r\n.\r\n")
        return await self._reply()

    def quit(self) -> None:
        """Take leave, without waiting for the answer."""
        self._line.send(b"QUIT\r\n")

    async def _say(self, line: str) -> Reply:
        self._line.send(line.encode("ascii") + b"\r\n")
        return await self._reply()

    async def _reply(self) -> Reply:
        lines: list[str] = []
        while len(lines) < _MOST_LINES:
            line = await self._next_line()
            if not (line[:3].isascii() and line[:3].isdigit()) or line[3:4] not in ("", " ", "-"):
                raise NetTrouble(Reason.MALFORMED, f"{self._wire.address}: not SMTP: {line[:80]!r}")
            lines.append(line)
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))
        raise NetTrouble(Reason.OVERSIZED, f"{self._wire.address}: an endless SMTP reply")

    async def _next_line(self) -> str:
        while not (end := self._heard.find(b"\n") + 1) and len(self._heard) <= _LONGEST_LINE:
            await self._hear()
        if not 0 < end <= _LONGEST_LINE:
            raise NetTrouble(Reason.OVERSIZED, f"{self._wire.address}: an endless SMTP line")
        line = self._heard[:end]
        del self._heard[:end]
        return line.rstrip(b"\r\n").decode("utf-8", "replace")

    async def _hear(self) -> None:
        try:
            data = await self._line.receive()
        except TimeoutError:
            raise
        except OSError as error:
            raise _lost(self._wire.address) from error
        if not data:
            raise _lost(self._wire.address)
        self._heard += data


def offers_starttls(ehlo: Reply) -> bool:
    """Say whether the EHLO reply names STARTTLS (RFC 3207)."""
    return ehlo.code == 250 and any(text.strip().upper() == "STARTTLS" for text in ehlo.texts[1:])


def _lost(address: str) -> NetTrouble:
    return NetTrouble(Reason.CONNECTION_LOST, f"{address} hung up")
