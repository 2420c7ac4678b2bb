"""What a WHOIS server can do to whoever asks it about a hostile domain."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

from tests.internet.peers import sending
from tests.internet.peers.hostile_pages import IMAGE, SCRIPT

Writer = asyncio.StreamWriter
Trick = Callable[[Writer, str], Awaitable[None]]


async def _send(writer: Writer, text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    await sending.send(writer, data)


def _with(label: str, value: str) -> Trick:
    """The honest answer, one value of it replaced."""

    async def play(writer: Writer, honest: str) -> None:
        lines = honest.splitlines()
        told = [
            f"{line.partition(':')[0]}: {value}" if line.strip().startswith(f"{label}:") else line
            for line in lines
        ]
        await _send(writer, "\r\n".join(told) + "\r\n")

    return play


async def endless(writer: Writer, honest: str) -> None:
    await _send(writer, honest)
    await sending.flood(writer, b"remarks: zlo\r\n" * 100)


async def megabyte_line(writer: Writer, honest: str) -> None:
    await _send(writer, f"{honest}remarks: {'zlo ' * 1_300_000}\r\n")


async def binary(writer: Writer, honest: str) -> None:
    await _send(writer, bytes(range(256)) * 400)


async def drip(writer: Writer, honest: str) -> None:
    await sending.drip(writer, honest.encode(), every=0.3)


async def silence(writer: Writer, honest: str) -> None:
    await asyncio.sleep(3_600)


async def nothing(writer: Writer, honest: str) -> None:
    return


async def cut_by_reset(writer: Writer, honest: str) -> None:
    await _send(writer, honest[: len(honest) // 2])
    stream = writer.get_extra_info("socket")
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def two_truths(writer: Writer, honest: str) -> None:
    """A record, and the words that there is none."""
    await _send(writer, f"No entries found for the selected source(s).\r\n\r\n{honest}")


async def another_name(writer: Writer, honest: str) -> None:
    await _send(writer, honest.replace("domain:", "domain: ROMASHKA-LAB.RU\r\nx:", 1))


async def thousand_servers(writer: Writer, honest: str) -> None:
    await _send(writer, honest)
    await _send(writer, "".join(f"nserver: ns{n}.zlo.ru.\r\n" for n in range(7_000)))


async def expression_bait(writer: Writer, honest: str) -> None:
    """Texts on which careless expressions run for hours."""
    await _send(writer, "Domain Name" + " " * 50_000 + "\r\n")
    await _send(
        writer, "Status:" + "\t " * 20_000 + "x\r\n" + "[a" * 20_000 + "\r\n" + ":" * 50_000
    )


async def wide_letters(writer: Writer, honest: str) -> None:
    await _send(writer, honest.encode("utf-16"))


def _refers_to(place: str) -> Trick:
    """A thin registry's record that sends the asker on to a registrar's server."""

    async def play(writer: Writer, honest: str) -> None:
        lines = [line for line in honest.splitlines() if "Registrar" not in line.partition(":")[0]]
        lines.insert(1, f"   Registrar WHOIS Server: {place}")
        await _send(writer, "\r\n".join(lines) + "\r\n")

    return play


TRICKS: dict[str, Trick] = {
    "registrar_script": _with("registrar", SCRIPT),
    "registrar_image": _with("registrar", IMAGE),
    "holder_script": _with("org", f"OOO {SCRIPT}"),
    "state_script": _with("state", f"REGISTERED, {SCRIPT}, DELEGATED"),
    "server_script": _with("nserver", f"{SCRIPT}.zlo.ru."),
    "direction": _with("registrar", "\u202eOLZ\u2066\x1b]52;c;emxv\x07\x9b2J\x00"),
    "date_beyond_time": _with("paid-till", "99999-13-45T99:99:99Z"),
    "date_before_time": _with("paid-till", "0000-00-00T00:00:00Z"),
    "refers_to_loopback": _refers_to("127.0.0.1"),
    "refers_to_metadata": _refers_to("169.254.169.254"),
    "refers_to_localhost": _refers_to("localhost:80"),
    "refers_to_a_name_inside": _refers_to("inside.belena-astray.ru"),
    "refers_to_itself": _refers_to("whois.verisign-grs.com"),
    **{
        trick.__name__: trick
        for trick in (
            *(endless, megabyte_line, binary, drip, silence, nothing, cut_by_reset, two_truths),
            *(another_name, thousand_servers, expression_bait, wide_letters),
        )
    },
}


async def play(trick: str, writer: Writer, honest: str) -> None:
    """Answer with the trick instead of the honest text."""
    with contextlib.suppress(OSError):
        await TRICKS[trick](writer, honest)
