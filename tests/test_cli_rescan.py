"""`revizor rescan --due` and `revizor db` as commands: help, refusals in one sentence, exit codes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import scanner.cli.rescan as rescanning
from scanner.cli import main
from scanner.cli.rescan import Duration
from scanner.database import Database
from scanner.evidence.due import DueBook
from tests.scanner.elsewhere import CLIENT, Desk, day


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIZOR_VANTAGE", "home")
    monkeypatch.setenv("REVIZOR_SPEAK", "en")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An office with one audit done, in the database that the commands take; it is an hour later."""
    desk = Desk.at(tmp_path, f"sqlite:///{tmp_path}/revizor.db")
    desk.audit()
    monkeypatch.setattr(rescanning, "now", lambda: day(1 / 24))
    return desk


def run(*command: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, command)


def test_where_nothing_is_due_nothing_happens(desk: Desk):
    """With the next time, for all clients and for one; exit code 0, and no packet (traffic would raise)."""
    everybody, one = run("rescan", "--due"), run("rescan", "--due", CLIENT)

    assert (everybody.exit_code, one.exit_code) == (0, 0)
    assert "Nothing is due. Next look due on 2" in everybody.stdout
    assert f"{CLIENT}: nothing is due." in one.stdout
    assert json.loads(run("rescan", "--due", "--json").stdout) == []


def test_where_nothing_is_due_nothing_is_loaded_that_looks(desk: Desk):
    """Cron asks every minute: no probe, no template and no network library is imported."""
    code = (
        "import sys, scanner.cli.rescan as rescanning\n"
        "from datetime import datetime\n"
        "rescanning.now = lambda: datetime.fromisoformat(sys.argv[2])\n"
        "try: rescanning.rescan(['--due', '--db', sys.argv[1]])\n"
        "except SystemExit: print(*sorted(sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, desk.settings.db, day(1 / 24).isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "Nothing is due" in done.stdout
    loaded = done.stderr.split()
    heavy = {"dns", "httpx", "jinja2", "babel", "alembic", "cryptography", "lxml", "h11"}
    assert not heavy & {module.partition(".")[0] for module in loaded}
    assert "scanner.service" not in loaded


def test_an_empty_database_says_what_to_do(tmp_path: Path):
    """There is nothing to look again at."""
    result = run("rescan", "--due")

    assert result.exit_code == 0
    assert "no audit here" in result.stdout


@pytest.mark.usefixtures("desk")
def test_the_second_one_exits_75(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """While the first is at work on the client."""
    monkeypatch.setattr(rescanning, "now", lambda: day(2))
    with Database.open(desk.settings.db) as database, database.lock(f"audit {CLIENT}"):
        result = run("rescan", "--due", "--quiet")

    assert result.exit_code == 75
    assert "another Revizor" in result.stderr


@pytest.mark.usefixtures("desk")
def test_with_a_clock_that_is_weeks_behind_it_exits_75(monkeypatch: pytest.MonkeyPatch):
    """In one sentence that says what to do, and nothing is looked at (traffic would raise)."""
    monkeypatch.setattr(rescanning, "now", lambda: day(-21))
    result = run("rescan", "--due", "--quiet")

    assert result.exit_code == 75
    assert result.stderr.count("\n") == 1
    assert "set it and run the same again" in result.stderr


@pytest.mark.usefixtures("desk")
def test_when_the_time_is_up_it_exits_3(monkeypatch: pytest.MonkeyPatch):
    """Work is left over; a minute later it goes on."""
    moments = iter([day(2), *[day(3)] * 99])
    monkeypatch.setattr(rescanning, "now", lambda: next(moments))
    result = run("rescan", "--due", "--for", "1m", "--quiet", CLIENT)

    assert result.exit_code == 3
    assert "the time is up" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rescan",), "--due, --all or --second-look"),
        (("rescan", "--due", "nobody"), "no client 'nobody'"),
        (("rescan", "--due", "--for", "soon"), "30m"),
        (("rescan", "--due", "--for", "9999999m"), "30m"),
        (("rescan", "--second-look", "--for", "1m"), "--for is for"),
        (("rescan", "--due", "--out", "x"), "one CLIENT"),
        (("db", "copy", "sqlite:///none.db", "sqlite:///there.db"), "no Revizor database"),
        (("db", "copy", "sqlite:///revizor.db", "sqlite:///revizor.db"), "same database"),
        (("db", "backup", "--db", "sqlite:///none.db"), "no such database"),
        (("db", "backup", "--db", "postgresql://office/revizor"), "pg_dump"),
        (("db", "check", "--db", "oracle://x"), "not supported"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_what_cannot_be_is_refused_in_a_sentence(arguments: tuple[str, ...], says: str):
    """With advice, and the documented exit code."""
    result = run(*arguments)

    assert result.exit_code in (2, 74)
    assert says in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "time"),
    [("90s", timedelta(seconds=90)), ("30m", timedelta(minutes=30)), ("1d", timedelta(days=1))],
)
def test_a_time_is_read_as_people_write_it(text: str, time: timedelta):
    """A number and a letter."""
    assert Duration().convert(text, None, None) == time


@pytest.mark.usefixtures("desk")
def test_the_database_is_looked_after(tmp_path: Path):
    """Upgraded, checked, backed up beside it, and copied."""
    upgraded, checked, saved = run("db", "upgrade"), run("db", "check"), run("db", "backup")
    assert [one.exit_code for one in (upgraded, checked, saved)] == [0, 0, 0]
    assert "current" in upgraded.stdout
    assert "sound" in checked.stdout
    assert list(tmp_path.glob("revizor.db.*.backup"))

    copied = run("db", "copy", "--quiet", "sqlite:///revizor.db", "sqlite:///there.db")
    assert copied.exit_code == 0, copied.output
    assert "as they were" in copied.stdout
    assert run("rescan", "--due", "--db", "sqlite:///there.db", CLIENT).exit_code == 0


def test_a_damaged_database_is_said_to_be(desk: Desk):
    """Exit code 74, and what to do."""
    with Database.open(desk.settings.db) as database:
        asyncio.run(DueBook(database).replace(CLIENT, ()))
    with Path("revizor.db").open("r+b") as file:
        file.seek(Path("revizor.db").stat().st_size // 2)
        file.write(b"\xff" * 8192)
    result = run("db", "check")

    assert result.exit_code == 74
    assert "backup" in result.stderr
