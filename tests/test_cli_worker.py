"""`revizor worker` and `revizor jobs` as commands: ends, refusals, logs without secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scanner.cli import main
from scanner.cli import worker as working
from scanner.cli.logs import logging_as
from scanner.database import Database
from scanner.jobs import Job, queue_of
from scanner.jobs.worker import Stop

CANARY = "s3cr3t-of-the-office"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIZOR_VANTAGE", "home")


def run(*command: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, command)


def put(*jobs: Job) -> None:
    """Let jobs wait in the database that the commands take."""
    with Database.open("sqlite:///revizor.db") as database:
        queue = queue_of(database)
        asyncio.run(database.write(queue.install))
        asyncio.run(database.write(lambda connection: queue.put(connection, jobs)))


def test_a_worker_ends_when_its_time_is_up():
    """Exit code 0; what it did is in its log."""
    done = run("worker", "--for", "1s")

    assert done.exit_code == 0, done.output
    assert "worker 1 begins at home" in done.stderr
    assert ": done" in done.stderr
    assert run("jobs", "status").stdout.startswith("0 waiting, 0 running, ")


def test_jobs_are_shown_and_drained():
    """As text and as JSON; what fails is told with exit code 3, and tried again when somebody says so."""
    put(Job(name="sweep", key="sweep today", place="home"), Job(name="x", key="far", place="kazan"))
    assert "2 waiting" in run("jobs", "status").stdout

    drained = run("jobs", "drain")
    assert drained.exit_code == 0, drained.output
    assert drained.stdout == "1 done.\n"
    assert run("jobs", "drain", "--json").stdout == "{}\n"
    told = json.loads(run("jobs", "status", "--json").stdout)
    assert {(one["name"], one["state"]) for one in told["counts"]} == {
        ("sweep", "done"),
        ("x", "waiting"),
    }
    assert run("jobs", "drain", "--vantage", "kazan").exit_code == 3
    assert run("jobs", "retry").stdout == "0 jobs wait again.\n"


def test_what_cannot_be_helped_is_told_and_tried_again():
    """A rescan of nobody fails for good."""
    put(Job(name="rescan", key="rescan nobody", args={"client": "nobody"}, place="home"))

    assert run("jobs", "drain").exit_code == 3
    assert "failed after 1 attempts: rescan nobody" in run("jobs", "status").stdout
    assert json.loads(run("jobs", "retry", "--json").stdout) == {"waiting": 1}


def test_a_second_worker_on_sqlite_exits_75():
    """The first is at it."""
    with Database.open("sqlite:///revizor.db") as database, database.lock("worker"):
        done = run("worker", "--for", "1s")

    assert done.exit_code == 75
    assert "another Revizor" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("worker", "--listen", "everywhere"), "127.0.0.1:9100"),
        (("worker", "--listen", "99999"), "127.0.0.1:9100"),
        (("worker", "--for", "soon"), "30m"),
        (("worker", "--log", "xml"), "json"),
        (("jobs", "status", "--db", "oracle://x"), "not supported"),
        (("worker", "--db", f"postgresql://u:{CANARY}@127.0.0.1:1/x"), "cannot be reached"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(arguments: tuple[str, ...], says: str):
    """With advice, the documented exit code, and no secret."""
    result = run(*arguments)

    assert result.exit_code in (2, 74)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert CANARY not in result.output


def test_the_log_as_json_is_one_event_a_line(monkeypatch: pytest.MonkeyPatch):
    """ASCII alone, whatever a name holds; also by a setting."""
    monkeypatch.setenv("REVIZOR_LOG", "json")
    done = run("worker", "--for", "1s", "--db", "sqlite:///other.db")

    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"at", "level", "source", "event"} <= set(events[0])
    assert events[0]["event"] == "worker 1 begins at home"
    assert done.stderr.isascii()


def test_a_foreign_name_writes_nothing_into_the_terminal(capsys: pytest.CaptureFixture[str]):
    """Neither as text nor as JSON; an error has its trace in one event."""
    for kind in ("text", "json"):
        with logging_as(kind):
            try:
                raise OSError("\x1b]52;evil")
            except OSError:
                logging.getLogger("scanner.x").exception("bad \x1b[2J name \u202e")
    said = capsys.readouterr().err

    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "Traceback" in json.loads(said.splitlines()[-1])["trace"]


def test_the_second_signal_ends_it_at_once(monkeypatch: pytest.MonkeyPatch):
    """The first asks for an end in order."""
    left: list[int] = []
    monkeypatch.setattr(working.os, "_exit", left.append)

    async def story() -> list[bool]:
        stop, asked = Stop(), []
        with working.heeding_signals(stop):
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                asked.append(stop.is_asked)
        return asked

    assert asyncio.run(story())[-1]
    assert left == [130]
