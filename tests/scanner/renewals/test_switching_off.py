"""The order in which a thing is switched off, and everything that stops it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from scanner.assets import Advice, Kind, Need, Use
from scanner.renewals.signing import Difference, difference
from scanner.renewals.switching_off import (
    Done,
    OffStep,
    Refusal,
    Stage,
    Standing,
    observe_until,
    open_needs,
    refusal,
    shows_life,
    stage_of,
    steps_for,
)

S = OffStep
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ALL = (S.SIGNED, S.BACKUP, S.AUTO_RENEW_OFF, S.SWITCHED_OFF, S.OBSERVED, S.DELETED, S.VERIFIED_GONE)


LAPSING = {"kind": Kind.DOMAIN, "signed": Advice.LET_EXPIRE, "verdict": Advice.LET_EXPIRE}


def after(*steps: OffStep, until: date | None = None) -> Stage:
    """A thing to which these steps were done, a minute apart."""
    return stage_of(
        Done(step, NOON + timedelta(minutes=n), None, until if step is S.SWITCHED_OFF else None)
        for n, step in enumerate(steps)
    )


def standing(**other: object) -> Standing:
    """A hosting whose ending is proposed, signed, and needs nothing more."""
    values: dict[str, object] = {
        "kind": Kind.HOSTING, "verdict": Advice.SWITCH_OFF, "signed": Advice.SWITCH_OFF,
        "list_stands": True, "needs": frozenset(), "looked_at": NOON + timedelta(days=31),
    }  # fmt: skip
    return Standing(**{**values, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "verdict", "needs", "steps"),
    [
        (Kind.HOSTING, Advice.SWITCH_OFF, (), ALL),
        (Kind.MAIL, Advice.SWITCH_OFF, (), ALL),
        (Kind.SITE, Advice.CONSOLIDATE, (), ALL),
        (Kind.OTHER, Advice.SWITCH_OFF, (), tuple(s for s in ALL if s is not S.BACKUP)),
        (Kind.OTHER, Advice.SWITCH_OFF, (Need.BACKUP,), ALL),
        (Kind.DOMAIN, Advice.LET_EXPIRE, (), (S.SIGNED, S.AUTO_RENEW_OFF, S.VERIFIED_GONE)),
        (Kind.CERTIFICATE, Advice.LET_EXPIRE, (), (S.SIGNED, S.AUTO_RENEW_OFF, S.VERIFIED_GONE)),
    ],
)
def test_each_kind_takes_its_steps(
    kind: Kind, verdict: Advice, needs: tuple[Need, ...], steps: tuple[OffStep, ...]
) -> None:
    """What holds data is backed up; what is let expire is only no longer renewed."""
    assert steps_for(kind, verdict, needs) == steps


def test_all_steps_in_order_are_taken() -> None:
    """Each step may be noted when those before it are done, and no later one before it."""
    done: list[OffStep] = []
    off_until = observe_until(TODAY, 30)
    for step in ALL:
        day = off_until + timedelta(days=1) if S.SWITCHED_OFF in done else TODAY
        stage = after(*done, until=off_until)
        for later in ALL[ALL.index(step) + 1 :]:
            assert refusal(later, stage, standing(), day) is not None, (step, later)
        assert refusal(step, stage, standing(), day) is None, step
        done.append(step)
    again = refusal(S.BACKUP, after(*done), standing(), TODAY)
    assert again is not None
    assert again.code == "done_before"


@pytest.mark.parametrize(
    ("step", "stage", "other", "code"),
    [
        (S.SIGNED, Stage(), {"signed": None}, "not_signed"),
        (S.SIGNED, Stage(), {"list_stands": False}, "list_changed"),
        (S.RESTORED, Stage(), {}, "not_begun"),
        (S.BACKUP, after(S.SIGNED), {"list_stands": False}, "list_changed"),
        (S.BACKUP, after(S.SIGNED), {"kind": Kind.DOMAIN, "signed": Advice.LET_EXPIRE}, "no_such_step"),
        (S.BACKUP, after(S.SIGNED, S.HELD), {}, "held"),
        (S.SWITCHED_OFF, after(S.SIGNED), {}, "out_of_order"),
        (S.AUTO_RENEW_OFF, after(S.SIGNED, S.BACKUP), {"verdict": Advice.KEEP}, "no_longer_proposed"),
        (S.AUTO_RENEW_OFF, after(S.SIGNED, S.BACKUP), {"verdict": Advice.ASK}, "no_longer_proposed"),
        (S.AUTO_RENEW_OFF, after(S.SIGNED, S.BACKUP), {"verdict": None}, "no_longer_proposed"),
        (S.AUTO_RENEW_OFF, after(S.SIGNED, S.BACKUP), {"needs": frozenset({Need.SECOND_LOOK})}, "needs_open"),
        (S.AUTO_RENEW_OFF, after(S.SIGNED, S.BACKUP), {"needs": frozenset({Need.OTHER_VANTAGE})}, "needs_open"),
        (S.OBSERVED, after(*ALL[:4], until=date(2026, 4, 1)), {}, "observed_too_soon"),
        (S.OBSERVED, after(*ALL[:4], until=date(2026, 3, 1)), {"looked_at": NOON}, "nobody_looked"),
        (S.OBSERVED, after(*ALL[:4], until=date(2026, 3, 1)), {"looked_at": None}, "nobody_looked"),
        (S.VERIFIED_GONE, after(*ALL[:6]), {"use": Use.USED}, "still_alive"),
        (S.VERIFIED_GONE, after(*ALL[:6]), {"use": Use.REDIRECT}, "still_alive"),
        (S.VERIFIED_GONE, after(S.SIGNED, S.AUTO_RENEW_OFF), {**LAPSING, "paid_until": TODAY}, "term_runs"),
        (S.VERIFIED_GONE, after(S.SIGNED, S.AUTO_RENEW_OFF), {**LAPSING, "use": Use.USED}, "still_alive"),
    ],
)  # fmt: skip
def test_a_step_before_its_time_is_refused(
    step: OffStep, stage: Stage, other: dict[str, object], code: str
) -> None:
    """Each refusal says which law it is."""
    found = refusal(step, stage, standing(**other), TODAY)

    assert found is not None
    assert found.code == code


def test_what_was_looked_at_only_in_the_beginning_was_not_observed() -> None:
    """A machine that was off for three weeks has observed nothing: the last look is of the last day or later."""
    until, day = date(2026, 4, 1), date(2026, 4, 2)
    stage = after(*ALL[:4], until=until)

    early = refusal(S.OBSERVED, stage, standing(looked_at=NOON + timedelta(days=9)), day)

    assert early == Refusal("not_looked_to_the_end", {"last": "2026-03-11", "until": "2026-04-01"})
    assert refusal(S.OBSERVED, stage, standing(looked_at=NOON + timedelta(days=30)), day) is None


def test_gone_is_what_nothing_speaks_against() -> None:
    """After the paid term, and unless a look since saw it alive; an older look says nothing, nor does none."""
    lapsing = after(S.SIGNED, S.AUTO_RENEW_OFF)
    for other in (
        {"paid_until": TODAY - timedelta(days=1)}, {"looked_at": None}, {"use": Use.UNKNOWN},
        {"use": Use.USED, "looked_at": NOON - timedelta(days=1)},
    ):  # fmt: skip
        assert refusal(S.VERIFIED_GONE, lapsing, standing(**LAPSING, **other), TODAY) is None


def test_looks_are_made_and_never_said() -> None:
    """A person may say that an account list is had; a second look and another vantage he may not."""
    everything = frozenset(Need)
    said = stage_of(Done(S.MET, NOON, need) for need in Need)
    begun = stage_of([Done(S.SIGNED, NOON), Done(S.BACKUP, NOON), *said.done])

    assert open_needs(begun, everything) == (Need.SECOND_LOOK, Need.OTHER_VANTAGE)
    assert set(open_needs(Stage(), everything)) == everything
    assert Need.OWNER_WORD not in open_needs(after(S.SIGNED), everything)


@pytest.mark.parametrize(
    ("stage", "use", "verdict", "stops"),
    [
        (Stage(), Use.USED, Advice.KEEP, False),
        (after(S.SIGNED), Use.UNUSED, Advice.SWITCH_OFF, False),
        (after(S.SIGNED), Use.UNKNOWN, Advice.ASK, False),
        (after(S.SIGNED), Use.UNKNOWN, Advice.NO_DATA, False),
        (after(S.SIGNED), Use.USED, Advice.CONSOLIDATE, False),
        (after(S.SIGNED), Use.USED, Advice.KEEP, True),
        (after(S.SIGNED), Use.REDIRECT, Advice.RENEW, True),
        (after(S.SIGNED), Use.BROKEN, Advice.FIX, True),
        (after(*ALL[:4]), Use.UNKNOWN, Advice.ASK, False),
        (after(*ALL[:4]), Use.BROKEN, Advice.FIX, False),
        (after(*ALL[:4]), Use.USED, Advice.CONSOLIDATE, True),
        (after(*ALL[:4]), Use.REDIRECT, Advice.ASK, True),
        (after(*ALL[:4], S.HELD), Use.USED, Advice.KEEP, False),
        (after(*ALL[:6]), Use.USED, Advice.KEEP, False),
        (after(S.SIGNED, S.RESTORED), Use.USED, Advice.KEEP, False),
    ],
)
def test_a_sign_of_life_stops_it(stage: Stage, use: Use, verdict: Advice, stops: bool) -> None:
    """Use that is proved stops; a look that could not find out does not, and neither does a stop twice."""
    assert shows_life(stage, use, verdict) is stops


def test_restoring_begins_anew() -> None:
    """What is restored has no step behind it, and is not watched."""
    back = after(*ALL[:4], S.HELD, S.RESTORED)

    assert back == Stage()
    assert not back.is_watched
    assert after(*ALL[:4], S.HELD).is_held
    assert after(*ALL[:4]).is_watched


def test_a_list_differs_in_three_ways() -> None:
    """Rows that came, went, and say something else; the same list does not differ."""
    signed = {"domain:a.ru": "let_expire", "site:b.ru": "ask", "mail:c.ru": "switch_off"}
    now = {"domain:a.ru": "let_expire", "site:b.ru": "switch_off", "mail:d.ru": "ask"}

    assert difference(signed, now) == Difference(
        ("mail:d.ru",), ("mail:c.ru",), (("site:b.ru", "ask", "switch_off"),)
    )
    assert not difference(signed, dict(reversed(signed.items())))
