"""Looks in their lanes, one lane a probe: so many of it are under way at once, the others wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set
from datetime import datetime
from heapq import nsmallest
from operator import itemgetter

from msgspec import Struct

from probes.kit.target import Target
from scanner.discovery import Look
from scanner.runs.look import Clock


class _Lane:
    def __init__(self, places: int) -> None:
        self.places = places
        self.waiting: deque[Look] = deque()
        self.busy: dict[Target, datetime] = {}
        """What is being looked at, and since when."""


class Ahead(Struct, frozen=True):
    """Probes that prepare the looks of another, and how many of those may wait while they go on.

    What prepares a look is then still remembered when its turn comes, however many names there are.
    """

    probes: Set[str]
    of: str
    most: int


class Lanes:
    """Every look from when it is planned until it is done."""

    def __init__(
        self, clock: Clock, places: Mapping[str, int], otherwise: int, ahead: Ahead | None = None
    ) -> None:
        """Give each probe as many places as `places` says, or `otherwise`."""
        self._clock, self._places, self._otherwise = clock, places, otherwise
        self._ahead = ahead or Ahead(frozenset(), "", 0)
        self._lanes: dict[str, _Lane] = {}

    def queue(self, look: Look) -> None:
        """Let a look wait for its turn."""
        lane = self._lanes.get(look.probe)
        if lane is None:
            places = self._places.get(look.probe, self._otherwise)
            lane = self._lanes[look.probe] = _Lane(places)
        lane.waiting.append(look)

    def queued(self, probe: str) -> int:
        """Return how many looks of a probe wait for their turn."""
        return len(self._lanes[probe].waiting) if probe in self._lanes else 0

    def start(self) -> Iterator[Look]:
        """Yield every look that there is a place for; it is under way from now on."""
        far = self.queued(self._ahead.of) > self._ahead.most
        for probe, lane in self._lanes.items():
            if far and probe in self._ahead.probes:
                continue
            while lane.waiting and len(lane.busy) < lane.places:
                look = lane.waiting.popleft()
                lane.busy[look.target] = self._clock()
                yield look

    def end(self, look: Look) -> None:
        """Free the place of a look that is done."""
        del self._lanes[look.probe].busy[look.target]

    def longest(self, most: int) -> tuple[str, ...]:
        """Return what has been under way for the longest time: `website romashka.ru`."""
        running = (
            (since, probe, target)
            for probe, lane in self._lanes.items()
            for target, since in lane.busy.items()
        )
        first = nsmallest(most, running, key=itemgetter(0))
        return tuple(f"{probe} {str(target).partition(' ')[2]}" for _, probe, target in first)
