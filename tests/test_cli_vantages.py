"""`revizor rescan` and `revizor observations` as commands: help, refusals in one sentence, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scanner.cli import main
from scanner.database import Database
from scanner.service import clock
from scanner.settings import Settings
from tests.scanner.elsewhere import CLIENT, KEY, STUB, Desk, day


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own, beside an audit of the recorded internet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIZOR_OBSERVATIONS_KEY", KEY)
    monkeypatch.setenv("REVIZOR_VANTAGE", "home")
    monkeypatch.setenv("REVIZOR_SPEAK", "en")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An office with one audit done, in the database that the commands take unless told otherwise."""
    desk = Desk.at(tmp_path, f"sqlite:///{tmp_path}/revizor.db")
    desk.audit()
    return desk


@pytest.fixture
def _on_the_second_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' clock stands a day after the audit."""
    monkeypatch.setattr(clock, "now", lambda: day(1))


def run(*command: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, command)


def test_rescan_wants_to_know_what_to_do():
    """Plain rescan does nothing yet, and says what there is."""
    result = run("rescan", CLIENT)

    assert result.exit_code == 2
    assert "--second-look" in result.stderr


def test_an_unknown_client_is_told():
    """In one sentence, with exit code 2."""
    result = run("rescan", "--second-look", "nobody")

    assert result.exit_code == 2
    assert "no client 'nobody'" in result.stderr


def test_without_clients_there_is_nothing_to_do():
    """Every client of an empty registry is none."""
    assert run("rescan", "--second-look").exit_code == 0


@pytest.mark.usefixtures("_on_the_second_day")
def test_what_is_not_due_is_told_with_its_day(desk: Desk):
    """And nothing is asked of anybody: the command ends with 0 and writes nothing."""
    folders = sorted((desk.folder / "audits" / CLIENT).iterdir())
    result = run("rescan", "--second-look", CLIENT, "--quiet")

    assert result.exit_code == 0
    assert f"Next second look due on {day(3):%Y-%m-%d %H:%M} UTC" in result.stdout
    assert "observations export --wanted" in result.stdout
    assert sorted((desk.folder / "audits" / CLIENT).iterdir()) == folders


@pytest.mark.usefixtures("_on_the_second_day", "desk")
def test_a_program_gets_json():
    """A list, a client each."""
    (told,) = json.loads(run("rescan", "--second-look", "--json", "--quiet").stdout)

    assert told["client"] == CLIENT
    assert told["audit"] is None
    assert {thing["asset"]["key"] for thing in told["waiting"]} >= {STUB}


@pytest.mark.usefixtures("_on_the_second_day")
def test_a_client_in_work_is_left_and_told(desk: Desk):
    """Exit code 75: try later."""
    with Database.open(desk.settings.db) as database, database.lock(f"audit {CLIENT}"):
        result = run("rescan", "--second-look", "--quiet")

    assert result.exit_code == 75
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("_on_the_second_day")
def test_looks_go_out_and_come_home(desk: Desk):
    """Wanted here, looked at there, imported here: each step says what it did."""
    asked = run("observations", "export", "--wanted", CLIENT, "--out", "wanted.jsonl")
    assert asked.exit_code == 0
    assert "names to look at" in asked.stdout

    (desk.folder / "away").mkdir()
    away = Desk.at(desk.folder / "away", vantage="away")
    seen = away.answer(desk.folder / "wanted.jsonl", 1)
    taken = run("observations", "import", str(seen))
    assert taken.exit_code == 0
    assert "looks from away taken in" in taken.stdout
    again = run("observations", "import", str(seen))
    assert (again.exit_code, "nothing has changed" in again.stdout) == (0, True)


@pytest.mark.usefixtures("_on_the_second_day", "desk")
def test_all_looks_of_a_client_go_out():
    """Since a day, or since ever."""
    assert run("observations", "export", CLIENT, "--out", "all.jsonl").exit_code == 0
    assert Path("all.jsonl").stat().st_size > 10_000
    later = f"{day(2):%Y-%m-%d}"
    none = run("observations", "export", CLIENT, "--since", later, "--out", "none.jsonl")
    assert (none.exit_code, Path("none.jsonl").exists()) == (2, False)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("observations", "import", "missing.jsonl"), "cannot be read"),
        (("observations", "import", "page.html"), "does not say what it is"),
        (("observations", "look", "page.html", "--out", "x.jsonl"), "does not say what it is"),
        (("observations", "export", "nobody", "--out", "x.jsonl"), "no looks of nobody"),
        (("observations", "export", "--wanted", "nobody", "--out", "x.jsonl"), "no client"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(command: tuple[str, ...], says: str):
    """Exit code 2, one line, no traceback, no file."""
    Path("page.html").write_text("<html>\x1b[2J</html>\n")
    result = run(*command)

    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert not Path("x.jsonl").exists()


@pytest.mark.parametrize("command", ["import", "look"])
def test_without_a_key_nothing_is_believed(command: str, monkeypatch: pytest.MonkeyPatch):
    """The sentence names both ways to give one."""
    monkeypatch.delenv("REVIZOR_OBSERVATIONS_KEY")
    Path("seen.jsonl").write_text("{}\n")
    more = ("--out", "x.jsonl") if command == "look" else ()
    result = run("observations", command, "seen.jsonl", *more)

    assert result.exit_code == 2
    assert "REVIZOR_OBSERVATIONS_KEY" in result.stderr
    assert "observations_key_file" in result.stderr


def _load(**environ: str) -> Settings:
    from scanner.settings import load

    return load({}, environ=environ, folder=Path.cwd())


def test_the_key_comes_from_the_environment_or_a_file():
    """The environment first; never printed."""
    Path("key").write_text("the secret of the file\n")
    Path("revizor.toml").write_text('observations_key_file = "key"\n')

    assert _load().observations_key.secret == b"the secret of the file"
    given = _load(REVIZOR_OBSERVATIONS_KEY="the secret of the shell")
    assert given.observations_key.secret == b"the secret of the shell"
    assert "of the shell" not in repr(given)
    assert "of the file" not in repr(_load())


@pytest.mark.parametrize(
    ("settings", "environ", "says"),
    [
        ('observations_key = "the secret of all"', {}, "observations_key_file"),
        ('observations_key_file = "missing"', {}, "cannot be read"),
        ('observations_key_file = "key"', {}, "not text"),
        ("", {"REVIZOR_OBSERVATIONS_KEY": "short"}, "shorter than 16"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_without_it(
    settings: str, environ: dict[str, Any], says: str
):
    """One sentence, without the key."""
    from scanner.settings import BadSettings

    Path("key").write_bytes(b"\xff\xfe\x00")
    Path("revizor.toml").write_text(settings)

    with pytest.raises(BadSettings, match=says) as told:
        _load(**environ)
    assert "the secret" not in str(told.value)


def test_help_shows_the_whole_way():
    """Three steps, and what both places need."""
    said = run("observations", "--help").stdout

    for step in ("export --wanted", "observations look", "observations import", "--second-look"):
        assert step in said
    assert "REVIZOR_OBSERVATIONS_KEY" in said
    assert "72 hours" in " ".join(run("rescan", "--help").stdout.split())
