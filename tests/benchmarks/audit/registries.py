"""The services that no daemon of Debian's plays: WHOIS of IANA, of registries and a registrar, and a mail server.

`python -m tests.benchmarks.audit.registries COUNT ZONES [FILE]` serves the first COUNT firms in these zones, with
commas between, until it is ended. What WHOIS servers are asked is noted in the file: server, seconds, words.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from tests.benchmarks.audit.firms import firms
from tests.benchmarks.audit.zones import SERVICES

_TCI_HEAD = """% TCI Whois Service. Terms of use:
% https://tcinet.ru/documents/whois_ru_rf.pdf (in Russian)
% https://tcinet.ru/documents/whois_su.pdf (in Russian)

"""
_TCI = """domain:        {name}
nserver:       ns1.hosting-lab.ru.
nserver:       ns2.hosting-lab.ru.
state:         REGISTERED, DELEGATED, VERIFIED
org:           LLC "Firm {number}"
registrar:     RU-CENTER-RU
admin-contact: https://www.nic.ru/whois
created:       2014-03-11T21:00:00Z
paid-till:     {paid:%Y-%m-%d}T21:00:00Z
free-date:     {free:%Y-%m-%d}
source:        TCI
"""
_TCI_TAIL = "\nLast updated on {now:%Y-%m-%dT%H:%M:%SZ}\n\n"
_GTLD = """{indent}Domain Name: {name}
{indent}Registry Domain ID: {number}_DOMAIN-{handle}
{indent}Registrar WHOIS Server: whois.reg.com
{indent}Registrar URL: http://www.reg.ru
{indent}Updated Date: 2025-03-12T09:12:44Z
{indent}Creation Date: 2014-03-11T09:12:44Z
{indent}{expiry}: {paid:%Y-%m-%d}T09:12:44Z
{indent}Registrar: Registrar of Domain Names REG.RU LLC
{indent}Registrar IANA ID: 1606
{indent}Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
{indent}Name Server: NS1.HOSTING-LAB.RU
{indent}Name Server: NS2.HOSTING-LAB.RU
{indent}DNSSEC: unsigned
"""
_CONTACT = """Registrant Name: REDACTED FOR PRIVACY
Registrant Organization: LLC "Firm {number}"
Registrant Country: RU
"""
_GTLD_TAIL = """>>> Last update of whois database: {now:%Y-%m-%dT%H:%M:%SZ} <<<

For more information on Whois status codes, please visit https://icann.org/epp
"""
_IANA = """% IANA WHOIS server
% for more information on IANA, visit http://www.iana.org
% This query returned 1 object

refer:        {server}

domain:       {zone}

organisation: Registry of {zone}
whois:        {server}

status:       ACTIVE
source:       IANA

"""
_SERVERS = {
    "ru": "whois.tcinet.ru",
    "com": "whois.verisign-grs.com",
    "org": "whois.publicinterestregistry.org",
}
_EXPIRY = "Registry Expiry Date"
_FOUND = {
    "whois.tcinet.ru": _TCI_HEAD + _TCI + _TCI_TAIL,
    "whois.verisign-grs.com": _GTLD.replace("{indent}", "   ").replace("{expiry}", _EXPIRY)
    + _GTLD_TAIL,
    "whois.publicinterestregistry.org": _GTLD.replace("{indent}", "").replace("{expiry}", _EXPIRY)
    + _CONTACT
    + _GTLD_TAIL,
    "whois.reg.com": _GTLD.replace("{indent}", "").replace(
        "{expiry}", "Registrar Registration Expiration Date"
    )
    + _CONTACT
    + _GTLD_TAIL,
}
_MISSING = {
    "whois.tcinet.ru": _TCI_HEAD + "No entries found for the selected source(s).\n" + _TCI_TAIL,
    "whois.verisign-grs.com": 'No match for "{name}".\n' + _GTLD_TAIL,
}


def registry(server: str, count: int, zones: list[str]) -> Callable[[str], str]:
    """The WHOIS of a registry for so many firms: a query gives an answer in the registry's own words."""
    numbers = {firm.name: firm.number for firm in firms(count, zones)}
    now = datetime.now(UTC)

    def answer(query: str) -> str:
        name = query.strip().lower().removeprefix("domain ").removeprefix("=")
        number = numbers.get(name)
        if number is None or server not in ("whois.reg.com", _SERVERS[name.rpartition(".")[2]]):
            missing = _MISSING.get(server, "Domain not found.\n" + _GTLD_TAIL)
            return missing.format(name=name.upper(), now=now)
        paid = now + timedelta(days=30 + number % 330)
        return _FOUND[server].format(
            name=name.upper(), number=number, paid=paid, free=paid + timedelta(days=31), now=now,
            handle="VRSN" if "verisign" in server else "LROR",
        )  # fmt: skip

    return answer


def _iana(query: str) -> str:
    zone = query.strip().lower().rpartition(".")[2]
    if zone not in _SERVERS:
        return "% IANA WHOIS server\n% This query returned 0 objects.\n"
    return _IANA.format(server=_SERVERS[zone], zone=zone.upper())


async def serve(count: int, zones: list[str], notes: TextIO | None) -> None:
    """Listen until ended."""
    whois = {"whois.iana.org": _iana}
    whois |= {server: registry(server, count, zones) for server in _FOUND}
    for name, answer in whois.items():
        await _listen_whois(name, answer, notes)
    await asyncio.start_server(_greet, SERVICES["mx.hosting-lab.ru"], 25, backlog=1024)
    await asyncio.Event().wait()


async def _listen_whois(name: str, answer: Callable[[str], str], notes: TextIO | None) -> None:
    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError):
            query = (await reader.readline()).decode("utf-8", "replace")
            if notes and query.strip():  # else he hung up before he asked
                notes.write(f"{name} {time.monotonic()} {query.strip()}\n")
            writer.write(answer(query).replace("\n", "\r\n").encode())
            await writer.drain()
        writer.close()

    await asyncio.start_server(visit, SERVICES[name], 43, backlog=1024)


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A mail server that greets and says what it can, without TLS."""
    with contextlib.suppress(OSError, ValueError):
        writer.write(b"220 mx.hosting-lab.ru ESMTP\r\n")
        while line := await reader.readline():
            match line[:4].upper():
                case b"EHLO":
                    writer.write(b"250-mx.hosting-lab.ru\r\n250 SIZE 52428800\r\n")
                case b"QUIT":
                    writer.write(b"221 Bye\r\n")
                    break
                case _:
                    writer.write(b"502 Not here\r\n")
    writer.close()


def main(count: int, zones: list[str], notes: Path | None) -> None:
    """Serve until ended, each note written at once."""
    with notes.open("w", buffering=1) if notes else contextlib.nullcontext() as stream:
        asyncio.run(serve(count, zones, stream))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(int(sys.argv[1]), sys.argv[2].split(","), Path(sys.argv[3]) if sys.argv[3:] else None)
