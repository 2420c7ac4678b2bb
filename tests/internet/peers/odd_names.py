"""Name servers that refuse, fail, or answer only some of the questions, over UDP and TCP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.internet.population import Population

Answer = Callable[[bytes], bytes]


class Odd(asyncio.DatagramProtocol):
    """The UDP side."""

    def __init__(self, answer: Answer) -> None:
        """Answer with that."""
        self.answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str | object, int]) -> None:
        """Answer, unless it is no question."""
        with contextlib.suppress(dns.exception.DNSException):
            self.transport.sendto(self.answer(data), address)


def always(rcode: dns.rcode.Rcode) -> Answer:
    """Say the same to every question: REFUSED, SERVFAIL."""

    def answer(question: bytes) -> bytes:
        said = dns.message.make_response(dns.message.from_wire(question))
        said.set_rcode(rcode)
        return said.to_wire()

    return answer


def addresses_only(world: Population) -> Answer:
    """Tell addresses and name servers of the population's names; fail every other question."""

    def answer(question: bytes) -> bytes:
        said = dns.message.make_response(dns.message.from_wire(question))
        said.flags |= dns.flags.AA
        asked = said.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        domain = world.enclosing(name)
        found: list[str] = []
        if asked.rdtype in {dns.rdatatype.A, dns.rdatatype.AAAA}:
            six = asked.rdtype == dns.rdatatype.AAAA
            found = [address for address in world.addresses(name) if (":" in address) == six]
        elif asked.rdtype == dns.rdatatype.NS and domain and domain.name == name:
            found = [f"{server}." for server in world.nameservers(domain)]
        else:
            said.set_rcode(dns.rcode.SERVFAIL)
        if found:
            said.answer.append(dns.rrset.from_text(asked.name, 300, "IN", asked.rdtype, *found))
        return said.to_wire()

    return answer


async def start(address: str, answer: Answer) -> None:
    """Answer questions on port 53 of the address."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: Odd(answer), local_addr=(address, 53))

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, dns.exception.DNSException):
            size = int.from_bytes(await reader.readexactly(2))
            said = answer(await reader.readexactly(size))
            writer.write(len(said).to_bytes(2) + said)
            await writer.drain()
        writer.close()

    await asyncio.start_server(visit, address, 53)
