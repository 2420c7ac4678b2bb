"""`revizor renewals`, `tasks` and `digest` from the command line: sentences, exit codes, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from scanner.cli import main
from tests.scanner.renewals.office import Office

NASTY = "Ро\x1b[31mмашка\u202e"


def revizor(*arguments: str) -> tuple[int, str]:
    """Run revizor in this process; return exit code and output."""
    done = CliRunner().invoke(main, list(arguments))
    return done.exit_code, done.output


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An agency whose database lies in the folder that we work in; today is the real day."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("revizor.toml").write_text('[agency]\nlanguage = "en"\n')
    opened = Office("sqlite:///revizor.db")
    opened.at = datetime.now(UTC)
    opened.person("Ольга")
    yield opened
    opened.close()


def _soon(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


def test_the_day_of_a_manager(office: Office) -> None:
    """He sees what is due, what he would be told, enters the new date, and the period is closed."""
    number = office.thing("domain:romashka.ru", _soon(9), responsible=1, name=NASTY, price="1200")
    assert revizor("tasks", "sync")[0] == 3  # nobody can be told

    code, listed = revizor("renewals", "--within", "30d", "--lang", "ru")
    assert code == 0
    assert "\\x1b[31m" in listed
    assert "\x1b" not in listed + revizor("tasks", "plan")[1] + revizor("digest")[1]
    (line,) = json.loads(revizor("renewals", "--json")[1])
    assert (line["object"], line["person"], line["amount"]) == (number, "Ольга", "1200")
    plan = json.loads(revizor("tasks", "plan", "--json")[1])
    assert (plan["untold"], plan["told"]) == (1, [])

    code, said = revizor("tasks", "done", str(number), "--why", "счёт 5", "--who", "Ольга")
    until = office.cycles(number)[-1].due
    assert code == 0
    assert f"→ {until}, says Ольга" in said
    assert (until.year - _soon(9).year, until.day) in ((1, _soon(9).day), (1, 28))
    assert office.cycles(number)[0].closed_why == "счёт 5"
    assert json.loads(revizor("renewals", "--json")[1]) == []
    assert revizor("tasks", "sync")[0] == 0

    deed = said.rpartition("registry undo ")[2].split("`")[0]
    assert revizor("registry", "undo", deed)[0] == 0
    (line,) = json.loads(revizor("renewals", "--json")[1])
    assert (line["object"], line["due"]) == (number, _soon(9).isoformat())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["renewals", "--within", "soon"], "60d"),
        (["renewals", "--within", "-5"], "60d"),
        (["renewals", "--client", "nobody"], "there is no client"),
        (["renewals", "--manager", "Никто"], "nobody is called"),
        (["tasks", "plan", "--client", "nobody"], "there is no client"),
        (["tasks", "list", "--client", "nobody"], "there is no client"),
        (["tasks", "done", "999", "--why", "x"], "there is no object"),
        (["tasks", "done", "1", "--until", "soon", "--why", "x"], "2027-05-04"),
        (["tasks", "done", "1"], "--why"),
        (["digest", "--person", "Никто"], "nobody is called"),
        (["renewals", "--lang", "de"], "'de'"),
    ],
)
def test_bad_input_is_one_sentence(office: Office, arguments: list[str], says: str) -> None:
    """Exit code 2, what is wrong, what there is."""
    office.thing("domain:romashka.ru", _soon(9))
    code, said = revizor(*arguments)

    assert (code, says in said) == (2, True), said


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('[agency]\nzone = "Moon/Base"', "time zone"),
        ('[agency]\ncountry = "XX"', "holidays"),
        ("[terms.domain]\ntreshold = [1]", "terms.domain"),
        ("[terms.domain]\nthresholds = [-1]", "terms.domain"),
    ],
)
def test_settings_that_cannot_be_used_are_named(office: Office, settings: str, says: str) -> None:
    """Before anything is done."""
    Path("revizor.toml").write_text(settings)

    for command in (["renewals"], ["tasks", "plan"], ["tasks", "sync"], ["digest"]):
        code, said = revizor(*command)
        assert (code, says in said) == (2, True), said


def test_terms_of_the_settings_count(office: Office) -> None:
    """Domains of this agency are told of ninety days before."""
    office.thing("domain:romashka.ru", _soon(80))
    assert json.loads(revizor("tasks", "plan", "--json")[1])["untold"] == 0
    revizor("tasks", "sync")
    Path("revizor.toml").write_text("[terms.domain]\nthresholds = [90, 10]")

    assert json.loads(revizor("tasks", "plan", "--json")[1])["untold"] == 1
