"""Plays every peer of our own in one process: `python -m tests.internet.peers FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import dns.rcode

from tests.internet.namespace import INSIDE
from tests.internet.peers import (
    archive,
    hostile_mail,
    hostile_names,
    hostile_web,
    odd_mail,
    odd_names,
    odd_web,
    web,
)
from tests.internet.peers.certificate_logs import CertificateLogs
from tests.internet.peers.microsoft import Microsoft
from tests.internet.peers.rdap import RIR, Rdap
from tests.internet.peers.registry import Register
from tests.internet.peers.stage import Stage
from tests.internet.peers.whois import Whois
from tests.internet.population import Population, Server, load

PORTS_INSIDE = (25, 43, 80, 443, 8080)
"""Ports of the addresses inside that nobody may be lured to; each visit is written down."""


async def play(folder: Path) -> None:
    """Start everything, and stay: last those whose listening says that the world is ready."""
    world = load(lab=(folder / "lab").read_text())
    now = datetime.fromisoformat((folder / "now").read_text())
    register = Register(world, now)
    stage = Stage(folder / "played.log")
    for address in INSIDE:
        for port in PORTS_INSIDE:
            await _watch(address, port, folder / "inside.log")
    for server in world.servers():
        await _odd(server, world, folder / "tls", stage)
    await hostile_web.start(world, folder / "tls", stage)
    await hostile_mail.start(world, stage)
    await Whois(register, stage).start()
    for host, answer in services(world, register, folder / "tls", now, stage).items():
        for address in world.addresses(host):
            await web.serve(address, answer, web.tls(folder / "tls", host))
            if host == archive.HOST:
                await web.serve(address, answer, None)
    await asyncio.Event().wait()


def services(
    world: Population, register: Register, tls: Path, now: datetime, stage: Stage
) -> dict[str, web.Answer]:
    """The HTTPS services the scanner asks, by host."""
    rdap, logs = Rdap(register, stage), CertificateLogs(world, tls, now, stage)
    answers: dict[str, web.Answer] = {"data.iana.org": rdap.bootstrap}
    answers |= {_host(tld.rdap): rdap.registry for tld in world.tlds if tld.rdap}
    answers[_host(RIR)] = rdap.addresses
    answers |= {"crt.sh": logs.crtsh, "api.certspotter.com": logs.certspotter}
    answers[archive.HOST] = archive.Archive(world, now).answer
    microsoft = Microsoft(world)
    return answers | {microsoft.LOGIN: microsoft.login, microsoft.OFFICE: microsoft.office}


async def _odd(server: Server, world: Population, tls: Path, stage: Stage) -> None:
    match server.behaves:
        case "" | "black_hole" | "inside":
            return
        case "lies":
            await hostile_names.start(server.address, world, stage)
        case "refuses":
            await odd_names.start(server.address, odd_names.always(dns.rcode.REFUSED))
        case "fails":
            await odd_names.start(server.address, odd_names.always(dns.rcode.SERVFAIL))
        case "addresses_only":
            await odd_names.start(server.address, odd_names.addresses_only(world))
        case "greylists" | "busy":
            await odd_mail.start(server)
        case _:
            names = server.certificate
            secure = web.tls(tls, names[0]) if names else None
            await odd_web.start(server, world, secure)


async def _watch(address: str, port: int, record: Path) -> None:
    """Write down every connection to a port of an address inside."""

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with record.open("a") as file:
            file.write(f"{address}:{port}\n")
        writer.close()

    await asyncio.start_server(visit, address, port)


def _host(url: str) -> str:
    return url.split("/")[2]


if __name__ == "__main__":
    asyncio.run(play(Path(sys.argv[1])))
