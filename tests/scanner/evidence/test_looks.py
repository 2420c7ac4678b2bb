"""Looks read from the database as they are asked for: the same answers as from memory, in bounded room."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.kit.net.tape import Player
from probes.kit.observation import Absent, AnyObservation, Observation, Reason, Unknown
from probes.kit.target import Domain, Host
from scanner.database import Database
from scanner.discovery import Ask, Frontier, GatheredLooks, Seeds, attribute
from scanner.evidence import Evidence, StoredLooks
from scanner.evidence.looks import ROOM
from scanner.runs.progress import ScanState
from scanner.runs.scan import Scan
from tests.scanner.replayed import tape

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


class _Silent:
    """Watches nothing."""

    def saw(self, state: ScanState) -> None:
        """Look away."""


@pytest.fixture
def evidence(database_url: str) -> Iterator[Evidence]:
    """An open, empty book of evidence."""
    with Database.open(database_url) as database:
        yield Evidence(database)


def _replayed(evidence: Evidence, seeds: Seeds) -> str:
    """Make every look of the demo's audit; return the run."""

    async def whole() -> str:
        run = (await evidence.begin("romashka", {}, "office", tape().at)).id
        net = Player(tape().exchanges)
        await Scan(
            Frontier(seeds), evidence, net, lambda: tape().at, tape().vantage, _Silent()
        ).run(run)
        return run

    return asyncio.run(whole())


def test_a_stored_run_answers_as_one_held_in_memory(evidence: Evidence) -> None:
    """Every look of a whole audit, in any room; and what never was asked is never asked in both."""
    seeds = Seeds(domains=tape().names, orgs=tape().orgs)
    run = _replayed(evidence, seeds)
    observations = list(evidence.observations(run))
    gathered = GatheredLooks.of(observations)
    asked: list[tuple[Ask[Any, Any], Any]] = [(Ask(one.probe), one.target) for one in observations]
    asked += [(Ask("address_owner"), Host("never.example")), (Ask("no_such_probe"), asked[0][1])]

    assert len(observations) > 500
    for room in (1, 100_000, ROOM):
        with StoredLooks(evidence, run, room) as stored:
            for ask, target in asked + asked[::-1]:
                assert stored.latest(ask, target) == gathered.latest(ask, target)
    with StoredLooks(evidence, run) as stored:
        estate = attribute(seeds, stored, tape().at)
    assert estate == attribute(seeds, gathered, tape().at)


def _saw(name: str, outcome: Absent | Unknown) -> AnyObservation:
    return Observation("addresses", Host(name), AT, "office", outcome)


def _kept(evidence: Evidence, *observations: AnyObservation) -> str:
    async def keep() -> str:
        run = (await evidence.begin("romashka", {}, "office", AT)).id
        await asyncio.gather(*(evidence.keep(run, one, ()) for one in observations))
        return run

    return asyncio.run(keep())


def test_only_so_much_is_remembered(evidence: Evidence) -> None:
    """What was read lately is given again as it is; what made room for it is read once more."""
    run = _kept(evidence, *(_saw(f"h{number}.ru", Absent("NODATA")) for number in range(100)))
    ask: Ask[Host, Any] = Ask("addresses")

    with StoredLooks(evidence, run, room=2_000) as looks:
        first = looks.latest(ask, Host("h0.ru"))
        assert looks.latest(ask, Host("h0.ru")) is first
        for number in range(1, 100):
            looks.latest(ask, Host(f"h{number}.ru"))
        again = looks.latest(ask, Host("h0.ru"))

    assert again == first
    assert again is not first


def test_each_run_is_by_itself(evidence: Evidence) -> None:
    """Another run's looks are not this one's."""
    unknown = Unknown(Reason.TIMEOUT)
    mine = _kept(evidence, _saw("a.ru", Absent("NXDOMAIN")))
    other = _kept(evidence, _saw("a.ru", unknown), _saw("b.ru", unknown))
    ask: Ask[Host, Any] = Ask("addresses")

    with StoredLooks(evidence, mine) as looks, StoredLooks(evidence, other) as others:
        assert looks.latest(ask, Host("a.ru")).outcome == Absent("NXDOMAIN")
        assert not looks.latest(ask, Host("b.ru")).asked
        assert others.latest(ask, Host("a.ru")).outcome == unknown
        assert not looks.latest(Ask("registration"), Domain("a.ru")).asked
