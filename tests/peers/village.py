"""A resolver and a registry on loopback, in a thread of their own, for commands that run in this one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.peers.dns_server import DnsServer

REGISTERED = """% TCI Whois Service.

domain:        {name}
nserver:       ns1.beget.com.
state:         REGISTERED, DELEGATED, VERIFIED
org:           {org}
registrar:     {registrar}
created:       2010-05-04T20:00:00Z
paid-till:     2099-05-04T21:00:00Z
free-date:     2099-06-05
source:        TCI
"""


class Village:
    """One address with DNS on port 53 and WHOIS on port 43."""

    def __init__(self) -> None:
        self.dns = DnsServer()
        self.ip = self.dns.ip
        self.dns.add(f"whois.tcinet.ru A {self.ip}")
        self.org = 'OOO "Romashka"'
        self.registrar = "REGRU-RU"
        self.whois_open = True
        self.whois_asked_at: list[float] = []
        """When each question came, by the clock that never goes back."""

    @property
    def settings(self) -> str:
        """A revizor.toml that leads here and nowhere else."""
        return f'resolver = ["{self.ip}"]\nallow_net = ["{self.ip}/32"]\n[pace]\n"*" = "60000/min"\n"dns" = "50000/s"\n"dns-parent" = "2000/s"\n'

    async def whois(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say that the name is registered, or hang up."""
        self.whois_asked_at.append(time.monotonic())
        line = (await reader.readline()).decode("utf-8", "replace").strip()
        if self.whois_open:
            said = REGISTERED.format(name=line.upper(), org=self.org, registrar=self.registrar)
            writer.write(said.encode())
            await writer.drain()
        writer.close()


@contextmanager
def village() -> Iterator[Village]:
    """Run a village in a thread until the end of the block."""
    here, ready, over = Village(), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def live() -> None:
        loops.append(asyncio.get_running_loop())
        server = await asyncio.start_server(here.whois, here.ip, 43)
        async with here.dns, server:
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
    thread.start()
    try:
        if not ready.wait(20):
            raise RuntimeError("the village did not start")
        yield here
    finally:
        if loops:
            loops[0].call_soon_threadsafe(over.set)
        thread.join(20)
