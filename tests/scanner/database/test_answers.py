"""What IANA said is not asked again while it is good, by no process on the same database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from probes.kit.net import ApiAnswer, ApiQuestion, NetTrouble, WhoisAnswer, WhoisQuestion
from probes.kit.net.long_memory import LongMemory
from probes.kit.observation import Reason
from scanner.database import Database
from scanner.database.answers import SqlAnswers

DAY = 86_400.0
REFERRAL = WhoisQuestion("whois.iana.org", "ru")
BOOTSTRAP = ApiQuestion("https://data.iana.org/rdap/dns.json")
SAID = WhoisAnswer(b"whois:  whois.tcinet.ru\n\nsource:       IANA\n", True, "192.0.2.43")
LISTED = ApiAnswer(200, (("content-type", "application/json"),), b'{"services": []}', False)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Once on SQLite and once on PostgreSQL."""
    with Database.open(database_url) as opened:
        yield opened


class Iana:
    """Answers, counts, and lets time pass."""

    def __init__(self, database: Database) -> None:
        self.now = 1_800_000_000.0
        self.asked = 0
        self.answer: Any = SAID
        self._database = database

    def ask(self, question: Any) -> Any:
        """Ask through a long memory of its own, as every process has."""
        memory = LongMemory(SqlAnswers(self._database), lambda: self.now)
        return asyncio.run(memory.ask(question, self._tell))

    async def _tell(self, question: Any) -> Any:
        self.asked += 1
        if isinstance(self.answer, NetTrouble):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("question", "answer", "life"), [(REFERRAL, SAID, 30 * DAY), (BOOTSTRAP, LISTED, DAY)]
)
def test_an_answer_is_good_for_its_time(
    database: Database, question: Any, answer: Any, life: float
):
    """Every process gets it as it was said; after its time somebody asks again."""
    iana = Iana(database)
    iana.answer = answer
    told = [iana.ask(question)]
    iana.now += life - 1
    told.append(iana.ask(question))
    assert iana.asked == 1

    iana.now += 2
    told.append(iana.ask(question))

    assert iana.asked == 2
    assert told == [answer] * 3


@pytest.mark.parametrize(
    "answer",
    [
        WhoisAnswer(b"whois:  whois.tcinet.ru\n", False, "192.0.2.43"),
        WhoisAnswer(b"% Too many queries\n", True, "192.0.2.43"),
    ],
)
def test_half_an_answer_and_an_excuse_are_not_kept(database: Database, answer: Any):
    """They are told once, and the next asker asks."""
    iana = Iana(database)
    iana.answer = answer

    assert [iana.ask(REFERRAL), iana.ask(REFERRAL)] == [answer, answer]
    assert iana.asked == 2


def test_trouble_is_not_kept(database: Database):
    """It passes through as it is."""
    iana = Iana(database)
    iana.answer = NetTrouble(Reason.TIMEOUT, "whois.iana.org")
    with pytest.raises(NetTrouble):
        iana.ask(REFERRAL)

    iana.answer = SAID
    assert iana.ask(REFERRAL) == SAID


def test_registries_are_never_answered_from_here(database: Database):
    """What they say of a domain may change any day; how long it stands is decided elsewhere."""
    iana = Iana(database)
    question = WhoisQuestion("whois.tcinet.ru", "romashka.ru")

    iana.ask(question)
    iana.ask(question)

    assert iana.asked == 2
