"""The book of evidence: what was kept comes back, once, in order, whatever happened."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, func, select

from probes.kit.catalog import all_probes
from probes.kit.net.question import (
    DnsAnswer,
    DnsQuestion,
    Handshake,
    HttpAnswer,
    HttpQuestion,
    TlsQuestion,
)
from probes.kit.net.tape import Exchange, Failure
from probes.kit.observation import Absent, AnyObservation, Observation, Reason, Seen, Unknown
from probes.kit.target import Address, Domain, Endpoint, Host, Target
from probes.registration import Holder, HolderKind, Moment, Registration, Source
from scanner.database import Database
from scanner.evidence import Evidence
from scanner.evidence.excerpt import excerpt_of
from scanner.evidence.packing import RAW_CAP
from scanner.evidence.rows import EXCHANGE, PIECE

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

REGISTERED = Registration(
    domain="romashka.ru",
    registrar="REGTIME-RU",
    created=Moment(datetime(2010, 5, 4, tzinfo=UTC), False, "registry whois"),
    updated=None,
    expires=(Moment(datetime(2026, 5, 4, 21, tzinfo=UTC), True, "registry whois"),),
    paid_until=date(2026, 5, 5),
    free_on=date(2026, 6, 5),
    expiry_published=True,
    statuses=("registered", "delegated"),
    name_servers=("ns1.example.net",),
    delegated=True,
    holder=Holder(HolderKind.ORGANISATION, "ООО «Ромашка»", "7707083893"),
    dnssec=None,
    sources=(Source("whois.tcinet.ru", "registry whois", "registered"),),
)


def _asked(name: str, *, later: int = 0, body: bytes = b"<p>Hello") -> Exchange:
    answer = HttpAnswer(200, (("server", "nginx"),), body, False, "192.0.2.1")
    question = HttpQuestion(f"http://{name}/")
    return Exchange(question, AT + timedelta(seconds=later), "office", answer)


def _saw(
    target: Target, outcome: Seen[object] | Absent | Unknown, probe: str = "registration"
) -> AnyObservation:
    return Observation(probe, target, AT, "office", outcome, ("a", "b"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database."""
    with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def evidence(database: Database) -> Evidence:
    """A book of evidence for two probes."""
    return Evidence(database, lambda: {"registration": Registration, "other": Holder})


def _begin(evidence: Evidence, client: str = "romashka", at: datetime = AT) -> str:
    return asyncio.run(evidence.begin(client, {"depth": 2, "lang": ["ru"]}, "office", at)).id


def _keep(evidence: Evidence, run: str, *observations: AnyObservation) -> None:
    async def keep() -> None:
        await asyncio.gather(*(evidence.keep(run, one, ()) for one in observations))

    asyncio.run(keep())


def _stored(database: Database) -> int:
    count = select(func.count()).select_from(EXCHANGE)
    return database.read(lambda connection: connection.execute(count).scalar_one())


@pytest.mark.parametrize(
    "target",
    [
        Domain("romashka.ru"),
        Host("_x.romashka.ru"),
        Address("2001:db8::1"),
        Endpoint("m.ru", 25, "smtp"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "outcome",
    [Seen(REGISTERED), Absent("No entries found"), Unknown(Reason.RATE_LIMITED, "квота")],
    ids=["seen", "absent", "unknown"],
)
def test_an_observation_comes_back_as_it_was(
    evidence: Evidence, target: Target, outcome: Seen[object] | Absent | Unknown
) -> None:
    """With its typed fact, its authority or its reason."""
    run = _begin(evidence)
    observation = _saw(target, outcome)
    _keep(evidence, run, observation)

    assert list(evidence.observations(run)) == [observation]


def test_what_any_probe_brings_can_be_read_back() -> None:
    """Every fact in the catalog has a shape that reading understands."""
    for probe in all_probes().values():
        msgspec.json.Decoder(Observation[probe.brings])  # type: ignore[name-defined]


def test_a_look_is_kept_once_in_a_run(evidence: Evidence) -> None:
    """A second observation of the same probe and target is ignored; another run has its own."""
    first, second = _begin(evidence), _begin(evidence)
    name = Domain("romashka.ru")
    _keep(evidence, first, _saw(name, Seen(REGISTERED)))
    _keep(evidence, first, _saw(name, Unknown(Reason.TIMEOUT)))
    _keep(evidence, second, _saw(name, Unknown(Reason.TIMEOUT)))

    assert [type(one.outcome) for one in evidence.observations(first)] == [Seen]
    assert [type(one.outcome) for one in evidence.observations(second)] == [Unknown]
    assert evidence.done(first) == {("registration", "domain romashka.ru")}


def test_an_exchange_is_stored_once(evidence: Evidence, database: Database) -> None:
    """However many observations rest on it."""
    run = _begin(evidence)
    shared, own = _asked("romashka.ru"), _asked("vasilek.ru")

    async def keep() -> None:
        for name, exchanges in (("a.ru", (shared,)), ("b.ru", (shared, own)), ("c.ru", (own,))):
            await evidence.keep(run, _saw(Domain(name), Absent("x")), exchanges)

    asyncio.run(keep())

    assert _stored(database) == 2
    assert evidence.exchange(shared.id) == shared
    assert evidence.exchange("0" * 32) is None


def test_a_failure_is_kept_like_an_answer(evidence: Evidence) -> None:
    """That we asked, and got nothing, is evidence too."""
    question = DnsQuestion("romashka.ru", "MX")
    failed = Exchange(question, AT, "office", failure=Failure(Reason.TIMEOUT, "3 tries"))
    asyncio.run(evidence.keep(_begin(evidence), _saw(Domain("a.ru"), Absent("x")), [failed]))

    assert evidence.exchange(failed.id) == failed


def test_a_long_answer_is_cut_and_says_so(evidence: Evidence, database: Database) -> None:
    """Only the cap is kept, and whoever reads it again knows that it is not the whole."""
    long = _asked("a.ru", body=b"x" * (RAW_CAP + 1))
    whole = _asked("b.ru", body=b"x" * RAW_CAP)
    asyncio.run(evidence.keep(_begin(evidence), _saw(Domain("a.ru"), Absent("x")), [long, whole]))

    cut, uncut = evidence.exchange(long.id), evidence.exchange(whole.id)

    assert cut is not None
    assert isinstance(cut.answer, HttpAnswer)
    assert len(cut.answer.body) == RAW_CAP
    assert cut.answer.truncated
    assert uncut == whole
    flags = select(EXCHANGE.c.truncated).order_by(EXCHANGE.c.truncated)
    assert database.read(lambda connection: list(connection.scalars(flags))) == [False, True]


def test_observations_come_by_target_and_probe(evidence: Evidence) -> None:
    """In the order Python sorts their spelling, in both databases, all or those asked for."""
    run = _begin(evidence)
    targets: list[Target] = [Host(f"{name}.ru") for name in ("b", "a-b", "ab", "a_b", "xn--80a")]
    targets.append(Domain("zz.ru"))
    kept = [
        _saw(target, Absent("x"), probe)
        for target in targets
        for probe in ("registration", "other")
    ]
    _keep(evidence, run, *kept)
    in_order = sorted(kept, key=lambda one: (str(one.target), one.probe))

    assert list(evidence.observations(run)) == in_order
    wanted = {Host("ab.ru"), Domain("zz.ru"), Host("never.ru")}
    some = [one for one in in_order if one.target in wanted]
    assert list(evidence.observations(run, targets=wanted)) == some
    assert list(evidence.observations(run, targets=map(str, wanted))) == some
    assert list(evidence.observations(run, targets=())) == []


def test_more_targets_than_one_query_holds(evidence: Evidence) -> None:
    """The order holds across the parts they are read in."""
    run = _begin(evidence)
    kept = [_saw(Host(f"h{number}.ru"), Absent("x")) for number in range(1200)]
    _keep(evidence, run, *kept)

    found = list(evidence.observations(run, targets=[one.target for one in kept]))

    assert found == sorted(kept, key=lambda one: str(one.target))


def test_an_observation_of_a_forgotten_probe_is_left_out(
    evidence: Evidence, caplog: pytest.LogCaptureFixture
) -> None:
    """A probe that was removed makes no old run unreadable, and the count is said."""
    run = _begin(evidence)
    known = _saw(Domain("a.ru"), Absent("x"))
    _keep(evidence, run, known, _saw(Domain("a.ru"), Absent("x"), "gone"))

    with caplog.at_level(logging.WARNING):
        assert list(evidence.observations(run)) == [known]

    assert "1 observations of gone" in caplog.text


def test_a_run_is_unfinished_until_it_is_finished(evidence: Evidence) -> None:
    """The newest run of a client within reach of time, if nobody closed it."""
    early = _begin(evidence, at=AT - timedelta(days=2))
    late = _begin(evidence)
    _begin(evidence, client="vasilek", at=AT + timedelta(hours=1))

    resumed = evidence.unfinished("romashka", AT - timedelta(hours=24))
    assert resumed == evidence.run(late)
    assert resumed is not None
    assert resumed.options == {"depth": 2, "lang": ["ru"]}

    asyncio.run(evidence.finish(late, AT + timedelta(minutes=5), complete=False))
    assert evidence.unfinished("romashka", AT - timedelta(days=3)) is None
    newest, oldest = evidence.runs("romashka")
    assert (newest.id, newest.finished_at, newest.complete) == (
        late,
        AT + timedelta(minutes=5),
        False,
    )
    assert (oldest.id, oldest.finished_at) == (early, None)
    with pytest.raises(LookupError):
        asyncio.run(evidence.finish("nonsense", AT, complete=True))


def test_raw_answers_age_out_and_observations_stay(evidence: Evidence, database: Database) -> None:
    """Retention takes what is older, and nothing else."""
    run = _begin(evidence)
    old, new = _asked("a.ru"), _asked("a.ru", later=60)
    asyncio.run(evidence.keep(run, _saw(Domain("a.ru"), Absent("x")), [old, new]))

    assert asyncio.run(evidence.prune_raw(AT + timedelta(seconds=60))) == 1
    assert evidence.exchange(old.id) is None
    assert evidence.excerpt(old.id) is None
    assert list(evidence.excerpts([old.id, new.id])) == [new.id]
    assert evidence.exchange(new.id) == new
    assert len(list(evidence.observations(run))) == 1


def test_a_page_is_stored_once_and_goes_with_its_last_exchange(
    evidence: Evidence, database: Database
) -> None:
    """However many names show it; each exchange has it whole until then."""
    run = _begin(evidence)
    page = b"<p>Hello" * 1000
    shown = [_asked("a.ru", body=page), _asked("www.a.ru", later=60, body=page)]
    other = _asked("b.ru", later=60, body=b"<p>Bye" * 1000)
    asyncio.run(evidence.keep(run, _saw(Domain("a.ru"), Absent("x")), shown))
    asyncio.run(evidence.keep(run, _saw(Domain("b.ru"), Absent("x")), [other]))
    pages = select(func.count()).select_from(PIECE)

    assert [evidence.exchange(one.id) for one in (*shown, other)] == [*shown, other]
    assert database.read(lambda connection: connection.scalar(pages)) == 2
    asyncio.run(evidence.prune_raw(AT + timedelta(seconds=60)))
    assert [evidence.exchange(one.id) for one in (*shown, other)] == [None, shown[1], other]
    asyncio.run(evidence.prune_raw(AT + timedelta(seconds=61)))
    assert database.read(lambda connection: connection.scalar(pages)) == 0


def test_an_exchange_without_its_pieces_has_aged_out(
    evidence: Evidence, database: Database
) -> None:
    """Half an answer is never shown as a whole one."""
    page = _asked("a.ru", body=b"<p>Hello" * 1000)
    shaken = Handshake((b"leaf", b"issuer"), "TLSv1.3", "192.0.2.1")
    chain = Exchange(TlsQuestion("a.ru", 443), AT, "office", shaken)
    asyncio.run(evidence.keep(_begin(evidence), _saw(Domain("a.ru"), Absent("x")), [page, chain]))
    assert [evidence.exchange(one.id) for one in (page, chain)] == [page, chain]
    asyncio.run(database.write(lambda connection: connection.execute(delete(PIECE)).rowcount))

    for one in (page, chain):
        assert evidence.exchange(one.id) is None
        assert evidence.excerpt(one.id) is None


def test_what_was_pruned_can_be_kept_again(evidence: Evidence) -> None:
    """That it was on disk once is no reason not to write it."""
    run, asked = _begin(evidence), _asked("a.ru")
    asyncio.run(evidence.keep(run, _saw(Domain("a.ru"), Absent("x")), [asked]))
    asyncio.run(evidence.prune_raw(AT + timedelta(seconds=60)))
    asyncio.run(evidence.keep(run, _saw(Domain("b.ru"), Absent("x")), [asked]))

    assert evidence.exchange(asked.id) == asked


def test_excerpts_come_in_the_order_asked_for(evidence: Evidence) -> None:
    """Each once, and none for what we do not have; more than one query holds."""
    run = _begin(evidence)
    asked = [_asked(f"h{number}.ru", later=number % 7) for number in range(1200)]
    asyncio.run(evidence.keep(run, _saw(Domain("a.ru"), Absent("x")), asked))
    ids = sorted(one.id for one in asked)

    found = list(evidence.iter_excerpts(iter([*ids, "0" * 32, ids[0]])))

    assert [id_ for id_, _ in found] == ids
    by_id = {one.id: one for one in asked}
    assert all(excerpt == excerpt_of(by_id[id_]) for id_, excerpt in found)


def test_one_who_gives_up_takes_nothing_from_the_others(evidence: Evidence) -> None:
    """Observations share a commit; a cancelled keeper does not cancel it."""
    run = _begin(evidence)

    async def keep() -> None:
        keepers = [
            asyncio.ensure_future(evidence.keep(run, _saw(Host(f"h{n}.ru"), Absent("x")), ()))
            for n in range(3)
        ]
        await asyncio.sleep(0)
        keepers[0].cancel()
        await asyncio.gather(*keepers[1:])

    asyncio.run(keep())

    assert {("registration", "host h1.ru"), ("registration", "host h2.ru")} <= evidence.done(run)


def test_a_commit_that_fails_is_told_to_all_who_share_it(
    evidence: Evidence, database: Database
) -> None:
    run = _begin(evidence)
    database.close()

    async def keep() -> list[object]:
        looks = [_saw(Host(f"h{n}.ru"), Absent("x")) for n in range(3)]
        keepers = (evidence.keep(run, one, ()) for one in looks)
        return await asyncio.gather(*keepers, return_exceptions=True)

    assert [type(one) for one in asyncio.run(keep()) + asyncio.run(keep())] == [RuntimeError] * 6


_PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime
from probes.kit.net.question import DnsAnswer, DnsQuestion
from probes.kit.net.tape import Exchange
from probes.kit.observation import Absent, Observation
from probes.kit.target import Host
from scanner.database import Database
from scanner.evidence import Evidence

AT = datetime(2026, 3, 1, tzinfo=UTC)

async def look(evidence, run, number):
    asked = Exchange(DnsQuestion(f"h{number}", "A"), AT, "x", DnsAnswer(bytes(300), "192.0.2.1"))
    seen = Observation("p", Host(f"h{number}"), AT, "x", Absent("NODATA"), (asked.id,))
    await evidence.keep(run, seen, [asked])
    print(number, asked.id, flush=True)

async def main():
    with Database.open(sys.argv[1]) as database:
        evidence = Evidence(database)
        run = sys.argv[2]
        start = len(evidence.done(run))
        for first in range(start, start + 100_000, 20):
            await asyncio.gather(*(look(evidence, run, first + n) for n in range(20)))

asyncio.run(main())
"""


def test_a_killed_run_loses_nothing_it_had_kept(evidence: Evidence, database_url: str) -> None:
    """What `keep` returned from is there after kill -9, with its raw answers, and can go on."""
    run = _begin(evidence)
    kept: dict[str, str] = {}
    for lines in (1, 30, 77, 150, 260):
        with subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, database_url, run], stdout=subprocess.PIPE, text=True
        ) as keeper:
            assert keeper.stdout is not None
            printed = [next(keeper.stdout) for _ in range(lines)]
            keeper.kill()
            printed += [line for line in keeper.stdout if line.endswith("\n")]
        kept |= dict(line.split() for line in printed)

        done = evidence.done(run)
        assert {("p", f"host h{number}") for number in kept} <= done
        assert all(evidence.exchange(exchange) for exchange in kept.values())

    with Database.open(database_url) as again:
        assert again.check() == ()


def test_many_small_answers_take_little_room(tmp_path: Path) -> None:
    """A thousand looks with three DNS answers each stay under a kilobyte and a half a look."""
    with Database.open(f"sqlite:///{tmp_path}/revizor.db") as database:
        evidence = Evidence(database)
        run = _begin(evidence)

        async def keep() -> None:
            await asyncio.gather(*(look(number) for number in range(1000)))

        async def look(number: int) -> None:
            wires = [b"\x00\x01" * 20 + f"{number} {part}".encode() for part in range(3)]
            asked = [
                Exchange(
                    DnsQuestion(f"h{number}.ru", "A"), AT, "office", DnsAnswer(wire, "192.0.2.1")
                )
                for wire in wires
            ]
            seen = _saw(Host(f"h{number}.ru"), Absent("NODATA"))
            await evidence.keep(run, seen, asked)

        asyncio.run(keep())

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1500 * 1000
