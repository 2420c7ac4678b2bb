"""The second look: what may be ended is looked at again in time, and nothing else is, on both databases."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import delete

from probes.kit.net import HttpQuestion
from scanner.database import Busy, Database
from scanner.evidence import Evidence, Purpose
from scanner.evidence.rows import ASKED
from scanner.service import bookkeeping, rescanning
from scanner.service.arguments import UnknownThing
from tests.scanner.elsewhere import (
    ALIVE,
    CLIENT,
    STUB,
    Changed,
    Dead,
    Desk,
    content,
    day,
    document,
    forbidden,
    reason,
    silent,
    thing,
)
from tests.scanner.replayed import Heard, Watch, tape

HOUR = 1 / 24


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    """An office, once on SQLite and once on PostgreSQL, with one audit done."""
    desk = Desk.at(tmp_path, database_url)
    desk.audit()
    return desk


@pytest.fixture
def plain(tmp_path: Path) -> Desk:
    """An office on SQLite with one audit done."""
    desk = Desk.at(tmp_path)
    desk.audit()
    return desk


def looked(done: rescanning.SecondLook) -> dict[str, Any]:
    """The document of a second look that was made."""
    assert done.audit
    return document(done.audit)


def test_the_first_look_is_no_proof(plain: Desk):
    """A stub is proposed, at most likely, on one look, and says so."""
    found = thing(document(plain.office.audit([STUB, ALIVE], at=day(0))))

    assert (found["verdict"], found["confidence"]) == ("switch_off", "likely")
    assert {"second_look", "owner_word", "other_vantage"} <= set(found["needs"])
    assert reason(found, "verdict.rests_on")["looks"] == 1
    alive = thing(document(plain.office.audit([STUB, ALIVE], at=day(0))), f"site:{ALIVE}")
    assert reason(alive, "verdict.rests_on")["vantages"] == ["home"]


def test_what_is_not_due_is_told_with_its_day_and_not_looked_at(desk: Desk):
    """An hour before three days are over nobody is asked anything."""
    net = Heard()
    done = desk.again(3 - HOUR, net)

    assert net.asked == []
    assert done.audit is None
    assert f"due on {day(3):%Y-%m-%d %H:%M} UTC" in done.text()
    assert f"site:{STUB}" in done.text()


def test_what_is_due_is_looked_at_again_and_nothing_else(desk: Desk):
    """After three days the stub is visited; the site that works is left in peace."""
    net = Heard()
    done = desk.again(3, net)
    visited = {ask.url for ask in net.asked if isinstance(ask, HttpQuestion)}

    assert f"http://{STUB}/" in visited
    assert not any(ALIVE in url for url in visited)
    found = looked(done)
    assert reason(thing(found), "verdict.rests_on")["looks"] == 2
    assert thing(found)["confidence"] == "likely"
    assert reason(thing(found, f"site:{ALIVE}"), "verdict.rests_on")["looks"] == 1
    assert thing(found, f"site:{ALIVE}")["verdict"] == "keep"


def test_the_same_day_again_does_nothing(desk: Desk):
    """A second look is made once; run as often as you like."""
    desk.again(3)
    net = Heard()
    done = desk.again(3 + HOUR, net)

    assert (net.asked, done.audit) == ([], None)


def test_three_looks_the_last_from_elsewhere_are_certain(desk: Desk):
    """And then only what a person must give is still needed."""
    desk.again(3)
    third = thing(looked(desk.again(6)))
    assert third["confidence"] == "likely"
    assert "second_look" not in third["needs"]
    assert "other_vantage" in third["needs"]
    assert desk.again(9).audit is None

    last = thing(looked(desk.again(9, vantage="away")))
    assert last["confidence"] == "certain"
    assert set(last["needs"]) == {"owner_word"}
    assert reason(last, "verdict.rests_on")["vantages"] == ["away", "home"]


def test_one_sign_of_life_begins_anew(plain: Desk):
    """Content once: used; a stub again after that counts from one."""
    alive = thing(looked(plain.again(3, Changed(content))))
    assert (alive["use"], alive["verdict"]) == ("used", "keep")

    stub = thing(plain.audit(6))
    assert stub["verdict"] == "switch_off"
    assert reason(stub, "verdict.rests_on")["looks"] == 1


def test_a_failed_look_proposes_nothing_keeps_the_fact_and_is_made_again(plain: Desk):
    """What was known is told with its day; a day later the look is due once more, and counts."""
    failed = thing(looked(plain.again(3, Changed(silent))))
    assert (failed["use"], failed["verdict"], failed["confidence"]) == ("unknown", "ask", "weak")
    assert reason(failed, "verdict.earlier")["state"] == "site.parked"
    assert failed["facts"]["status"] == 200
    assert reason(failed, "verdict.facts_from") == {"on": f"{day(0):%Y-%m-%d}"}

    assert plain.again(3.9).audit is None
    again = thing(looked(plain.again(4)))
    assert again["verdict"] == "switch_off"
    assert reason(again, "verdict.rests_on")["looks"] == 2


def test_a_site_closed_to_one_place_is_never_ended(plain: Desk):
    """A stub here, no entry there: both are told, and a person is asked."""
    found = thing(looked(plain.again(3, Changed(forbidden), "away")))

    assert (found["use"], found["verdict"]) == ("unknown", "ask")
    told = reason(found, "vantage.disagree")
    assert (told["here_state"], told["there_state"]) == ("site.parked", "site.forbidden")
    assert (told["here"], told["there"]) == ("home", "away")


def test_life_seen_from_elsewhere_alone_is_life(plain: Desk):
    """The site works for others: it is kept, and the difference is told."""
    found = thing(looked(plain.again(3, Changed(content), "away")))

    assert (found["use"], found["state"], found["verdict"]) == ("used", "content", "keep")
    assert reason(found, "vantage.disagree")["here_state"] == "site.parked"
    assert plain.again(6).audit is None
    assert thing(plain.audit(6))["use"] == "used"


def test_an_old_view_from_elsewhere_counts_no_more(plain: Desk):
    """After thirty days nobody knows what another place would see."""
    plain.again(3, Changed(content), "away")

    assert thing(plain.audit(33))["use"] == "used"
    assert thing(plain.audit(33.1))["use"] == "idle"


def test_a_verdict_that_has_expired_is_looked_at_again(plain: Desk):
    """Thirty days after the last look a proposal rests on nothing fresh."""
    plain.again(3)
    plain.again(6)
    plain.again(9, vantage="away")
    assert plain.again(38).audit is None

    assert f"site:{STUB}" in plain.again(39.1).looked


def test_a_cut_line_is_no_proof_of_anything(plain: Desk):
    """Where nothing answers the look ends incomplete, and no proposal is made of it."""
    done = plain.again(3, Dead())

    assert not done.complete
    found = looked(done)
    assert thing(found)["verdict"] == "ask"
    assert {one["verdict"] for one in found["assets"]} <= {"keep", "ask", "fix", "no_data", "renew"}


def test_an_interrupted_look_goes_on_where_it_was(desk: Desk):
    """What was kept before the stop is not asked again, and the run is the same one."""
    database = Database.open(desk.settings.db)
    net = _Cut()

    async def begin() -> None:
        net.work = asyncio.ensure_future(
            rescanning.second_look_over(net, CLIENT, desk.settings, lambda: day(3), Watch())
        )
        with pytest.raises(asyncio.CancelledError):
            await net.work

    asyncio.run(begin())
    try:
        evidence = Evidence(database)
        cut = evidence.unfinished(CLIENT, day(2), Purpose.SECOND_LOOK)
        assert cut
        before = evidence.done(cut.id)
        watch = Watch()
        done = desk.again(3 + HOUR, Heard(), display=watch)
        assert looked(done)["run"]["id"] == cut.id
        assert before < evidence.done(cut.id)
        assert any("Going on" in said for said in watch.said)
        assert evidence.unfinished(CLIENT, day(2), Purpose.SECOND_LOOK) is None
    finally:
        database.close()


class _Cut(Heard):
    """The tape until a visit is made; then the work is called off."""

    work: asyncio.Future[Any] | None = None

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, or call the work off."""
        if isinstance(question, HttpQuestion) and self.work:
            self.work.cancel()
            await asyncio.Event().wait()
        return await super().ask(question)


def test_two_at_once_are_one_too_many(desk: Desk):
    """Whoever comes second is told to come later."""
    database = Database.open(desk.settings.db)
    try:
        with database.lock(f"audit {CLIENT}"), pytest.raises(Busy):
            desk.again(3)
    finally:
        database.close()


def test_without_a_finished_audit_there_is_nothing_to_look_again_at(tmp_path: Path):
    """Who was never audited, or not to the end, is told so."""
    desk = Desk.at(tmp_path)
    with pytest.raises(UnknownThing, match="no client"):
        desk.again(3)

    desk.office.interrupted()
    with pytest.raises(UnknownThing, match="unfinished"):
        desk.again(3)


def test_an_audit_of_an_older_version_is_told_so(plain: Desk):
    """It did not keep what it was asked for."""
    database = Database.open(plain.settings.db)
    try:
        asyncio.run(database.write(lambda connection: connection.execute(delete(ASKED))))
    finally:
        database.close()

    with pytest.raises(UnknownThing, match="once more"):
        plain.again(3)


def test_what_a_person_disowned_is_not_looked_at_again(plain: Desk):
    """His word counts from the next look on."""
    say = bookkeeping.say_ownership(
        CLIENT, f"site:{STUB}", False, "irina", "sold", plain.settings, lambda: day(1)
    )
    asyncio.run(say)
    net = Heard()
    plain.again(3, net)

    assert not any(STUB in ask.url for ask in net.asked if isinstance(ask, HttpQuestion))


def test_another_audit_goes_on_counting(plain: Desk):
    """A whole audit is a look as good as any."""
    assert reason(thing(plain.audit(3)), "verdict.rests_on")["looks"] == 2
    assert plain.again(4).audit is None
    assert reason(thing(looked(plain.again(6))), "verdict.rests_on")["looks"] == 3


def test_a_second_look_is_told_as_json(plain: Desk):
    """For a program: what was looked at, what waits and until when."""
    told = json.loads(plain.again(3).json())

    assert f"site:{STUB}" in told["looked"]
    assert told["audit"]["folder"]
    assert structs.asdict(plain.again(4))["audit"] is None


def test_an_audit_that_mostly_failed_says_so(tmp_path: Path):
    """With the line cut nothing is proposed, and the report tells why."""
    found = Desk.at(tmp_path).audit(0, *tape().names[:12], net=Dead())

    assert "run_void" in {row["code"] for row in found["not_seen"]}
    assert not {"switch_off", "let_expire"} & {one["verdict"] for one in found["assets"]}
