"""Two places look at one world that does not show both the same: the installed command, start to end."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.internet.lab import Lab
from tests.internet.scenes import REVIZOR

STUB = "sosny-shop.ru"
"""A hosting's stub, for everybody who is let in."""
STUB_AT = "198.18.57.10"
LIVE = "sosny-bron.ru"
"""A site in use, for everybody who is let in."""
LIVE_AT = "198.18.19.10"
CLIENT = "places"
KEY = {"REVIZOR_OBSERVATIONS_KEY": "a secret of two places"}
PATIENCE = 240.0
"""Seconds for one command on a small machine."""


class Place(Struct, frozen=True):
    """A place in the lab: a folder with a database, and a name."""

    lab: Lab
    folder: Path
    name: str

    def run(self, *command: str | Path, reach: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command of the product here; it must succeed."""
        nets = [part for net in self.lab.allow_nets for part in ("--allow-net", net)]
        settings = ["--db", f"sqlite:///{self.folder}/revizor.db", "--config", self.lab.settings]
        more: Sequence[str | Path] = [*nets, "--quiet", "--vantage", self.name] if reach else []
        done = self.lab.run([REVIZOR, *command, *more, *settings], env=KEY, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done

    def audited(self, *command: str | Path) -> dict[str, dict[str, Any]]:
        """Run what writes a report; its sites by name."""
        out = self.folder / f"out-{len(list(self.folder.glob('out-*')))}"
        self.run(*command, "--out", out, reach=True)
        document = json.loads((out / "audit.json").read_text("utf-8"))
        return {one["name"]: one for one in document["assets"] if one["kind"] == "site"}


@contextlib.contextmanager
def closed(lab: Lab, address: str) -> Iterator[None]:
    """Let nobody visit an address for as long as the block lasts."""
    rule = ["ip", "daddr", address, "tcp", "dport", "{", "80,", "443", "}", "drop"]
    lab.space.check("nft", "add", "rule", "inet", "world", "loss", *rule)
    try:
        yield
    finally:
        lab.space.check("nft", "flush", "chain", "inet", "world", "loss")


@pytest.fixture
def home(internet: Lab, tmp_path: Path) -> Place:
    """Where the registry is."""
    folder = tmp_path / "home"
    folder.mkdir()
    return Place(internet, folder, "home")


@pytest.fixture
def away(internet: Lab, tmp_path: Path) -> Place:
    """Another place, which knows no client."""
    folder = tmp_path / "away"
    folder.mkdir()
    return Place(internet, folder, "away")


def disagreement(site: dict[str, Any]) -> dict[str, str]:
    """What is told of the two views."""
    (told,) = (one["params"] for one in site["reasons"] if one["code"] == "vantage.disagree")
    return dict(told)


def test_a_block_on_either_side_ends_nothing(internet: Lab, home: Place, away: Place):
    """A stub that another place cannot reach is not ended; a site closed to us is kept for the others."""
    wanted, seen = home.folder / "wanted.jsonl", away.folder / "seen.jsonl"
    with closed(internet, LIVE_AT):
        few = ("--depth", "0", "--guesses", "0", "--no-search")
        first = home.audited("audit", CLIENT, STUB, LIVE, *few)
    assert first[STUB]["verdict"] == "switch_off"
    assert "other_vantage" in first[STUB]["needs"]
    assert (first[LIVE]["use"], first[LIVE]["verdict"]) == ("unknown", "ask")

    home.run("observations", "export", "--wanted", CLIENT, "--out", wanted)
    with closed(internet, STUB_AT):
        away.run("observations", "look", wanted, "--out", seen, reach=True)
    assert "taken in" in home.run("observations", "import", seen).stdout
    assert "nothing has changed" in home.run("observations", "import", seen).stdout

    then = home.audited("rescan", "--second-look", CLIENT)
    assert (then[STUB]["use"], then[STUB]["verdict"]) == ("unknown", "ask")
    assert disagreement(then[STUB])["there_state"] == "site.no_answer"
    assert (then[LIVE]["use"], then[LIVE]["verdict"]) == ("used", "keep")
    assert disagreement(then[LIVE])["here_state"] == "site.no_answer"


def test_two_places_that_see_the_same_agree(home: Place, away: Place):
    """A stub here and there: still proposed, and it says from where it was seen."""
    wanted, seen = home.folder / "wanted.jsonl", away.folder / "seen.jsonl"
    home.audited("audit", CLIENT, STUB, LIVE, "--depth", "0", "--guesses", "0", "--no-search")
    home.run("observations", "export", "--wanted", CLIENT, "--out", wanted)
    away.run("observations", "look", wanted, "--out", seen, reach=True)
    home.run("observations", "import", seen)

    stub = home.audited("rescan", "--second-look", CLIENT)[STUB]
    (told,) = (row["params"] for row in stub["reasons"] if row["code"] == "verdict.rests_on")
    assert stub["verdict"] == "switch_off"
    assert told["vantages"] == ["away", "home"]
    assert told["looks"] == 1
    assert {"second_look", "other_vantage", "owner_word"} <= set(stub["needs"])
