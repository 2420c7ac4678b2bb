"""Names by the thousand, whole zones and referrals, against a real authority and a real resolver."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.benchmarks.dns import zones
from tests.benchmarks.dns.world import NETWORK, ROOT, ask, loss, world
from tests.internet.lab import obstacles
from tests.internet.namespace import Namespace

NAMES = 5_000
LISTED = tuple(f"{label}.{{}}" for label in zones.HIDDEN if "hidden" not in label)


@pytest.fixture(scope="module")
def space() -> Iterator[Namespace]:
    """A namespace with knot and unbound; in CI it must be possible."""
    if reasons := obstacles():
        words = f"The namespace cannot be made here: {'; '.join(reasons)}."
        if os.environ.get("CI") == "true":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    with world() as made:
        yield made


def look(space: Namespace, probe: str, name: str, folder: Any) -> dict[str, Any]:
    """The outcome of one look of the product, made inside."""
    settings = folder / "revizor.toml"
    settings.write_text(
        f'resolver = ["{zones.RESOLVER}"]\nallow_net = ["{NETWORK}"]\n[pace]\ndns = "1000000/s"\n'
    )
    command = [sys.executable, "-m", "scanner", "look", probe, name, "--json", "--config", settings]
    done = subprocess.run(
        space.argv(list(map(str, command))),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout)["outcome"]
    return outcome


@pytest.mark.parametrize("zone", [zones.COLD[0], zones.CUT[0]], ids=["plain", "long answers"])
def test_thousands_of_names_are_exact(space: Namespace, zone: str) -> None:
    made = ask(space, zone, zones.RESOLVER, NAMES)
    assert (made["wrong"], made["unanswered"], made["found"]) == (0, 0, NAMES // 5)


def test_one_packet_in_twenty_may_be_lost(space: Namespace) -> None:
    with loss(space, 5):
        made = ask(space, zones.COLD[1], zones.RESOLVER, NAMES)
    assert (made["wrong"], made["unanswered"]) == (0, 0)


@pytest.mark.parametrize("zone", [zones.OPEN, zones.WILD], ids=["no wildcard", "wildcard"])
def test_the_shipped_list_finds_what_is_there(space: Namespace, zone: str, tmp_path: Any) -> None:
    fact = look(space, "names_below", zone, tmp_path)["fact"]
    assert {*fact["hosts"]} - {f"ns.{zone}"} == {name.format(zone) for name in LISTED}
    assert fact["unanswered"] == 0
    assert fact["complete"]


def test_a_zone_that_is_given_to_anybody_is_read_whole(space: Namespace, tmp_path: Any) -> None:
    fact = look(space, "zone_transfer", zones.OPEN, tmp_path)["fact"]
    assert fact["servers"][0]["said"] == "given"
    assert {*fact["hosts"]} == {f"{label}.{zones.OPEN}" for label in (*zones.HIDDEN, "ns")}


def test_a_zone_that_is_refused_says_nothing(space: Namespace, tmp_path: Any) -> None:
    fact = look(space, "zone_transfer", zones.WILD, tmp_path)["fact"]
    assert (fact["servers"][0]["said"], fact["hosts"]) == ("refused", [])


def test_the_chain_of_a_signed_zone_lists_its_names(space: Namespace, tmp_path: Any) -> None:
    fact = look(space, "zone_chain", zones.SIGNED, tmp_path)["fact"]
    assert (fact["chain"], fact["complete"]) == ("plain", True)
    assert {*fact["hosts"]} == {f"{label}.{zones.SIGNED}" for label in (*zones.HIDDEN, "ns")}


@pytest.mark.parametrize(("zone", "chain"), [(zones.HASHED, "hashed"), (zones.OPEN, "unsigned")])
def test_other_zones_list_nothing(space: Namespace, zone: str, chain: str, tmp_path: Any) -> None:
    fact = look(space, "zone_chain", zone, tmp_path)["fact"]
    assert (fact["chain"], fact["hosts"]) == (chain, [])


def test_the_parent_says_who_is_registered(space: Namespace, tmp_path: Any) -> None:
    assert look(space, "parent_delegation", zones.ELSEWHERE, tmp_path)["fact"] == {
        "parent": "ru",
        "servers": ["ns.ru"],
    }
    assert look(space, "parent_delegation", "free.ru", tmp_path) == {
        "is": "absent",
        "authority": "NXDOMAIN at ru",
    }
