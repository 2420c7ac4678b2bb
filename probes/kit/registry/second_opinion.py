"""Asks the python-whois parser about a text that ours cannot read, where it can do no harm.

Its expressions may run for hours on some answers, so it works in a process of its own that is killed
after two seconds; it reads a text and never touches the network. "Not registered" is not its to say,
and its dates are taken as days, because it guesses order and zone.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from probes.kit.registry.dates import Stamp, read_stamp
from probes.kit.registry.hosts import host_name
from probes.kit.registry.reading import Ending, Reading
from probes.kit.registry.status import statuses_in

_CHILD = Path(__file__).with_name("second_parser.py")
_SECONDS = 2.0
_LONGEST_TEXT = 65_536


class _Found(msgspec.Struct):
    """What the child prints."""

    domain: list[str] = []
    registrar: list[str] = []
    created: list[str] = []
    updated: list[str] = []
    expires: list[str] = []
    statuses: list[str] = []
    name_servers: list[str] = []


async def second_opinion(text: str, name: str) -> Reading | None:
    """Return a reading of a registered domain, or None where this parser sees none either."""
    printed = await _run(msgspec.json.encode([name, text[:_LONGEST_TEXT]]))
    try:
        found = msgspec.json.decode(printed, type=_Found)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    servers = tuple(dict.fromkeys(host for host in map(host_name, found.name_servers) if host))
    expires, created = _earliest(found.expires), _earliest(found.created)
    if not found.domain or not (servers or expires or created):
        return None
    return Reading(
        Ending.REGISTERED,
        "read by python-whois",
        domain=host_name(found.domain[0]),
        registrar=found.registrar[0][:200] if found.registrar else "",
        created=created,
        updated=_earliest(found.updated),
        expires=expires,
        statuses=tuple(dict.fromkeys(one for line in found.statuses for one in statuses_in(line))),
        name_servers=servers,
    )


def _earliest(dates: list[str]) -> Stamp | None:
    """Return the earliest day: where it gives two, the sooner one makes nobody late."""
    days = [stamp.day for stamp in map(read_stamp, dates) if stamp is not None]
    if not days:
        return None
    return read_stamp(min(days).isoformat())


async def _run(question: bytes) -> bytes:
    """Run the child on a question and return what it printed; nothing when it had to be killed."""
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(_CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return b""
    try:
        async with asyncio.timeout(_SECONDS):
            printed, _ = await child.communicate(question)
    except TimeoutError:
        return b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return printed if child.returncode == 0 else b""
