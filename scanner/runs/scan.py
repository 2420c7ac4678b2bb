"""A whole scan: every look the frontier asks for, kept as it is made, until nothing is left."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from probes.kit.catalog import all_probes
from probes.kit.net import Net
from probes.kit.net.tape import Exchange
from probes.kit.observation import Observation, Unknown
from scanner.discovery import Frontier, Look
from scanner.evidence import Evidence
from scanner.runs.look import Clock, look
from scanner.runs.progress import ScanState, Tally, Waiting, Watcher

LANES = {"certificate_log": 2, "registration": 32, "address_owner": 24, "mail_server": 24}
"""Looks of one probe under way at once; sources that pace us get short queues."""
LANE = 48
EVERY = 0.1
"""Seconds between two pictures of the progress, but for the first and the last."""


class Scan:
    """Makes the looks of one run. Safe to stop at any moment: what was kept is not asked again."""

    def __init__(
        self,
        frontier: Frontier,
        evidence: Evidence,
        net: Net,
        clock: Clock,
        vantage: str,
        watcher: Watcher,
        waiting: Callable[[], Iterable[Waiting]] = tuple,
    ) -> None:
        self._frontier = frontier
        self._evidence = evidence
        self._net = net
        self._clock = clock
        self._vantage = vantage
        self._watcher = watcher
        self._waiting = waiting
        self._lanes: dict[str, deque[Look]] = {}
        self._busy: dict[str, dict[str, datetime]] = {}
        self._tally = Tally()
        self._resumed = 0
        self._started_at = clock()
        self._told_at = 0.0

    async def run(self, run_id: str) -> Tally:
        """Make every look that is still to be made; return the counts.

        What cannot be kept is raised as it is (StorageTrouble): what was kept before stays.
        """
        done = frozenset(self._evidence.done(run_id))
        self._plan(self._frontier.start(), done)
        if done:
            self._resume(run_id, done)
        self._report()
        try:
            async with asyncio.TaskGroup() as group:
                self._fill(group, run_id)
        except ExceptionGroup as several:
            # The first stopped all others; nobody above minds that looks are made side by side.
            raise several.exceptions[0] from several
        self._report()
        return self._tally

    def _resume(self, run_id: str, done: frozenset[tuple[str, str]]) -> None:
        for observation in self._evidence.observations(run_id):
            self._resumed += 1
            self._count(observation)
            self._plan(self._frontier.learn(observation), done)
        # Looks whose answer was there before their turn came were never handed out.
        for probe, made in self._tally.done.items():
            self._tally.planned[probe] = made + len(self._lanes.get(probe, ()))

    def _plan(self, looks: Iterable[Look], done: frozenset[tuple[str, str]] = frozenset()) -> None:
        for wanted in looks:
            self._tally.planned[wanted.probe] += 1
            if (wanted.probe, str(wanted.target)) not in done:
                self._lanes.setdefault(wanted.probe, deque()).append(wanted)

    def _fill(self, group: asyncio.TaskGroup, run_id: str) -> None:
        for probe, lane in self._lanes.items():
            busy = self._busy.setdefault(probe, {})
            while lane and len(busy) < LANES.get(probe, LANE):
                wanted = lane.popleft()
                busy[str(wanted.target)] = self._clock()
                group.create_task(self._make(group, run_id, wanted))

    async def _make(self, group: asyncio.TaskGroup, run_id: str, wanted: Look) -> None:
        observation: Observation[Any]
        exchanges: tuple[Exchange, ...]
        observation, exchanges = await look(
            all_probes()[wanted.probe], wanted.target, self._net, self._clock, self._vantage
        )
        await self._evidence.keep(run_id, observation, exchanges)
        del self._busy[wanted.probe][str(wanted.target)]
        self._count(observation)
        self._plan(self._frontier.learn(observation))
        self._fill(group, run_id)
        moment = asyncio.get_running_loop().time()
        if moment - self._told_at >= EVERY:
            self._told_at = moment
            self._report()

    def _count(self, observation: Observation[Any]) -> None:
        self._tally.done[observation.probe] += 1
        match observation.outcome:
            case Unknown(reason=reason):
                reasons = self._tally.reasons.setdefault(observation.probe, {})
                reasons[reason] = reasons.get(reason, 0) + 1
            case _:
                self._tally.answered[observation.probe] += 1

    def _report(self) -> None:
        self._watcher.saw(
            ScanState(
                done=self._tally.done.total(),
                planned=self._tally.planned.total(),
                now=self._now(),
                by_probe=self._tally.rows(),
                waiting=tuple(self._waiting()),
                started_at=self._started_at,
                at=self._clock(),
                resumed=self._resumed,
            )
        )

    def _now(self) -> tuple[str, ...]:
        running = sorted(
            (since, f"{probe} {target.partition(' ')[2]}")
            for probe, busy in self._busy.items()
            for target, since in busy.items()
        )
        return tuple(text for _, text in running[:6])
