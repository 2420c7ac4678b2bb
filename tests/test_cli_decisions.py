"""`revizor decisions` and `revizor switch-off`, as people type them."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from reports.decisions import Proposal, list_sha256
from scanner.assets import Advice, Asset, Kind, Ownership, Use
from scanner.cli import main
from scanner.database import Database
from scanner.registry import Client, Incoming, Registry
from scanner.registry.decisions import DecisionBook

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ROWS = (
    Proposal("hosting:beget/romashka", "switch_off"),
    Proposal("domain:old.ru", "let_expire"),
    Proposal("site:shop.ru", "ask"),
)
FILE = {
    "schema": "revizor.decisions/1",
    "client": "romashka",
    "audit_id": "run1",
    "list_sha256": list_sha256(ROWS),
    "signed": {"name": "Ольга Ильина", "position": "директор", "on": "2026-03-02"},
    "decisions": [
        {"id": "hosting:beget/romashka", "decision": "approved"},
        {"id": "domain:old.ru", "decision": "rejected", "comment": "ещё нужен\x1b[2J"},
    ],
}


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A registry with one client, three things and the list of one audit, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("REVIZOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REVIZOR_SPEAK", "en")
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("revizor.toml").write_text('[agency]\nlanguage = "en"\n')
    with Database.open("sqlite:///revizor.db") as opened:
        registry = Registry(opened)
        asyncio.run(registry.ensure_client(Client("romashka", "Ромашка"), AT))
        incoming = [
            Incoming(
                asset=Asset(Kind(row.id.partition(":")[0]), row.id.partition(":")[2]),
                ownership=Ownership.CONFIRMED, use=Use.UNUSED, advice=Advice(row.verdict),
            )
            for row in ROWS
        ]  # fmt: skip
        asyncio.run(registry.receive("romashka", "run1", incoming, AT))
        asyncio.run(DecisionBook(opened).keep_list("romashka", "run1", ROWS, AT))
        return opened


def run(*arguments: str, text: str | None = None) -> tuple[int, str]:
    """Run revizor in this process; return exit code and everything it printed."""
    result = CliRunner().invoke(main, list(arguments), input=text)
    return result.exit_code, result.output


def keep(rows: tuple[Proposal, ...], audit: str = "run2", day: int = 5) -> None:
    """Let a newer audit propose something else."""
    with Database.open("sqlite:///revizor.db") as opened:
        at = AT.replace(day=day)
        asyncio.run(DecisionBook(opened).keep_list("romashka", audit, rows, at))


def saved(**other: object) -> str:
    """Write the file that a report saves; return its name."""
    Path("decisions.json").write_text(json.dumps({**FILE, **other}))
    return "decisions.json"


def test_a_file_is_taken_once_and_listed() -> None:
    """The second time everything was known; what waits is named; foreign text cannot draw on the screen."""
    assert run("decisions", "import", saved()) == (
        0, "romashka: decisions noted: 2, known before: 0, of the list still open: 1.\n",
    )  # fmt: skip
    code, again = run("decisions", "import", "-", "--json", text=json.dumps(FILE))
    told = json.loads(again)
    assert (code, told["new"], len(told["same"]), told["open"]) == (0, [], 2, ["site:shop.ru"])

    code, listed = run("decisions", "list", "romashka")
    assert code == 0
    rows = [[cell for cell in line.split("  ") if cell] for line in listed.splitlines()]
    assert [cell.strip() for cell in rows[2][1:]] == [
        "Approved", "hosting:beget/romashka", "Switch off", "Ольга Ильина, 2026-03-02",
    ]  # fmt: skip
    assert [cell.strip() for cell in rows[3]] == ["No answer", "site:shop.ru"]
    assert "\\x1b" in listed
    assert "\x1b" not in listed


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"audit_id": "run7"}, "no audit run7 of romashka"),
        ({"client": "lilia"}, "no client 'lilia'"),
        ({"list_sha256": "0" * 64}, "its list is not the one of audit run1"),
        ({"signed": {"name": "  "}}, "nobody has signed it"),
        ({"signed": {"name": "Ольга", "on": "2099-01-01"}}, "which is still to come"),
        ({"decisions": FILE["decisions"] * 2}, "decided twice"),  # type: ignore[operator]
        ({"decisions": [{"id": "domain:x.ru", "decision": "approved"}]}, "not on the list"),
        ({"decisions": [{"id": "site:shop.ru", "decision": "deferred"}]}, "not until when"),
        ({"schema": "other"}, "it is not revizor.decisions/1"),
    ],
)
def test_a_file_that_cannot_count_is_refused(other: dict[str, object], says: str) -> None:
    """In one sentence, with exit 2, and nothing of it is noted."""
    code, output = run("decisions", "import", saved(**other))

    assert (code, output.count("\n")) == (2, 1)
    assert says in output
    assert "approved" not in run("decisions", "list", "romashka")[1]


def test_a_changed_list_is_refused_with_the_difference() -> None:
    """What came, went and says something else is named; what stands may be taken when asked for."""
    keep((
        Proposal("hosting:beget/romashka", "switch_off"),
        Proposal("site:shop.ru", "switch_off"),
        Proposal("mail:shop.ru", "ask"),
    ))  # fmt: skip

    code, output = run("decisions", "import", saved())
    assert code == 2
    assert "New: mail:shop.ru. No longer proposed: domain:old.ru." in output
    assert "Changed: site:shop.ru (was Ask the client, now Switch off)." in output

    code, output = run("decisions", "import", saved(), "--unchanged-only")
    assert code == 0
    assert "decisions noted: 1," in output
    assert "Left out, because changed since: domain:old.ru." in output


def test_a_decision_by_hand_names_who_decided() -> None:
    """It counts for the newest list; what is on none cannot be decided."""
    numbers = {
        line.split()[1]: line.split()[0]
        for line in run("registry", "list", "romashka")[1].splitlines()
        if ":" in line
    }
    number = numbers["domain:old.ru"]
    told = ("--signed", "Ольга Ильина", "--why", "по телефону")
    code, output = run("decisions", "set", number, "approved", *told)
    assert (code, output) == (
        0, "Noted: domain:old.ru (Let it expire): Approved, says Ольга Ильина.\n",
    )  # fmt: skip
    assert run("decisions", "set", number, "burn", *told)[0] == 2
    assert "until when" in run("decisions", "set", number, "deferred", *told)[1]
    assert "no object 99" in run("decisions", "set", "99", "approved", *told)[1]


def test_switching_off_is_noted_step_by_step() -> None:
    """The list says what comes next; a step out of turn is refused with the reason."""
    assert run("switch-off", "list", "romashka")[1] == "Nothing is approved to be switched off.\n"
    run("decisions", "import", saved())
    number = run("switch-off", "list", "romashka")[1].splitlines()[1].split()[0]

    code, output = run("switch-off", "note", number, "switched_off", "--note", "в панели")
    assert (code, output.count("\n")) == (2, 1)
    assert "first comes: signed, backup taken (backup), auto-renewal off (auto_renew_off)" in output
    for step in ("signed", "backup", "auto_renew_off", "switched_off"):
        code, output = run(
            "switch-off", "note", number, step, "--note", "в панели", "--who", "olga"
        )
        assert code == 0, output
    assert "it is watched until" in output
    told = json.loads(run("switch-off", "list", "romashka", "--json")[1])
    assert (told[0]["next"], told[0]["lifecycle"], told[0]["held"]) == ("observed", "off", False)
    assert "it is watched until" in run("switch-off", "note", number, "observed", "--note", "x")[1]
    assert run("switch-off", "note", number, "held", "--note", "клиент позвонил")[0] == 0
    assert "ON HOLD" in run("switch-off", "list", "romashka")[1]
    assert run("switch-off", "note", number, "restored", "--note", "вернули")[0] == 0


def test_a_need_is_told_with_its_own_step() -> None:
    """And with no other; a word that is no step is answered with those that are."""
    run("decisions", "import", saved())
    number = run("switch-off", "list", "romashka")[1].splitlines()[1].split()[0]

    assert (
        run("switch-off", "note", number, "met", "--need", "account_list", "--note", "из панели")[0]
        == 0
    )
    assert "with the step `met`" in run("switch-off", "note", number, "met", "--note", "x")[1]
    assert "choose from: signed" in run("switch-off", "note", number, "burn", "--note", "x")[1]
