"""A small DNS server on loopback port 53, over UDP and TCP, that can be told to misbehave."""

from __future__ import annotations

import asyncio
import random
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

Change = Callable[[bytes, dns.message.Message], bytes | None]


def drop(_wire: bytes, _query: dns.message.Message) -> None:
    """Never answer."""


def rcode(code: dns.rcode.Rcode) -> Change:
    """Answer with nothing but a code."""

    def change(_wire: bytes, query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query, recursion_available=True)
        response.set_rcode(code)
        return response.to_wire()

    return change


SERVFAIL = rcode(dns.rcode.SERVFAIL)
REFUSED = rcode(dns.rcode.REFUSED)


def wrong_id(wire: bytes, _query: dns.message.Message) -> bytes:
    """Answer under another message id."""
    return bytes([wire[0] ^ 0x55]) + wire[1:]


def wrong_question(wire: bytes, query: dns.message.Message) -> bytes:
    """Answer a question nobody put, with a tempting record."""
    name = dns.name.from_text("other.example.")
    response = dns.message.make_response(dns.message.make_query(name, "A"))
    response.id = query.id
    response.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.66"))
    return response.to_wire()


def mangled(wire: bytes, _query: dns.message.Message) -> bytes:
    """Break off in the middle of the answer section."""
    return wire[: len(wire) - 7]


def no_edns(wire: bytes, query: dns.message.Message) -> bytes:
    """Be a server from before EDNS: FORMERR, header only."""
    if query.edns < 0:
        return wire
    return query.id.to_bytes(2, "big") + b"\x80\x01" + bytes(8)


class DnsServer:
    """Answers from a list of records, as a resolver would or, with an origin, as an authority."""

    def __init__(self, *lines: str, origin: str | None = None, ip: str | None = None) -> None:
        """Take records as `name type data`; with `origin` the rest of the world is refused."""
        self.ip = (
            ip or f"127.{random.randint(10, 250)}.{random.randint(0, 250)}.{random.randint(2, 250)}"
        )
        self.place = (self.ip, 53)
        self.origin = None if origin is None else dns.name.from_text(origin)
        self.records: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = {}
        self._names = {dns.name.root}
        self.asked: list[tuple[str, str, str]] = []
        self.loss: Callable[[], bool] = lambda: False
        self._faults: dict[tuple[dns.name.Name, int], deque[Change]] = {}
        self._always: dict[tuple[dns.name.Name, int], Change] = {}
        self.everything: Change | None = None
        self._servers: list[Any] = []
        for line in lines:
            self.add(line)

    def add(self, line: str, ttl: int = 300) -> None:
        """Add one record."""
        name, type, data = line.split(" ", 2)
        one = dns.rrset.from_text(name.rstrip(".") + ".", ttl, "IN", type, data)
        key = (one.name, one.rdtype)
        above = one.name
        while above != dns.name.root:
            self._names.add(above)
            above = above.parent()
        if key in self.records:
            self.records[key].update(one)  # type: ignore[no-untyped-call]
        else:
            self.records[key] = one

    def fault(self, name: str, type: str, *changes: Change, always: Change | None = None) -> None:
        """Spoil the next answers to a question, one change each; or all of them."""
        key = (dns.name.from_text(name), dns.rdatatype.from_text(type))
        self._faults.setdefault(key, deque()).extend(changes)
        if always:
            self._always[key] = always

    async def __aenter__(self) -> Self:
        self._servers.append(_Udp(self))
        self._servers.append(await asyncio.start_server(self._tcp, *self.place))
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()

    async def _tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            size = int.from_bytes(await reader.readexactly(2), "big")
            wire = self.respond(await reader.readexactly(size), "tcp")
            if wire is not None:
                writer.write(len(wire).to_bytes(2, "big") + wire)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def respond(self, wire: bytes, transport: str) -> bytes | None:
        """Return the answer to a query, after whatever it was told to do to it."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        key = (question.name, question.rdtype)
        text = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((text, dns.rdatatype.to_text(question.rdtype), transport))
        response = self._answer(query)
        size = 65535 if transport == "tcp" else max(query.payload, 512)
        try:
            out = response.to_wire(max_size=size)
        except dns.exception.TooBig:
            short = dns.message.make_response(query, recursion_available=True)
            short.flags |= dns.flags.TC
            out = short.to_wire()
        steps = self._faults.get(key)
        change = steps.popleft() if steps else self._always.get(key, self.everything)
        return change(out, query) if change else out

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        name, type = query.question[0].name, query.question[0].rdtype
        response = dns.message.make_response(query, recursion_available=self.origin is None)
        if self.origin is not None:
            if not name.is_subdomain(self.origin):
                response.set_rcode(dns.rcode.REFUSED)
                return response
            if cut := self._cut_above(name):
                response.authority.append(cut)
                return response
            response.flags |= dns.flags.AA
        met = set()
        while name not in met:
            met.add(name)
            if found := self._find(name, type):
                response.answer.append(found)
                return response
            alias = self._find(name, dns.rdatatype.CNAME)
            if alias is None:
                break
            response.answer.append(alias)
            name = alias[0].target
        else:
            return response
        if not self._exists(name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(self._soa())
        return response

    def _find(self, name: dns.name.Name, type: int) -> dns.rrset.RRset | None:
        if found := self.records.get((name, type)):
            return found
        if self._exists(name) or len(name) < 2:
            return None
        wild = self.records.get((dns.name.Name((b"*", *name.labels[1:])), type))
        return dns.rrset.from_rdata_list(name, wild.ttl, list(wild)) if wild else None

    def _exists(self, name: dns.name.Name) -> bool:
        return name in self._names

    def _cut_above(self, name: dns.name.Name) -> dns.rrset.RRset | None:
        for (owner, type), found in self.records.items():
            if type == dns.rdatatype.NS and owner != self.origin and name.is_subdomain(owner):
                return found
        return None

    def _soa(self) -> dns.rrset.RRset:
        owner = self.origin or dns.name.root
        return self.records.get((owner, dns.rdatatype.SOA)) or dns.rrset.from_text(
            owner, 300, "IN", "SOA", "ns.invalid. hostmaster.invalid. 1 3600 600 86400 300"
        )


class _Udp:
    """Empties the socket at once and answers a few queries a turn, so that no burst is lost here."""

    def __init__(self, server: DnsServer) -> None:
        self.server = server
        self.queue: deque[tuple[bytes, Any]] = deque()
        self.loop = asyncio.get_running_loop()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(server.place)
        self.loop.add_reader(self.socket, self.read)

    def close(self) -> None:
        self.loop.remove_reader(self.socket)
        self.socket.close()
        self.queue.clear()

    def read(self) -> None:
        if not self.queue:
            self.loop.call_soon(self.work)
        while True:
            try:
                self.queue.append(self.socket.recvfrom(4096))
            except BlockingIOError:
                return

    def work(self) -> None:
        for _ in range(min(len(self.queue), 50)):
            data, peer = self.queue.popleft()
            if self.server.loss():
                continue
            wire = self.server.respond(data, "udp")
            if wire is not None and not self.server.loss():
                self.socket.sendto(wire, peer)
        if self.queue:
            self.loop.call_soon(self.work)


def unused_place() -> tuple[str, int]:
    """A loopback address where nothing listens on port 53."""
    return DnsServer().place
