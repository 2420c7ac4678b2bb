"""A mail relay on loopback that says what a test wants: for the answers that a decent daemon never gives."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.peers.web import Authority
from tests.probes.kit.net.loopback import own_address

USER, PASSWORD = "robot", "p4ssw0rd-of-the-relay"
SILENT = "silent"


class Relay:
    """One relay: what it offers, what it says, what it took."""

    def __init__(
        self,
        says: Mapping[str, str] | None = None,
        *,
        offers: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN LOGIN"),
        tls_first: bool = False,
    ) -> None:
        """`says` maps a step (`MAIL`, `RCPT`, `DATA`, `.`) to its reply, or to SILENT."""
        self.says = says or {}
        self.offers = offers
        self.tls_first = tls_first
        self.heard: list[str] = []
        self.taken: list[bytes] = []
        self.known = False

    @asynccontextmanager
    async def running(self, authority: Authority) -> AsyncIterator[tuple[str, int]]:
        """Run it; give its address and port."""
        address = own_address()
        context = authority.context(address)
        visits: set[asyncio.Task[None]] = set()

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            visits.add(task)
            try:
                await self._talk(reader, writer, context)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                visits.discard(task)
                writer.close()

        first = context if self.tls_first else None
        server = await asyncio.start_server(visit, address, 0, ssl=first)
        try:
            yield address, server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in list(visits):
                task.cancel()
            await asyncio.gather(*visits, return_exceptions=True)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: object
    ) -> None:
        await self._say(writer, self.says.get("greeting", "220 relay.example ESMTP"))
        while line := await reader.readline():
            said = line.decode("latin-1").rstrip("\r\n")
            self.heard.append(said)
            verb = said.partition(" ")[0].upper()
            match verb:
                case "EHLO":
                    lines = ["relay.example", *self.offers]
                    told = [f"250-{one}\r\n" for one in lines[:-1]] + [f"250 {lines[-1]}"]
                    await self._say(writer, "".join(told))
                case "STARTTLS":
                    await self._say(writer, "220 go ahead")
                    await writer.start_tls(context)  # type: ignore[arg-type]
                case "AUTH":
                    await self._authenticate(said, reader, writer)
                case "DATA":
                    reply = self.says.get("DATA", "354 end with a dot")
                    await self._say(writer, reply)
                    if reply.startswith("354"):
                        await self._take(reader, writer)
                case "QUIT":
                    return
                case _:
                    await self._say(writer, self.says.get(verb, "250 fine"))

    async def _authenticate(
        self, said: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        words = said.split()
        if words[1] == "PLAIN":
            given = base64.b64decode(words[2]).decode().split("\0")[1:]
        else:
            given = []
            for prompt in ("VXNlcm5hbWU6", "UGFzc3dvcmQ6"):
                await self._say(writer, f"334 {prompt}")
                given.append(base64.b64decode(await reader.readline()).decode())
        self.known = given == [USER, PASSWORD]
        refused = f"535 5.7.8 no: {' '.join(given)}"
        await self._say(writer, "235 welcome" if self.known else refused)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
        reply = self.says.get(".", "250 queued")
        if reply == SILENT:
            await reader.read()
            return
        await self._say(writer, reply)

    async def _say(self, writer: asyncio.StreamWriter, reply: str) -> None:
        writer.write(reply.encode() + b"\r\n")
        await writer.drain()
