"""Every change is told once: at once, or when a second look agrees; nothing that fails or flaps is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.assets import Advice, Kind
from scanner.verdicts.cadence import LookKind
from scanner.verdicts.changes import (
    Change,
    Code,
    Seen,
    Told,
    compare,
    first_told,
    is_too_much,
    missed,
    retired,
)
from scanner.verdicts.differences import Aspect, Value, is_same
from scanner.verdicts.sources import SourceTold, told_of_source

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USED = ("used", "content", "keep")
DEAD = ("broken", "server_error", "ask")
STUB = ("idle", "parked", "switch_off")
UNKNOWN = ("unknown", "no_answer", "ask")
Day = tuple[float, dict[Aspect, Value]]


def seen(values: dict[Aspect, Value], **more: Any) -> Seen:
    """A site as a run saw it."""
    plain = {"asset": "site:romashka.ru", "kind": Kind.SITE, "hosts": ("romashka.ru",)}
    return Seen(**{**plain, "values": values, **more})


def told(days: Iterable[Day], **more: Any) -> list[tuple[float, Code]]:
    """What is told of a thing day after day; on the first it is met."""
    known: Told | None = None
    codes: list[tuple[float, Code]] = []
    for day, values in days:
        now = seen(values, **more)
        if known is None:
            known = first_told(now)
            continue
        known, changes = compare(known, now, AT + day * DAY)
        codes += [(day, change.code) for change in changes]
    return codes


def conditions(*some: Value) -> list[Day]:
    """One condition a day."""
    return [(float(day), {Aspect.CONDITION: one}) for day, one in enumerate(some)]


def values(aspect: Aspect, *some: Value) -> list[Day]:
    """One value a day."""
    return [(float(day), {aspect: one}) for day, one in enumerate(some)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (conditions(USED, USED, USED), []),
        (conditions(USED, DEAD), []),
        (conditions(USED, DEAD, DEAD, DEAD), [(2, Code.USE)]),
        (conditions(USED, DEAD, USED, DEAD, USED), []),
        (conditions(USED, ("lapsed", "lapsed_unpaid", "ask"), UNKNOWN), [(1, Code.USE)]),
        (conditions(USED, DEAD, STUB, STUB), [(3, Code.USE)]),
        (conditions(USED, UNKNOWN, USED, UNKNOWN, DEAD, UNKNOWN, DEAD), [(6, Code.USE)]),
        (conditions(USED, UNKNOWN, UNKNOWN, USED), []),
        (conditions(USED, *[UNKNOWN] * 6), [(4, Code.UNSEEN)]),
        (conditions(USED, *[UNKNOWN] * 5, USED), [(4, Code.UNSEEN), (6, Code.SEEN_AGAIN)]),
        (conditions(USED, *[UNKNOWN] * 5, DEAD, DEAD), [(4, Code.UNSEEN), (7, Code.USE)]),
        (conditions(UNKNOWN, USED, USED), []),
        (conditions(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN), []),
        (conditions(USED, ("used", "login", "keep"), ("used", "login", "keep")), [(2, Code.STATE)]),
        (conditions(USED, *[("used", "content", "transfer")] * 2), [(2, Code.VERDICT)]),
        (conditions(USED, ("used", "content", "renew"), ("used", "content", "renew")), []),
        (values(Aspect.PAID_UNTIL, "2026-08-01", "2027-08-01"), [(1, Code.PAID_UNTIL)]),
        (values(Aspect.PAID_UNTIL, "2026-08-01", "2026-08-02", "2026-07-31"), []),
        (values(Aspect.NAME_SERVERS, ("a", "b"), ("b", "a"), ("a", "c")), [(2, Code.NAME_SERVERS)]),
        (values(Aspect.REGISTRAR, "REGRU-RU", "regru-ru "), []),
        (values(Aspect.REGISTRAR, "REGRU-RU", "BEGET-RU", "REGRU-RU"), []),
        (values(Aspect.REGISTRAR, "REGRU-RU", "BEGET-RU", "BEGET-RU"), [(2, Code.REGISTRAR)]),
        (values(Aspect.ADDRESSES, ("1",), ("2",), ("3",), ("4",), ("5",)), []),
        (values(Aspect.ADDRESSES, ("1",), ("2",), ("2",)), [(2, Code.ADDRESSES)]),
        (values(Aspect.MAIL, ("mx1",), ("mx2",), ("mx2",)), [(2, Code.MAIL)]),
        (
            values(
                Aspect.CERTIFICATE, *[("a", "2026-05-01", "R3")], *[("b", "2026-08-01", "R3")] * 2
            ),
            [(2, Code.CERTIFICATE)],
        ),
        ([(0, {}), (1, {Aspect.PAID_UNTIL: "2027-01-01"})], []),
        ([(0, {Aspect.PAID_UNTIL: "2027-01-01"}), (1, {}), (2, {})], []),
    ],
)
def test_a_change_is_told_once_when_it_is_proved(
    days: list[Day], expected: list[tuple[float, Code]]
):
    """A failure is no value; one look is no proof of what was measured."""
    assert told(days) == expected


def test_what_flaps_is_told_the_first_time_alone():
    """A value that was told lately has to stay for two days to be told again."""
    flapping = [USED, DEAD, DEAD, USED, USED, DEAD, DEAD, USED, USED, DEAD, DEAD]

    assert told(conditions(*flapping)) == [(2, Code.USE)]
    assert told(conditions(*flapping, *[USED] * 3)) == [(2, Code.USE), (13, Code.USE)]
    steady = conditions(USED, DEAD, DEAD, *[USED] * 5)
    assert told(steady) == [(2, Code.USE), (5, Code.USE)]


def test_what_comes_back_long_after_is_no_flapping():
    """A fortnight later it is told as any other change."""
    days = conditions(USED, *[DEAD] * 20, USED, USED)

    assert told(days) == [(2, Code.USE), (22, Code.USE)]


def test_looks_of_one_hour_are_one_look():
    """A second look follows hours later, or it proves nothing."""
    soon: list[Day] = [(0, {Aspect.CONDITION: USED})]
    soon += [(1 + hours / 24, {Aspect.CONDITION: DEAD}) for hours in (0, 1, 2, 6)]

    assert told(soon) == [(1 + 6 / 24, Code.USE)]


def test_what_was_not_looked_at_proves_nothing():
    """In a run that looked at other things the value is the one of the look before."""
    now = seen({Aspect.CONDITION: DEAD}, looked=frozenset({LookKind.REGISTRATION}))
    known = first_told(seen({Aspect.CONDITION: USED}))
    for day in range(1, 6):
        known, changes = compare(known, now, AT + day * DAY)
        assert changes == ()
    assert not known.hastens


def test_a_sign_of_life_of_what_is_switched_off_is_told_at_once():
    """Somebody needs it: no second look is waited for, and it is told once."""
    assert told(conditions(STUB, USED, USED), ended=True) == [(1, Code.CAME_BACK)]
    assert told(conditions(USED, DEAD, DEAD), ended=True) == [(2, Code.USE)]


def test_both_sides_of_a_change_are_told():
    """With the verdict where that changed as well."""
    known = first_told(seen({Aspect.CONDITION: USED}))
    known, _ = compare(known, seen({Aspect.CONDITION: STUB}), AT)
    _, (change,) = compare(known, seen({Aspect.CONDITION: STUB}), AT + DAY)

    assert change.params["was_state"] == "site.content"
    assert change.params["now_state"] == "site.parked"
    assert change.params["verdict"] == "switch_off"
    assert (change.before, change.after) == ("used, content, keep", "idle, parked, switch_off")


def test_a_new_thing_is_told_once():
    """With its kind."""
    known, changes = compare(None, seen({Aspect.CONDITION: USED}), AT)

    assert [change.code for change in changes] == [Code.APPEARED]
    assert compare(known, seen({Aspect.CONDITION: USED}), AT + DAY)[1] == ()


def test_a_hosting_is_new_when_two_looks_met_it():
    """A site that was at another address for a day has no other hosting."""
    now = seen({}, asset="hosting:beget/x", kind=Kind.HOSTING)
    once, first = compare(None, now, AT)
    never, away = missed(once, now.asset, AT + DAY, absent=True)
    assert (first, away, once.hastens) == ((), (), True)

    again, third = compare(never, now, AT + 2 * DAY)
    _, fourth = compare(again, now, AT + 3 * DAY)
    assert third == ()
    assert [change.code for change in fourth] == [Code.APPEARED]


@pytest.mark.parametrize("before", ["", "gone"])
@pytest.mark.parametrize(
    ("awaits", "told_on"),
    [
        ((False, False), 1),
        ((True, True, False), 2),
        ((True,) * 16, 14),  # of a site that never settles it does not wait for ever
    ],
)
def test_a_hosting_waits_for_the_site_that_moved_there(
    before: str, awaits: tuple[bool, ...], told_on: int
):
    """So that both are told together; no look is made sooner for it when two have met it."""
    now = seen({}, asset="hosting:beget/x", kind=Kind.HOSTING)
    known = replace(first_told(now), gone=True) if before else None
    hastens, days = [], []
    for day, one in enumerate(awaits):
        known, changes = compare(known, replace(now, awaits=one), AT + day * DAY)
        hastens.append(known.hastens)
        days += [day for _ in changes]

    assert days == [told_on]
    assert hastens == [True] + [False] * (len(awaits) - 1)


def gone(*days: tuple[float, bool]) -> tuple[Told, list[Change]]:
    """A thing that was not met on some days; whether its names were asked for, and answered."""
    known, told = first_told(seen({Aspect.CONDITION: USED})), []
    for day, absent in days:
        known, changes = missed(known, "site:romashka.ru", AT + day * DAY, absent=absent)
        told += changes
    return known, told


def test_a_thing_is_gone_when_two_looks_did_not_find_it():
    """Not when nobody could look, nor twice."""
    assert gone((0, True))[1] == []
    assert gone((0, False), (1, False), (2, False))[1] == []
    assert gone((0, True), (0.1, True))[1] == []
    assert [change.code for change in gone((0, True), (1, True), (2, True))[1]] == [Code.GONE]


def test_what_is_there_again_is_told_once():
    """Whatever it is like now; and what was missed once only is not told of at all."""
    known, _ = gone((0, True), (1, True))
    known, changes = compare(known, seen({Aspect.CONDITION: DEAD}), AT + 2 * DAY)
    assert [change.code for change in changes] == [Code.RETURNED]
    assert compare(known, seen({Aspect.CONDITION: DEAD}), AT + 3 * DAY)[1] == ()

    known, _ = gone((0, True))
    known, changes = compare(known, seen({Aspect.CONDITION: USED}), AT + DAY)
    assert (changes, known.missing) == ((), None)


def test_what_a_failed_look_leaves_open_is_not_back():
    """Nobody could look: what was told to be gone still is, until somebody sees it."""
    known, _ = gone((0, True), (1, True))
    after, changes = compare(known, seen({Aspect.CONDITION: UNKNOWN}), AT + 2 * DAY)
    assert (after, changes) == (known, ())
    _, changes = compare(after, seen({Aspect.CONDITION: USED}), AT + 3 * DAY)
    assert [change.code for change in changes] == [Code.RETURNED]


def test_a_hosting_is_back_when_two_looks_met_it():
    """As it was new; one that was met once in between is still gone, and that is not told again."""
    now = seen({}, asset="hosting:beget/x", kind=Kind.HOSTING)
    known = Told(hosts=("romashka.ru",), gone=True)
    once, first = compare(known, now, AT)
    away, second = missed(once, now.asset, AT + DAY, absent=True)
    again, third = compare(away, now, AT + 2 * DAY)
    _, fourth = compare(again, now, AT + 3 * DAY)

    assert (first, second, third) == ((), (), ())
    assert [change.code for change in fourth] == [Code.RETURNED]


def test_what_waits_for_a_proof_is_looked_at_soon():
    """But a front that shows another address each time hastens nothing."""
    known = first_told(seen({Aspect.CONDITION: USED, Aspect.ADDRESSES: ("1",)}))

    assert compare(known, seen({Aspect.CONDITION: DEAD}), AT)[0].hastens
    assert not compare(known, seen({Aspect.ADDRESSES: ("2",)}), AT)[0].hastens
    assert gone((0, True))[0].hastens
    assert not gone((0, True), (1, True))[0].hastens


@pytest.mark.parametrize(
    ("before", "advice", "expected"),
    [
        (USED, Advice.SWITCH_OFF, True),
        (USED, Advice.LET_EXPIRE, True),
        (STUB, Advice.SWITCH_OFF, False),
        (USED, Advice.ASK, False),
    ],
)
def test_a_thing_is_given_up_when_it_was_not_before(before: Value, advice: Advice, expected: bool):
    """What is proposed to be ended already is nothing new."""
    assert retired(first_told(seen({Aspect.CONDITION: before})), advice) is expected


@pytest.mark.parametrize(
    ("ending", "of", "refused"),
    [(4, 4, False), (5, 5, True), (5, 24, True), (5, 25, False), (20, 100, False), (21, 100, True)],
)
def test_too_much_at_once_is_a_fault_of_ours(ending: int, of: int, refused: bool):
    """From five things on, and more than a fifth."""
    assert is_too_much(ending, of, share=20) is refused


def source(*answers: str) -> list[tuple[int, Code]]:
    """What is told of a source that answers day after day; a reason: it does not."""
    known: SourceTold | None = None
    told = []
    for day, reason in enumerate(answers):
        known, change = told_of_source(known, "registration", reason, AT + day * DAY)
        if change:
            told.append((day, change.code))
    return told


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["", "", ""], []),
        (["timeout", "timeout", "", "timeout", "timeout", ""], []),
        (["timeout"] * 8, [(3, Code.SOURCE_FAILING)]),
        (["timeout"] * 5 + ["", ""], [(3, Code.SOURCE_FAILING), (5, Code.SOURCE_ANSWERS)]),
    ],
)
def test_a_source_that_fails_for_days_is_told_once(
    answers: list[str], expected: list[tuple[int, Code]]
):
    """And that it answers again."""
    assert source(*answers) == expected


def test_lists_of_one_member_and_none_differ_from_text():
    """A list is never the same as a text."""
    assert not is_same(Aspect.MAIL, "mx", ("mx",))
