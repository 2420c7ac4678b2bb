"""Ways to make the looks of a run: through the door to the network, or over a net that is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Protocol

from probes.kit.net import Net
from probes.kit.net.live import LiveNet
from scanner.database import Database
from scanner.evidence import Evidence, Run
from scanner.runs.again import Plan
from scanner.runs.look import Clock
from scanner.runs.progress import ScanState, Tally, Waiting
from scanner.runs.scan import Scan
from scanner.service.network import live_net
from scanner.settings import Settings

Looker = Callable[[Plan, Evidence, Database, Run], Awaitable[Tally]]
"""Makes every look of a run; the way it looked, and all that it remembered, goes when it is done."""


class Display(Protocol):
    """Somebody who watches an audit."""

    def saw(self, state: ScanState) -> None:
        """Take one picture of the scan."""

    def say(self, text: str) -> None:
        """Hear of a step that is not a look."""


def live(
    settings: Settings,
    clock: Clock,
    display: Display,
    *,
    words: tuple[str, ...] = (),
    fresh: bool = False,
) -> Looker:
    """Look at the world; `words` are host labels to try first, `fresh` asks registries again."""

    async def look(plan: Plan, evidence: Evidence, database: Database, run: Run) -> Tally:
        async with live_net(settings, database, words) as net:
            scan = Scan(
                plan,
                evidence,
                net,
                clock,
                settings.vantage,
                display,
                partial(_waiting, net, clock),
                net.stay_away,
                fresh,
            )
            return await scan.run(run.id)

    return look


def over(
    net: Net, settings: Settings, clock: Clock, display: Display, *, fresh: bool = False
) -> Looker:
    """Look at what `net` brings."""

    async def look(plan: Plan, evidence: Evidence, _database: Database, run: Run) -> Tally:
        scan = Scan(plan, evidence, net, clock, settings.vantage, display, fresh=fresh)
        return await scan.run(run.id)

    return look


def _waiting(net: LiveNet, clock: Clock) -> Iterable[Waiting]:
    for row in net.waiting():
        yield Waiting(
            row.server,
            {"turn": "its pace", "back_off": "it asked us to stay away"}[row.why],
            max(0.0, (row.until - clock()).total_seconds()),
        )
