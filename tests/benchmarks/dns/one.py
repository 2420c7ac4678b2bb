"""What one DNS question costs us: `python -m tests.benchmarks.dns.one [QUESTIONS]`.

An echoing name server runs in its own process; the table shows this process's CPU microseconds per
question and the rate, for the door alone, for addresses that it remembers, for the door with its answer
read, and for dnspython's asynchronous resolver.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import dns.asyncresolver

from probes.kit.net import DnsQuestion
from probes.kit.net.dns_door import DnsDoor
from probes.kit.net.dns_reading import read_answer

PLACE = ("127.53.53.53", 5353)
ANSWER = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"


def serve() -> None:
    """Answer every question with one address, as fast as the machine can."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(PLACE)
        while True:
            query, peer = server.recvfrom(512)
            end = query.index(0, 12) + 5
            counts = b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
            server.sendto(query[:2] + counts + query[12:end] + ANSWER, peer)


class NoGuard:
    """Lets everything through."""

    def check(self, ip: str) -> None:
        """Nothing is dialled directly here."""


async def measure(label: str, ask: Callable[[str], Awaitable[Any]], names: list[str]) -> None:
    """Keep a thousand questions in flight; print CPU and rate."""
    remaining = iter(names)

    async def worker() -> None:
        for name in remaining:
            await ask(name)

    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(1000)))
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - start
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{label:<28}{cpu / len(names) * 1e6:8.1f} µs{len(names) / wall:10.0f}/s")


async def main(count: int) -> None:
    """Run the measurements one after another."""
    door = DnsDoor((PLACE,), NoGuard())

    async def read(name: str) -> None:
        read_answer(await door.ask(DnsQuestion(name, "A")), name, "A")

    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [PLACE[0]], PLACE[1]
    names = [f"n{i}.example.ru" for i in range(count)]
    await measure("door", lambda name: door.ask(DnsQuestion(name, "A")), names)
    await measure("remembered", lambda name: door.ask(DnsQuestion(name, "A")), names[-1000:])
    others = [f"read-{name}" for name in names]
    await measure("door, answer read", read, others)
    await measure("dnspython asyncresolver", lambda name: resolver.resolve(name), names[::10])
    await door.aclose()


if __name__ == "__main__":
    server = multiprocessing.get_context("fork").Process(target=serve, daemon=True)
    server.start()
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
    finally:
        server.terminate()
