"""A name server that refuses every question, over UDP and TCP."""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast

import dns.exception
import dns.message
import dns.rcode


class Refuses(asyncio.DatagramProtocol):
    """The UDP side."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str | object, int]) -> None:
        """Refuse."""
        with contextlib.suppress(dns.exception.DNSException):
            self.transport.sendto(refusal(data), address)


def refusal(question: bytes) -> bytes:
    """The answer REFUSED to a question."""
    answer = dns.message.make_response(dns.message.from_wire(question))
    answer.set_rcode(dns.rcode.REFUSED)
    return answer.to_wire()


async def start(address: str) -> None:
    """Refuse on port 53 of the address."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Refuses, local_addr=(address, 53))

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, dns.exception.DNSException):
            size = int.from_bytes(await reader.readexactly(2))
            answer = refusal(await reader.readexactly(size))
            writer.write(len(answer).to_bytes(2) + answer)
            await writer.drain()
        writer.close()

    await asyncio.start_server(visit, address, 53)
