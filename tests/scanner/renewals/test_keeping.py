"""Keeping the periods: what is near alone where only that is looked at, and counted on either database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from scanner.registry.cycles import Kept, keep_cycles, to_look_at
from scanner.registry.renewal_rows import CYCLE
from scanner.registry.words import Decision, Lifecycle
from scanner.renewals.cycle import CycleState
from scanner.renewals.terms import TermsBook
from tests.scanner.renewals.office import START, Office


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An agency in whose registry no period is kept yet."""
    opened = Office(database_url)
    yield opened
    opened.close()


def test_what_is_far_is_opened_when_all_is_kept(office: Office) -> None:
    """A look at what is near opens no period of what is far; the daily job opens each once, and says how many."""
    office.thing("domain:near.ru", START + timedelta(days=5))
    office.thing("domain:far.ru", START + timedelta(days=300))
    office.thing(
        "domain:early.ru", START + timedelta(days=310), decide_by=START + timedelta(days=9)
    )

    def kept(until: date | None = None) -> Kept:
        return asyncio.run(
            office.database.write(
                lambda c: keep_cycles(c, office.today, office.at, TermsBook(), until)
            )
        )

    assert kept(START + timedelta(days=60)).opened == 2
    assert kept().opened == 1
    assert kept().opened == 0


@pytest.mark.parametrize(
    ("asset", "ended", "more", "known", "is_looked_at"),
    [
        ("domain:lost.ru", 40, {}, True, True),
        ("domain:kept.ru", 20, {}, True, False),
        ("domain:met-when-lost.ru", 40, {}, False, False),
        ("domain:nobody-knows.com", 400, {}, True, False),
        ("hosting:timeweb/a", 40, {"lost_at": START - timedelta(days=9)}, True, True),
        ("hosting:timeweb/b", 40, {"lost_at": START - timedelta(days=9)}, False, False),
        ("hosting:timeweb/c", 40, {}, True, False),
        ("domain:agreed.com", 9, {"decision": Decision.APPROVED}, False, True),
        ("domain:gone.com", -90, {"lifecycle": Lifecycle.DELETED}, True, True),
    ],
)
def test_only_what_may_change_is_looked_at(
    office: Office, asset: str, ended: int, more: dict[str, Any], known: bool, is_looked_at: bool
) -> None:
    """Of what ended long ago, only what is lost by now and was known before: the rest stays as it is for good."""
    thing = office.thing(asset, START - timedelta(days=ended))
    if known:
        office.go(-60)
    office.keep()
    office.go_to(START)
    if more:
        office.change(thing, **more)

    query = to_look_at(office.today, TermsBook())

    assert bool(office.database.read(lambda c: c.execute(query).all())) is is_looked_at


def test_a_thing_is_never_in_two_open_periods(office: Office) -> None:
    """The database itself refuses the second, whoever writes it."""
    thing = office.thing("domain:romashka.ru", START)
    office.keep()
    second = insert(CYCLE).values(
        object_id=thing, seq=2, due=START, state=CycleState.OPEN, opened_at=office.at, seen_later=[]
    )

    with pytest.raises(IntegrityError):
        office.do(second)
    assert len(office.cycles(thing)) == 1
