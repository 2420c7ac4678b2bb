"""Looks of several runs and places as one: the newest counts, an error never overwrites a fact."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from probes.kit.observation import Absent, Observation, Outcome, Reason, Seen, Unknown
from probes.kit.target import Domain, Host, Target
from probes.registration import Registration
from scanner.assets import Asset, Kind, Need, Use
from scanner.database import Database
from scanner.discovery.looks import ADDRESSES, DNS_RECORDS, REGISTRATION
from scanner.evidence import Evidence, Purpose, Run, Standing, Standings, vantages
from scanner.evidence.evidence import BodiesOf, Readers
from scanner.verdicts.agreement import Stand, agreement
from tests.scanner.discovery.world import registration

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NAME = "kalina.ru"
SEEN: Seen[Registration] = Seen(registration(NAME))
GONE, TIMEOUT, REFUSED = Absent("NXDOMAIN"), Unknown(Reason.TIMEOUT), Unknown(Reason.DNS_REFUSED)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database."""
    with Database.open(database_url) as database:
        yield database


class Book:
    """A book of evidence to write runs into."""

    def __init__(self, database: Database) -> None:
        self.evidence = Evidence(database)

    def run(
        self, days: float, vantage: str = "home", base: Run | None = None, **looks: Outcome[Any]
    ) -> Run:
        """Keep a run of that day; a second look at an audit where that is given."""
        options = {"purpose": Purpose.SECOND_LOOK, "base": base.id} if base else {}
        return asyncio.run(self._run(START + days * DAY, vantage, options, looks))

    async def _run(
        self, at: datetime, vantage: str, options: dict[str, Any], looks: dict[str, Outcome[Any]]
    ) -> Run:
        run = await self.evidence.begin("romashka", options, vantage, at)
        for probe, outcome in looks.items():
            target = Host(NAME) if probe == "addresses" else Domain(NAME)
            seen = Observation(probe, target, at, vantage, outcome)
            await self.evidence.keep(run.id, seen, ())
        await self.evidence.finish(run.id, at, True)
        return run

    def all(self, base: Run, since: datetime = START) -> Any:
        """Everything, as the judge gets it."""
        return vantages(self.evidence, base, self.evidence.runs("romashka"), since)


@pytest.fixture
def book(database: Database) -> Book:
    """An empty book."""
    return Book(database)


def test_the_newest_look_counts_also_when_it_failed(book: Book):
    """What was not looked at again stands; judgement never hides an error behind an older fact."""
    audit = book.run(0, registration=SEEN, dns_records=GONE, addresses=GONE)
    book.run(3, base=audit, registration=TIMEOUT, dns_records=REFUSED)

    with book.all(audit) as seen:
        assert seen.ours.latest(REGISTRATION, Domain(NAME)).outcome == TIMEOUT
        assert seen.ours.latest(DNS_RECORDS, Domain(NAME)).outcome == REFUSED
        assert seen.ours.latest(ADDRESSES, Host(NAME)).outcome == GONE
        assert seen.ours.latest(ADDRESSES, Host("never.ru")).outcome == Unknown(Reason.NOT_ASKED)
        assert seen.others == ()


def test_a_run_that_was_gone_on_with_may_hold_the_newest_look(book: Book):
    """It began first and ended last: what counts is when a look was made."""
    audit = book.run(0, registration=SEEN)

    async def overlapping() -> None:
        evidence, options = book.evidence, {"purpose": Purpose.SECOND_LOOK, "base": audit.id}
        first = await evidence.begin("romashka", options, "home", START + DAY)
        second = await evidence.begin("romashka", options, "home", START + 2 * DAY)
        for run, days, outcome in ((second, 3, SEEN), (first, 4, TIMEOUT)):
            at = START + days * DAY
            look = Observation("registration", Domain(NAME), at, "home", outcome)
            await evidence.keep(run.id, look, ())
            await evidence.finish(run.id, at, True)

    asyncio.run(overlapping())
    with book.all(audit) as seen:
        assert seen.ours.latest(REGISTRATION, Domain(NAME)).outcome == TIMEOUT


class Counting(Evidence):
    """Evidence that counts how often the looks of single runs are read."""

    reads = 0

    @contextmanager
    def readers(self) -> Iterator[Readers]:
        """Lend the ways to read, with a count."""
        with super().readers() as (of, made_at):
            yield lambda run: self._counted(of(run)), made_at

    def _counted(self, bodies: BodiesOf) -> BodiesOf:
        def read(target: Target) -> dict[str, bytes]:
            self.reads += 1
            return bodies(target)

        return read


def test_of_a_month_of_runs_only_those_are_read_that_hold_the_newest_look(database: Database):
    """The one that visited last, and the audit that alone asked the registry."""
    book = Book(database)
    book.evidence = counting = Counting(database)
    audit = book.run(0, registration=SEEN, dns_records=GONE)
    for number in range(1, 31):
        book.run(number, base=audit, dns_records=REFUSED)

    with book.all(audit) as seen:
        assert seen.ours.latest(DNS_RECORDS, Domain(NAME)).at == START + 30 * DAY
        assert seen.ours.latest(REGISTRATION, Domain(NAME)).outcome == SEEN
    assert counting.reads == 2


def test_for_display_an_error_never_overwrites_a_fact(book: Book):
    """The last fact is shown, with its day; an absence is one too."""
    audit = book.run(0, registration=SEEN, dns_records=GONE)
    book.run(3, base=audit, registration=TIMEOUT, dns_records=REFUSED)

    with book.all(audit) as seen:
        assert seen.known.fell_back_to() is None
        assert seen.known.latest(REGISTRATION, Domain(NAME)).outcome == SEEN
        assert seen.known.latest(DNS_RECORDS, Domain(NAME)).outcome == GONE
        assert seen.known.fell_back_to() == START
        assert seen.known.fell_back_to() is None


def test_a_fact_of_an_earlier_audit_is_shown_too(book: Book):
    """An audit that could not find out does not make anybody forget; it is judged as it is."""
    book.run(-30, registration=SEEN)
    book.run(-20, registration=TIMEOUT)
    audit = book.run(0, registration=TIMEOUT)

    with book.all(audit) as seen:
        assert seen.known.latest(REGISTRATION, Domain(NAME)).outcome == SEEN
        assert seen.known.fell_back_to() == START - 30 * DAY
        assert seen.ours.latest(REGISTRATION, Domain(NAME)).outcome == TIMEOUT


def test_what_was_never_asked_is_not_remembered_from_earlier(book: Book):
    """Nobody asked this time: there is nothing to stand in for."""
    book.run(-30, registration=SEEN)
    audit = book.run(0, dns_records=GONE)

    with book.all(audit) as seen:
        assert not seen.known.latest(REGISTRATION, Domain(NAME)).asked


def test_a_second_look_belongs_to_its_audit(book: Book):
    """One made at an earlier audit says nothing of this one."""
    older = book.run(-30, registration=SEEN)
    book.run(-27, base=older, registration=GONE)
    audit = book.run(0, registration=SEEN)

    with book.all(audit) as seen:
        assert seen.ours.latest(REGISTRATION, Domain(NAME)).at == START


def test_every_place_keeps_its_own_view(book: Book):
    """The latest of each; where a place has not looked, ours stands in for it."""
    audit = book.run(0, registration=SEEN, dns_records=GONE)
    book.run(1, "away", registration=GONE)
    book.run(2, "away", registration=TIMEOUT)
    book.run(2, "far", dns_records=REFUSED)

    with book.all(audit) as seen:
        others = dict(seen.others)
        assert sorted(others) == ["away", "far"]
        assert others["away"].latest(REGISTRATION, Domain(NAME)).outcome == TIMEOUT
        assert others["away"].latest(DNS_RECORDS, Domain(NAME)).vantage == "home"
        assert others["far"].latest(REGISTRATION, Domain(NAME)).outcome == SEEN
        assert seen.ours.latest(REGISTRATION, Domain(NAME)).outcome == SEEN


def test_an_old_view_is_not_read(book: Book):
    """From a day on only."""
    book.run(-31, "away", registration=GONE)
    audit = book.run(0, registration=SEEN)

    with book.all(audit, START - 30 * DAY) as seen:
        assert seen.others == ()


def test_many_second_looks_need_one_connection(book: Book):
    """A site that is looked at every day for weeks is read like any other."""
    audit = book.run(0, registration=SEEN)
    for number in range(1, 30):
        book.run(number, base=audit, dns_records=GONE)

    with book.all(audit) as seen, book.all(audit) as beside:
        assert seen.ours.latest(REGISTRATION, Domain(NAME)).outcome == SEEN
        assert beside.ours.latest(DNS_RECORDS, Domain(NAME)).at == START + 29 * DAY


SITE = Asset(Kind.SITE, NAME)


def standing(run: Run, days: float, vantage: str = "home", state: str = "parked") -> Standing:
    """One look at the site."""
    at = START + days * DAY
    stand = Stand(vantage, at, at, Use.IDLE, state)
    return Standing(SITE, stand, run.id, at, (Need.SECOND_LOOK,), (NAME,))


def test_what_was_said_once_stays_said(database: Database, book: Book):
    """Looks are kept once, by thing, place and beginning; the one judged last comes last."""
    standings, run = Standings(database), book.run(0)
    first, second = standing(run, 0), standing(run, 3)
    asyncio.run(standings.keep("romashka", [second, first]))
    asyncio.run(standings.keep("romashka", [standing(run, 0, state="content")]))
    asyncio.run(standings.keep("vasilek", [standing(run, 0, state="content")]))

    assert list(standings.all("romashka")) == [(SITE, (first, second))]
    with standings.reading("romashka") as earlier:
        assert set(earlier(SITE)) == {first.stand, second.stand}
        assert earlier(Asset(Kind.SITE, "never.ru")) == ()
    with standings.reading("nobody") as earlier:
        assert earlier(SITE) == ()


KEPT = {
    "ppp": [0, 2],
    "ppppppppp": [0, 3, 6, 8],  # those that count, and the newest
    "ppcpp": [0, 1, 2, 3, 4],  # a change shows when it came, and what was before
    "ppp?ppp": [0, 3, 4, 6],  # who could not find out stands between no two
    "p????p": [0, 1, 4, 5],
}


def test_what_counts_is_kept(database: Database, book: Book):
    """Day after day the same: what the looks agree on is what all of them would."""
    standings, run = Standings(database), book.run(0)
    for states, kept in KEPT.items():
        every, mine = list[Stand](), list[Stand]()
        for day, letter in enumerate(states):
            state = {"p": "parked", "c": "content", "?": "no_answer"}[letter]
            look = standing(run, day, state=state)
            use = Use.UNKNOWN if letter == "?" else Use.IDLE
            look = replace(look, stand=replace(look.stand, use=use))
            asyncio.run(standings.keep(states, [look, standing(run, day, "yard", state)]))
            every.append(look.stand)
            with standings.reading(states) as earlier:
                mine = [one for one in earlier(SITE) if one.vantage == "home"]
            assert agreement(mine) == agreement(every)

        assert sorted((one.began - START) // DAY for one in mine) == kept


def test_what_wants_another_look_comes_with_all_that_was_said_of_it(database: Database, book: Book):
    """What wants nothing any more, or was judged before, is left out."""
    standings, run = Standings(database), book.run(0)
    served = Asset(Kind.SITE, "served.ru")
    looks = [
        standing(run, day, vantage) for vantage, day in (("yard", 0), ("home", 1), ("home", 5))
    ]
    content = [replace(one, asset=served) for one in looks[1:]]
    content[-1] = replace(content[-1], needs=(), names=())
    asyncio.run(standings.keep("romashka", [*looks, *content]))

    (one,) = standings.wanting("romashka", START)

    assert one.judged == looks[-1]
    assert set(one.stands) == {look.stand for look in looks}
    assert [*standings.wanting("romashka", START + 6 * DAY)] == []
