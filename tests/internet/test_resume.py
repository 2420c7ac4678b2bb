"""An audit that is stopped, however rudely, goes on where it was and ends as if nothing had been."""

from __future__ import annotations

import json
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from scanner.database import Database
from scanner.evidence import Evidence
from tests.internet.lab import Lab
from tests.internet.scenes import REVIZOR

CLIENT = "polyana"
PATIENCE = 120.0
"""Seconds for one run of the smallest estate."""
SLOW = '[pace]\n"*" = "30/min"\n'
"""An audit at this pace is surely not over before somebody comes."""
MOMENTS = [1, 2, 3]
MORE_MOMENTS = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 24)]

Row = tuple[str, str, str, bytes]


class Place(Struct, frozen=True):
    """Where one audit of the estate keeps its database and its reports."""

    lab: Lab
    folder: Path

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / "revizor.db"

    def command(self, settings: Path | None = None) -> list[str | Path]:
        """The command, the same each time."""
        nets = [part for net in self.lab.allow_nets for part in ("--allow-net", net)]
        asked = [REVIZOR, "audit", CLIENT, *self.lab.estates[CLIENT], *nets, "--quiet"]
        chosen = settings or self.lab.settings
        return [*asked, "--db", self.url, "--out", self.folder / "out", "--config", chosen]

    @property
    def url(self) -> str:
        """The database as the command takes it."""
        return f"sqlite:///{self.database}"

    def finish(self) -> dict[str, Any]:
        """Run to the end; the document."""
        done = self.lab.run(self.command(), timeout=PATIENCE)
        assert done.returncode in {0, 3}, done.stderr
        return dict(json.loads((self.folder / "out" / "audit.json").read_text("utf-8")))

    def kept(self) -> set[Row]:
        """Every observation that is safely stored."""
        return set(self._ask("SELECT run, target, probe, body FROM observation"))

    def count(self) -> int:
        """How many observations are safely stored."""
        return sum(number for (number,) in self._ask("SELECT count(*) FROM observation"))

    def _ask(self, query: str) -> list[Any]:
        try:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []  # not made yet

    def stop(self, after: int, by: signal.Signals, settings: Path | None = None) -> int:
        """Start the audit and stop it as soon as so many observations are kept; its exit code."""
        with self.running(after, settings) as process:
            process.send_signal(by)
            return process.wait(PATIENCE)

    @contextmanager
    def running(
        self, after: int, settings: Path | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """An audit under way in which so many observations are kept, or that has just ended."""
        process = self.lab.popen(self.command(settings))
        try:
            deadline = time.monotonic() + PATIENCE
            while self.count() < after and process.poll() is None:
                assert time.monotonic() < deadline, "the audit makes no progress"
                time.sleep(0.005)
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)


@pytest.fixture
def place(internet: Lab, tmp_path: Path) -> Place:
    """A fresh place."""
    return Place(internet, tmp_path)


@pytest.fixture(scope="module")
def undisturbed(internet: Lab, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, int]:
    """What an audit says that nobody stops, and how many observations it makes."""
    place = Place(internet, tmp_path_factory.mktemp("undisturbed"))
    document = place.finish()
    return plain(document), len(place.kept())


@pytest.mark.parametrize("seed", [*MOMENTS, *MORE_MOMENTS])
def test_an_audit_killed_at_any_moment_ends_the_same(
    seed: int, place: Place, undisturbed: tuple[Any, int]
) -> None:
    """Nothing kept is lost or asked again, and the document differs in nothing that matters."""
    expected, total = undisturbed
    place.stop(random.Random(seed).randint(1, total), signal.SIGKILL)
    before = place.kept()

    document = place.finish()

    assert before <= place.kept()
    assert len({run for run, _, _, _ in place.kept()}) == 1
    assert asked_again(place) == set()
    assert plain(document) == expected


def test_an_audit_killed_again_and_again_ends_the_same(
    place: Place, undisturbed: tuple[Any, int]
) -> None:
    """Three kills in one audit, the last one when everything is seen and nothing is written."""
    expected, total = undisturbed
    for after in (total // 4, total // 2, total):
        place.stop(after, signal.SIGKILL)
        assert len(place.kept()) >= after

    document = place.finish()

    assert asked_again(place) == set()
    assert plain(document) == expected


def test_ctrl_c_keeps_what_was_found(place: Place, undisturbed: tuple[Any, int]) -> None:
    """Exit 130, at once and in order; the same command goes on."""
    expected, total = undisturbed
    settings = place.folder / "slow.toml"
    settings.write_text(SLOW)

    code = place.stop(total // 10, signal.SIGINT, settings)
    before = place.kept()
    document = place.finish()

    assert code == 130
    assert total // 10 <= len(before) < total
    assert before <= place.kept()
    assert plain(document) == expected


def test_a_second_audit_of_the_client_waits_its_turn(
    place: Place, undisturbed: tuple[Any, int]
) -> None:
    """While one runs, another is refused with 75 and changes nothing; a killed one blocks nobody."""
    expected, _ = undisturbed
    settings = place.folder / "slow.toml"
    settings.write_text(SLOW)
    with place.running(1, settings) as first:
        second = place.lab.run(place.command(), timeout=PATIENCE)
        assert first.poll() is None
        first.kill()
        first.wait(PATIENCE)

    document = place.finish()

    assert second.returncode == 75
    assert len(second.stderr.splitlines()) == 1
    assert plain(document) == expected


def test_a_later_audit_knows_everything_again(place: Place) -> None:
    """A second whole run is a run of its own, and no object of the registry is doubled."""
    place.finish()
    first = _registry(place)

    place.finish()
    second = _registry(place)

    assert len({run for run, _, _, _ in place.kept()}) == 2
    assert len(first) > 0
    assert [(thing["id"], thing["asset"]) for thing in second] == [
        (thing["id"], thing["asset"]) for thing in first
    ]


def plain(document: dict[str, Any]) -> Any:
    """A document without what may differ: the run, times, counts of questions, evidence's ids.

    A reference to evidence becomes the question and the answer it stands for, each once: a look that
    was in flight asks anew, also what looks of one run else share, and that answer has two ids then.
    """
    evidence = {key: _answer(piece) for key, piece in document["evidence"].items()}

    def strip(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            dropped = {"at", "asked", "answered"}
            return {name: strip(one, name) for name, one in value.items() if name not in dropped}
        if key == "evidence":
            return sorted({evidence[one] for one in value})
        return [strip(one) for one in value] if isinstance(value, list) else value

    rest = {name: strip(part, name) for name, part in document.items() if name != "evidence"}
    sources = rest.pop("run")["sources"]
    del rest["generated_at"]
    return {**rest, "sources": sources, "answers": sorted(set(evidence.values()))}


def _answer(piece: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Question and answer; a resolver counts the TTL down and turns the records round."""
    lines = re.sub(r" \d+ IN ", " IN ", piece["excerpt"]).splitlines()
    turned = piece["question"].startswith("DNS ")
    return piece["question"], tuple(sorted(lines) if turned else lines)


def asked_again(place: Place) -> set[str]:
    """Exchanges that no observation rests on: a look that was kept and then made once more."""
    database = Database.open(place.url)
    try:
        book = Evidence(database)
        runs = {run for run, _, _, _ in place.kept()}
        rests_on = {one for run in runs for seen in book.observations(run) for one in seen.evidence}
    finally:
        database.close()
    with closing(sqlite3.connect(place.database)) as connection:
        return {id_ for (id_,) in connection.execute("SELECT id FROM exchange")} - rests_on


def _registry(place: Place) -> list[dict[str, Any]]:
    done = place.lab.run([REVIZOR, "registry", "list", CLIENT, "--json", "--db", place.url])
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))
