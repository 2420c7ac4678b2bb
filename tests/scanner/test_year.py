"""Days of rescans over a world that changes: every change is told once, in its time, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from scanner.service import auditing, due_rescans, requesting
from scanner.service.due_rescans import Rescan
from scanner.settings import Settings
from tests.scanner.almanac import BEGUN, Almanac, Event, Plot, lapse, year
from tests.scanner.replayed import Watch

DAY = timedelta(days=1)
CLIENT = "romashka"


class Told(Struct, frozen=True):
    """A change, and the day it was told on."""

    day: float
    code: str
    thing: str
    hosting: str = ""
    """That a site moved to, where it is new."""


class Diary:
    """An office that rescans day after day, and writes down what it is told."""

    def __init__(
        self, folder: Path, plots: list[Plot], events: list[Event], failing: float
    ) -> None:
        self.at = BEGUN
        self.told: list[Told] = []
        self.runs = 0
        self._plots = plots
        self.net = Almanac(plots, events, lambda: self.at, failing)
        self.settings = Settings(
            db=f"sqlite:///{folder}/office.db", out=str(folder / "audits"), lang=("en",),
            vantage="home", guesses=0, depth=0, search=False,
        )  # fmt: skip

    def live(self, days: int, times: int = 1) -> None:
        """Audit once, then rescan so many times a day."""
        asked = requesting.request(client=CLIENT, typed=[plot.name for plot in self._plots])
        asyncio.run(auditing.replay(asked, self.settings, lambda: self.at, Watch(), self.net))
        for turn in range(1, days * times + 1):
            self.at = BEGUN + turn * DAY / times + timedelta(minutes=turn % 7)
            self._rescan()

    def _rescan(self) -> None:
        work = due_rescans.rescan_over(self.net, CLIENT, self.settings, lambda: self.at, Watch())
        done = asyncio.run(work)
        self.runs += done.audit is not None
        self.told += _told(done, self.at)


def _told(done: Rescan, at: datetime) -> Iterable[Told]:
    if done.audit is None or not done.audit.changes:
        return
    found = json.loads((Path(done.audit.folder) / "audit.json").read_bytes())
    day = (at - BEGUN) / DAY
    for one in found["changes"]:
        for thing in one["params"].get("things") or [one["asset"]]:
            yield Told(day, one["code"], thing, one["params"].get("hosting", ""))


def untold(events: Iterable[Event], told: Iterable[Told]) -> tuple[list[Event], list[Told]]:
    """Return events that were not told in their time, and what was told without one, or twice."""
    left = list(told)
    missed = []
    for event in sorted(events, key=lambda one: one.day):
        tells = [
            one
            for one in left
            if event.day <= one.day <= event.day + event.within and _fits(event, one)
        ]
        left = [one for one in left if one not in tells[:1]]
        if not tells:
            missed.append(event)
        if event.code == "addresses_changed":  # where nothing leads any more is told besides, once
            old = [one for one in left if one.code == "gone" and one.thing.startswith("hosting:")]
            left = [one for one in left if one not in old[:1]]
    return missed, left


def _fits(event: Event, told: Told) -> bool:
    return (told.code, told.thing) == (event.code, event.thing)


def test_a_month_of_rescans_tells_every_change_once(tmp_path: Path):
    """Renewals, moves, sites that die and live again; one look in thirty fails."""
    plots, events = year(days=30, domains=4, apart=7, seed=7)
    diary = Diary(tmp_path, plots, events, failing=0.03)

    diary.live(30)

    assert untold(events, diary.told) == ([], [])
    assert len(events) > 6


def test_a_domain_that_lapses_is_told_once_by_itself(tmp_path: Path):
    """Its site and its mail go with it, and are not told of besides."""
    day = BEGUN.date()
    lost = Plot("teplitsa0.ru", day + 6 * DAY)
    kept = Plot("teplitsa1.ru", day + 300 * DAY)
    diary = Diary(tmp_path, [lost, kept], [lapse(lost)], failing=0.0)

    diary.live(14)

    (told,) = diary.told
    assert (told.code, told.thing) == ("use_changed", "domain:teplitsa0.ru")
    assert 7 <= told.day < 10


def _moves(day: int, plot: Plot, octet: int) -> Event:
    address = {"address": f"198.18.{octet}.10"}
    return Event(day, plot.name, address, "addresses_changed", f"site:{plot.name}", 5)


class OneSilent(Almanac):
    """An almanac in which nothing is to be learnt of one domain on one day."""

    silent: tuple[str, int] = ("", 0)

    def _fails(self, question: Any) -> bool:
        name, day = self.silent
        asked = getattr(question, "line", "") or getattr(question, "url", "") or question.name
        return name in asked and (self._clock() - BEGUN).days == day if name else False


def test_every_move_is_told_as_the_move_of_its_site(tmp_path: Path):
    """Also of the site that follows a day later; the new hosting is told of with the first, and never again.

    The hosting stays the same when the only look that knew its newest site failed as the others left.
    """
    stays, one, other = (Plot(f"teplitsa{n}.ru", BEGUN.date() + 300 * DAY) for n in range(3))
    events = [_moves(2, one, 17), _moves(3, other, 17), _moves(9, one, 16)]
    diary = Diary(tmp_path, [stays, one, other], events, failing=0.0)
    diary.net = OneSilent([stays, one, other], events, lambda: diary.at)
    diary.net.silent = (other.name, 8)

    diary.live(13)

    assert untold(events, diary.told) == ([], [])
    assert [told.hosting for told in diary.told] == ["hosting:timeweb/teplitsa1.ru", "", ""]


def _grown(file: Path, domains: int) -> Iterable[str]:
    """Say how much a year has added: raw answers go after `keep_raw_days`, what was seen stays for ever."""
    with closing(sqlite3.connect(file)) as one:
        pages = dict(one.execute("SELECT name, sum(pgsize) / 1024.0 FROM dbstat GROUP BY name"))
        (assets,) = one.execute("SELECT count(*) FROM told WHERE thing LIKE '%_:_%'").fetchone()
    raw = sum(pages.get(name, 0.0) for name in ("exchange", "piece"))
    total = sum(pages.values())
    for what, count in (("domain", domains), ("asset", assets)):
        yield (
            f"{total / count:.0f} KiB a {what} and year: {raw / count:.0f} of raw answers, which age out, "
            f"{(total - raw) / count:.0f} that stay"
        )


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_rescans_tells_every_change_once(tmp_path: Path, seed: int):
    """And the database grows by no more than the looks."""
    plots, events = year(days=365, domains=12, apart=20, seed=seed)
    diary = Diary(tmp_path, plots, events, failing=0.03)

    diary.live(365)

    codes = Counter(event.code for event in events)
    print(f"{diary.runs} rescans, {len(events)} changes: {dict(codes)}")
    print("\n".join(_grown(tmp_path / "office.db", 12)))
    assert untold(events, diary.told) == ([], [])
