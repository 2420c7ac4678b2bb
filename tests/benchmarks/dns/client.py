"""One measured run, in a process of its own: `python -m tests.benchmarks.dns.client ZONE RESOLVER [LABELS]`."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time

from probes.kit.labels import Labels
from probes.kit.net.dns_door import DnsDoor
from probes.kit.net.names_door import NamesDoor
from probes.kit.net.question import NamesQuestion
from tests.benchmarks.dns import zones


class NoGuard:
    """Lets everything through."""

    def check(self, ip: str) -> None:
        """Only resolvers are asked here."""


async def main(zone: str, resolver: str, count: int) -> None:
    """Try the labels; print figures, and what was wrong in the answer, as JSON."""
    words = zones.labels()[:count]
    place = (resolver, 53)
    ordinary = DnsDoor((place,), NoGuard())
    door = NamesDoor((place,), Labels(tuple(words), ""), 1e9, ordinary.ask)
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    answer = await door.ask(NamesQuestion(zone))
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    await ordinary.aclose()
    true = {word for number, word in enumerate(words) if zones.has_records(number)}
    empty = {word for number, word in enumerate(words) if zones.is_empty(number)}
    wrong = len(true ^ set(answer.found)) + len(empty ^ set(answer.empty))
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                "found": len(answer.found),
                "wrong": wrong,
                "unanswered": answer.unanswered,
                "peak": after.ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
