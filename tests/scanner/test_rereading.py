"""A better reader corrects what an older one made of stored answers: no network, nobody's word touched."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from probes.kit.observation import AnyObservation, Reason, Seen, Unknown
from scanner.assets import Asset, Kind
from scanner.database import Database
from scanner.evidence import Evidence
from scanner.registry import Incoming, Registry
from scanner.service import clock, registering, rereading
from scanner.service.arguments import UnknownThing
from tests.scanner.replayed import Office, listed, tape

CLIENT = "romashka"
WRONG = date(2031, 1, 1)
LATER = tape().at + timedelta(hours=1)
MUCH_LATER = tape().at + timedelta(hours=2)


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Office:
    """A place to work in, once on SQLite and once on PostgreSQL, with one audit done."""
    office = Office.at(tmp_path, database_url)
    office.audit()
    return office


def registered(book: Evidence) -> list[AnyObservation]:
    """The registrations that the last run saw."""
    return [
        one
        for one in book.observations(book.runs(CLIENT)[0].id)
        if one.probe == "registration" and isinstance(one.outcome, Seen)
    ]


def as_an_older_reader_left_it(office: Office, *, lost: bool = False) -> str:
    """Put down, as a later audit's, a wrong day (or no reading at all); return the domain."""
    database = Database.open(office.settings.db)

    async def put_down() -> str:
        evidence, registry = Evidence(database), Registry(database)
        seen = registered(evidence)[0]
        fact = replace(seen.outcome.fact, paid_until=WRONG)
        outcome = Unknown(Reason.UNPARSED) if lost else Seen(fact)
        run = await evidence.begin(CLIENT, {}, "office", LATER)
        await evidence.keep(run.id, replace(seen, outcome=outcome), ())
        known = Asset(Kind.DOMAIN, fact.domain)
        told = Incoming(asset=known, paid_until=None if lost else WRONG)
        await registry.receive(CLIENT, run.id, (told,), LATER)
        await evidence.finish(run.id, LATER, True)
        return str(fact.domain)

    try:
        return asyncio.run(put_down())
    finally:
        database.close()


def reparse(office: Office) -> str:
    """What the command says."""
    (done,) = asyncio.run(rereading.reparse(CLIENT, office.settings, lambda: MUCH_LATER))
    return done.text(office.settings)


def paid_until(office: Office, name: str) -> date | None:
    """What the registry has."""
    database = Database.open(office.settings.db)
    try:
        (found,) = (
            one
            for one in Registry(database).objects(CLIENT, kind=Kind.DOMAIN)
            if one.asset.key == name
        )
        return found.paid_until
    finally:
        database.close()


def test_what_todays_reader_reads_alike_changes_nothing(office: Office):
    """The same answers, the same reader: no run is added."""
    before = listed(office, CLIENT, as_json=True)

    assert " read otherwise: 0," in reparse(office)
    assert listed(office, CLIENT, as_json=True) == before


def test_a_day_that_was_read_wrongly_is_corrected(office: Office):
    """The registry gets what the stored answer says, and its history says so."""
    name = as_an_older_reader_left_it(office)
    assert paid_until(office, name) == WRONG

    said = reparse(office)

    assert f"domain:{name} Paid until: 2031-01-01 → " in said
    assert paid_until(office, name) not in (None, WRONG)
    assert " read otherwise: 0," in reparse(office)


def test_an_answer_nobody_could_read_is_read_after_all(office: Office):
    """What was unparsed then is a fact now."""
    name = as_an_older_reader_left_it(office, lost=True)

    assert " read otherwise: 1," in reparse(office)
    assert paid_until(office, name) not in (None, WRONG)


def test_a_persons_value_stays(office: Office):
    """His day outranks every reader."""
    name = as_an_older_reader_left_it(office)
    number = next(
        row.partition("  ")[0].strip() or row.split()[0]
        for row in listed(office, CLIENT, kind="domain").splitlines()
        if f"domain:{name} " in f"{row} "
    )
    said = registering.registry_set(
        int(number), "paid_until", "2029-09-09", "ivan", "invoice", office.settings, clock.now
    )
    asyncio.run(said)

    reparse(office)

    assert paid_until(office, name) == date(2029, 9, 9)


def test_answers_no_longer_kept_are_counted(office: Office):
    """What they said stays as it was read."""
    database = Database.open(office.settings.db)
    try:
        asyncio.run(Evidence(database).prune_raw(clock.now()))
    finally:
        database.close()
    before = listed(office, CLIENT, as_json=True)

    said = reparse(office)

    assert " answers read again: 0," in said
    assert "no longer kept" in said
    assert listed(office, CLIENT, as_json=True) == before


def test_an_unfinished_audit_comes_first(office: Office):
    """It goes on where it stopped; nothing comes between."""
    database = Database.open(office.settings.db)
    try:
        asyncio.run(Evidence(database).begin(CLIENT, {}, "office", LATER))
    finally:
        database.close()

    assert "unfinished" in reparse(office)


def test_an_unknown_client_is_refused(office: Office):
    """One sentence that says who is known."""
    with pytest.raises(UnknownThing, match="romashka"):
        asyncio.run(rereading.reparse("vasilek", office.settings, clock.now))
