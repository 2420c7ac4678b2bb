"""`revizor tasks doctor` and `tasks feed`: what an operator sees when he sets trackers up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scanner.cli import main

CANARY = "CANARY5ecret7K3Q"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and nobody's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def revizor(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, arguments)


def test_without_any_tracker_the_doctor_says_what_to_set(here: Path):
    """A warning: nothing is wrong, but nobody is told."""
    done = revizor("tasks", "doctor", "--lang", "en")

    assert done.exit_code == 0
    assert "[trackers.NAME]" in done.stdout


def test_the_doctor_shows_each_line_and_no_secret(here: Path, monkeypatch: pytest.MonkeyPatch):
    """An unusable secret, and a portal that is not where it was said to be: exit code 1."""
    (here / "revizor.toml").write_text(
        '[trackers.one]\nkind = "bitrix24"\n[trackers.two]\nkind = "bitrix24"\n'
    )
    monkeypatch.setenv("REVIZOR_TRACKER_ONE_SECRET", f"https://127.0.0.1:1/rest/1/{CANARY}/")
    monkeypatch.setenv("REVIZOR_TRACKER_TWO_SECRET", f"{CANARY}")

    shown = revizor("tasks", "doctor", "--lang", "ru")
    told = json.loads(revizor("tasks", "doctor", "--json").stdout)

    assert shown.exit_code == 1
    assert CANARY not in shown.output + json.dumps(told)
    assert "allow_net" in shown.stdout
    assert {(one["tracker"], one["level"]) for one in told} == {("one", "fail"), ("two", "fail")}


def test_a_bad_option_is_one_sentence(here: Path):
    """Exit code 2, for every command alike."""
    (here / "revizor.toml").write_text('[trackers.one]\nkind = "bitrix24"\ngrup = 1\n')

    done = revizor("tasks", "doctor")

    assert done.exit_code == 2
    assert "[trackers.one]: no option 'grup'" in done.output
    assert "Traceback" not in done.output


def test_the_feed_says_where_it_lies(here: Path):
    """The same file the next time; a stranger's name is said."""
    first = revizor("tasks", "feed")
    second = revizor("tasks", "feed")

    assert first.exit_code == 0, first.output
    (path,) = (here / "feeds").iterdir()
    assert str(path.relative_to(here)) in first.stdout
    assert "ничего не изменилось" in second.stdout
    assert revizor("tasks", "feed", "--person", "Никто").exit_code == 2
