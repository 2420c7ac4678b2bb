"""A rate gives way when it is refused, is won back turn by turn, and a second refusal weighs more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kit.net.turns import LEAST_SHARE, Turns

HOUR, DAY = 3_600.0, 86_400.0
FAR = 1e9


def test_turns_are_an_interval_apart_and_never_in_the_past():
    """Time that passed unused gives no burst."""
    turns = Turns()

    assert [turns.take(6, 100, FAR) for _ in range(3)] == [100, 106, 112]
    assert turns.take(6, 500, FAR) == 500


def test_a_turn_beyond_the_horizon_is_not_taken():
    """It is told, and still there for the next who asks."""
    turns = Turns()
    turns.refuse(60, 0)

    assert [turns.take(6, 0, 30) for _ in range(2)] == [60, 60]


def test_a_refusal_halves_the_rate_and_turns_win_it_back():
    """Half, then a twentieth more with every turn."""
    turns = Turns()
    turns.refuse(0, 0)
    assert turns.apart(6) == 12

    for _ in range(9):
        turns.take(6, 1000, FAR)
    assert turns.refusals == 1
    turns.take(6, 1000, FAR)

    assert (turns.share, turns.refusals, turns.apart(6)) == (1.0, 0, 6)


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ((60,), (60,)),
        ((60, 60), (60, HOUR)),
        ((900, 900, 900, 900), (900, HOUR, DAY, DAY)),
        ((60, 7200), (60, 7200)),
    ],
)
def test_refused_again_before_it_is_won_back_we_stay_away_longer(
    said: tuple[float, ...], stays: tuple[float, ...]
):
    """What the server says, or else an hour, then a day."""
    turns, now = Turns(), 0.0
    for seconds, stay in zip(said, stays, strict=True):
        turns.refuse(seconds, now)
        assert turns.take(6, now, FAR) - now == stay
        now = turns.closed


def test_a_day_gives_so_many_turns_and_then_the_next_begins():
    """Counted from the first one; what comes after the last is a day's wait, and takes nothing."""
    turns = Turns()

    now = 20 * DAY
    tomorrow = now + DAY

    assert [turns.take(6, now, 30, daily=3) for _ in range(3)] == [now, now + 6, now + 12]
    assert [turns.take(6, now + 60, 30, daily=3) for _ in range(2)] == [tomorrow, tomorrow]
    assert [turns.take(6, tomorrow, 30, daily=3) for _ in range(2)] == [tomorrow, tomorrow + 6]


def test_several_answers_tell_one_refusal():
    """What was under way when the server closed counts once; a shorter wait never cuts a longer one."""
    turns = Turns()
    turns.refuse(900, 0)
    turns.refuse(60, 1)
    turns.refuse(900, 2)

    assert (turns.refusals, turns.share, turns.closed) == (1, 0.5, 902)


def test_a_server_won_back_is_a_new_friend():
    """The ladder begins again at its foot."""
    turns = Turns()
    turns.refuse(60, 0)
    for _ in range(10):
        turns.take(6, 1000, FAR)
    turns.refuse(60, 5000)

    assert turns.closed == 5060


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1e4)), max_size=60))
def test_no_story_brings_two_turns_nearer_than_the_rate(story: list[tuple[bool, float]]):
    """Nor one before the end of a closure; the share stays within its bounds."""
    turns, now, last = Turns(), 0.0, -FAR
    for refused, step in story:
        now += step
        if refused:
            turns.refuse(step, now)
        else:
            turn = turns.take(6, now, FAR)
            assert turn >= max(now, turns.closed)
            assert turn - last >= 6 - 1e-6
            last = turn
        assert LEAST_SHARE <= turns.share <= 1
