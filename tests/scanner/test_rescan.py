"""The rescan: what is due is looked at, every change is told once, and nothing else happens."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from msgspec import structs
from sqlalchemy import select

from probes.kit.net import DnsQuestion, HttpQuestion, TlsQuestion, WhoisQuestion
from probes.kit.net.question import Handshake
from scanner import settings
from scanner.database import Busy, Database
from scanner.evidence import Evidence, Purpose
from scanner.evidence.due import DueBook
from scanner.evidence.told import ToldBook
from scanner.registry.rows import CHANGE
from scanner.service import due_rescans
from scanner.service.arguments import UnknownThing
from scanner.service.due_rescans import Rescan
from tests.peers.paper_net import no_such_name
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
    silent,
    thing,
)
from tests.scanner.replayed import Heard, Watch, tape

NAMES = (STUB, ALIVE)
HOUR = 1 / 24


class Nowhere(Heard):
    """The tape, but some names do not exist any more."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self._names = names

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, or that there is no such name."""
        answer = await super().ask(question)
        if isinstance(question, DnsQuestion) and question.name.rstrip(".") in self._names:
            return no_such_name(question)
        return answer


class Stubs(Heard):
    """The tape as it would be if every site showed the stub."""

    async def ask(self, question: Any) -> Any:
        """Answer every visit as the stub does."""
        if isinstance(question, HttpQuestion):
            scheme, _, rest = question.url.partition("://")
            stub = HttpQuestion(f"{scheme}://{STUB}/{rest.partition('/')[2]}")
            return await super().ask(stub)
        return await super().ask(question)


def rescan(desk: Desk, days: float, net: Any = None, **more: Any) -> Rescan:
    """Rescan on that day."""
    work = due_rescans.rescan_over(
        net or Heard(), CLIENT, desk.settings, lambda: day(days), Watch(), **more
    )
    return asyncio.run(work)


def changes(done: Rescan) -> list[tuple[str, str]]:
    """What a rescan tells, with the thing."""
    if done.audit is None:
        return []
    return [(one["code"], one["asset"]) for one in document(done.audit)["changes"]]


@contextmanager
def opened(desk: Desk) -> Iterator[Database]:
    """The desk's database."""
    with Database.open(desk.settings.db) as database:
        yield database


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


def test_where_nothing_is_due_nobody_is_asked(desk: Desk):
    """And no client is chosen, no report written, and the next time told."""
    net = Heard()
    done = rescan(desk, 0.1, net)

    assert net.asked == []
    assert done.audit is None
    assert due_rescans.clients_due(desk.settings, lambda: day(0.1)) == ()
    assert done.next_at == due_rescans.next_due(desk.settings)
    assert "nothing is due" in done.text()
    assert not (Path(desk.settings.out) / CLIENT / "latest").exists()


def test_what_is_due_is_looked_at_and_nothing_else(desk: Desk):
    """A day later the sites are visited; registries and archives are left in peace."""
    net = Heard()
    assert due_rescans.clients_due(desk.settings, lambda: day(1)) == (CLIENT,)
    done = rescan(desk, 1, net)

    assert f"https://{ALIVE}/" in {q.url for q in net.asked if isinstance(q, HttpQuestion)}
    assert not [q for q in net.asked if isinstance(q, WhoisQuestion)]
    assert done.audit
    assert done.audit.folder.endswith("latest")
    assert done.audit.changes == 0
    assert thing(document(done.audit), f"site:{ALIVE}")["state"] == "content"
    assert rescan(desk, 1.01).audit is None


def test_a_registry_is_asked_when_its_answer_has_aged(plain: Desk):
    """Seven days after the last time at the latest, where the end is far."""
    asked = []
    for number in range(1, 9):
        net = Heard()
        rescan(plain, number, net)
        asked += [(number, q.line) for q in net.asked if isinstance(q, WhoisQuestion)]

    days = {number for number, line in asked if ALIVE in line}
    assert days
    assert all(5 < number <= 8 for number in days)


def test_a_change_is_told_once_when_a_second_look_proves_it(desk: Desk):
    """In audit.json and a dated report; the day after it is no change any more."""
    net = Changed(content)
    assert changes(rescan(desk, 1, net)) == []
    done = rescan(desk, 2, net)
    assert changes(done) == [("use_changed", f"site:{STUB}")]
    assert changes(rescan(desk, 3, net)) == []

    assert done.audit
    latest = Path(done.audit.folder)
    dated = [path for path in latest.parent.iterdir() if path.name != "latest"]
    told = [path for path in dated if b'"use_changed"' in (path / "audit.json").read_bytes()]
    assert len(told) == 1
    assert "Parking page" in (told[0] / "cleanup.en.html").read_text()


def test_the_history_keeps_what_the_registry_has_no_field_for(plain: Desk):
    """The name is gone: the object is not, and its history says since when it is not seen."""
    net = Nowhere(STUB, f"www.{STUB}")
    for number in (1, 2, 3):
        done = rescan(plain, number, net)
        assert ("gone", f"site:{STUB}") not in changes(done) or number == 2

    with opened(plain) as database:
        fields = select(CHANGE.c.field, CHANGE.c.before, CHANGE.c.after)
        rows = database.read(lambda one: [tuple(row) for row in one.execute(fields)])
        told = ToldBook(database).of(CLIENT, [f"site:{STUB}"])
    assert ("presence", "seen", "gone") in rows
    assert told[f"site:{STUB}"].gone


def test_what_is_there_again_is_told(plain: Desk):
    """Once, after it was told to be gone."""
    net = Nowhere(STUB, f"www.{STUB}")
    told = [changes(rescan(plain, number, net)) for number in (1, 2)]
    told += [changes(rescan(plain, number)) for number in (3, 4, 5)]

    codes = [code for one in told for code, asset in one if asset == f"site:{STUB}"]
    assert codes == ["gone", "returned"]


def test_a_failed_look_is_no_change(plain: Desk):
    """The site does not answer for a day or two: nothing is told, until days have passed."""
    net = Changed(silent)
    assert [changes(rescan(plain, number, net)) for number in (1, 2, 3)] == [[], [], []]

    codes = [code for number in (4, 5, 6) for code, _ in changes(rescan(plain, number, net))]
    assert codes == ["unseen"]


def test_a_cut_line_tells_nothing_of_things(plain: Desk):
    """Only, after days, that sources are silent; and everything is looked at again soon."""
    for number in (1, 2):
        done = rescan(plain, number, Dead())
        assert not done.complete
        assert changes(done) == []
    assert changes(rescan(plain, 3)) == []


def test_after_a_month_everything_is_searched_for_anew(plain: Desk):
    """As a new audit, asked for as the last one was; later looks complete that one."""
    done = rescan(plain, 31)
    assert done.whole
    with opened(plain) as database:
        runs = Evidence(database).runs(CLIENT)
    assert [run.purpose for run in runs[:2]] == [Purpose.AUDIT, Purpose.AUDIT]
    assert changes(done) == []
    assert not rescan(plain, 32).whole


def test_everything_can_be_looked_at_at_any_time(plain: Desk):
    """Whoever says `--all`."""
    assert rescan(plain, 0.2, everything=True).whole


@pytest.mark.parametrize("everything", [False, True])
def test_what_was_cut_off_is_gone_on_with(desk: Desk, everything: bool):
    """What was kept is not asked again, and the run is the same one."""
    net = _Cut()

    async def begin() -> None:
        net.work = asyncio.ensure_future(
            due_rescans.rescan_over(
                net, CLIENT, desk.settings, lambda: day(1), Watch(), everything=everything
            )
        )
        with pytest.raises(asyncio.CancelledError):
            await net.work

    asyncio.run(begin())
    with opened(desk) as database:
        (cut, *_) = Evidence(database).runs(CLIENT)
        before = Evidence(database).done(cut.id)
        assert cut.finished_at is None
    again = Heard()
    done = rescan(desk, 1 + HOUR, again)
    assert done.audit
    assert document(done.audit)["run"]["id"] == cut.id
    assert before
    assert done.whole is everything
    assert rescan(desk, 1 + 2 * HOUR).audit is None


class _Cut(Heard):
    """The tape until a visit is made; then the work is called off."""

    work: asyncio.Future[Any] | None = None

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, or call the work off."""
        if isinstance(question, HttpQuestion) and self.work:
            self.work.cancel()
            await asyncio.Event().wait()
        return await super().ask(question)


class _Slow(Heard):
    """The tape, but a visit never ends."""

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, or not at all."""
        if isinstance(question, HttpQuestion):
            await asyncio.Event().wait()
        return await super().ask(question)


def test_when_the_time_is_up_the_next_rescan_goes_on(plain: Desk):
    """It says so, and is not done; what was seen by then is kept."""
    until = datetime.fromtimestamp(day(1).timestamp() + 0.5, tz=day(1).tzinfo)
    done = rescan(plain, 1, _Slow(), until=until)
    assert done.stopped
    assert not done.complete
    assert "goes on" in done.text()

    with opened(plain) as database:
        run = Evidence(database).runs(CLIENT)[0]
        assert Evidence(database).done(run.id)
    done = rescan(plain, 2)
    assert done.audit
    assert document(done.audit)["run"]["id"] == run.id


def test_when_the_time_was_up_before_nothing_is_begun(plain: Desk):
    """The client's turn comes with the next rescan."""
    net = Heard()
    done = rescan(plain, 1, net, until=day(0.9))

    assert (done.stopped, net.asked) == (True, [])


def test_two_at_once_are_one_too_many(desk: Desk):
    """Whoever comes second is told to come later."""
    with opened(desk) as database, database.lock(f"audit {CLIENT}"), pytest.raises(Busy):
        rescan(desk, 1)


def test_a_rescan_is_made_where_the_audit_was(plain: Desk):
    """Other places see otherwise: that would be no change."""
    away = due_rescans.rescan_over(
        Heard(), CLIENT, _elsewhere(plain), lambda: day(1), Watch(), everything=True
    )
    with pytest.raises(UnknownThing, match="audited from 'home'"):
        asyncio.run(away)


def _elsewhere(desk: Desk) -> settings.Settings:
    return structs.replace(desk.settings, vantage="away")


def test_without_a_finished_audit_there_is_nothing_to_rescan(tmp_path: Path):
    """Who was never audited to the end is told so, and is never due."""
    desk = Desk.at(tmp_path)
    desk.office.interrupted()

    assert due_rescans.clients_due(desk.settings, lambda: day(1)) == ()
    with pytest.raises(UnknownThing, match="no finished audit"):
        rescan(desk, 1)


def test_an_audit_that_planned_nothing_is_due_at_once(plain: Desk):
    """It was made by an older version: everything is looked at anew."""
    with opened(plain) as database:
        asyncio.run(DueBook(database).replace(CLIENT, ()))

    assert due_rescans.clients_due(plain.settings, lambda: day(0.1)) == (CLIENT,)
    assert rescan(plain, 0.1).whole


def test_too_much_given_up_at_once_is_refused_and_explained(tmp_path: Path):
    """Until a look a day later finds the same; then it is believed, and told."""
    desk = Desk.at(tmp_path)
    names = tape().names[:14]
    before = desk.audit(0, *names)
    ended = _ended(before)

    done = rescan(desk, 1, Stubs())
    assert done.audit
    found = document(done.audit)
    assert _ended(found) <= ended
    (told,) = [one for one in found["not_seen"] if one["code"] == "too_many_at_once"]
    assert told["params"]["count"] >= 5
    assert f"would give up {told['params']['count']} things at once" in done.text()
    assert changes(done) == []
    assert done.next_at
    assert done.next_at <= day(1.3)

    codes = {code for days in (1.4, 2.1, 2.5) for code, _ in changes(rescan(desk, days, Stubs()))}
    assert "use_changed" in codes


def _ended(found: dict[str, Any]) -> set[str]:
    return {one["id"] for one in found["assets"] if one["verdict"] in ("switch_off", "let_expire")}


def test_raw_answers_age_out(plain: Desk):
    """Once a day a rescan drops those that are too old; what was seen of them stays."""
    plain.office.settings = structs.replace(plain.settings, keep_raw_days=2)
    with opened(plain) as database:
        (run,) = Evidence(database).runs(CLIENT)
        before = [one for seen in Evidence(database).observations(run.id) for one in seen.evidence]
    rescan(plain, 1)
    with opened(plain) as database:
        assert Evidence(database).exchange(before[0])
    rescan(plain, 3)
    with opened(plain) as database:
        evidence = Evidence(database)
        assert evidence.exchanges(before) == ()
        assert len(list(evidence.observations(run.id))) > 10


def test_doctor_says_when_each_client_was_looked_at_last(desk: Desk):
    """And what is overdue."""
    from scanner.service.checking import client_checks

    with opened(desk) as database:
        (fresh,) = client_checks(database, day(0.5))
        (late,) = client_checks(database, day(5))

    assert (fresh.health, late.health) == ("ok", "warn")
    assert f"{day(0):%Y-%m-%d %H:%M}" in fresh.found
    assert "overdue" in late.found
    assert "cron" in late.means


class Certified(Heard):
    """The tape, but the site that works shows another certificate of its own."""

    def __init__(self) -> None:
        super().__init__()
        issued = trustme.CA().issue_cert(ALIVE, f"www.{ALIVE}").cert_chain_pems[0].bytes()
        self._chain = (ssl.PEM_cert_to_DER_cert(issued.decode()),)

    async def ask(self, question: Any) -> Any:
        """Answer from the tape, with that certificate."""
        answer = await super().ask(question)
        if not isinstance(question, HttpQuestion | TlsQuestion) or ALIVE not in str(question):
            return answer
        if isinstance(answer, Handshake):
            return structs.replace(answer, chain=self._chain)
        shown = answer.handshake and structs.replace(answer.handshake, chain=self._chain)
        return structs.replace(answer, handshake=shown)


def test_another_certificate_is_told_with_the_site(plain: Desk):
    """Once, with the day until which it is good; that certificates come and go is told of none."""
    net = Certified()
    told = [one for number in (1, 2, 3) for one in changes(rescan(plain, number, net))]

    assert [code for code, asset in told if asset == f"site:{ALIVE}"] == ["certificate_changed"]
    assert not [asset for _, asset in told if asset.startswith("certificate:")]
