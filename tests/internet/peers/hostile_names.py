"""A name server that lies, changes its mind, and sends what no parser expects."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from tests.internet.domains import Hostile
from tests.internet.peers.hostile_pages import SCRIPT
from tests.internet.peers.stage import Stage
from tests.internet.population import Population

Question = dns.message.Message
Trick = Callable[[Question, bool], bytes]
"""Makes the answer to a question that came over UDP or (True) over TCP."""

_OUTSIDE = "198.19.250.1"


def _answer(question: Question, kind: str, *values: str, ttl: int = 0) -> dns.message.Message:
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.AA
    asked = question.question[0]
    if values and dns.rdatatype.from_text(kind) == asked.rdtype:
        answer.answer.append(dns.rrset.from_text(asked.name, ttl, "IN", kind, *values))
    return answer


def _authority(question: Question) -> dns.message.Message | None:
    """The honest answer about the zone itself; None for a question of another type."""
    asked = question.question[0]
    host = "ns1.durman-dns.net."
    if asked.rdtype == dns.rdatatype.SOA:
        return _answer(question, "SOA", f"{host} zlo.ru. 1 7200 900 1209600 60")
    if asked.rdtype == dns.rdatatype.NS:
        return _answer(question, "NS", host)
    return None


def rebinding(question: Question, tcp: bool) -> bytes:
    """A good address the first time, an address inside ever after."""
    honest = _authority(question)
    if honest:
        return honest.to_wire()
    first = question.question[0].rdtype == dns.rdatatype.A and next(_asked) == 0
    return _answer(question, "A", _OUTSIDE if first else "127.0.0.1").to_wire()


_asked = itertools.count()


def flipping(question: Question, tcp: bool) -> bytes:
    """A good and an inside address by turns."""
    honest = _authority(question)
    return (honest or _answer(question, "A", next(_turns))).to_wire()


_turns = itertools.cycle([_OUTSIDE, "10.66.0.1"])


def pointer_loop(question: Question, tcp: bool) -> bytes:
    """A name whose compression points at itself."""
    head = _answer(question, "A").to_wire()[:12]
    return head[:6] + b"\0\1" + head[8:] + _asked_part(question) + b"\xc0\x0c" * 40


def counts_that_lie(question: Question, tcp: bool) -> bytes:
    """Sixty thousand records announced, none sent."""
    wire = _answer(question, "A").to_wire()
    return wire[:6] + b"\xff\xff\xff\xff\xff\xff" + wire[12:]


def always_truncated(question: Question, tcp: bool) -> bytes:
    """Truncated over UDP, and over TCP too."""
    answer = _answer(question, "A")
    answer.flags |= dns.flags.TC
    return answer.to_wire()


def tcp_flood(question: Question, tcp: bool) -> bytes:
    """Truncated over UDP; over TCP the largest message there can be, full of zeros."""
    return (
        _answer(question, "A").to_wire() + bytes(65_000) if tcp else always_truncated(question, tcp)
    )


def another_answer(question: Question, tcp: bool) -> bytes:
    """Records of a name that nobody asked about."""
    answer = _answer(question, "A")
    answer.answer.append(dns.rrset.from_text("romashka-lab.ru.", 300, "IN", "A", "127.0.0.1"))
    return answer.to_wire()


def junk(question: Question, tcp: bool) -> bytes:
    """The head of an answer, and noise."""
    return _answer(question, "A").to_wire()[:12] + bytes(range(256)) * 2


def alias_loop(question: Question, tcp: bool) -> bytes:
    """Every name is an alias of the next."""
    honest = _authority(question)
    if honest:
        return honest.to_wire()
    answer = _answer(question, "A")
    name = question.question[0].name
    longer = f"z{next(_links) % 7}.{name.parent() if len(name) > 3 else name}"
    answer.answer.append(dns.rrset.from_text(name, 0, "IN", "CNAME", longer))
    return answer.to_wire()


_links = itertools.count()


def thousand_texts(question: Question, tcp: bool) -> bytes:
    """Sixty kilobytes of TXT records, payloads among them."""
    honest = _authority(question)
    if honest:
        return honest.to_wire()
    if not tcp:
        return always_truncated(question, tcp)
    quoted = SCRIPT.replace('"', '\\"')
    rows = [f'"v=spf1 include:{number}.zlo.ru {quoted} {"z" * 200}"' for number in range(200)]
    return _answer(question, "TXT", *rows).to_wire(max_size=65_535)


TRICKS: dict[str, Trick] = {
    trick.__name__: trick
    for trick in (
        *(rebinding, flipping, pointer_loop, counts_that_lie, always_truncated, tcp_flood),
        *(another_answer, junk, alias_loop, thousand_texts),
    )
}


class Liar:
    """Answers for the hostile domains that are delegated to it, over UDP and TCP."""

    def __init__(self, world: Population, stage: Stage) -> None:
        """Know every hostile domain by its name."""
        self._tricks: dict[str, Hostile] = {
            domain.name: hostile for domain, hostile in world.hostile() if hostile.names
        }
        self._stage = stage

    def answer(self, wire: bytes, *, tcp: bool) -> bytes:
        """The answer to a question, or nothing for one about strangers."""
        question = dns.message.from_wire(wire)
        name = question.question[0].name.to_text(omit_final_dot=True).lower()
        zone = ".".join(name.split(".")[-2:])
        if zone not in self._tricks:
            return b""
        trick = self._tricks[zone].names
        self._stage.played("names", trick)
        return TRICKS[trick](question, tcp)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, liar: Liar) -> None:
        self._liar = liar

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str | object, int]) -> None:
        with contextlib.suppress(dns.exception.DNSException):
            if answer := self._liar.answer(data, tcp=False):
                self._transport.sendto(answer, address)


async def start(address: str, world: Population, stage: Stage) -> None:
    """Lie on port 53 of the address."""
    liar = Liar(world, stage)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: _Datagrams(liar), local_addr=(address, 53))

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, dns.exception.DNSException):
            size = int.from_bytes(await reader.readexactly(2), "big")
            answer = liar.answer(await reader.readexactly(size), tcp=True)
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()
        writer.close()

    await asyncio.start_server(visit, address, 53)


def _asked_part(question: Question) -> bytes:
    wire = question.to_wire()
    return wire[12 : wire.index(b"\0", 12) + 5]
