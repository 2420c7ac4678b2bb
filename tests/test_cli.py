"""The command line keeps its promises: help, start-up, documented commands, sentences for bad input."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from scanner.cli import ABOUT, COMMANDS, main

ROOT = Path(__file__).parent.parent
HEAVY = {"sqlmodel", "sqlalchemy", "babel", "httpx", "cryptography", "jinja2", "dns", "rich"}


def run(*arguments: str) -> tuple[int, str]:
    """Run revizor in this process; return exit code and everything it printed."""
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.output + (str(result.exception or ""))


def test_help_imports_nothing_heavy():
    """`--help` and completion answer at once because no database, network or template is imported."""
    code = "import sys; from scanner.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not HEAVY & {module.partition(".")[0] for module in done.stderr.split()}


def test_every_command_is_listed_with_what_it_does():
    """The list of commands is complete, and each opens its help without an error."""
    assert set(COMMANDS) == set(ABOUT)
    for name in COMMANDS:
        code, text = run(name, "--help")
        assert code == 0, text
        assert "Usage:" in text


def documented() -> list[str]:
    """Every `revizor …` command line in README's code blocks."""
    blocks = re.findall(
        r"```(?:sh|console)?\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    lines = (line.split("#")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if re.search(r"(^|/)revizor ", line)]


@pytest.mark.parametrize("line", documented())
def test_documented_commands_exist_with_their_options(line):
    """A command that README shows is one that the program knows, options included."""
    words = line[re.search(r"(^|/)revizor ", line).end() :].split()
    _, text = run(words[0], "--help")

    assert words[0] in COMMANDS
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["audit", "romashka", "not a domain"], "not a domain name"),
        (["audit", "romashka", "--from", "/nonexistent/list.txt"], "cannot be read"),
        (["audit", "romashka", "romashka.ru", "--allow-net", "10.0.0.0/99"], "not a network"),
        (["audit", "romashka", "romashka.ru", "--config", "/nonexistent.toml"], "no settings file"),
        (["audit", "romashka", "romashka.ru", "--fail-on", "perhaps"], "verdict"),
        (["audit", "..", "romashka.ru"], "client"),
        (["audit", "romashka"], "name"),
        (["look", "nothing", "romashka.ru"], "probe"),
        (["look", "dns_records", "no such.name"], "not"),
        (["report", "/nonexistent/audit.json"], "audit.json"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(arguments, says):
    """What a person got wrong is said in one sentence, with exit code 2 and no traceback."""
    code, text = run(*arguments)

    assert code == 2, text
    assert says in text
    assert "Traceback" not in text
