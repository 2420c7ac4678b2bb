"""A saved audit printed again: by its file or its client's name, in every edition and format."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from scanner.cli import main
from scanner.service import printing
from scanner.service.arguments import UnknownThing
from scanner.service.printing import FORMATS
from tests.scanner.replayed import Office, tape

TEXT = ("html", "xlsx", "csv", "json", "ics")


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Office:
    """A place to work in, once on SQLite and once on PostgreSQL."""
    return Office.at(tmp_path, database_url)


def test_a_client_means_his_last_audit(either: Office, tmp_path: Path) -> None:
    """Wherever it was written; one that is gone, and one that never was, is said in a sentence."""
    either.audit()
    assert (
        printing.last_audit("romashka", either.settings).parent.parent
        == tmp_path / "audits/romashka"
    )

    either.audit(folder=tmp_path / "elsewhere", at=tape().at + timedelta(days=1))
    last = printing.last_audit("romashka", either.settings)

    assert last == tmp_path / "elsewhere" / "audit.json"
    assert json.loads(last.read_bytes())["client"]["slug"] == "romashka"
    last.unlink()
    with pytest.raises(UnknownThing, match=r"elsewhere/audit\.json, and is not there any more"):
        printing.last_audit("romashka", either.settings)
    with pytest.raises(UnknownThing, match="no client 'nobody'"):
        printing.last_audit("nobody", either.settings)


def test_every_format_and_edition_has_a_file_of_its_own(tmp_path: Path) -> None:
    """Two languages, but one document; what is printed twice is the same; nothing half-written stays."""
    folder = Path(Office.at(tmp_path).audit(folder=tmp_path / "here").folder)
    audit, before = folder / "audit.json", (folder / "audit.json").read_bytes()

    for edition, mark in (("internal", ""), ("client", "client.")):
        files = printing.report(audit, ("ru", "en"), folder, formats=TEXT, edition=edition)
        assert {path.name for path in files} == {
            *(f"cleanup.{mark}{lang}.{form}" for lang in ("ru", "en") for form in TEXT if form != "json"),
            f"audit.{mark}json",
        }  # fmt: skip
        again = printing.report(audit, ("ru",), tmp_path / edition, formats=TEXT, edition=edition)
        assert all(one.read_bytes() == (folder / one.name).read_bytes() for one in again)

    assert audit.read_bytes() == before
    assert not list(folder.glob("*.new"))
    shown = printing.report(
        folder / "audit.client.json", ("en",), tmp_path / "of", formats=("csv",)
    )
    assert shown[0].read_bytes() == (folder / "cleanup.client.en.csv").read_bytes()


def test_what_cannot_be_printed_is_said(tmp_path: Path) -> None:
    """An unknown format, none, an unknown edition, no browser, and an audit that would be written over another."""
    audit = Path(Office.at(tmp_path).audit().folder) / "audit.json"
    other = tmp_path / "other"
    other.mkdir()
    (other / "audit.json").write_text("{}")

    for wanted, says in (
        ({"formats": ("html", "doc")}, "no format 'doc'; choose from html, pdf"),
        ({"formats": ()}, "no format ''"),
        ({"edition": "secret"}, "no edition 'secret'; choose from client, internal"),
        ({"formats": ("html", "pdf"), "chromium": "/nowhere"}, "/nowhere cannot be run"),
        ({"formats": ("json",)}, "is there already and may be another audit"),
    ):
        with pytest.raises(UnknownThing, match=says):
            printing.report(audit, ("en",), other, **wanted)
    assert [path.name for path in other.iterdir()] == ["audit.json"]
    assert set(FORMATS) == {*TEXT, "pdf"}


def test_the_command_takes_a_file_or_a_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file needs no database; a client's name prints beside his last audit."""
    monkeypatch.chdir(tmp_path)
    office = Office.at(tmp_path)
    folder = Path(office.audit().folder)

    by_file = CliRunner().invoke(
        main, ["report", str(folder / "audit.json"), "--format", "csv,ics", "--lang", "en", "--out", "x"]
    )  # fmt: skip
    assert (by_file.exit_code, by_file.stdout) == (0, "x/cleanup.en.csv\nx/cleanup.en.ics\n")
    assert not (tmp_path / "revizor.db").exists()

    by_name = CliRunner().invoke(
        main,
        ["report", "romashka", "--edition", "client", "--lang", "ru", "--db", office.settings.db],
    )
    assert (by_name.exit_code, by_name.output) == (0, f"{folder}/cleanup.client.ru.html\n")
