"""`[fingerprints] files` of revizor.toml: found from where the file lies, and told when they are bad."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from probes.kit import own_files
from probes.kit.fingerprints import all_fingerprints
from scanner.cli import main
from scanner.settings import Fingerprints, load

OWN = """
fingerprints = [
  { id = "our_stub", signal = "title", match = "exact", text = "Полка пуста", says = "placeholder", strength = "strong", source = "our notes", source_date = 2026-11-01 },
]
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder with nobody's settings; no sign outlives its test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    yield
    own_files.install([])


def test_a_relative_file_lies_beside_the_settings_that_name_it(tmp_path: Path):
    """Wherever the command is given; an absolute one lies where it says."""
    folder = tmp_path / "agency"
    folder.mkdir()
    settings = folder / "revizor.toml"
    settings.write_text('[fingerprints]\nfiles = ["signs/own.toml", "/etc/signs.toml"]', "utf-8")

    found = load({}, file=settings, environ={"HOME": str(tmp_path)})

    assert found.fingerprints == Fingerprints(
        files=(str(folder / "signs/own.toml"), "/etc/signs.toml")
    )


def test_the_users_signs_are_known_to_a_command(tmp_path: Path):
    """Any command takes them from the settings."""
    Path("own.toml").write_text(OWN, "utf-8")
    Path("revizor.toml").write_text('[fingerprints]\nfiles = ["own.toml"]', "utf-8")

    CliRunner().invoke(main, ["registry", "list", "nobody"])

    assert "our_stub" in {one.id for one in all_fingerprints()}


@pytest.mark.parametrize(
    ("own", "settings", "sentence"),
    [
        (OWN.replace("says", "said"), 'files = ["own.toml"]', "fingerprints number 1: Object contains unknown field `said`"),
        ("fingerprints = [", 'files = ["own.toml"]', "own.toml cannot be read as TOML"),
        (OWN, 'files = ["absent.toml"]', "absent.toml cannot be read: No such file"),
        (OWN, 'files = "own.toml"', "a setting cannot be used"),
        (OWN, 'paths = ["own.toml"]', "a setting cannot be used"),
    ],
)  # fmt: skip
def test_a_bad_file_ends_a_command_with_a_sentence_and_2(own: str, settings: str, sentence: str):
    """Before anything is asked or kept."""
    Path("own.toml").write_text(own, "utf-8")
    Path("revizor.toml").write_text(f"[fingerprints]\n{settings}", "utf-8")

    for command in (["audit", "client", "client.example", "--yes"], ["registry", "list", "client"]):
        result = CliRunner().invoke(main, command)

        assert result.exit_code == 2
        assert sentence in result.output
        assert not Path("revizor.db").exists()
