"""Mail servers that attack whoever greets them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from tests.internet.peers import sending
from tests.internet.peers.hostile_pages import IMAGE, SCRIPT
from tests.internet.peers.stage import Stage
from tests.internet.population import Population

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Trick = Callable[[Reader, Writer], Awaitable[None]]


async def _say(writer: Writer, text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    await sending.send(writer, data)


async def _polite(reader: Reader, writer: Writer, banner: str, ehlo: str, starttls: bytes) -> None:
    """An ordinary conversation with these texts in it."""
    await _say(writer, f"220 {banner}\r\n")
    while line := await asyncio.wait_for(reader.readline(), 60):
        word = line.decode("ascii", "replace").upper().split()[:1]
        if word == ["EHLO"]:
            await _say(writer, f"250-mx\r\n250-STARTTLS\r\n250 {ehlo}\r\n")
        elif word == ["STARTTLS"]:
            await _say(writer, starttls)
        else:
            await _say(writer, "221 bye\r\n")
            return


async def banner_script(reader: Reader, writer: Writer) -> None:
    await _polite(reader, writer, f"mx {SCRIPT} ESMTP {IMAGE}", f"SIZE {SCRIPT}", b"454 zlo\r\n")


async def banner_direction(reader: Reader, writer: Writer) -> None:
    banner = "mx \u202ezlo\x1b]52;c;emxv\x07\x9b2J\x00"
    await _polite(reader, writer, banner, "\x1b[2J", b"454 zlo\r\n")


async def endless_line(reader: Reader, writer: Writer) -> None:
    await sending.flood(writer, b"220 " + b"z" * 60_000)


async def endless_greeting(reader: Reader, writer: Writer) -> None:
    await sending.flood(writer, b"220-zlo\r\n" * 1_000)


async def thousand_extensions(reader: Reader, writer: Writer) -> None:
    many = "".join(f"250-ZLO{number}\r\n" for number in range(5_000))
    await _polite(reader, writer, "mx", f"X\r\n{many}250 END", b"454 zlo\r\n")


async def binary(reader: Reader, writer: Writer) -> None:
    await _say(writer, bytes(range(256)) * 200)


async def drip(reader: Reader, writer: Writer) -> None:
    await sending.drip(writer, b"220 mx")


async def silence(reader: Reader, writer: Writer) -> None:
    await asyncio.sleep(3_600)


async def junk_after_starttls(reader: Reader, writer: Writer) -> None:
    await _polite(reader, writer, "mx", "HELP", b"220 go\r\n" + bytes(range(256)) * 100)


async def silence_after_starttls(reader: Reader, writer: Writer) -> None:
    await _polite(reader, writer, "mx", "HELP", b"220 go\r\n")


async def words_before_tls(reader: Reader, writer: Writer) -> None:
    """Answers slipped in before the encryption that was agreed on."""
    await _polite(reader, writer, "mx", "HELP", b"220 go\r\n250 zlo\r\n250 zlo\r\n")


TRICKS: dict[str, Trick] = {
    trick.__name__: trick
    for trick in (
        *(banner_script, banner_direction, endless_line, endless_greeting, thousand_extensions),
        *(binary, drip, silence, junk_after_starttls, silence_after_starttls, words_before_tls),
    )
}


async def start(world: Population, stage: Stage) -> None:
    """Play the mail host of every domain that has a hostile one."""
    for domain, hostile in world.hostile():
        if hostile.mail:
            (address,) = world.addresses(domain.host("mx"))
            await asyncio.start_server(_visits(hostile.mail, stage), address, 25)


def _visits(trick: str, stage: Stage) -> Callable[[Reader, Writer], Awaitable[None]]:
    async def visit(reader: Reader, writer: Writer) -> None:
        stage.played("mail", trick)
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            await TRICKS[trick](reader, writer)
        writer.close()

    return visit
