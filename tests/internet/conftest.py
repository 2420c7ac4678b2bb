"""Gives tests the miniature internet, started once for the session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.internet.lab import Lab, obstacles


@pytest.fixture(scope="session")
def internet() -> Iterator[Lab]:
    """A running lab. In CI it must be possible; elsewhere the reason why not is said."""
    reasons = obstacles()
    if reasons:
        words = f"The miniature internet cannot run here: {'; '.join(reasons)}."
        if os.environ.get("CI") == "true":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    lab = Lab.start()
    yield lab
    lab.stop()
