"""What the registry tells reaches the report: at the audit, and fresh whenever it is printed again."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from reports import changes, departures, registry, tallies
from reports.audit_file import AuditFile
from reports.document import Cost, Registry, RegistryObject
from reports.wording import texts
from scanner.assets import Advice, Kind
from scanner.cli import main
from scanner.document import with_registry
from scanner.registry.words import Decision, Holder, Lifecycle
from scanner.renewals.owed import Payer
from scanner.renewals.savings import Saving
from scanner.renewals.switching_off import OffStep, steps_for
from scanner.service import reporting
from tests.reports import estates
from tests.scanner.replayed import Office, tape

NAMES = ("romashka-lab.ru", "kovyl-step.ru")
"""Of the second we propose that it expire."""


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Office:
    """A place to work in, once on SQLite and once on PostgreSQL."""
    return Office.at(tmp_path, database_url)


def said(office: Office, *words: str) -> str:
    """Run a command as a person does; it must succeed."""
    done = CliRunner().invoke(main, [*words, "--db", office.settings.db])
    assert done.exit_code == 0, done.output
    return done.output


def extract(file: Path) -> dict[str, Any]:
    """The registry's lines in a file, by the thing's id."""
    told = json.loads(file.read_bytes())["registry"]["objects"]
    return {one["asset"]: one for one in told}


CANARY = "NFR-CANARY-0123456789-7K3Q"


def test_check_12_a_licence_key_reaches_no_audit_and_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither file, in any format and edition, nor log: only its holder sees it, asked for by name."""
    caplog.set_level("DEBUG")
    monkeypatch.setenv("REVIZOR_REGISTRY_KEY", Fernet.generate_key().decode())
    office = Office.at(tmp_path)
    office.audit()
    said(
        office, "registry", "add", "romashka", "cms_licence", "Bitrix", "--paid-until", "2027-05-04"
    )
    (licence,) = [
        str(one["id"])
        for one in json.loads(said(office, "registry", "list", "romashka", "--json"))
        if one["asset"]["kind"] == "licence"
    ]
    command = [
        *["registry", "set"],
        licence,
        "licence_key",
        "-",
        "--why",
        "x",
        "--db",
        office.settings.db,
    ]
    assert CliRunner().invoke(main, command, input=f"{CANARY}\n").exit_code == 0
    assert CANARY in said(office, "registry", "show", licence, "--key", "--why", "x").splitlines()
    folder = Path(office.audit().folder)
    for edition in ("client", "internal"):
        said(office, "report", str(folder / "audit.json"), "--format", "html,xlsx,csv,json,ics",
             "--edition", edition, "--out", str(tmp_path / edition))  # fmt: skip

    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".db"]
    packed = [ZipFile(path) for path in written if path.suffix == ".xlsx"]
    inside = [book.read(name) for book in packed for name in book.namelist()]

    assert {path.suffix for path in written} >= {".html", ".json", ".xlsx", ".csv", ".ics"}
    assert "Bitrix" in (folder / "audit.json").read_text("utf-8")
    everything = b"".join([*(path.read_bytes() for path in written), *inside])
    assert CANARY.encode() not in everything
    assert b"CANARY" not in everything
    assert CANARY not in caplog.text


def number_of(office: Office, asset: str) -> str:
    """The number of an object."""
    kind, _, key = asset.partition(":")
    things = json.loads(said(office, "registry", "list", "romashka", "--json"))
    return next(str(one["id"]) for one in things if one["asset"] == {"kind": kind, "key": key})


def test_the_first_audit_repeats_nothing(tmp_path: Path) -> None:
    """What only looks know is in the audit already."""
    folder = Path(Office.at(tmp_path).audit().folder)

    assert extract(folder / "audit.json") == {}


def test_what_people_say_is_in_the_next_report(either: Office, tmp_path: Path) -> None:
    """Manager, project, price, payer, decision and steps; never keys, notes or another client's."""
    folder = Path(either.audit(NAMES).folder)
    written = json.loads((folder / "audit.json").read_bytes())
    ending = next(one for one in written["assets"] if one["verdict"] == "let_expire")
    domain = number_of(either, ending["id"])
    said(either, "people", "add", "Maria S.")
    said(either, "projects", "add", "romashka", "Shop", "--manager", "Maria S.")
    said(either, "registry", "link", domain, "Shop")
    said(either, "registry", "set", domain, "cost", "1490 RUB/12", "--why", "by phone")
    said(either, "registry", "set", domain, "notes", "a secret note", "--why", "x")
    said(either, "registry", "add", "romashka", "cms_licence", "Bitrix", "--paid-until", "2027-05-04",
         "--price", "38900 RUB/12", "--responsible", "Maria S.", "--why", "x")  # fmt: skip
    said(either, "clients", "add", "other")
    said(either, "registry", "add", "other", "cms_licence", "Not his", "--why", "x")
    said(either, "payments", "add", "romashka", "1490 RUB", "--object", domain, "--payer", "agency",
         "--on", "2026-10-01")  # fmt: skip
    said(either, "payments", "add", "romashka", "300 RUB", "--once", "--object", domain,
         "--payer", "client", "--on", "2026-10-02")  # fmt: skip
    said(either, "decisions", "set", domain, "approved", "--signed", "Olga R.", "--on", "2026-11-23",
         "--why", "letter")  # fmt: skip
    said(
        either,
        "switch-off",
        "note",
        domain,
        "signed",
        "--who",
        "Maria S.",
        "--note",
        "a secret note",
    )

    files = reporting.report_of_client(
        "romashka", ("en",), tmp_path / "fresh", either.settings, tape().at + timedelta(days=1),
        formats=("html", "json"), edition="client",
    )  # fmt: skip
    told = extract(tmp_path / "fresh" / "audit.client.json")
    line, licence = told[ending["id"]], next(o for o in told.values() if o["name"] == "Bitrix")

    assert (line["manager"], line["projects"], line["payer"]) == ("Maria S.", ["Shop"], "agency")
    assert Decimal(line["cost"]["amount"]) == 1490
    assert line["cost"]["source"] == "invoice"
    assert [(one["amount"], one["source"]) for one in line["one_off"]] == [("300.00", "invoice")]
    assert line["answer"]["decision"] == "approved"
    assert line["answer"]["by"] == "Olga R."
    assert [step["step"] for step in line["steps"]] == ["signed"]
    assert line["left"] == ["auto_renew_off", "verified_gone"]
    assert line["gain"] == "agreed"
    assert (licence["manager"], licence["paid_until"]) == ("Maria S.", "2027-05-04")
    page = files[0].read_text(encoding="utf-8")
    for words in ("Shop", "Olga R.", "the agency pays, Maria S.", "turn auto-renewal off", "1,490"):
        assert words in page
    for hidden in ("a secret note", "Not his"):
        assert hidden not in page
        assert hidden not in json.dumps(told)
    assert extract(folder / "audit.json") == {}, "the audit itself stays as it is"

    later = Path(either.audit(NAMES, at=tape().at + timedelta(days=2)).folder) / "audit.json"
    after = extract(later)
    assert after[ending["id"]]["manager"] == "Maria S."
    assert after[ending["id"]]["asked_on"] == tape().at.date().isoformat()
    spending = json.loads(later.read_bytes())["savings"]["spending"]
    assert {one["source"]: one["amount"] for one in spending} == {
        "invoice": "1490.00",
        "declared": "38900.00",
    }


def test_a_report_tells_what_changed_since_an_earlier_one(tmp_path: Path) -> None:
    """Beside the report, on a page of its own; only between audits of one client, the later one last."""
    office = Office.at(tmp_path)
    earlier = Path(office.audit().folder) / "audit.json"
    later = Path(office.audit(at=tape().at + timedelta(days=2)).folder) / "audit.json"

    done = CliRunner().invoke(
        main,
        [
            "report",
            str(later),
            "--since",
            str(earlier),
            "--lang",
            "en",
            "--out",
            str(tmp_path / "x"),
        ],
    )

    assert (done.exit_code, [Path(line).name for line in done.output.split()]) == (
        0,
        ["changed.en.html", "cleanup.en.html"],
    )
    assert "no difference between the two audits" in (tmp_path / "x/changed.en.html").read_text()
    wrong = CliRunner().invoke(main, ["report", str(earlier), "--since", str(later)])
    assert (wrong.exit_code, "is not earlier than" in wrong.output) == (2, True)


def test_a_person_outranks_what_was_seen_and_papers_fill_gaps() -> None:
    """The report's sums follow the registry; what it alone knows is paid for too, unless it is gone."""
    seen = AuditFile.of(estates.varied())
    price = Cost(amount=estates.cost("100").amount, currency="RUB", source="declared")
    base: dict[str, Any] = {"type": "other", "name": "x", "cost": price}
    told = Registry(
        objects=(
            RegistryObject(id="1", asset="domain:romashka.ru", **base),
            RegistryObject(id="2", asset="other:lift", **base),
            RegistryObject(id="3", asset="other:gone", status="deleted", **base),
            RegistryObject(id="4", asset="site:romashka.ru", type="site", name="no price"),
        )
    )

    counted = with_registry(seen.frame.savings, seen.entries, told)

    assert with_registry(seen.frame.savings, seen.entries, Registry()) == seen.frame.savings
    assert {one.source: str(one.amount) for one in counted.spending} == {
        "declared": "200.00",
        "invoice": "8770.00",
        "price_list": "5760.00",
        "estimate": "4188.00",
    }
    assert counted.total == 21
    seen.heed(told)
    assert next(e.cost for e in seen.entries if e.id == "domain:romashka.ru") == price
    seen.heed(Registry())
    assert next(e.cost for e in seen.entries if e.id == "domain:romashka.ru") != price


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (registry.Holder, tuple(Holder)),
        (registry.Payer, tuple(Payer)),
        (registry.Decision, tuple(Decision)),
        (registry.OffStep, tuple(OffStep)),
        (registry.Gain, (Saving.AGREED, Saving.REALISED, Saving.REFUSED)),
        (registry.Verdict, tuple(Advice)),
    ],
)
def test_the_document_takes_every_word_of_the_registry(
    pattern: Any, words: tuple[StrEnum, ...]
) -> None:
    """And no other."""
    (_, meta) = get_args(pattern)

    assert {*meta.pattern.strip("^$()").split("|"), ""} == {*words, ""}


def test_every_word_of_the_sections_is_written() -> None:
    """Whatever the registry holds has its words in the report."""
    come = {step for kind in Kind for verdict in Advice for step in steps_for(kind, verdict)}
    wanted = {
        "who_knows": tuple(Kind),
        "who_pays": tuple(Payer),
        "step_done": tuple(OffStep),
        "step_next": come,
        "departures.state": departures.STATES,
        "changes.sort": changes.SORTS,
        "state.account": tallies.HOLDERS,
        "lifecycle": tuple(Lifecycle),
    }

    missing = {f"{theme}.{word}" for theme, words in wanted.items() for word in words} - set(
        texts("ru")
    )

    assert missing == set()
    assert set(tallies.HOLDERS) == set(Holder)
