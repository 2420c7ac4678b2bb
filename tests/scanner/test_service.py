"""What the product can do, done over the recorded internet of the demo, on both databases."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from probes.kit.net import ApiQuestion, WhoisQuestion
from probes.kit.net.tape import Player
from reports.document import NotAnAudit
from scanner.assets import Advice, Asset, Kind
from scanner.database import Busy, Database
from scanner.evidence import Evidence
from scanner.intake.names import UnreadableInput
from scanner.registry import Registry
from scanner.runs.doctor import Check, Health
from scanner.service import (
    arguments,
    auditing,
    bookkeeping,
    checking,
    clock,
    looking,
    printing,
    registering,
)
from scanner.service.arguments import UnknownThing, slug_of
from scanner.service.bookkeeping import contradictions
from scanner.service.requesting import request
from scanner.service.result import URGENCY, AuditResult
from scanner.service.result import threshold as threshold_of
from scanner.settings import BadSettings, Settings
from tests.peers.postgres import Postgres
from tests.scanner.intake.books import row, sheet, workbook
from tests.scanner.replayed import Heard, Office, Watch, listed, tape

CLIENT = "romashka"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A place to work in, on SQLite."""
    return Office.at(tmp_path)


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Office:
    """A place to work in, once on SQLite and once on PostgreSQL."""
    return Office.at(tmp_path, database_url)


def audit_json(result: AuditResult) -> dict[str, Any]:
    """The audit document a result names."""
    found: dict[str, Any] = json.loads((Path(result.folder) / "audit.json").read_bytes())
    return found


def objects(office: Office) -> dict[str, dict[str, Any]]:
    """What the registry lists, by asset id."""
    rows = json.loads(listed(office, CLIENT, as_json=True))
    return {f"{row['asset']['kind']}:{row['asset']['key']}": row for row in rows}


# What a consultant gives


@pytest.mark.parametrize(
    ("client", "slug"),
    [
        ("romashka", "romashka"),
        ("ООО «Ромашка»", "ooo-romashka"),
        ("Щёлково, Ёлки & Co.", "shchelkovo-elki-co"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d", "a-b-c-d"),
        ("  -x-  ", "x"),
        ("Объект", "obekt"),
        ("x" * 200, "x" * 80),
        ("x" * 79 + "-y", "x" * 79),
    ],
)
def test_a_client_becomes_a_folder_name(client: str, slug: str):
    """Letters of both alphabets and digits; nothing that leads out of the folder."""
    assert slug_of(client) == slug


@pytest.mark.parametrize(
    "client", ["", "..", "/", "—", "日本", "CON", "nul", "Com1", "lpt9", "\x00"]
)
def test_what_cannot_be_a_folder_name_is_refused(client: str):
    """Nothing is left, or a name some systems keep for themselves."""
    with pytest.raises(UnknownThing, match="letters and digits"):
        slug_of(client)


@settings(deadline=None)
@given(st.text(max_size=120))
def test_no_client_leads_out_of_the_folder(client: str):
    """A slug is one plain path component, and the slug of a slug is itself."""
    try:
        slug = slug_of(client)
    except UnknownThing:
        return
    assert slug.isascii()
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug[0] != "-" != slug[-1]
    assert slug_of(slug) == slug


def test_the_consultants_own_word_outranks_a_paper():
    """A name in both a table and a plain list is his word, in whatever order the files are given."""
    table = (b"romashka.ru;2027\nshop.ru;2027", "export.csv")
    listed = (b"shop.ru\n", "mine.txt")

    for lists in ((table, listed), (listed, table)):
        names = {
            name.name: (name.paper, name.source)
            for name in request(client=CLIENT, lists=lists).names
        }
        assert names == {"romashka.ru": (True, "export.csv"), "shop.ru": (False, "mine.txt")}


def test_a_request_takes_all_it_is_given():
    """Typed names, lists from files and stdin, words to try; each name once, typed ones first."""
    book = workbook(sheet(row(1, "paper.ru")))
    asked = request(
        client="ООО Ромашка",
        typed=["romashka.ru", "https://romashka.ru/"],
        lists=[(b"shop.ru", "-"), (book, "papers/export.xlsx")],
        orgs=["ООО «Ромашка»"],
        inns=["7707083893"],
        words=("dev # tried first\n\nтест\ndev".encode(), "words.txt"),
    )

    assert asked.client.slug == "ooo-romashka"
    assert [(name.name, name.source, name.paper) for name in asked.names] == [
        ("romashka.ru", "command line", False),
        ("shop.ru", "stdin", False),
        ("paper.ru", "export.xlsx", True),
    ]
    assert asked.labels == ("dev", "xn--e1aybc")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "no name to start from"),
        ({"typed": ["a b"]}, "not a domain name"),
        ({"typed": ["a.ru"], "inns": ["123"]}, "taxpayer"),
        ({"typed": ["a.ru"], "inns": ["١٢٣٤٥٦٧٨٩٠"]}, "taxpayer"),
        ({"typed": ["a.ru"], "words": (b"dev\n-x-\n", "words.txt")}, r"words\.txt, line 2"),
        ({"lists": [(b"a.ru\n!!!\n", "/tmp/list.txt")]}, r"^list\.txt, line 2"),
    ],
)
def test_a_request_that_cannot_be_used_is_said(given: dict[str, Any], says: str):
    """One sentence, with the place."""
    with pytest.raises(UnreadableInput, match=says):
        request(client=CLIENT, **given)


@pytest.mark.parametrize(
    ("word", "threshold"), [("fix", Advice.FIX), ("let_expire", Advice.LET_EXPIRE)]
)
def test_fail_on_counts_by_urgency(word: str, threshold: Advice):
    """A verdict at or above the threshold reaches it; those below do not."""
    assert threshold_of(word) is threshold
    ranks = list(URGENCY)
    assert set(ranks) == set(Advice)
    for advice in Advice:
        one = AuditResult("", (), True, {advice: 1}, 1, 0)
        assert one.reaches(threshold) is (ranks.index(advice) >= ranks.index(threshold))


BAD = [
    ({"lang": ("de",)}, "no report in 'de'"),
    ({"lang": ()}, "no language"),
    ({"allow_net": ("10.0.0.0/99",)}, "not a network"),
    ({"resolver": ("dns.example",)}, "not a resolver"),
    ({"pace": {"whois.tcinet.ru": "often"}}, r"\[pace\]"),
    ({"contact": "Ромашка"}, "ASCII"),
    ({"ehlo": "a\nb"}, "ASCII"),
]


@pytest.mark.parametrize(("wrong", "says"), BAD)
def test_bad_settings_are_said_before_anything_is_opened(
    office: Office, tmp_path: Path, wrong: dict[str, Any], says: str
):
    """Neither the plan nor the audit begins; no database is made, nothing is asked."""
    bad = Office(structs.replace(office.settings, **wrong))
    heard = Heard()

    with pytest.raises((BadSettings, UnknownThing), match=says):
        auditing.reach(request(client=CLIENT, typed=["romashka.ru"]), bad.settings)
    with pytest.raises((BadSettings, UnknownThing), match=says):
        bad.audit(net=heard)

    assert heard.asked == []
    assert list(tmp_path.iterdir()) == []


def test_the_reach_is_what_the_audit_begins_with(office: Office):
    """Looks by probe for the names given, and nothing opened."""
    asked = request(client=CLIENT, typed=["romashka.ru", "shop.romashka.com"])

    reach = auditing.reach(asked, office.settings)

    looks = {probe: count for probe, _, count in reach.looks}
    assert looks["registration"] == 2
    assert looks["certificate_log"] == 1
    assert "Nothing was sent." in reach.text()
    assert not Path(office.settings.db.removeprefix("sqlite:///")).exists()


# Runs


def test_the_kind_of_database_changes_nothing(tmp_path: Path, postgres: Postgres):
    """The whole recorded audit is the same document on SQLite and on PostgreSQL, but for the run's id."""
    found = []
    with postgres.empty() as url:
        for kind, where in (("sqlite", ""), ("postgresql", url)):
            (tmp_path / kind).mkdir()
            heard = Heard()
            result = Office.at(tmp_path / kind, where).audit(tape().names, net=heard)
            written = audit_json(result)
            assert len(written["run"].pop("id")) == 12
            found.append((written, result.verdicts, len(heard.asked)))

    assert found[0] == found[1]


def test_a_second_report_of_the_day_gets_a_folder_of_its_own(office: Office):
    """DATE, then DATE-2: nothing is overwritten."""
    at = datetime(2026, 12, 1, 12, tzinfo=UTC)
    first, second, later = (
        Path(office.audit(at=moment).folder)
        for moment in (at, at + timedelta(hours=1), at + timedelta(days=1))
    )

    parent = Path(office.settings.out) / CLIENT
    assert first == parent / "2026-12-01"
    assert second == parent / "2026-12-01-2"
    assert later == parent / "2026-12-02"
    for folder in (first, second, later):
        assert {path.name for path in folder.iterdir()} == {"audit.json", "cleanup.en.html"}


@pytest.mark.parametrize(
    ("hours", "names", "resumes"),
    [
        (1, tape().names[:1], True),
        (23.9, tape().names[:1], True),
        (24.1, tape().names[:1], False),
        (1, tape().names[1:2], False),
        (1, tape().names[:2], False),
    ],
)
def test_an_unfinished_run_goes_on_within_a_day(
    office: Office, hours: float, names: tuple[str, ...], resumes: bool
):
    """The same names within 24 hours resume it and ask only what is missing; else a new run begins."""
    office.interrupted()
    watch, heard = Watch(), Heard()

    result = office.audit(names, at=tape().at + timedelta(hours=hours), display=watch, net=heard)

    with Database.open(office.settings.db) as database:
        runs = Evidence(database).runs(CLIENT)
    assert len(runs) == (1 if resumes else 2)
    assert any(said.startswith("Going on with the audit of") for said in watch.said) is resumes
    assert (watch.states[0].resumed > 0) is resumes
    assert audit_json(result)["run"]["id"] in {run.id for run in runs}
    assert result.complete


def test_a_finished_run_is_not_resumed(office: Office):
    """An hour later everything is looked at afresh, but for registries, whose answers still stand."""
    first, second = Heard(), Heard()
    office.audit(net=first)
    office.audit(at=tape().at + timedelta(hours=1), net=second)

    registries = (WhoisQuestion, ApiQuestion)
    asked = Counter(one for one in first.asked if not isinstance(one, registries))
    again = Counter(one for one in second.asked if not isinstance(one, registries))
    assert asked == again
    assert asked.total() > 50
    assert any(isinstance(one, WhoisQuestion) for one in first.asked)
    assert not any(isinstance(one, WhoisQuestion) for one in second.asked)


def test_reports_that_could_not_be_written_cost_no_second_scan(office: Office, tmp_path: Path):
    """A folder that cannot be made ends the command; the same command then goes on and asks nobody."""
    (tmp_path / "audits").write_text("a file in the way")
    with pytest.raises(OSError, match="audits"):
        office.audit()
    (tmp_path / "audits").unlink()
    heard = Heard()

    result = office.audit(net=heard)

    assert heard.asked == []
    assert result.complete
    assert len(objects(office)) == result.assets


def test_two_audits_of_one_client_take_turns(either: Office):
    """The second is told to come later; another client's is not kept."""
    with Database.open(either.settings.db) as database, database.lock(f"audit {CLIENT}"):
        with pytest.raises(Busy):
            either.audit()
        other = request(client="vasilek", typed=["romashka.ru"])
        done = auditing.replay(
            other, either.settings, lambda: tape().at, Watch(), Player(tape().exchanges)
        )
        assert asyncio.run(done).folder


def test_a_dead_network_condemns_nothing(office: Office):
    """With no answer from anywhere the audit is incomplete and proposes to switch nothing off."""
    result = office.audit(tape().names, net=Player(()))

    assert not result.complete
    assert set(result.verdicts) <= {Advice.ASK, Advice.NO_DATA}
    assert result.not_seen > 0
    sources = {one["name"]: one["status"] for one in audit_json(result)["run"]["sources"]}
    assert sources["dns"] == sources["registration"] == "failed"


# The registry


def test_a_second_audit_adds_nothing_and_overwrites_no_word(either: Office):
    """The same world again: the same objects; a person's values stay, contradictions are filed."""
    names = tape().names[:2]
    first = either.audit(names)
    before = objects(either)
    domain = before[f"domain:{names[0]}"]
    for field, value in (("registrar", "Другой"), ("paid_until", "2031-01-31"), ("use", "unused")):
        said = registering.registry_set(
            domain["id"], field, value, "Анна", "из договора", either.settings, clock.now
        )
        assert "says Анна" in asyncio.run(said)

    second = either.audit(names, at=tape().at + timedelta(hours=30))

    after = objects(either)
    assert after.keys() == before.keys()
    assert {name: row["id"] for name, row in after.items()} == {
        name: row["id"] for name, row in before.items()
    }
    known = after[f"domain:{names[0]}"]
    assert (known["registrar"], known["paid_until"], known["use"]) == (
        "Другой", "2031-01-31", "unused",
    )  # fmt: skip
    assert known["origins"]["registrar"] == "confirmed"
    assert first.verdicts == second.verdicts
    with Database.open(either.settings.db) as database:
        filed = {one.field for one in Registry(database).contradictions(CLIENT)}
    assert {"registrar", "paid_until", "use"} <= filed

    told = contradictions(CLIENT, either.settings)
    assert f"domain:{names[0]}" in told
    assert "Другой" in told
    assert f"a look or a paper says: {before[f'domain:{names[0]}']['registrar']}" in (
        bookkeeping.registry_show(domain["id"], either.settings)
    )
    listed_as_json = json.loads(contradictions(None, either.settings, as_json=True))
    assert {one["field"] for one in listed_as_json} == filed
    back = registering.registry_set(
        domain["id"], "registrar", "-", "Анна", "ошибка", either.settings, clock.now
    )
    asyncio.run(back)
    assert "Другой" not in contradictions(CLIENT, either.settings)


def test_what_a_person_disowns_is_looked_at_no_more(either: Office):
    """From the next audit on: no look, no verdict, and the registry says whose word it was."""
    name = "romashka-lab.com"
    assert objects_of(either.audit())[f"domain:{name}"]["ownership"] == "likely"
    for asset in (f"domain:{name}", "site:ROMASHKA-LAB.COM."):
        said = bookkeeping.say_ownership(
            CLIENT, asset, False, "Анна", "продан", either.settings, clock.now
        )
        assert "is not romashka's, says Анна" in asyncio.run(said)

    result = either.audit(at=tape().at + timedelta(hours=1))

    own = [a for a in objects_of(result).values() if a["ownership"] in ("confirmed", "likely")]
    assert not [asset["id"] for asset in own if name in asset["id"]]
    assert f"domain {name}" not in looked_at(either, result)
    assert f"host {name}" not in looked_at(either, result)
    assert objects(either)[f"domain:{name}"]["ownership"] == "foreign"
    assert "Анна said on" in bookkeeping.why(f"domain:{name}", None, either.settings)


def test_what_a_person_owns_is_looked_at(either: Office):
    """A thing nobody named or met becomes the client's by a person's word."""
    name = tape().names[1]
    assert f"domain:{name}" not in objects_of(either.audit())
    said = bookkeeping.say_ownership(
        CLIENT, f"domain:{name}", True, "Анна", "наш", either.settings, clock.now
    )
    assert "is romashka's, says Анна" in asyncio.run(said)

    result = either.audit(at=tape().at + timedelta(hours=1))

    assert f"domain {name}" in looked_at(either, result)
    found = objects_of(result)[f"domain:{name}"]
    assert found["ownership"] == "confirmed"
    assert "confirmed_by_person" in {reason["code"] for reason in found["ownership_reasons"]}


def objects_of(result: AuditResult) -> dict[str, dict[str, Any]]:
    """The assets of the audit document, by id."""
    return {asset["id"]: asset for asset in audit_json(result)["assets"]}


def looked_at(office: Office, result: AuditResult) -> set[str]:
    """Targets of the run's looks."""
    with Database.open(office.settings.db) as database:
        return {target for _, target in Evidence(database).done(audit_json(result)["run"]["id"])}


def test_ownership_is_said_of_known_clients_and_real_assets(office: Office):
    """What does not exist is said, with what does."""
    office.audit()
    for client, asset, says in (
        ("vasilek", "domain:a.ru", "no client 'vasilek'.*romashka"),
        (CLIENT, "a.ru", "write it like domain:romashka.ru"),
        (CLIENT, "planet:a.ru", "write it like"),
        (CLIENT, "domain:a b", "write it like"),
    ):
        said = bookkeeping.say_ownership(
            client, asset, True, "Анна", "x", office.settings, clock.now
        )
        with pytest.raises(UnknownThing, match=says):
            asyncio.run(said)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            [
                "named when the audit was ordered",
                "A website works on the domain",
                "Confirmed  [concluded]",
            ],
        ),
        ("ru", ["названо при заказе проверки", "На домене работает сайт", "Подтверждено  [вывод]"]),
    ],
)
def test_why_explains_in_words(office: Office, language: str, says: list[str]):
    """Whose it is, how it was found, the verdict's reasons: sentences, each with the evidence it rests on."""
    office.audit()
    chosen = structs.replace(office.settings, speak=language)

    text = bookkeeping.why(f"domain:{tape().names[0]}", CLIENT, chosen)

    for sentence in says:
        assert sentence in text
    ids = [line.split()[-1] for line in text.splitlines() if "revizor evidence" in line]
    answers = [looking.evidence(id_, chosen) for id_ in ids]
    assert any("registrar:" in answer for answer in answers)


def test_a_service_is_kept_as_what_people_renew(office: Office):
    """The catalogue tells the type of the object; the name is one for people."""
    office.audit(["makovoe-pole.ru", "romashka-news.ru"])

    kept = objects(office)

    assert kept["saas:insales/makovoe-pole.ru"]["type"] == "saas_sub"
    assert kept["saas:unisender/romashka-news.ru"]["provider"] == "Unisender"
    assert kept["saas:unisender/romashka-news.ru"]["verdict"] == "ask"


def test_why_finds_words_for_everything(office: Office):
    """No state of the whole estate is explained by a bare code."""
    office.audit(tape().names)
    one_of_each = {
        (row["asset"]["kind"], row["state"]): asset for asset, row in objects(office).items()
    }

    assert len(one_of_each) > 20
    for asset in one_of_each.values():
        text = bookkeeping.why(asset, None, office.settings)
        assert "Noted:" not in text, text
        assert "Found by" in text
        assert "Because" in text


def test_what_is_not_there_is_said(office: Office):
    """Unknown clients, assets, objects, exchanges and words each get a sentence."""
    for ask, says in (
        (lambda: listed(office, CLIENT), "known: —"),
        (lambda: bookkeeping.why("domain:a.ru", None, office.settings), "in no registry"),
        (lambda: bookkeeping.registry_show(7, office.settings), "no object 7"),
        (lambda: looking.evidence("abc", office.settings), "no exchange 'abc'"),
        (lambda: listed(office, ".."), "no name"),
    ):  # fmt: skip
        with pytest.raises(UnknownThing, match=says):
            ask()
    office.audit()
    with pytest.raises(UnknownThing, match="'planet' is no kind; choose from: domain"):
        listed(office, CLIENT, kind="planet")
    with pytest.raises(UnknownThing, match="'maybe' is no verdict"):
        listed(office, CLIENT, verdict="maybe")
    for number, field, value in ((999, "registrar", "x"), (1, "colour", "x"), (1, "use", "x")):
        said = registering.registry_set(
            number, field, value, "Анна", "", office.settings, clock.now
        )
        with pytest.raises(UnknownThing):
            asyncio.run(said)


def test_the_registry_prints_what_is_stored(either: Office):
    """A line for each object that fits; one object with its values, their origins and its history."""
    result = either.audit()
    stored = objects(either)

    _, *lines = listed(either, CLIENT).splitlines()
    domains = listed(either, CLIENT, kind="domain")
    none = listed(either, CLIENT, verdict="switch_off")

    assert [line.split()[1] for line in lines] == list(stored)
    assert len(stored) == result.assets
    assert all(line.split()[1].startswith("domain:") for line in domains.splitlines()[1:])
    assert none.startswith("Nothing yet")

    domain = stored[f"domain:{tape().names[0]}"]
    service_set = registering.registry_set(
        domain["id"], "registrar", "Reg", "Анна", "из письма", either.settings, clock.now
    )
    asyncio.run(service_set)
    shown = bookkeeping.registry_show(domain["id"], either.settings)
    assert "Reg  [a person's word]" in shown
    assert f"{domain['paid_until']}  [seen]" in shown
    assert f"Анна: Registrar: {domain['registrar']} → Reg (из письма)" in shown

    withdrawn = registering.registry_set(
        domain["id"], "registrar", "-", "Анна", "", either.settings, clock.now
    )
    assert "Reg → —" in asyncio.run(withdrawn)


def test_evidence_prints_the_exchange_whole(either: Office):
    """An id of the audit document leads to its question and answer."""
    written = audit_json(either.audit())

    assert len(written["evidence"]) > 5
    for id_, found in list(written["evidence"].items())[:8]:
        text = looking.evidence(id_, either.settings)
        assert found["question"] in text
        assert tape().vantage in text


# Reports


def test_a_report_printed_again_is_the_same_file(tmp_path: Path):
    """Byte for byte, but for the hash by which it names its audit; that is not touched, wherever the reports go."""
    result = Office.at(tmp_path, lang=("ru", "en")).audit(tape().names[:3])
    folder = Path(result.folder)
    audit = folder / "audit.json"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    audit.write_bytes(audit.read_bytes().replace(b'{\n  "schema"', b'{\n  "later": 1,\n  "schema"'))
    kept = audit.read_bytes()
    was, now = (sha256(each).hexdigest().encode() for each in (first["audit.json"], kept))

    for place in (tmp_path / "again", folder):
        files = printing.report(audit, ("en", "ru", "en"), place)
        assert [path.name for path in files] == ["cleanup.en.html", "cleanup.ru.html"]
        for path in files:
            assert path.read_bytes() == first[path.name].replace(was, now)

    assert kept != first["audit.json"]
    assert audit.read_bytes() == kept
    assert not (tmp_path / "again" / "audit.json").exists()


def test_what_is_no_audit_is_said(tmp_path: Path):
    """A missing file, a folder, another file, another language: one sentence, and nothing written."""
    other = tmp_path / "other.json"
    other.write_text("{}")
    for path, languages, says in (
        (tmp_path / "none.json", ["en"], "cannot be read"),
        (tmp_path, ["en"], "cannot be read"),
        (other, ["en"], "schema"),
        (other, ["de"], "no report in 'de'"),
        (other, [], "no language"),
    ):
        with pytest.raises((NotAnAudit, UnknownThing), match=says):
            printing.report(path, languages, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [other]


def test_a_file_is_replaced_whole_or_not_at_all(office: Office, tmp_path: Path):
    """No half-written file is left beside the reports."""
    result = office.audit(folder=tmp_path / "here")

    assert {path.name for path in (tmp_path / "here").iterdir()} == {
        "audit.json", "cleanup.en.html",
    }  # fmt: skip
    assert result.folder == str(tmp_path / "here")
    assert set(result.files) == {str(path) for path in (tmp_path / "here").iterdir()}


# Single looks and the machine


@pytest.mark.parametrize(
    ("probe", "target", "says"),
    [
        ("nothing", "a.ru", "choose from .*dns_records"),
        ("dns_records", "a b", "looks at a domain"),
        ("addresses", "a..b", "looks at a host name"),
        ("address_owner", "romashka.ru", "looks at an IP address"),
        ("tls_certificate", "romashka.ru:https", "not a port: 'https'"),
        ("tls_certificate", "romashka.ru:70000", "not a port"),
        ("tls_certificate", "romashka.ru:0", "not a port"),
        ("tls_certificate", "romashka.ru:" + "9" * 5000, "not a port"),
        ("tls_certificate", ":443", "not a domain name"),
    ],
)
def test_a_look_that_cannot_be_made_is_said(probe: str, target: str, says: str):
    """Before anything is opened."""
    with pytest.raises(UnknownThing, match=says):
        asyncio.run(looking.look(probe, target, Settings(), clock.now))


def test_the_doctor_says_when_the_database_is_damaged():
    """A check that finds damage is no check that all is well."""
    whole, damaged = checking.database_check(()), checking.database_check(("row 1 missing", "b"))

    assert whole.health is Health.OK
    assert damaged == Check(
        "database",
        Health.FAIL,
        "damaged: row 1 missing and 1 more",
        "Restore it from a backup copy.",
    )


def test_asset_ids_are_read_in_one_spelling():
    """Names in ids are canonical; other keys stay as they are."""
    assert arguments.asset_of("domain:РОМАШКА.РФ.") == Asset(
        Kind.DOMAIN, "xn--80aa3agjl3d.xn--p1ai"
    )
    assert arguments.asset_of("hosting:beget/A.ru") == Asset(Kind.HOSTING, "beget/A.ru")


def test_the_summary_is_json_and_text(office: Office):
    """The same numbers, for programs and for people."""
    result = office.audit()

    assert msgspec.json.decode(result.json(), type=AuditResult) == result
    text = result.text()
    assert text.startswith(f"{result.assets} assets of the client:")
    assert all(file in text for file in result.files)
    assert "incomplete" not in text
    assert "incomplete" in structs.replace(result, complete=False).text()
