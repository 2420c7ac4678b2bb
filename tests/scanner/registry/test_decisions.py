"""What a client decided counts for the list he signed; switching off keeps its order and stops at life."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from reports.decisions import Decided, Proposal, Signed
from scanner.assets import Advice, Asset, Confidence, Kind, Need, Ownership, Use
from scanner.database import Database
from scanner.registry import Client, Decision, Incoming, Lifecycle, Registry, RegistryObject
from scanner.registry.decisions import DecisionBook, KeptList, Taken
from scanner.registry.switching_off import NotNow, SwitchingOff, given_up
from scanner.renewals.switching_off import OffStep, Stage

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOSTING = Asset(Kind.HOSTING, "beget/romashka")
DOMAIN = Asset(Kind.DOMAIN, "old.ru")
SITE = Asset(Kind.SITE, "shop.ru")
SIGNED = Signed(name="Ольга Ильина", position="директор", on=date(2026, 3, 2))
LIST = (
    Proposal(str(HOSTING), "switch_off"),
    Proposal(str(DOMAIN), "let_expire"),
    Proposal(str(SITE), "ask"),
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A registry with one client, three things, and the list of one audit."""
    with Database.open(database_url) as opened:
        registry = Registry(opened)
        asyncio.run(registry.ensure_client(Client("romashka", "Ромашка"), AT))
        _run(
            registry,
            "run1",
            {HOSTING: Advice.SWITCH_OFF, DOMAIN: Advice.LET_EXPIRE, SITE: Advice.ASK},
        )
        asyncio.run(DecisionBook(opened).keep_list("romashka", "run1", LIST, AT))
        yield opened


def _run(registry: Registry, run: str, verdicts: dict[Asset, Advice], day: int = 0) -> None:
    incoming = [
        Incoming(
            asset=asset, ownership=Ownership.CONFIRMED, use=Use.UNUSED, advice=verdict,
            confidence=Confidence.LIKELY, hosts=("old.ru",) if asset.kind is Kind.HOSTING else (),
            provider="beget",
        )
        for asset, verdict in verdicts.items()
    ]  # fmt: skip
    asyncio.run(registry.receive("romashka", run, incoming, AT + day * DAY))


def _kept(database: Database) -> KeptList:
    kept = DecisionBook(database).list_of("run1")
    assert kept is not None
    return kept


def _take(database: Database, *decided: Decided, day: int = 2) -> Taken:
    book = DecisionBook(database)
    return asyncio.run(
        book.take("romashka", decided, _kept(database), SIGNED, "olga", AT + day * DAY)
    )


def _thing(database: Database, asset: Asset) -> RegistryObject:
    return next(one for one in Registry(database).objects("romashka") if one.asset == asset)


def _note(
    database: Database, step: OffStep, *, asset: Asset = HOSTING, day: int = 3, **other: object
) -> Stage:
    at = AT + day * DAY
    values: dict[str, object] = {"needs": frozenset(), "looked_at": at, **other}
    return asyncio.run(
        SwitchingOff(database).note(
            _thing(database, asset).id, step, who="olga", note="в панели", today=at.date(), at=at, **values,
        )  # type: ignore[arg-type]
    )  # fmt: skip


def _refused(database: Database, step: OffStep, **other: object) -> str:
    with pytest.raises(NotNow) as caught:
        _note(database, step, **other)  # type: ignore[arg-type]
    return caught.value.refusal.code


def test_a_decision_is_a_third_axis(database: Database) -> None:
    """It changes neither verdict nor lifecycle; the object shows it and its history tells of it."""
    _take(database, Decided(id=str(HOSTING), decision="approved", comment="да"))

    thing = _thing(database, HOSTING)
    assert (thing.decision, thing.verdict, thing.lifecycle) == (
        Decision.APPROVED, Advice.SWITCH_OFF, Lifecycle.DISCOVERED,
    )  # fmt: skip
    last = Registry(database).history(thing.id)[-1]
    assert (last.who, last.field, last.before, last.after, last.why) == (
        "olga", "decision", None, "approved", "да",
    )  # fmt: skip


def test_the_same_word_twice_is_noted_once(database: Database) -> None:
    """And another word on the same row stands beside the first, the last one counting."""
    yes = Decided(id=str(HOSTING), decision="approved")
    later = Decided(id=str(HOSTING), decision="deferred", until=date(2026, 6, 1))

    assert _take(database, yes) == Taken((str(HOSTING),), ())
    assert _take(database, yes) == Taken((), (str(HOSTING),))
    assert _take(database, later) == Taken((str(HOSTING),), ())
    (word,) = DecisionBook(database).words("romashka")
    assert (word.decision, word.until, word.verdict) == (
        Decision.DEFERRED, date(2026, 6, 1), Advice.SWITCH_OFF,
    )  # fmt: skip


def test_a_list_is_kept_once_and_never_rewritten(database: Database) -> None:
    """What was signed stays what it was, even if the same audit is concluded again."""
    book = DecisionBook(database)

    asyncio.run(book.keep_list("romashka", "run1", LIST[:1], AT + DAY))

    assert _kept(database).proposals == tuple(sorted(LIST))
    assert book.newest_list("romashka") == _kept(database)
    assert book.newest_list("nobody") is None


def test_nothing_is_taken_where_one_thing_is_unknown(database: Database) -> None:
    """Either the whole file is noted or nothing of it."""
    with pytest.raises(LookupError, match=r"domain:strange\.ru"):
        _take(
            database,
            Decided(id=str(HOSTING), decision="approved"),
            Decided(id="domain:strange.ru", decision="approved"),
        )
    assert DecisionBook(database).words("romashka") == ()


def test_lifecycle_follows_the_steps(database: Database) -> None:
    """Signed, off, deleted; what is switched off is watched until it is deleted."""
    _take(database, Decided(id=str(HOSTING), decision="approved"))
    seen = []
    for step, day in zip(tuple(OffStep)[:7], (3, 3, 3, 3, 40, 40, 40), strict=True):
        _note(database, step, day=day)
        seen.append(_thing(database, HOSTING).lifecycle)
        watched = SwitchingOff(database).under_observation("romashka")
        assert bool(watched) is (step in (OffStep.SWITCHED_OFF, OffStep.OBSERVED))
    assert seen == [
        Lifecycle.OFF_SCHEDULED, Lifecycle.OFF_SCHEDULED, Lifecycle.OFF_SCHEDULED,
        Lifecycle.OFF, Lifecycle.OFF, Lifecycle.DELETED, Lifecycle.DELETED,
    ]  # fmt: skip


def test_nothing_is_switched_off_that_nobody_signed(database: Database) -> None:
    """No word, a no, and a word that was taken back: the step is refused."""
    assert _refused(database, OffStep.SIGNED) == "not_signed"
    _take(database, Decided(id=str(HOSTING), decision="rejected"))
    assert _refused(database, OffStep.SIGNED) == "not_signed"
    _take(database, Decided(id=str(HOSTING), decision="approved"))
    _note(database, OffStep.SIGNED)
    _take(database, Decided(id=str(HOSTING), decision="ask"))
    assert _refused(database, OffStep.BACKUP) == "not_signed"


def test_check_13_approval_binds_to_the_list_that_was_signed(database: Database) -> None:
    """Check 13: a newer list that says something else of the thing blocks the next step."""
    _take(database, Decided(id=str(HOSTING), decision="approved"))
    _note(database, OffStep.SIGNED)
    book = DecisionBook(database)

    asyncio.run(book.keep_list("romashka", "run2", LIST, AT + 4 * DAY))
    _note(database, OffStep.BACKUP, day=5)
    changed = (Proposal(str(HOSTING), "ask"), *LIST[1:])
    asyncio.run(book.keep_list("romashka", "run3", changed, AT + 6 * DAY))

    assert _refused(database, OffStep.AUTO_RENEW_OFF, day=7) == "list_changed"


def test_needs_are_met_before_it_is_switched_off(database: Database) -> None:
    """What a person may say he says with a step of its own; looks have to be made."""
    _take(database, Decided(id=str(HOSTING), decision="approved"))
    _note(database, OffStep.SIGNED)
    _note(database, OffStep.BACKUP)
    needs = frozenset({Need.ACCOUNT_LIST, Need.OWNER_WORD, Need.BACKUP})

    assert _refused(database, OffStep.AUTO_RENEW_OFF, needs=needs) == "needs_open"
    _note(database, OffStep.MET, need=Need.ACCOUNT_LIST)
    _note(database, OffStep.AUTO_RENEW_OFF, needs=needs)
    assert (
        _refused(database, OffStep.SWITCHED_OFF, needs=needs | {Need.SECOND_LOOK}) == "needs_open"
    )


def test_a_sign_of_life_holds_and_restoring_takes_back(database: Database) -> None:
    """A run that saw it used stops it, once; it is paid for again, and may be restored to use."""
    _take(database, Decided(id=str(HOSTING), decision="approved"))
    for step in tuple(OffStep)[:4]:
        _note(database, step)
    number = _thing(database, HOSTING).id
    off = SwitchingOff(database)
    assert database.read(given_up) == {number}

    alive = {str(HOSTING): (Use.USED, Advice.KEEP), str(DOMAIN): (Use.UNUSED, Advice.LET_EXPIRE)}
    held = asyncio.run(off.hold_the_living("romashka", alive, "run9", AT + 9 * DAY))
    again = asyncio.run(off.hold_the_living("romashka", alive, "run9", AT + 9 * DAY))

    assert ([one.asset for one in held], again) == ([HOSTING], ())
    assert database.read(given_up) == frozenset()
    assert _refused(database, OffStep.OBSERVED, day=60) == "held"
    _note(database, OffStep.RESTORED, day=10)
    thing = _thing(database, HOSTING)
    assert (thing.lifecycle, thing.decision) == (Lifecycle.IN_USE, None)
    assert off.going("romashka")[0].stage == Stage()


def test_what_a_run_could_not_see_stops_nothing(database: Database) -> None:
    """And a thing that the run did not meet is left alone."""
    _take(database, Decided(id=str(HOSTING), decision="approved"))
    _note(database, OffStep.SIGNED)

    for seen in ({}, {str(HOSTING): (Use.UNKNOWN, Advice.ASK)}):
        held = asyncio.run(SwitchingOff(database).hold_the_living("romashka", seen, "r", AT))
        assert held == ()


def test_what_is_given_up_is_not_paid_for(database: Database) -> None:
    """Approved to end, while the proposal stands; a decision on a question ends nothing by itself."""
    _take(
        database,
        Decided(id=str(HOSTING), decision="approved"),
        Decided(id=str(DOMAIN), decision="rejected"),
        Decided(id=str(SITE), decision="approved"),
    )

    assert database.read(given_up) == {_thing(database, HOSTING).id}
    assert database.read(lambda connection: given_up(connection, [])) == frozenset()
