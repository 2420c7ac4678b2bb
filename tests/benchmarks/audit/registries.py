"""The services that no daemon of Debian's plays: WHOIS of IANA and of .ru, and one mail server.

`python -m tests.benchmarks.audit.registries COUNT` serves the first COUNT firms until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.benchmarks.audit.firms import firms
from tests.benchmarks.audit.zones import SERVICES

_HEAD = """% TCI Whois Service. Terms of use:
% https://tcinet.ru/documents/whois_ru_rf.pdf (in Russian)
% https://tcinet.ru/documents/whois_su.pdf (in Russian)

"""
_ENTRY = """domain:        {name}
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
_IANA = """% IANA WHOIS server
% for more information on IANA, visit http://www.iana.org
% This query returned 1 object

refer:        whois.tcinet.ru

domain:       RU

organisation: Coordination Center for TLD RU
whois:        whois.tcinet.ru

status:       ACTIVE
source:       IANA

"""


def registry(count: int) -> Callable[[str], str]:
    """The WHOIS of .ru for so many firms: a query gives an answer in the registry's own words."""
    numbers = {firm.name: firm.number for firm in firms(count)}
    now = datetime.now(UTC)

    def answer(query: str) -> str:
        number = numbers.get(query.strip().lower())
        if number is None:
            return _HEAD + "No entries found for the selected source(s).\n"
        paid = now + timedelta(days=30 + number % 330)
        entry = _ENTRY.format(
            name=query.strip().upper(), number=number, paid=paid, free=paid + timedelta(days=31)
        )
        return f"{_HEAD}{entry}\nLast updated on {now:%Y-%m-%dT%H:%M:%SZ}\n\n"

    return answer


async def serve(count: int) -> None:
    """Listen until ended."""
    whois = {"whois.iana.org": lambda _: _IANA, "whois.tcinet.ru": registry(count)}
    for name, answer in whois.items():
        await _listen_whois(SERVICES[name], answer)
    await asyncio.start_server(_greet, SERVICES["mx.hosting-lab.ru"], 25)
    await asyncio.Event().wait()


async def _listen_whois(address: str, answer: Callable[[str], str]) -> None:
    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError):
            text = answer((await reader.readline()).decode("utf-8", "replace"))
            writer.write(text.replace("\n", "\r\n").encode())
            await writer.drain()
        writer.close()

    await asyncio.start_server(visit, address, 43, backlog=1024)


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


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1])))
