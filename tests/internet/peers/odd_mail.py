"""Mail servers that put a visitor off: one greylists, one says that it is busy."""

from __future__ import annotations

import asyncio
import contextlib

from tests.internet.population import Server


async def start(server: Server) -> None:
    """Play an odd mail server on port 25 of its address."""
    play = {"greylists": _greylists, "busy": _busy}[server.behaves]

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            await play(server.smtp, reader, writer)
        writer.close()

    await asyncio.start_server(visit, server.address, 25)


async def _busy(host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _say(writer, f"421 4.3.2 {host} too many connections, try again later")


async def _greylists(host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _say(writer, f"220 {host} ESMTP")
    while line := await asyncio.wait_for(reader.readline(), 60):
        match line.decode("ascii", "replace").upper().split()[:1]:
            case ["EHLO"]:
                await _say(writer, f"250-{host}\r\n250-SIZE 20480000\r\n250 8BITMIME")
            case ["RCPT"]:
                await _say(writer, "451 4.7.1 Greylisting in action, please come back later")
            case ["DATA"]:
                await _say(writer, "503 5.5.1 No valid recipients")
            case ["QUIT"]:
                await _say(writer, "221 2.0.0 Bye")
                return
            case ["STARTTLS"]:
                await _say(writer, "502 5.5.1 Command not implemented")
            case _:
                await _say(writer, "250 2.0.0 Ok")


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()
