"""Verdicts weighed by all looks, and one thing seen from several places."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from scanner.assets import Advice, Asset, Confidence, Kind, Need, Ownership, Use
from scanner.assets.use import STATES, use_of
from scanner.verdicts.advice import Case, advise, confidence
from scanner.verdicts.agreement import Stand
from scanner.verdicts.finding import say
from scanner.verdicts.verdict import Finding, Verdict
from scanner.verdicts.views import View, seen_from_all
from scanner.verdicts.weigh import weigh

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = Asset(Kind.SITE, "kalina-lab.ru")
ENDING = (Advice.SWITCH_OFF, Advice.LET_EXPIRE)


def verdict(state: str, at: datetime = START, asset: Asset = SITE) -> Verdict:
    """What one place says of a site in this state."""
    use = use_of(asset.kind, state)
    case = Case(kind=asset.kind, use=use, state=state, ownership=Ownership.CONFIRMED)
    advice, needs = advise(case)
    grounds = say(f"{asset.kind}.{state}", facet="web")
    found = replace(grounds, leans=use, rests_on=(f"seen-{state}",), at=at)
    return Verdict(asset, use, state, advice, confidence(case, advice), needs, (found,), ())


def stand(days: float, state: str = "parked", vantage: str = "home") -> Stand:
    """A look so many days after the first."""
    moment = START + days * DAY
    return Stand(vantage, moment, moment, use_of(Kind.SITE, state), state)


def code(found: Verdict, wanted: str) -> Finding:
    """The one finding of a code."""
    (one,) = (finding for finding in found.findings if finding.code == wanted)
    return one


@pytest.mark.parametrize(
    ("looks", "needs", "sure"),
    [
        ([stand(0)], {"second_look", "owner_word", "other_vantage"}, "likely"),
        ([stand(0), stand(3)], {"second_look", "owner_word", "other_vantage"}, "likely"),
        ([stand(0), stand(3), stand(6)], {"owner_word", "other_vantage"}, "likely"),
        ([stand(0), stand(3), stand(6, vantage="away")], {"owner_word"}, "certain"),
        (
            [stand(0), stand(3), stand(4, "content"), stand(7, vantage="away")],
            {"second_look", "owner_word", "other_vantage"},
            "likely",
        ),
    ],
)
def test_looks_that_agree_meet_the_needs(looks: list[Stand], needs: set[str], sure: str):
    """A proposal grows as certain as its looks make it, and never does without the owner's word."""
    found = weigh(verdict("parked"), looks, looks[-1].ended)

    assert set(found.needs) == needs
    assert found.confidence == sure


def test_every_verdict_says_what_it_rests_on():
    """How many looks, over which days, from where."""
    found = weigh(verdict("parked"), [stand(0), stand(3, vantage="away")], START + 3 * DAY)

    assert code(found, "verdict.rests_on").params == {
        "looks": 2,
        "first": "2026-11-01",
        "last": "2026-11-04",
        "vantages": ["away", "home"],
    }


def test_a_sign_of_life_from_elsewhere_rests_on_that_look_alone():
    """However often others saw a stub since."""
    looks = [stand(1, "content", "away"), stand(3), stand(6)]
    found = weigh(verdict("content"), looks, START + 6 * DAY)

    assert code(found, "verdict.rests_on").params["vantages"] == ["away"]
    assert (found.advice, found.confidence) == (Advice.KEEP, Confidence.LIKELY)


def test_a_failed_look_keeps_the_earlier_fact_and_proposes_nothing_of_it():
    """What was known is told with its day; the look is to be made again."""
    found = weigh(
        verdict("no_answer"), [stand(0), stand(3), stand(6, "no_answer")], START + 6 * DAY
    )

    assert (found.use, found.advice, found.confidence) == ("unknown", "ask", "weak")
    assert code(found, "verdict.earlier").params == {"on": "2026-11-04", "state": "site.parked"}
    assert Need.SECOND_LOOK in found.needs


def test_what_another_place_could_not_tell_either_is_asked_of_the_owner():
    """A second place that found out nothing is no reason to ask it again and again."""
    looks = [stand(0, "forbidden"), stand(1, "forbidden", "away")]
    found = weigh(verdict("forbidden"), looks, START + DAY)

    assert found.needs == (Need.OWNER_WORD,)


def test_a_verdict_expires_after_thirty_days():
    """What was seen long ago is looked at again before anybody acts."""
    looks = [stand(0), stand(3), stand(6, vantage="away")]
    fresh = weigh(verdict("parked"), looks, START + 36 * DAY)
    old = weigh(verdict("parked"), looks, START + 36 * DAY + timedelta(seconds=1))

    assert fresh.confidence is Confidence.CERTAIN
    assert old.confidence is Confidence.LIKELY
    assert Need.SECOND_LOOK in old.needs
    assert code(old, "verdict.expired").params == {"on": "2026-11-07"}


def test_a_void_run_proposes_no_end():
    """Whatever it seems to have seen."""
    found = weigh(verdict("parked"), [stand(0)], START, void=True)

    assert (found.advice, found.confidence) == (Advice.ASK, Confidence.WEAK)
    assert code(found, "verdict.void")
    assert weigh(verdict("content"), [stand(0, "content")], START, void=True).advice is Advice.KEEP


EVERY = list(STATES[Kind.SITE])


@pytest.mark.parametrize("here", EVERY)
@pytest.mark.parametrize("there", EVERY)
def test_two_places_that_see_different_uses_never_end_a_thing(here: str, there: str):
    """A sign of life from either counts; else nobody knows, and both views are shown."""
    ours, theirs = View("home", verdict(here)), View("away", verdict(there))
    found = seen_from_all(ours, [theirs], Ownership.CONFIRMED)
    uses = {ours.verdict.use, theirs.verdict.use}

    if len(uses) == 1:
        assert found == ours.verdict
        return
    assert found.advice not in ENDING
    if Use.USED in uses:
        assert found.use is Use.USED
    elif Use.REDIRECT in uses:
        assert found.use is Use.REDIRECT
    else:
        assert (found.use, found.state, found.advice) == ("unknown", "undetermined", "ask")
    told = code(found, "vantage.disagree")
    assert told.params == {
        "here": "home",
        "here_state": f"site.{here}",
        "there": "away",
        "there_state": f"site.{there}",
    }
    assert set(told.rests_on) == {f"seen-{here}", f"seen-{there}"}


def test_of_many_places_every_one_that_differs_is_told():
    """The first sign of life decides, the others are told."""
    views = [View(name, verdict(state)) for name, state in (("b", "forbidden"), ("c", "content"))]
    found = seen_from_all(View("a", verdict("parked")), views, Ownership.CONFIRMED)

    assert (found.use, found.state) == (Use.USED, "content")
    assert [f.params["there"] for f in found.findings if f.code == "vantage.disagree"] == ["b", "c"]
