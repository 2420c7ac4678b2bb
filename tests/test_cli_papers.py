"""How papers were read is shown before anything is asked, and confirmed on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scanner.cli import main

TABLE = """Домен;Оплачен до;Цена в год, руб.;Пароль;Отдел
romashka.ru;04.05.2027;549,00;qwerty;Сбыт
shop.ru;05.06.2027;549,00;asdfgh;\x1b[2JСбыт
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty folder with one table."""
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text(TABLE)


def plan(*more: str) -> Result:
    """A dry run from the table."""
    return CliRunner().invoke(
        main, ["audit", "romashka", "--from", "table.csv", "--dry-run", *more]
    )


def on_a_terminal(answer: str, *more: str) -> tuple[int, str]:
    """Run the real command on a terminal, type an answer; return the exit code and all it printed."""
    control, terminal = pty.openpty()
    command = [sys.executable, "-m", "scanner", "audit", "romashka", "--from", "table.csv", *more]
    running = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "TERM": "dumb"},
    )  # fmt: skip
    os.close(terminal)
    os.write(control, answer.encode())
    printed = b""
    while True:
        try:
            piece = os.read(control, 4_096)
        except OSError:  # the terminal is closed: the command has ended
            break
        if not piece:
            break
        printed += piece
    os.close(control)
    return running.wait(60), printed.decode("utf-8", "replace")


def test_every_column_is_shown_with_its_reading():
    """Heading, meaning, how many cells fit, the reason and examples, on stderr; the plan on stdout."""
    said = " ".join(plan().stderr.split())

    assert "table.csv: 2 rows tell of 2 things of the client." in said
    assert "Домен names of the client (2 of 2 cells)" in said
    assert "Оплачен до paid until (2 of 2 cells): its cells are days, day first" in said
    assert "e.g. 04.05.2027 | 05.06.2027" in said
    assert "in RUB, for 12 months" in said
    assert "Отдел kept as a note" in said
    assert "table.csv" not in plan().stdout


def test_a_secret_is_shown_as_one_and_never_printed():
    """Neither it nor what would command the terminal."""
    said = " ".join(plan().output.split())

    assert "Пароль a secret, not kept" in said
    assert "qwerty" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize("more", [["--quiet"], ["--quiet", "--yes"]])
def test_a_quiet_job_hears_nothing(more: list[str]):
    """Nobody is there to read it."""
    assert plan(*more).stderr == ""


def test_a_no_ends_before_anything_is_done():
    """On a terminal the question comes first; a no says what to do, with exit code 2, and leaves nothing."""
    code, printed = on_a_terminal("n\n")

    assert code == 2
    assert "Take it so? [Y/n]" in printed
    assert "line of headings" in printed
    assert os.listdir() == ["table.csv"]


@pytest.mark.parametrize("more", [["--dry-run"], ["--yes", "--dry-run"]])
def test_nothing_is_asked_where_nothing_will_be_done(more: list[str]):
    """A plan is a plan."""
    code, printed = on_a_terminal("", *more)

    assert code == 0
    assert "Take it so?" not in printed
    assert "Nothing was sent." in printed


def test_a_list_leaves_nothing_to_confirm():
    """Its lines are the consultant's own word."""
    Path("list.txt").write_text("romashka.ru\n")
    result = CliRunner().invoke(main, ["audit", "romashka", "--from", "list.txt", "--dry-run"])

    assert result.stderr == ""
