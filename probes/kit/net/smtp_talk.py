"""As much of an SMTP conversation as courtesy allows: greeting, EHLO, STARTTLS, QUIT (RFC 5321)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from probes.kit.net.question import Handshake, NetTrouble
from probes.kit.net.tls import Streams, upgrade
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


@asynccontextmanager
async def smtp_talk(connection: socket.socket, name: str, address: str) -> AsyncIterator[SmtpTalk]:
    """Converse over a fresh connection, which is closed when the block is left."""
    streams = await asyncio.open_connection(sock=connection, limit=_LONGEST_LINE)
    try:
        yield SmtpTalk(streams, name, address)
    finally:
        streams[1].transport.abort()


class SmtpTalk:
    """Our side of the conversation. Every step raises NetTrouble when the other side is no SMTP."""

    def __init__(self, streams: Streams, name: str, address: str) -> None:
        self._reader, self._writer = streams
        self._name = name
        self._address = address

    async def greeting(self) -> Reply:
        """Return what the server says on its own."""
        return await self._reply()

    async def ehlo(self, our_name: str) -> Reply:
        """Introduce ourselves, by our address where we have no name (RFC 5321 4.1.3)."""
        if not our_name:
            ours = self._writer.get_extra_info("sockname")[0]
            our_name = f"[IPv6:{ours}]" if ":" in ours else f"[{ours}]"
        return await self._say(f"EHLO {our_name}")

    async def starttls(self) -> Handshake:
        """Ask for TLS and shake hands; NetTrouble(tls_failed) when either is refused."""
        reply = await self._say("STARTTLS")
        if reply.code != 220:
            raise NetTrouble(Reason.TLS_FAILED, f"STARTTLS: {reply.lines[0][:200]}")
        return await upgrade((self._reader, self._writer), self._name, self._address)

    def quit(self) -> None:
        """Take leave, without waiting for the answer."""
        self._writer.write(b"QUIT\r\n")

    async def _say(self, line: str) -> Reply:
        try:
            self._writer.write(line.encode("ascii") + b"\r\n")
            await self._writer.drain()
        except OSError as error:
            raise _lost(self._address) from error
        return await self._reply()

    async def _reply(self) -> Reply:
        lines: list[str] = []
        while len(lines) < _MOST_LINES:
            line = await self._line()
            if not line[:3].isdigit() or line[3:4] not in ("", " ", "-"):
                raise NetTrouble(Reason.MALFORMED, f"{self._address}: not SMTP: {line[:80]!r}")
            lines.append(line)
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))
        raise NetTrouble(Reason.OVERSIZED, f"{self._address}: an endless SMTP reply")

    async def _line(self) -> str:
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            raise NetTrouble(Reason.OVERSIZED, f"{self._address}: an endless SMTP line") from error
        except (asyncio.IncompleteReadError, OSError) as error:
            raise _lost(self._address) from error
        return line.rstrip(b"\r\n").decode("utf-8", "replace")


def offers_starttls(ehlo: Reply) -> bool:
    """Say whether the EHLO reply names STARTTLS (RFC 3207)."""
    return ehlo.code == 250 and any(text.strip().upper() == "STARTTLS" for text in ehlo.texts[1:])


def _lost(address: str) -> NetTrouble:
    return NetTrouble(Reason.CONNECTION_LOST, f"{address} hung up")
