"""An audit's plan gone through once more: some names anew, the rest as it stood; and runs that are void."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from probes.kit.observation import Absent, AnyObservation, Observation, Reason, Unknown
from probes.kit.target import Domain, Endpoint, Host
from scanner.discovery import Look
from scanner.runs.again import FROM_ELSEWHERE, Again, Names, OnlyProbes
from scanner.runs.progress import Tally

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
NAMES = Names(frozenset({"kalina.ru"}), frozenset({"shop.malina.ru"}))


def saw(look: Look, failed: bool = False) -> AnyObservation:
    """What came of a look."""
    outcome = Unknown(Reason.TIMEOUT) if failed else Absent("NXDOMAIN")
    return Observation(look.probe, look.target, AT, "home", outcome)


class Plan:
    """Begins with some looks; each answer leads to others."""

    def __init__(self, first: tuple[Look, ...], then: dict[Look, tuple[Look, ...]]) -> None:
        self._first, self._then = first, then
        self.learnt: list[Look] = []

    def start(self) -> tuple[Look, ...]:
        """The first."""
        return self._first

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """What follows."""
        look = Look(observation.probe, observation.target)
        self.learnt.append(look)
        return self._then.get(look, ())


def at(name: str, probe: str = "addresses") -> Look:
    """A look at a host."""
    return Look(probe, Host(name))


@pytest.mark.parametrize(
    ("look", "held"),
    [
        (Look("delegation", Domain("kalina.ru")), True),
        (at("kalina.ru"), True),
        (at("deep.shop.kalina.ru"), True),
        (Look("tls_certificate", Endpoint("www.kalina.ru", 443)), True),
        (at("shop.malina.ru"), True),
        (at("www.shop.malina.ru"), False),
        (at("malina.ru"), False),
        (at("notkalina.ru"), False),
    ],
)
def test_a_name_is_looked_at_whole_or_by_itself(look: Look, held: bool):
    """A registered name with everything below it; a host alone."""
    assert NAMES.holds(look) is held


def test_only_the_names_are_looked_at_again():
    """What stands is learnt without being asked; what follows from it is looked at where it is wanted."""
    ours, other = at("kalina.ru"), at("malina.ru")
    plan = Plan((ours, other), {other: (at("shop.malina.ru"), at("www.malina.ru"))})
    made = {(look.probe, str(look.target)) for look in (ours, other, at("www.malina.ru"))}
    again = Again(plan, NAMES, made, lambda: [saw(ours), saw(other)])

    assert again.start() == (ours, at("shop.malina.ru"))
    assert plan.learnt == [other]
    assert again.standing.done == {"addresses": 1}


def test_what_a_new_answer_leads_to_is_looked_at():
    """Also outside the names, unless the audit has looked there already."""
    ours, known, new = at("kalina.ru"), at("cdn.malina.ru"), at("new.malina.ru")
    plan = Plan((ours,), {ours: (known, new, at("kalina.ru", "website"))})
    again = Again(plan, NAMES, {(known.probe, str(known.target))}, list)

    assert again.start() == (ours,)
    assert again.learn(saw(ours)) == (new, at("kalina.ru", "website"))


def test_another_place_asks_no_registry():
    """What everybody is told alike is not asked from elsewhere."""
    domain = Domain("kalina.ru")
    plan = Plan(tuple(Look(probe, domain) for probe in ("registration", "delegation")), {})

    assert OnlyProbes(plan).start() == (Look("delegation", domain),)
    assert not {"registration", "certificate_log", "web_archive"} & FROM_ELSEWHERE


def tally(answered: int, failed: int, probe: str = "addresses") -> Tally:
    """A count of looks."""
    counted = Tally()
    for number in range(answered + failed):
        counted.count(saw(at(f"h{number}.ru", probe), failed=number >= answered))
    return counted


@pytest.mark.parametrize(
    ("counted", "void"),
    [
        (tally(0, 19), False),
        (tally(9, 11), True),
        (tally(10, 10), False),
        (tally(0, 500, "certificate_log"), False),
        (tally(60, 0) + tally(0, 61, "website"), True),
        (Tally(), False),
    ],
)
def test_a_run_is_void_when_most_of_what_tells_failed(counted: Tally, void: bool):
    """Of a few looks no share is taken; sources that often fail do not count."""
    assert counted.is_void is void


def test_two_tallies_make_one():
    """Every count of both."""
    both = tally(3, 1) + tally(2, 2)

    assert (both.done["addresses"], both.answered["addresses"]) == (8, 5)
    assert both.reasons == {"addresses": {"timeout": 3}}
