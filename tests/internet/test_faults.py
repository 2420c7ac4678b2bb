"""Audits while the net misbehaves: whatever is lost or late, nothing alive gets worse than `ask`.

In each run one packet in twenty is lost, the first of two resolvers answers SERVFAIL to everything,
and one hoster loses every fourth packet, so that it answers late or not at all. Which clients and
hosters meet is told by the number of the run; which packets are lost, by chance. Host names are not
guessed: that would take an hour and judge nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.internet import population
from tests.internet.lab import SETTINGS, Lab, Row, truth_of
from tests.internet.names import RESOLVERS
from tests.internet.scenes import REVIZOR, Audit, audit, forbidden, listed, rows_of
from tests.internet.vocabulary import DEADLY

WORLD = population.load()
ROWS = truth_of(WORLD)
FAILING = "198.18.70.55"
"""A resolver that answers SERVFAIL to everything."""
CLIENTS = ["polyana", "origin", "klyukva", "romashka"]
SLOW = ["beget", "nicru", "timeweb", "krepost", "selectel", "yandex", "regru"]
RUNS = [(CLIENTS[number % len(CLIENTS)], SLOW[number % len(SLOW)]) for number in range(30)]
PATIENCE = 1200.0
"""Seconds that an audit may take under all that."""


@pytest.mark.soak
@pytest.mark.parametrize(("client", "slow"), RUNS)
def test_nothing_alive_gets_worse_than_ask(
    client: str, slow: str, internet: Lab, tmp_path: Path
) -> None:
    """The audit ends, and whatever it calls to an end the truth allows to end."""
    if not REVIZOR.exists():
        pytest.skip(f"{REVIZOR} is not installed: pip install -e .")
    settings = tmp_path / "revizor.toml"
    settings.write_text(f'resolver = ["{FAILING}", "{RESOLVERS[0]}"]\n{SETTINGS}')
    network = WORLD.provider(slow).net

    with internet.loss(5), internet.loss(25, network):
        done = audit(
            internet,
            client,
            tmp_path,
            more=["--no-search", *internet.handed(client)],
            patience=PATIENCE,
            settings=settings,
        )

    assert done.ended.returncode in {0, 3}, done.ended.stderr[-3000:]
    assert ended_wrongly(done, client, internet.certificates) == []


def ended_wrongly(done: Audit, client: str, certificates: dict[str, str]) -> list[str]:
    """What the audit proposes to end although the truth does not."""
    return [
        f"{row.scene}: {asset['id']} {asset['verdict']}"
        for row in ROWS
        if row.client == client
        for asset in rows_of(row, done, certificates)
        if asset["verdict"] in may_not(row)
    ]


def may_not(row: Row) -> set[str]:
    """The deadly verdicts that a row does not allow: it names others, or speaks of the living."""
    said = set(listed(row.truth.verdict))
    return (forbidden(row) & DEADLY) | (DEADLY - said if said else set())


def test_the_check_itself_catches_a_wrong_end() -> None:
    """A living row forbids both, an idle one only what its truth does not say."""
    by_scene = {row.scene: row for row in ROWS if row.assets[0].startswith("domain:")}

    assert may_not(by_scene["live"]) == DEADLY
    assert may_not(by_scene["placeholder_nginx"]) == {"switch_off"}
