"""What several looks agree on: three, 72 hours apart, the last from another place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scanner.assets import Use
from scanner.verdicts.agreement import APART, LOOKS, Stand, agreement

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
USES = {"parked": Use.IDLE, "dark": Use.UNUSED, "content": Use.USED, "": Use.UNKNOWN}


def look(hours: float, vantage: str = "home", state: str = "parked", took: float = 0) -> Stand:
    """A look that began so many hours after the first day's morning."""
    began = START + timedelta(hours=hours)
    return Stand(vantage, began, began + timedelta(hours=took), USES[state], state)


@pytest.mark.parametrize(
    ("looks", "counted", "confirmed"),
    [
        pytest.param([look(0)], 1, False, id="one look"),
        pytest.param([look(0), look(72), look(144)], 3, False, id="three from one place"),
        pytest.param([look(0), look(72), look(144, "away")], 3, True, id="the last from elsewhere"),
        pytest.param([look(0), look(72), look(143, "away")], 2, False, id="the last too early"),
        pytest.param([look(0), look(71), look(144, "away")], 2, False, id="the second too early"),
        pytest.param([look(0), look(72, "away"), look(144)], 3, False, id="the middle elsewhere"),
        pytest.param(
            [look(0), look(72, "away"), look(144), look(216, "away")], 4, True, id="in turns"
        ),
        pytest.param([look(0), look(72, "b"), look(144, "c")], 3, True, id="three places"),
        pytest.param(
            [look(0), look(72, "away"), look(144, "away")], 3, False, id="one here, two there"
        ),
        pytest.param(
            [look(0), look(72), look(72, state=""), look(144, "away")], 3, True, id="one unknown"
        ),
        pytest.param(
            [look(0), look(72), look(80, state="content"), look(144, "away")],
            1,
            False,
            id="a sign of life",
        ),
        pytest.param(
            [look(0), look(72), look(80, "away", "content"), look(144, "away")],
            1,
            False,
            id="a sign of life elsewhere",
        ),
        pytest.param(
            [look(0, state="dark"), look(72), look(144, "away")], 2, False, id="another state"
        ),
        pytest.param(
            [look(0, took=10), look(80), look(152, "away")], 2, False, id="hours after the end"
        ),
        pytest.param(
            [look(0, took=10), look(82), look(154, "away")], 3, True, id="three days after the end"
        ),
    ],
)
def test_looks_that_agree(looks: list[Stand], counted: int, confirmed: bool):
    """Each counts 72 hours after the end of the one before; the last must come from elsewhere."""
    found = agreement(looks)

    assert found
    assert (found.looks, found.confirmed) == (counted, confirmed)
    assert found.repeated == (counted >= 3)


def test_looks_that_found_out_nothing_agree_on_nothing():
    """No fact, no agreement."""
    assert agreement([look(0, state=""), look(72, "away", state="")]) is None
    assert agreement([]) is None


def test_the_next_look_counts_three_days_after_the_last_that_counted():
    """One that came too early does not put it off."""
    found = agreement([look(0), look(50)])

    assert found
    assert found.next_from == START + APART
    assert found.last == START + timedelta(hours=50)


looks = some.lists(
    some.builds(
        look,
        some.integers(0, 40).map(lambda step: step * 24.0),
        some.sampled_from(["home", "away", "far"]),
        some.sampled_from(["parked"] * 6 + ["dark", "content", "", ""]),
        some.sampled_from([0.0, 0.0, 12.0]),
    ),
    max_size=9,
)


def _since_the_last_change(stands: list[Stand]) -> list[Stand]:
    known = sorted(
        (stand for stand in stands if stand.use is not Use.UNKNOWN),
        key=lambda stand: (stand.ended, stand.began, stand.vantage, stand.state),
    )
    alike: list[Stand] = []
    for stand in reversed(known):
        if stand.state != known[-1].state:
            break
        alike.insert(0, stand)
    return alike


def _are_apart(stands: tuple[Stand, ...]) -> bool:
    return all(first.ended + APART <= second.began for first, second in pairwise(stands))


@given(looks)
def test_no_choice_of_looks_says_otherwise(stands: list[Stand]):
    """The count and the confirmation are what the best choice among all choices of looks gives."""
    alike = _since_the_last_change(stands)
    choices = [
        choice
        for size in range(1, len(alike) + 1)
        for choice in combinations(alike, size)
        if _are_apart(choice)
    ]
    found = agreement(stands)

    if not alike:
        assert found is None
        return
    assert found
    assert found.state == alike[-1].state
    assert found.looks == max(map(len, choices))
    assert found.confirmed == any(
        choice[-1].vantage not in {stand.vantage for stand in choice[:-1]}
        for choice in choices
        if len(choice) == LOOKS
    )


@given(looks, some.randoms(use_true_random=False), some.integers(0, 40))
def test_order_and_failures_make_no_difference(stands: list[Stand], chance: object, step: int):
    """Looks may come in any order, and one that found out nothing neither counts nor resets."""
    mixed = [*stands, look(step * 24.0, "away", "")]
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    assert agreement(mixed) == agreement(stands)


@given(looks)
def test_one_sign_of_life_begins_the_count_anew(stands: list[Stand]):
    """Whatever was seen before."""
    found = agreement([*stands, look(50 * 24.0, "far", "content"), look(60 * 24.0, "home")])

    assert found
    assert (found.looks, found.confirmed, found.vantages) == (1, False, ("home",))
