"""Findings that wait for their turn: taken back as they were kept, and small meanwhile."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from hashlib import sha256

from scanner.assets import Asset, Kind, Use
from scanner.verdicts.judging import _PutAway
from scanner.verdicts.verdict import Finding

THINGS = 300


def findings(number: int) -> list[Finding]:
    seen = tuple(sha256(f"{number} {n}".encode()).hexdigest()[:32] for n in range(3))
    params = {"urls": [f"https://firm{number:04}.ru/"] * 4, "status": 200}
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return [
        Finding(f"rule{n}", Use.USED, "site.content", params, seen, at, "web") for n in range(4)
    ]


def test_what_waits_takes_less_room_than_its_findings_say() -> None:
    """Of thousands of things all findings wait at once: packed, none takes the room it might have needed."""
    things = [(Asset(Kind.SITE, f"firm{n:04}.ru"), findings(n)) for n in range(THINGS)]
    put_away = _PutAway()
    put_away.keep(*things[0])

    tracemalloc.start()
    for asset, found in things:
        put_away.keep(asset, found)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 500 * THINGS
    assert all(put_away.take(asset) == found for asset, found in things)
