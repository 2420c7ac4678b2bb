"""An evidence book in a file of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.database import Database
from scanner.evidence import Evidence


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with Database.open(f"sqlite:///{tmp_path}/scan.db") as opened:
        yield opened


@pytest.fixture
def evidence(database: Database) -> Evidence:
    """The real book of evidence, empty."""
    return Evidence(database)
