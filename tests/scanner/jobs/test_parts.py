"""A rescan in parts: who is in which, what is looked at in what order, and what comes too late."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct

from probes.addresses import HostAddresses
from probes.kit.observation import (
    Absent,
    AnyObservation,
    Observation,
    Outcome,
    Reason,
    Seen,
    Unknown,
)
from probes.kit.target import Domain, Endpoint, Host
from scanner.database import Database
from scanner.discovery import Look
from scanner.evidence import Evidence, Run
from scanner.evidence.due import Due, DueBook
from scanner.evidence.made import Made, outcomes
from scanner.jobs import Lost
from scanner.runs.again import Plan
from scanner.runs.progress import Tally
from scanner.runs.repeat import Repeat
from scanner.service.due_rescans import LookerFor, begin_rescan
from scanner.service.parts import PART, dues_of, group_of_target, look_at_part, parts_of
from scanner.service.requesting import AuditRequest
from scanner.service.scanning import Looker, over
from scanner.verdicts.cadence import LookKind
from tests.scanner.almanac import Almanac
from tests.scanner.jobs.conftest import DOMAINS
from tests.scanner.jobs.estate import CLIENT, RESCANNED, plots_of, settings_of
from tests.scanner.jobs.fleet import due_looks_made
from tests.scanner.replayed import Watch

AT = datetime(2026, 1, 8, tzinfo=UTC)


def dues(domains: int) -> list[Due]:
    """A domain, its site and its mail, so many times; and one hosting that serves them all."""
    names = [f"teplitsa{number}.ru" for number in range(domains)]
    return [
        *(Due(f"domain:{name}", LookKind.REGISTRATION, AT, (name,)) for name in names),
        *(Due(f"site:{name}", LookKind.USE, AT, (name, f"www.{name}")) for name in names),
        *(Due(f"mail:{name}", LookKind.USE, AT, (f"*.{name}",)) for name in names),
        Due("hosting:beget/1", LookKind.USE, AT, tuple(names)),
        Due("romashka", LookKind.SEARCH, AT),
    ]


def test_each_name_is_in_one_part():
    """All that lies under one registered name together, about a hundred things a part."""
    parts = parts_of(dues(200))

    used = [name for part in parts for name in part.used]
    registered = [name for part in parts for name in part.registrations]
    assert len(used) == len(set(used)) == 600
    assert len(registered) == len(set(registered)) == 200
    assert 4 <= len(parts) <= 601 / (PART / 2)
    for part in parts:
        assert {name.split(".")[-2] for name in part.used} == {
            name.split(".")[-2] for name in part.registrations
        }


def test_little_is_one_part_and_nothing_is_none():
    """Then nobody shares it out."""
    assert len(parts_of(dues(20))) == 1
    assert parts_of([]) == ()


@pytest.mark.parametrize(
    ("target", "group"),
    [
        ("domain teplitsa.ru", "teplitsa.ru"),
        ("host www.shop.teplitsa.ru", "teplitsa.ru"),
        ("endpoint mx.teplitsa.ru:25", "teplitsa.ru"),
        ("host localhost", "localhost"),
        ("address 198.18.0.1", "198.18.0.1"),
    ],
)
def test_a_target_is_kept_with_its_registered_name(target: str, group: str):
    """As the names of what is due are."""
    assert group_of_target(target) == group


ADDRESSES = Look("addresses", Host("a.ru"))
VISIT, MAIL = Look("website", Host("a.ru")), Look("mail_server", Host("a.ru"))
CERTIFICATE = Look("tls_certificate", Endpoint("a.ru", 443))
DELEGATION, REGISTRATION = Look("delegation", Domain("a.ru")), Look("registration", Domain("a.ru"))
SOMEWHERE = Seen(HostAddresses((), False, Seen(("198.18.0.1",)), Absent("nodata")))


def seen(look: Look, outcome: Outcome[object]) -> AnyObservation:
    """An observation."""
    return Observation(look.probe, look.target, AT, "home", outcome, ())


@pytest.mark.parametrize(
    ("answers", "due"),
    [
        ([], [ADDRESSES, DELEGATION]),
        ([(ADDRESSES, SOMEWHERE)], [VISIT, MAIL]),
        ([(ADDRESSES, SOMEWHERE), (VISIT, Unknown(Reason.TIMEOUT, ""))], [CERTIFICATE]),
        ([(ADDRESSES, Absent("nxdomain"))], []),
        ([(ADDRESSES, Unknown(Reason.TIMEOUT, ""))], []),
        ([(DELEGATION, Unknown(Reason.TIMEOUT, ""))], [REGISTRATION]),
        ([(ADDRESSES, SOMEWHERE), (ADDRESSES, SOMEWHERE)], []),
    ],
)
def test_what_is_prepared_comes_after_what_prepares_it(
    answers: list[tuple[Look, Outcome[object]]], due: list[Look]
):
    """And nothing is visited that leads nowhere; what an answer leads to besides is not for a part."""
    plan = Repeat([CERTIFICATE, VISIT, MAIL, ADDRESSES, REGISTRATION, DELEGATION, VISIT])
    got: Iterable[Look] = plan.start()
    for look, outcome in answers:
        got = plan.learn(seen(look, outcome))

    assert sorted(got, key=str) == sorted(due, key=str)


def test_what_nothing_prepares_is_made_at_once():
    """A part may be due without that which prepared it."""
    assert set(Repeat([CERTIFICATE, REGISTRATION]).start()) == {CERTIFICATE, REGISTRATION}


class Begun(Struct):
    """A rescan that was begun and shared out."""

    database: Database
    run: Run
    base: Run
    looker: LookerFor
    planned: list[int]


@pytest.fixture
def begun(estate: Path, tmp_path: Path) -> Iterable[Begun]:
    """A rescan of 300 things, not a look made."""
    shutil.copy(estate, tmp_path / "estate.db")
    url = f"sqlite:///{tmp_path}/estate.db"
    settings = settings_of(url, tmp_path / "audits")
    net = Almanac(plots_of(DOMAINS), (), lambda: RESCANNED)
    planned: list[int] = []

    def looker(_request: AuditRequest, fresh: bool) -> Looker:
        assert fresh
        inner = over(net, settings, lambda: RESCANNED, Watch(), fresh=fresh)

        async def look(plan: Plan, evidence: Evidence, database: Database, run: Run) -> Tally:
            tally = await inner(plan, evidence, database, run)
            planned.append(tally.planned.total())
            return tally

        return look

    with Database.open(url) as database:
        started = asyncio.run(begin_rescan(database, CLIENT, settings, lambda: RESCANNED, Watch()))
        assert started is not None
        yield Begun(database, *started, looker, planned)


def test_the_parts_together_make_every_look_that_is_due(begun: Begun):
    """A part done twice makes none again, and what comes after the end of the rescan is refused."""
    parts = parts_of(dues_of(begun.database, begun.run))
    wanted, made = due_looks_made(begun.database), Made(group_of_target)

    async def look_at(number: int) -> Tally:
        return await look_at_part(
            begun.database, begun.run.id, begun.base.id, parts[number], made, begun.looker
        )

    for number in range(len(parts)):
        asyncio.run(look_at(number))
    evidence = Evidence(begun.database)
    assert wanted == evidence.done(begun.run.id)
    assert sum(sum(one.values()) for one in outcomes(begun.database, begun.run.id).values()) == sum(
        begun.planned
    )
    asyncio.run(look_at(0))
    assert begun.planned[-1] == 0

    asyncio.run(evidence.finish(begun.run.id, RESCANNED, True))
    assert asyncio.run(look_at(0)).done.total() == 0


def test_a_late_look_at_a_finished_rescan_changes_nothing(begun: Begun):
    """Its worker was frozen while others brought the rescan to its end."""
    part = parts_of(dues_of(begun.database, begun.run))[0]
    evidence = Evidence(begun.database)

    def looker(request: AuditRequest, fresh: bool) -> Looker:
        inner = begun.looker(request, fresh)

        async def look(plan: Plan, theirs: Evidence, database: Database, run: Run) -> Tally:
            await evidence.finish(run.id, RESCANNED, True)
            return await inner(plan, theirs, database, run)

        return look

    late = look_at_part(
        begun.database, begun.run.id, begun.base.id, part, Made(group_of_target), looker
    )
    with pytest.raises(Lost):
        asyncio.run(late)
    assert evidence.done(begun.run.id) == set()
    assert DueBook(begun.database).next_at(CLIENT) is not None
