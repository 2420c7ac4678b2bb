"""Keeping the periods: what is near alone where only that is looked at, and counted on either database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from scanner.registry.cycles import Kept, keep_cycles
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
