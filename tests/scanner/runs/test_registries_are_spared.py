"""A registry is not asked again while its answer stands, and left alone when it asks for rest."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from probes.kit.net import NetTrouble, WhoisAnswer, WhoisQuestion
from probes.kit.observation import Absent, Observation, Reason, Seen, Unknown
from probes.kit.target import Domain
from scanner.discovery import Look
from scanner.evidence import Evidence
from scanner.runs.scan import Scan
from tests.peers.paper_net import PaperNet
from tests.scanner.runs.test_scan import PaperFrontier, Watch

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = "romashka.ru"
ANSWER = b"""% TCI Whois Service.
domain:        ROMASHKA.RU
nserver:       ns1.example.ru.
state:         REGISTERED, DELEGATED, VERIFIED
org:           OOO Romashka
registrar:     REGRU-RU
created:       2015-01-01T10:00:00Z
paid-till:     2027-10-01T10:00:00Z
free-date:     2027-11-02
source:        TCI

Last updated on 2026-11-22T11:00:00Z
"""
NO = b"% No entries found for the selected source(s).\n\nLast updated on 2026-11-22T11:00:00Z\n"
ENOUGH = b"% You have exceeded allowed connection rate, please try again later\n"


class Registry(PaperNet):
    """A WHOIS server with one answer for everybody; nothing else is on line."""

    def __init__(self, raw: bytes) -> None:
        super().__init__({}, otherwise=self._answer)
        self._raw = raw

    def _answer(self, question: Any) -> Any:
        if isinstance(question, WhoisQuestion):
            return WhoisAnswer(self._raw, True, "192.0.2.43")
        return NetTrouble(Reason.TIMEOUT)

    @property
    def asked_whois(self) -> list[str]:
        """The servers that were asked."""
        return [one.server for one in self.asked if isinstance(one, WhoisQuestion)]


class Office:
    """Scans of one registration at moments we choose."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.told: list[tuple[str, float]] = []

    def scan(self, registry: Registry, at: datetime, *, fresh: bool = False) -> Observation[Any]:
        """Look at the registration in a run of its own; return what the run keeps of it."""
        return asyncio.run(self._scan(registry, at, fresh))

    async def _scan(self, registry: Registry, at: datetime, fresh: bool) -> Observation[Any]:
        run = await self._evidence.begin("romashka", {}, "office", at)
        frontier = PaperFrontier((Look("registration", Domain(NAME)),))
        scan = Scan(
            frontier,  # type: ignore[arg-type]
            self._evidence,
            registry,
            lambda: at,
            "office",
            Watch(),
            stay_away=self._stay_away,
            fresh=fresh,
        )
        tally = await scan.run(run.id)
        assert tally.done.total() == 1
        (kept,) = self._evidence.observations(run.id)
        return kept

    async def _stay_away(self, group: str, seconds: float) -> None:
        self.told.append((group, seconds))


@pytest.fixture
def office(evidence: Evidence) -> Office:
    """An office with an empty book."""
    return Office(evidence)


def test_an_answer_that_stands_is_taken_over_as_it_was_seen(office: Office):
    """The next run has it with its own moment and evidence, and asks nobody."""
    first = office.scan(Registry(ANSWER), AT)
    quiet = Registry(NO)

    second = office.scan(quiet, AT + timedelta(days=6))

    assert isinstance(first.outcome, Seen)
    assert second == first
    assert quiet.asked == []


def test_an_answer_past_its_time_is_asked_for_again(office: Office):
    """So is one when somebody wants it fresh."""
    office.scan(Registry(ANSWER), AT)
    again, fresh = Registry(ANSWER), Registry(ANSWER)

    office.scan(fresh, AT + timedelta(hours=1), fresh=True)
    office.scan(again, AT + timedelta(days=9))

    assert fresh.asked_whois
    assert again.asked_whois


def test_what_was_taken_over_grows_no_younger(office: Office):
    """Day by day taken over, it still ends a week after it was seen."""
    office.scan(Registry(ANSWER), AT)
    for day in range(1, 7):
        office.scan(Registry(ANSWER), AT + timedelta(days=day))
    late = Registry(ANSWER)

    office.scan(late, AT + timedelta(days=7, hours=1))

    assert late.asked_whois


def test_a_failure_is_asked_again_at_once(office: Office):
    """A refusal stands for nothing."""
    assert isinstance(office.scan(Registry(ENOUGH), AT).outcome, Unknown)

    assert isinstance(office.scan(Registry(ANSWER), AT + timedelta(seconds=1)).outcome, Seen)


def test_a_server_that_refuses_in_words_is_left_alone(office: Office):
    """Its group is closed for a quarter of an hour, where it does not say for how long."""
    kept = office.scan(Registry(ENOUGH), AT)

    assert isinstance(kept.outcome, Unknown)
    assert kept.outcome.reason is Reason.RATE_LIMITED
    assert office.told == [("whois:whois.tcinet.ru", 900.0)]


@pytest.mark.parametrize("raw", [ANSWER, NO])
def test_a_server_that_answers_is_not(office: Office, raw: bytes):
    """A fact and an absence ask for no rest."""
    assert isinstance(office.scan(Registry(raw), AT).outcome, Seen | Absent)

    assert office.told == []
