"""A whole scan: every look the frontier asks for, kept as it is made, until nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from probes.kit.catalog import all_probes
from probes.kit.net import Net
from probes.kit.net.tape import Exchange, SharedExchanges
from probes.kit.observation import Observation
from scanner.discovery import Look
from scanner.discovery.looks import REGISTRATION
from scanner.evidence import Evidence
from scanner.evidence.spare_memory import give_back
from scanner.runs.again import Plan
from scanner.runs.freshness import LONGEST, is_fresh
from scanner.runs.lanes import Ahead, Lanes
from scanner.runs.look import Clock, look
from scanner.runs.progress import ScanState, Tally, Waiting, Watcher
from scanner.runs.refusals import refusals_in

StayAway = Callable[[str, float], Awaitable[None]]
Looked = tuple[Observation[Any], tuple[Exchange, ...]]

LANES = {
    "certificate_log": 2,
    "organisation_certificates": 2,
    "web_archive": 2,
    "site_files": 8,
    "site_icon": 8,
    "legal_pages": 8,
    "zone_transfer": 8,
    "zone_chain": 8,
    "names_below": 8,
    "registration": 32,
    "address_owner": 24,
    "mail_server": 24,
    "old_tls": 16,
    "relied_domain": 16,
}
"""Looks of one probe under way at once; sources that pace us, or send us much, get short queues."""
LANE = 48
AHEAD = Ahead(
    frozenset({"addresses", "delegation", "dns_records", "mail_policy"}), "website", 4 * LANE
)
"""The DNS looks rest while so many visits wait: a visit asks for what they were told."""
EVERY = 0.1
"""Seconds between two pictures of the progress, but for the first and the last."""
SHOWN = 6
"""Looks under way that a picture names."""


class Scan:
    """Makes the looks of one run. Safe to stop at any moment: what was kept is not asked again."""

    def __init__(
        self,
        frontier: Plan,
        evidence: Evidence,
        net: Net,
        clock: Clock,
        vantage: str,
        watcher: Watcher,
        waiting: Callable[[], Iterable[Waiting]] = tuple,
        stay_away: StayAway | None = None,
        fresh: bool = False,
    ) -> None:
        """Look through `net`; `stay_away` is told which servers asked for rest, and how many seconds.

        A registry whose answer of an earlier run still stands is not asked again, unless `fresh`.
        """
        self._frontier = frontier
        self._evidence = evidence
        self._net = net
        self._clock = clock
        self._vantage = vantage
        self._watcher = watcher
        self._waiting = waiting
        self._stay_away = stay_away
        self._fresh = fresh
        self._earlier: tuple[str, ...] = ()
        self._shared = SharedExchanges()
        self._lanes = Lanes(clock, LANES, LANE, AHEAD)
        self._tally = Tally()
        self._resumed = 0
        self._started_at = clock()
        self._told_at = 0.0

    async def run(self, run_id: str) -> Tally:
        """Make every look that is still to be made; return the counts.

        What cannot be kept is raised as it is (StorageTrouble): what was kept before stays.
        """
        if not self._fresh:
            self._earlier = self._evidence.runs_since(self._clock() - LONGEST, but=run_id)
        self._take_up(run_id)
        self._report()
        try:
            async with asyncio.TaskGroup() as group:
                self._start(group, run_id, self._lanes.start())
        except ExceptionGroup as several:
            # The first stopped all others; nobody above minds that looks are made side by side.
            raise several.exceptions[0] from several
        self._report()
        give_back()
        return self._tally

    def _take_up(self, run_id: str) -> None:
        """Plan the first looks, and whatever is due after those that were made before a stop."""
        done = frozenset(self._evidence.done(run_id))
        self._plan(self._frontier.start(), done)
        if not done:
            return
        for observation in self._evidence.observations(run_id):
            self._resumed += 1
            self._count(observation)
            self._plan(self._frontier.learn(observation), done)
        # Looks whose answer was there before their turn came were never handed out.
        for probe, made in self._tally.done.items():
            self._tally.planned[probe] = made + self._lanes.queued(probe)

    def _plan(self, looks: Iterable[Look], done: frozenset[tuple[str, str]] = frozenset()) -> None:
        for wanted in looks:
            self._tally.planned[wanted.probe] += 1
            if not done or (wanted.probe, str(wanted.target)) not in done:
                self._lanes.queue(wanted)

    def _start(self, group: asyncio.TaskGroup, run_id: str, looks: Iterable[Look]) -> None:
        for wanted in looks:
            group.create_task(self._make(group, run_id, wanted))

    async def _make(self, group: asyncio.TaskGroup, run_id: str, wanted: Look | None) -> None:
        """Make a look, then one of those that it left room for, and so on: a task lasts for many."""
        while wanted:
            await self._make_one(run_id, wanted)
            started = self._lanes.start()
            wanted = next(started, None)
            self._start(group, run_id, started)
            moment = asyncio.get_running_loop().time()
            if moment - self._told_at >= EVERY:
                self._told_at = moment
                self._report()

    async def _make_one(self, run_id: str, wanted: Look) -> None:
        observation, exchanges = self._remembered(wanted) or await self._look(wanted)
        await self._evidence.keep(run_id, observation, exchanges)
        self._lanes.end(wanted)
        self._count(observation)
        self._plan(self._frontier.learn(observation))

    def _remembered(self, wanted: Look) -> Looked | None:
        if wanted.probe != REGISTRATION.probe or not self._earlier:
            return None
        earlier = self._evidence.earlier(wanted.probe, wanted.target, self._earlier)
        return (earlier, ()) if earlier and is_fresh(earlier, self._clock()) else None

    async def _look(self, wanted: Look) -> Looked:
        looked: Looked = await look(
            all_probes()[wanted.probe],
            wanted.target,
            self._net,
            self._clock,
            self._vantage,
            self._shared,
        )
        if self._stay_away:
            for server in refusals_in(*looked):
                await self._stay_away(server.group, server.seconds)
        return looked

    def _count(self, observation: Observation[Any]) -> None:
        self._tally.count(observation)

    def _report(self) -> None:
        self._watcher.saw(
            ScanState(
                done=self._tally.done.total(),
                planned=self._tally.planned.total(),
                now=self._lanes.longest(SHOWN),
                by_probe=self._tally.rows(),
                waiting=tuple(self._waiting()),
                started_at=self._started_at,
                at=self._clock(),
                resumed=self._resumed,
            )
        )
