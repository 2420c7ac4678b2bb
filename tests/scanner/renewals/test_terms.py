"""The days of a period: from data with sources, the settings over them, the object's own over both."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from importlib.resources import files

import pytest
from holidays import list_supported_countries

from scanner.assets import Advice, Ownership
from scanner.registry.words import Lifecycle
from scanner.renewals.assignment import Chosen, Membership, Person, assign
from scanner.renewals.closing import least_renewed
from scanner.renewals.guard import DEAD, Stance, is_alive, stance
from scanner.renewals.months import anchor_day
from scanner.renewals.terms import (
    BadTerms,
    OwnDays,
    TermsBook,
    days_of,
    last_day,
    product_of,
    quieter,
    thresholds,
)
from scanner.renewals.working_days import UnknownCountry, WorkingDays

DUE = date(2026, 5, 4)


def test_every_row_of_terms_says_where_it_is_from() -> None:
    """Data carry a source and a day on which it was looked at."""
    table = tomllib.loads((files("scanner.renewals") / "data" / "terms.toml").read_text("utf-8"))
    rows = list(table.values())
    rows += [inner for row in table.values() for inner in row.values() if isinstance(inner, dict)]

    assert all(row["source"] and isinstance(row["checked"], date) for row in rows)


@pytest.mark.parametrize(
    ("key", "lost"),
    [("romashka.ru", 31), ("romashka.xn--p1ai", 31), ("romashka.com", None), ("a.com.ru", 31)],
)
def test_a_suffix_has_its_own_terms(key: str, lost: int | None) -> None:
    """.RU goes to anybody after thirty days of preferential renewal; of .com nobody knows the day."""
    terms = TermsBook().terms("domain", product_of("domain", key, None))
    days = days_of(DUE, terms, OwnDays(), 12)

    assert days.lost_at == (None if lost is None else DUE + timedelta(days=lost))
    assert days.service_stops == DUE + timedelta(days=1)


def test_the_settings_outrank_the_data_and_the_object_both() -> None:
    """`[terms.domain]` for all, `[terms.domain.ru]` for a suffix, the object's own date for itself."""
    book = TermsBook({"domain": {"thresholds": [90, 20], "ru": {"grace": 10}}, "vpn": {"grace": 3}})
    ru = book.terms("domain", "ru")
    own = OwnDays(decide_by=DUE - timedelta(days=30), lost_at=DUE + timedelta(days=5))
    days = days_of(DUE, ru, own, 12)

    assert (ru.thresholds, ru.grace, ru.lost_after) == ((90, 20), 10, 31)
    assert book.terms("vpn", "").grace == 3
    assert (days.decide_by, days.lost_at) == (DUE - timedelta(days=30), DUE + timedelta(days=5))
    assert book.horizons[0] == 45
    assert book.horizons[1]["domain"] == 90


@pytest.mark.parametrize(
    "own", [{"domain": {"treshold": [1]}}, {"domain": {"thresholds": [-1]}}, {"domain": 5}]
)
def test_terms_that_cannot_be_are_refused(own: dict[str, object]) -> None:
    """With the name of the table in the sentence."""
    with pytest.raises(BadTerms, match=r"terms\.domain"):
        TermsBook(own)


def test_a_date_of_an_earlier_period_is_forgotten() -> None:
    """Who typed a day of notice last year said nothing of this year."""
    own = OwnDays(decide_by=DUE - timedelta(days=400))

    assert days_of(DUE, TermsBook().terms("saas_sub", ""), own, 12).decide_by is None


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 1, 1), date(2026, 2, 1)),  # notice first
        (date(2026, 2, 1), date(2026, 2, 1)),
        (date(2026, 2, 2), date(2026, 4, 1)),  # then the reduced price
        (date(2026, 4, 2), DUE),  # then the end
        (date(2026, 9, 1), DUE),
    ],
)
def test_the_next_last_day_counts(today: date, expected: date) -> None:
    """A day that has gone by gives way to the next; the last of them is the end of the term."""
    own = OwnDays(decide_by=date(2026, 2, 1), cheap_until=date(2026, 4, 1))

    assert last_day(days_of(DUE, TermsBook().terms("other", ""), own, 12), today) == expected


@pytest.mark.parametrize(
    ("months", "valid_for", "expected"),
    [
        (12, None, (45, 30, 14, 7, 1)), (None, None, (45, 30, 14, 7, 1)), (1, None, (14, 7, 1)),
        (3, None, (45, 30, 14, 7, 1)), (None, 398, (45, 30, 14, 7, 1)), (None, 90, (14, 7, 1)),
        (None, 47, (14, 7, 1)), (None, 6, (1,)),
    ],
)  # fmt: skip
def test_thresholds_fit_the_period(
    months: int | None, valid_for: int | None, expected: tuple[int, ...]
) -> None:
    """Nobody is told of the next month on the first of this; a short certificate within its last third."""
    assert thresholds(TermsBook().terms("other", ""), months, valid_for) == expected


@pytest.mark.parametrize(
    ("auto_renew", "expected"), [(False, (45,)), (True, (45, 7, 1)), (None, (45, 7, 1))]
)
def test_what_is_not_to_be_paid_is_told_less(
    auto_renew: bool | None, expected: tuple[int, ...]
) -> None:
    """Once; and near its end where it may renew itself."""
    assert quieter((45, 30, 14, 7, 1), auto_renew) == expected
    assert quieter((1,), auto_renew) == (1,)


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        (
            "RU",
            date(2026, 1, 8),
            date(2025, 12, 30),
        ),  # New Year's holidays, and the bridge before them
        ("RU", date(2026, 3, 8), date(2026, 3, 6)),
        ("RU", date(2026, 5, 9), date(2026, 5, 8)),
        ("RU", date(2026, 6, 10), date(2026, 6, 10)),
        ("DE", date(2026, 12, 25), date(2026, 12, 24)),
        ("US", date(2026, 7, 4), date(2026, 7, 2)),
    ],
)
def test_a_deadline_shifts_to_a_working_day_before(country: str, day: date, expected: date) -> None:
    """By the calendar of the agency's country, never to a day after the loss."""
    assert WorkingDays(country).on_or_before(day) == expected


def test_every_country_has_its_calendar_on_its_own() -> None:
    """Each is read without those of all other countries, which the library would read with it."""
    for country in list_supported_countries(include_aliases=False):
        days = (DUE + timedelta(days=day) for day in range(30))
        assert any(map(WorkingDays(country).is_working, days)), country


def test_a_country_nobody_knows_is_refused() -> None:
    """With advice."""
    with pytest.raises(UnknownCountry, match="ISO"):
        WorkingDays("XX").is_working(DUE)


@pytest.mark.parametrize(
    ("months", "least"),
    [
        (12, date(2027, 4, 4)),
        (1, date(2026, 5, 28)),
        (None, date(2026, 5, 28)),
        (3, date(2026, 7, 13)),
    ],
)
def test_what_means_a_new_period(months: int | None, least: date) -> None:
    """Less than a period, but not by much; of an unknown one a month."""
    assert least_renewed(DUE, months) == least


def test_a_chain_that_was_moved_is_anchored_anew() -> None:
    """31 January, 28 February, then the provider moved it to the 10th."""
    assert anchor_day([date(2026, 1, 31), date(2026, 2, 28)]) == 31
    assert anchor_day([date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 10)]) == 10
    assert anchor_day([date(2026, 1, 30), date(2026, 2, 28)]) == 30


OLGA, IVAN, DUTY = (
    Person(number, name, None, {}, True)
    for number, name in enumerate(["Ольга", "Иван", "Дежурная"])
)
GONE = Person(9, "Ушла", None, {}, False)


def _project(number: int, manager: Person | None, *, lead: bool = False, active: bool = True):
    return Membership(number, f"П{number}", lead, manager, active, {})


@pytest.mark.parametrize(
    ("responsible", "projects", "duty", "person", "watchers", "chosen"),
    [
        (OLGA, [_project(1, IVAN, lead=True)], DUTY, OLGA, [IVAN], Chosen.RESPONSIBLE),
        (None, [_project(1, IVAN), _project(2, OLGA, lead=True)], DUTY, OLGA, [IVAN], Chosen.LEAD_MANAGER),
        (GONE, [_project(1, IVAN)], DUTY, IVAN, [], Chosen.LEAD_MANAGER),
        (GONE, [_project(1, GONE, lead=True), _project(2, IVAN)], DUTY, DUTY, [IVAN], Chosen.DUTY),
        (None, [_project(1, IVAN, lead=True, active=False)], DUTY, DUTY, [], Chosen.DUTY),
        (None, [], None, None, [], Chosen.NOBODY),
        (None, [], GONE, None, [], Chosen.NOBODY),
    ],
)  # fmt: skip
def test_who_answers(responsible, projects, duty, person, watchers, chosen) -> None:
    """The responsible person, else the lead project's manager, else whoever is on duty; others watch."""
    found = assign(responsible, projects, duty)

    assert (found.person, list(found.watchers), found.chosen) == (person, watchers, chosen)
    assert found.is_gap == (chosen in (Chosen.DUTY, Chosen.NOBODY))


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"verdict": Advice.KEEP}, Stance.RENEW),
        ({"verdict": None}, Stance.RENEW),
        ({"verdict": Advice.FIX}, Stance.RENEW),
        ({"verdict": Advice.ASK}, Stance.DECIDE),
        ({"verdict": Advice.SWITCH_OFF}, Stance.DECIDE),
        ({"verdict": Advice.LET_EXPIRE, "decision": "deferred"}, Stance.DECIDE),
        ({"verdict": Advice.LET_EXPIRE, "decision": "ask"}, Stance.DECIDE),
        ({"verdict": Advice.LET_EXPIRE, "decision": "approved"}, Stance.DECIDE),  # held: not given up
        ({"verdict": Advice.LET_EXPIRE, "decision": "approved", "given_up": True}, Stance.DO_NOT_PAY),
        ({"verdict": Advice.SWITCH_OFF, "decision": "rejected"}, Stance.RENEW),
        ({"verdict": Advice.SWITCH_OFF, "lifecycle": "in_use"}, Stance.RENEW),
        ({"verdict": Advice.KEEP, "probably": True}, Stance.CONFIRM),
        ({"verdict": Advice.ASK, "probably": True, "given_up": True}, Stance.DO_NOT_PAY),
    ],
)  # fmt: skip
def test_what_is_asked(facts: dict[str, object], asked: Stance) -> None:
    """Silence never loses a thing, and what is being ended is never renewed."""
    usual = {"lifecycle": "discovered", "decision": None, "given_up": False, "probably": False}

    assert stance(**(usual | facts)) is asked


def test_the_dead_are_words_of_the_registry() -> None:
    """The pure floor spells lifecycles as the registry does."""
    assert set(Lifecycle) >= DEAD
    assert not is_alive("in_use", Ownership.FOREIGN)
