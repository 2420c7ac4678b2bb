"""The demo works on any machine: no network, no database of anybody's, both reports, real verdicts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest
import zstandard
from click.testing import CliRunner
from msgspec import Struct, structs

from probes.kit.observation import AnyObservation, Reason, Unknown
from scanner.cli import main
from scanner.database import Database
from scanner.evidence import Evidence
from scanner.runs.tape import DemoTape, pack_tape
from tests.scanner.replayed import Heard, Office, tape


class Replayed(Struct):
    """What the demo's audit asked, and what its probes saw."""

    heard: Heard
    seen: tuple[AnyObservation, ...]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """The audit of the demo with somebody listening."""
    office, heard = Office.at(tmp_path_factory.mktemp("demo")), Heard()
    result = office.audit(tape().names, net=heard)
    run = json.loads((Path(result.folder) / "audit.json").read_bytes())["run"]["id"]
    with Database.open(office.settings.db) as database:
        return Replayed(heard, tuple(Evidence(database).observations(run)))


def test_the_demo_writes_both_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The whole pipeline over the recorded internet; nothing but the reports is left behind."""
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(main, ["demo", "--quiet"])

    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    folder = Path("audits/demo")
    assert {path.name for path in folder.iterdir()} == {
        "audit.json", "cleanup.ru.html", "cleanup.en.html",
    }  # fmt: skip
    assert os.listdir() == ["audits"]
    for path in folder.iterdir():
        assert str(path) in result.stdout
        assert path.stat().st_size > 100_000
    assert "Your own domain: revizor audit" in result.stdout
    written = json.loads((folder / "audit.json").read_bytes())
    verdicts = [asset["verdict"] for asset in written["assets"]]
    for verdict in ("keep", "fix", "ask", "switch_off", "let_expire"):
        assert verdicts.count(verdict) > 0, verdict
    assert written["run"]["complete"] is True
    asked = [source for source in written["run"]["sources"] if source["status"] != "skipped"]
    assert len(asked) >= 8
    assert all(source["answered"] > 0 for source in asked)


def test_every_question_of_the_demo_is_on_the_tape(replayed: Replayed):
    """When this fails, a probe asks something new: run `python -m tests.internet.record_demo` again."""
    assert replayed.heard.missing == []
    for observation in replayed.seen:
        match observation.outcome:
            case Unknown(reason=reason):
                assert reason not in (Reason.NOT_ASKED, Reason.BUG), observation


def test_the_demo_asks_most_of_what_is_on_the_tape(replayed: Replayed):
    """A tape full of answers to questions nobody puts any more is due for a new recording."""
    recorded = {exchange.question for exchange in tape().exchanges}

    assert len(recorded & set(replayed.heard.asked)) > 0.95 * len(recorded)


def test_a_tape_packed_is_the_tape_unpacked():
    """What the recorder writes is what the demo reads."""
    short = structs.replace(tape(), exchanges=tape().exchanges[:40])

    raw = zstandard.ZstdDecompressor().decompress(pack_tape(short))

    assert msgspec.msgpack.decode(raw, type=DemoTape) == short
    assert len(tape().names) > 10
    assert len(tape().exchanges) > 1_000
