"""Gives tests the miniature internet, started once for the session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.internet.lab import Lab, obstacles
from tests.internet.scenes import REVIZOR, Audit, Audits, audit


@pytest.fixture(scope="session")
def internet() -> Iterator[Lab]:
    """A running lab. In CI it must be possible; elsewhere the reason why not is said."""
    _must_be_possible()
    lab = Lab.start()
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def hidden_world() -> Iterator[Lab]:
    """A second running lab, in which the estates of discovery live."""
    _must_be_possible()
    lab = Lab.start(which="discovery")
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def audits(internet: Lab, tmp_path_factory: pytest.TempPathFactory) -> Audits:
    """The audit of a client, made when first asked for; the same failure is not paid for twice."""
    if not REVIZOR.exists():
        words = f"{REVIZOR} is not installed: pip install -e ."
        if os.environ.get("CI") == "true":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
    made: dict[str, Audit | AssertionError] = {}

    def of(client: str) -> Audit:
        if client not in made:
            try:
                made[client] = audit(
                    internet,
                    client,
                    tmp_path_factory.mktemp(client),
                    more=internet.handed(client),
                )
            except AssertionError as error:
                made[client] = error
        done = made[client]
        if isinstance(done, AssertionError):
            raise AssertionError(str(done))
        return done

    return of


def _must_be_possible() -> None:
    reasons = obstacles()
    if reasons:
        words = f"The miniature internet cannot run here: {'; '.join(reasons)}."
        if os.environ.get("CI") == "true":
            pytest.fail(words, pytrace=False)
        pytest.skip(words)
