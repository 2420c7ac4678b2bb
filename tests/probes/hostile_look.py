"""One look at romashka.ru through the real Net, in a process of its own: prints how it ended and what it took.

    python -m tests.probes.hostile_look RESOLVER

RESOLVER is `ip:port` of the only resolver it asks; loopback is the only net it may dial.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from probes.kit.net.live import LiveNet, NetSettings
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain
from probes.registration import registration
from tests.probes.kit.net.loopback import LOOPBACK


async def look(resolver: str) -> Any:
    """Look once, as an audit does."""
    settings = NetSettings(resolvers=(resolver,), allow_nets=LOOPBACK, paces={"*": "1000/s"})
    async with LiveNet(settings) as net:
        return await registration.look(Domain("romashka.ru"), net)


def most_memory() -> int:
    """Return the most KiB this process ever held (VmHWM)."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def told(outcome: Any) -> tuple[str, list[list[str]]]:
    """Return the outcome in one word, and the sources of a fact."""
    match outcome:
        case Seen(fact):
            return "seen", [[source.name, source.outcome] for source in fact.sources]
        case Absent():
            return "absent", []
        case Unknown(reason=reason):
            return str(reason), []
    raise AssertionError(outcome)


if __name__ == "__main__":
    word, sources = told(asyncio.run(look(sys.argv[1])))
    print(json.dumps({"outcome": word, "sources": sources, "kib": most_memory()}))
