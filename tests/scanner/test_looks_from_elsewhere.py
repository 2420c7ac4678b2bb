"""Looks from another place: wanted, made, signed, brought home whole or not at all, on both databases."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import func, select

from scanner.database import Database
from scanner.evidence import Evidence, Purpose
from scanner.evidence.parcel import LONGEST, BadParcel
from scanner.evidence.rows import EXCHANGE, OBSERVATION, RUN
from scanner.service import rescanning, vantages
from scanner.service.arguments import UnknownThing
from scanner.settings import BadSettings, SharedKey
from tests.scanner.elsewhere import (
    ALIVE,
    CLIENT,
    KEY,
    STUB,
    Changed,
    Desk,
    content,
    day,
    document,
    forbidden,
    reason,
    thing,
)

Lines = list[dict[str, Any]]


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Desk:
    """The place of the registry, with one audit done."""
    folder = tmp_path / "home"
    folder.mkdir()
    desk = Desk.at(folder, database_url)
    desk.audit()
    return desk


@pytest.fixture
def plain(tmp_path: Path) -> Desk:
    """The same on SQLite."""
    folder = tmp_path / "home"
    folder.mkdir()
    desk = Desk.at(folder)
    desk.audit()
    return desk


@pytest.fixture
def away(tmp_path: Path) -> Desk:
    """Another place, without a registry."""
    folder = tmp_path / "away"
    folder.mkdir()
    return Desk.at(folder, vantage="away")


def rows(desk: Desk) -> tuple[int, ...]:
    """How many runs, looks and answers an office has."""
    database = Database.open(desk.settings.db)
    try:
        return tuple(
            database.read(
                lambda connection, table=table: connection.scalar(
                    select(func.count()).select_from(table)
                )
            )
            for table in (RUN, OBSERVATION, EXCHANGE)
        )
    finally:
        database.close()


def spelt(file: Path) -> Lines:
    """The lines of a file."""
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def signed(file: Path, lines: Lines, key: str = KEY) -> None:
    """Write lines anew, with a signature that is right."""
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    seal = hmac.new(key.encode(), body, "sha256").hexdigest()
    last = {"is": "seal", "lines": len(lines) - 1, "hmac_sha256": seal}
    file.write_bytes(body + json.dumps(last).encode() + b"\n")


def test_the_other_place_is_told_names_and_no_more(home: Desk):
    """What may be ended is wanted, what works is not; nothing else of the client travels."""
    heading, *names, seal = spelt(home.wanted(0))

    assert heading["schema"] == "revizor.observations/1"
    assert (heading["holds"], heading["client"], heading["vantage"]) == ("wanted", CLIENT, "home")
    assert {line["is"] for line in names} == {"wanted"}
    assert STUB in {line["name"] for line in names}
    assert ALIVE not in {line["name"] for line in names}
    assert all(set(line) <= {"is", "name", "not_before"} for line in names)
    assert seal["lines"] == len(names)


def test_looks_come_home_and_count(home: Desk, away: Desk):
    """Two looks here, the third from there: certain, and its evidence is shown as it was seen there."""
    home.again(3)
    taken = home.take(away.answer(home.wanted(6), 6), 6)
    assert taken.count > 0

    done = home.again(6)
    assert done.audit
    found = document(done.audit)
    stub = thing(found)
    assert (stub["verdict"], stub["confidence"]) == ("switch_off", "certain")
    assert set(stub["needs"]) == {"owner_word"}
    assert reason(stub, "verdict.rests_on")["vantages"] == ["away", "home"]
    assert "vantage_partly" in {row["code"] for row in found["not_seen"]}


def test_a_second_look_judges_once_with_what_came(home: Desk, away: Desk):
    """Judged with it once, there is nothing to do until something is due."""
    home.take(away.answer(home.wanted(1), 1), 1)

    done = home.again(1)
    assert done.audit
    assert "judged anew with what came from elsewhere" in done.text()
    assert home.again(1.1).audit is None


def test_the_other_place_needs_no_registry(home: Desk, away: Desk):
    """It keeps looks and answers, and knows no client."""
    away.answer(home.wanted(0), 0)

    assert rescanning.clients(away.settings) == ()
    runs, looks, answers = rows(away)
    assert runs == 1
    assert looks
    assert answers


def test_what_another_place_is_refused_ends_nothing(plain: Desk, away: Desk):
    """A stub here and no entry there: nobody knows what others are shown."""
    plain.take(away.answer(plain.wanted(1), 1, Changed(forbidden)), 1)
    done = plain.again(1)
    assert done.audit
    stub = thing(document(done.audit))

    assert (stub["use"], stub["verdict"]) == ("unknown", "ask")
    told = reason(stub, "vantage.disagree")
    assert (told["here_state"], told["there_state"]) == ("site.parked", "site.forbidden")
    (row,) = (row for row in stub["reasons"] if row["code"] == "vantage.disagree")
    shown = document(done.audit)["evidence"]
    assert {shown[id_]["vantage"] for id_ in row["evidence"]} == {"home", "away"}


def test_life_seen_there_is_life(plain: Desk, away: Desk):
    """The site works for others."""
    plain.take(away.answer(plain.wanted(1), 1, Changed(content)), 1)
    done = plain.again(1)
    assert done.audit

    assert thing(document(done.audit))["use"] == "used"


def test_twice_is_as_good_as_once(home: Desk, away: Desk):
    """A file imported again adds nothing and says so."""
    file = away.answer(home.wanted(0), 0)
    home.take(file, 0)
    before = rows(home)
    again = home.take(file, 0.5)

    assert again.count == 0
    assert "here already" in again.text()
    assert rows(home) == before


def test_looks_keep_their_place_and_their_answers(home: Desk, away: Desk):
    """What was seen there is kept as if it had been seen there: observation, moment and raw answer."""
    home.take(away.answer(home.wanted(0), 0.1), 0.1)
    here, there = Database.open(home.settings.db), Database.open(away.settings.db)
    try:
        ours, theirs = Evidence(here), Evidence(there)
        (run,) = (run for run in ours.runs(CLIENT) if run.purpose is Purpose.IMPORTED)
        brought = list(ours.observations(run.id))
        assert brought == list(theirs.observations(run.id))
        assert {one.vantage for one in brought} == {"away"}
        ids = [id_ for one in brought for id_ in one.evidence]
        assert ids
        assert ours.exchanges(ids) == theirs.exchanges(ids)
    finally:
        here.close()
        there.close()


def test_a_whole_audit_may_be_brought_home(plain: Desk, away: Desk):
    """Who audits at both places exports the looks of one."""
    away.audit(1)
    out = away.folder / "all.jsonl"
    asyncio.run(vantages.export(CLIENT, None, out, away.settings, lambda: day(1)))
    plain.take(out, 1)
    done = plain.again(1)
    assert done.audit

    found = document(done.audit)
    assert set(reason(thing(found, f"site:{ALIVE}"), "verdict.rests_on")["vantages"]) == {
        "away",
        "home",
    }


def test_only_runs_since_a_day_are_exported(away: Desk):
    """And where there are none, that is said."""
    away.audit(1)
    out = away.folder / "all.jsonl"
    with pytest.raises(UnknownThing, match="no looks"):
        asyncio.run(vantages.export(CLIENT, day(2), out, away.settings, lambda: day(2)))
    assert not out.exists()


def _another_key(file: Path, lines: Lines) -> None:
    signed(file, lines[:-1], "another secret of two")


def _one_byte(file: Path, _lines: Lines) -> None:
    file.write_bytes(file.read_bytes().replace(b'"away"', b'"hawk"', 1))


def _cut_off(file: Path, _lines: Lines) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def _no_signature(file: Path, _lines: Lines) -> None:
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))


def _half(file: Path, _lines: Lines) -> None:
    kept = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*kept[: len(kept) // 2], kept[-1]]))


def _another_schema(file: Path, lines: Lines) -> None:
    signed(file, [{**lines[0], "schema": "revizor.observations/2"}, *lines[1:-1]])


def _no_schema(file: Path, _lines: Lines) -> None:
    file.write_bytes(b"<html>not found</html>\n" * 3)


def _nothing(file: Path, _lines: Lines) -> None:
    file.write_bytes(b"")


def _long_line(file: Path, lines: Lines) -> None:
    signed(file, [*lines[:-1], {"is": "look", "run": "x" * LONGEST, "probe": "", "body": {}}])


def _another_client(file: Path, lines: Lines) -> None:
    signed(file, [{**lines[0], "client": "vasilek"}, *lines[1:-1]])


def _our_own_place(file: Path, lines: Lines) -> None:
    signed(file, [{**lines[0], "vantage": "home"}, *lines[1:-1]])


def _no_place(file: Path, lines: Lines) -> None:
    signed(file, [{**lines[0], "vantage": "\x1b[2J"}, *lines[1:-1]])


def _made_tomorrow(file: Path, lines: Lines) -> None:
    signed(file, [{**lines[0], "made_at": day(2).isoformat()}, *lines[1:-1]])


def _changed_looks(lines: Lines, **changes: Any) -> Lines:
    return [
        {**line, "body": {**line["body"], **changes}} if line["is"] == "look" else line
        for line in lines[:-1]
    ]


def _looks_of_tomorrow(file: Path, lines: Lines) -> None:
    signed(file, _changed_looks(lines, at=day(2).isoformat()))


def _looks_of_yesterday(file: Path, lines: Lines) -> None:
    signed(file, _changed_looks(lines, at=day(-1).isoformat()))


def _another_probe(file: Path, lines: Lines) -> None:
    changed = [{**one, "probe": "tarot"} if one["is"] == "look" else one for one in lines[:-1]]
    signed(file, changed)


def _no_observation(file: Path, lines: Lines) -> None:
    signed(file, _changed_looks(lines, outcome={"is": "seen", "fact": 7}))


def _unknown_run(file: Path, lines: Lines) -> None:
    signed(file, [line for line in lines[:-1] if line["is"] != "run"])


def _no_line(file: Path, lines: Lines) -> None:
    signed(file, [*lines[:-1], {"is": "spell"}])


def _no_answer(file: Path, lines: Lines) -> None:
    changed = [
        {**line, "body": "AAAA"} if line["is"] == "exchange" else line for line in lines[:-1]
    ]
    signed(file, changed)


def _list_of_wishes(file: Path, lines: Lines) -> None:
    signed(file, [{**lines[0], "holds": "wanted"}, {"is": "wanted", "name": STUB}])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_another_key, "signature .* is wrong"),
        (_one_byte, "signature .* is wrong"),
        (_cut_off, "no signature at its end"),
        (_no_signature, "no signature at its end"),
        (_half, "signature .* is wrong"),
        (_another_schema, "only revizor.observations/1"),
        (_no_schema, "does not say what it is"),
        (_nothing, "does not say what it is"),
        (_long_line, "longer than"),
        (_another_client, "no client here"),
        (_our_own_place, "name of its own"),
        (_no_place, "from where"),
        (_made_tomorrow, "yet to come"),
        (_looks_of_tomorrow, "yet to come"),
        (_looks_of_yesterday, "before they were asked for"),
        (_another_probe, "another version"),
        (_no_observation, "cannot be read"),
        (_unknown_run, "does not tell of"),
        (_no_line, "cannot be read"),
        (_no_answer, "cannot be read"),
        (_list_of_wishes, "is a list of what is wanted"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_and_leaves_nothing(
    spoil: Callable[[Path, Lines], None], says: str, plain: Desk, away: Desk
):
    """Whatever is wrong with it: one sentence, and not a row of it."""
    file = away.answer(plain.wanted(0), 0)
    spoil(file, spelt(file))
    before = rows(plain)

    with pytest.raises(BadParcel, match=says) as told:
        plain.take(file, 0)

    assert rows(plain) == before
    assert "\n" not in str(told.value)
    assert KEY not in str(told.value)


def test_a_file_that_is_not_there_is_told(plain: Desk):
    """By its name."""
    with pytest.raises(BadParcel, match=r"nowhere.* cannot be read"):
        plain.take(plain.folder / "nowhere.jsonl", 0)


def test_our_own_looks_are_no_news(plain: Desk):
    """What was exported here is not imported here, whatever place it claims to come from."""
    out = plain.folder / "own.jsonl"
    asyncio.run(vantages.export(CLIENT, None, out, plain.settings, lambda: day(0)))
    lines = spelt(out)
    signed(out, [{**lines[0], "vantage": "elsewhere"}, *lines[1:-1]])

    with pytest.raises(BadParcel, match="were made here"):
        plain.take(out, 0)


def test_both_places_need_the_key(plain: Desk):
    """Without it nothing is written."""
    settings = structs.replace(plain.settings, observations_key=SharedKey())
    out = plain.folder / "wanted.jsonl"

    with pytest.raises(BadSettings, match="REVIZOR_OBSERVATIONS_KEY"):
        asyncio.run(vantages.export_wanted(CLIENT, out, settings, lambda: day(0)))
    assert not out.exists()


def test_the_other_place_needs_a_name_of_its_own(plain: Desk, tmp_path: Path):
    """Two places of one name would count as one."""
    twin = Desk.at(tmp_path, vantage="home")

    with pytest.raises(BadParcel, match="--vantage"):
        twin.answer(plain.wanted(0), 0)


def test_a_clock_that_is_behind_is_told(plain: Desk, away: Desk):
    """A list that is yet to be made cannot be answered."""
    with pytest.raises(BadParcel, match="set the clocks"):
        away.answer(plain.wanted(1), 0)


def test_a_list_that_wants_nothing_or_nonsense_is_refused(plain: Desk, away: Desk):
    """Names only, and at least one."""
    wanted = plain.wanted(0)
    heading, *_ = spelt(wanted)

    signed(wanted, [heading])
    with pytest.raises(BadParcel, match="wants nothing"):
        away.answer(wanted, 0)
    signed(wanted, [heading, {"is": "wanted", "name": "../../etc"}])
    with pytest.raises(BadParcel, match="no name"):
        away.answer(wanted, 0)
    signed(wanted, [{**heading, "client": "../../etc"}, {"is": "wanted", "name": STUB}])
    with pytest.raises(BadParcel, match="no client's name"):
        away.answer(wanted, 0)


def test_looks_made_there_go_on_where_they_were_stopped(plain: Desk, away: Desk):
    """The same list again within a day: one run, and what was kept is not asked again."""
    wanted = plain.wanted(0)

    async def stopped() -> None:
        database = Database.open(away.settings.db)
        heading = spelt(wanted)[0]
        options = {"purpose": Purpose.WANTED, "asked_at": heading["made_at"]}
        asked = {**options, "asked_at": day(0).isoformat()}
        await Evidence(database).begin(CLIENT, asked, "away", day(0))
        database.close()

    asyncio.run(stopped())
    away.answer(wanted, 0.5)

    assert rows(away)[0] == 1


def test_what_is_wanted_is_told_to_a_person(plain: Desk):
    """How many names, for how many things, and from when on their looks count."""
    out = plain.folder / "wanted.jsonl"
    done = asyncio.run(vantages.export_wanted(CLIENT, out, plain.settings, lambda: day(0)))

    assert "names to look at from another place" in done.text()
    assert f"{day(3):%Y-%m-%d %H:%M} UTC" in done.text()
