"""Every state and situation of the design, and every row of what it was made from, has a scene (rows.csv)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.internet import population
from tests.internet.scenes import listed
from tests.internet.vocabulary import ALIVE, DEADLY, STATES

WORLD = population.load()
with Path(__file__).with_name("rows.csv").open(encoding="utf-8") as file:
    ROWS = {row["row"]: row["scenes"].split() for row in csv.DictReader(file)}
PLAYED = {
    f"{client}/{domain.scene}": domain for client in WORLD.estates for domain in WORLD.owned(client)
}
SITUATIONS = {
    "keep", "renew", "fix", "transfer", "consolidate", "let_expire", "switch_off", "defensive",
    "broken_wanted_mail", "broken_wanted_certificate", "broken_wanted_link", "broken_unwanted",
    "lapsed", "unknown",
}  # fmt: skip
SHOWN_ELSEWHERE = {
    "R7": "tests/reports/test_order.py",
    "R11": "tests/probes/kit/test_signs.py",
    "R14": "tests/scanner/test_document.py",
    "R15": "tests/scanner/verdicts/test_vantages.py",
    "R16": "tests/scanner/evidence/test_layers.py",
    "R17": "tests/scanner/registry/test_registry.py",
    "R18": "tests/internet/test_vantages.py",
}
"""Rules of the facts that no single look plays, and the tests that hold them."""
UNSEEN = {"account agency"}
"""What neither a look from outside nor the papers of these clients tell."""


def played(row: str) -> set[str]:
    """The states that the truth of a row's scenes allows for the row's kind."""
    kind = row.partition(" ")[0]
    return {
        state
        for scene in ROWS[row]
        for key, truth in PLAYED[scene].truth.items()
        if key.partition(":")[0].partition("@")[0] == kind
        for state in listed(truth.state)
    }


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_scenes_that_are_played(row: str) -> None:
    """At least one, and each exists."""
    assert ROWS[row]
    assert set(ROWS[row]) <= set(PLAYED)


def test_every_state_of_the_design_has_a_row() -> None:
    """Of every kind that the world judges."""
    wanted = {
        f"{kind} {state}" for kind, uses in STATES.items() for ss in uses.values() for state in ss
    }

    assert wanted <= set(ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.partition(" ")[0] in STATES])
def test_a_state_is_in_the_truth_of_its_scenes(row: str) -> None:
    """The scene that a state's row names tells that state of an asset of its kind."""
    if row not in UNSEEN:
        assert row.partition(" ")[2] in played(row)


def test_every_situation_and_matrix_row_has_a_scene() -> None:
    """The design's table of verdicts, and the thirty rows of evidence it was made from."""
    assert {f"situation {name}" for name in SITUATIONS} <= set(ROWS)
    assert {f"matrix {number}" for number in range(1, 31)} <= set(ROWS)


def test_every_section_of_the_taxonomy_has_rows() -> None:
    """Domain, site, hosting, mail, certificate, service."""
    sections = {row.partition(" ")[0] for row in ROWS}

    assert {"1.1", "1.2", "1.3", "1.4", "1.5", "1.6"} <= sections


def test_every_rule_of_the_facts_has_a_scene_or_a_test() -> None:
    """R1 to R20: what one audit can break is played, the rest is held by tests that exist."""
    root = Path(__file__).parent.parent.parent

    missing = {f"R{number}" for number in range(1, 21)} - set(ROWS) - set(SHOWN_ELSEWHERE)

    assert missing == set()
    assert all((root / place).is_file() for place in SHOWN_ELSEWHERE.values())


@pytest.mark.parametrize("scene", sorted({scene for scenes in ROWS.values() for scene in scenes}))
def test_a_scene_says_whether_anything_of_it_may_end(scene: str) -> None:
    """Each truth names its verdicts, or forbids ends in words or by what its use means."""
    silent = [
        key
        for key, truth in PLAYED[scene].truth.items()
        if not listed(truth.verdict)
        and not (listed(truth.use) and set(listed(truth.use)) <= ALIVE)
        and not set(truth.forbidden) & DEADLY
    ]

    assert silent == []
