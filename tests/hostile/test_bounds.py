"""The tables of cases and of rows are whole, and the bounds notice what is too dear."""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.hostile.bounds import MEBIBYTE, TooDear, bounded
from tests.hostile.cases import CASES
from tests.hostile.rows import ROWS, Row

ROOT = Path(__file__).parents[2]


def test_there_are_a_hundred_cases_and_more_each_with_its_own_number_and_name() -> None:
    """Numbers run from one without a gap; every row of the threat model that concerns input is there."""
    assert [case.number for case in CASES] == list(range(1, len(CASES) + 1))
    assert len(CASES) >= 100
    assert max(Counter(case.name for case in CASES).values()) == 1
    assert {1, 3, 4, *range(6, 15), 15, 23} == {case.row for case in CASES}
    assert all(case.hostile and case.played for case in CASES)


def test_every_row_of_the_threat_model_is_there() -> None:
    """One to fourteen without a gap, and whatever row a case belongs to."""
    numbers = [row.number for row in ROWS]

    assert numbers[:14] == list(range(1, 15))
    assert {case.row for case in CASES} <= set(numbers)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number:02}")
def test_a_row_is_proved_where_it_says(row: Row) -> None:
    """Every test that a row rests on exists, under that name, in that file."""
    assert row.proved
    for proof in row.proved:
        file, _, test = proof.partition("::")
        assert test in _tests(file), proof


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_too_much_memory_is_noticed() -> None:
    """A block that holds twice what it may fails, one that holds half does not."""
    with bounded(growth=40 * MEBIBYTE):
        assert bytes(20 * MEBIBYTE)
    with pytest.raises(TooDear, match="memory"), bounded(growth=40 * MEBIBYTE):
        assert bytearray(b"z") * (80 * MEBIBYTE)


def test_too_much_work_is_noticed() -> None:
    """A block that never ends is ended."""
    with pytest.raises(TooDear, match="work"), bounded(work=0.05):
        assert sum(1 for _ in itertools.count()) < 0
