"""The population is well formed: its words are the design's, its scenes are complete."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.internet import population
from tests.internet.domains import Truth
from tests.internet.lab import Row, truth_of
from tests.internet.scenes import Audit, complaints, forbidden, listed
from tests.internet.vocabulary import OWNERSHIPS, STATES, VERDICTS, use_of

WORLD = population.load()
ROWS = truth_of(WORLD)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.scene}-{row.assets[0]}")
def test_the_truth_speaks_the_vocabulary(row: Row) -> None:
    """Every state belongs to its kind and means one of the uses that the row allows."""
    kind = row.assets[0].partition(":")[0].partition("@")[0]

    meant = {use_of(kind, state) for state in listed(row.truth.state)}

    assert not row.truth.state or meant == set(listed(row.truth.use)) or not row.truth.use
    assert set(listed(row.truth.verdict)) | set(row.truth.forbidden) <= VERDICTS
    assert set(listed(row.truth.ownership)) <= OWNERSHIPS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.scene}-{row.assets[0]}")
def test_the_truth_never_asks_for_a_deadly_verdict_on_the_living(row: Row) -> None:
    """What is used, forwards or is unknown may not be expected to be switched off."""
    assert not forbidden(row) & set(listed(row.truth.verdict))


def test_every_state_of_domain_site_and_mail_that_can_be_seen_has_a_scene() -> None:
    """The lab plays each state of the design that one look from outside can tell."""
    invisible = {"proved_used"}
    played = {state for row in ROWS for state in listed(row.truth.state)}

    wanted = {
        s
        for kind in ("domain", "site", "hosting", "mail", "certificate")
        for ss in STATES[kind].values()
        for s in ss
    }

    assert wanted - invisible <= played


def test_scenes_and_names_are_unique() -> None:
    """A scene is found by its name, a domain stands once."""
    for client in WORLD.estates:
        scenes = Counter(domain.scene for domain in WORLD.owned(client))
        assert max(scenes.values()) == 1
        assert "" not in scenes
    assert len(WORLD.owned("romashka")) >= 40


def test_every_name_server_has_an_address() -> None:
    """A delegation to nowhere is a slip of the pen, not a scene."""
    for domain in WORLD.domains.values():
        for host in WORLD.nameservers(domain):
            assert WORLD.addresses(host), f"{domain.name}: {host}"


def _said(**fields: object) -> Audit:
    asset = {"id": "domain:a.ru", "kind": "domain", "facts": {}, "ownership": "confirmed", **fields}
    nothing = subprocess.CompletedProcess[str]([], 0)
    return Audit("client", Path(), nothing, {"assets": [asset]})


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({"use": "used", "state": "active_web", "verdict": "keep"}, 0),
        ({"use": "unknown", "state": "undetermined", "verdict": "keep"}, 2),
        ({"use": "used", "state": "active_web", "verdict": "let_expire"}, 2),
        ({"id": "domain:b.ru", "use": "used", "state": "active_web", "verdict": "keep"}, 1),
    ],
)
def test_a_false_audit_is_caught(said: dict[str, object], problems: int) -> None:
    """The check itself fails on a wrong word, a deadly verdict and a missing asset."""
    truth = Truth(use="used", state="active_web", verdict="keep")
    row = Row("client", "live", ["domain:a.ru"], truth)

    assert len(complaints(row, _said(**said), {})) == problems
