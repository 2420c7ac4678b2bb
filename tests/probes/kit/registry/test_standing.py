"""Statuses: what each means for whoever pays."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from probes.kit.registry.standing import Standing, standings
from probes.kit.registry.status import epp_status


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("ok", None),
        ("clientTransferProhibited", None),
        ("addPeriod", Standing.NEW),
        ("autoRenewPeriod", Standing.RENEWED_BY_REGISTRY),
        ("renewPeriod", Standing.RENEWED),
        ("redemptionPeriod", Standing.REDEMPTION),
        ("in quarantine", Standing.REDEMPTION),
        ("redemption", Standing.REDEMPTION),
        ("pendingRestore", Standing.RESTORING),
        ("pendingDelete", Standing.DELETING),
        ("clientHold", Standing.HELD_BY_REGISTRAR),
        ("serverHold", Standing.HELD_BY_REGISTRY),
        ("Suspended", Standing.HELD_BY_REGISTRY),
        ("inactive", Standing.UNDELEGATED),
        ("NOT DELEGATED", Standing.UNDELEGATED),
        ("UNVERIFIED", Standing.UNVERIFIED),
        ("pendingTransfer", Standing.MOVING),
        ("transferPeriod", Standing.MOVING),
    ],
)
def test_every_status_that_matters_has_its_meaning(status: str, standing: Standing | None) -> None:
    """Locks and `ok` say nothing about payment."""
    assert standings([status]) == ((standing,) if standing else ())


def test_each_meaning_is_said_once_in_the_order_of_the_statuses() -> None:
    """However many statuses say it."""
    found = standings(["serverHold", "ok", "suspended", "pendingDelete"])

    assert found == (Standing.HELD_BY_REGISTRY, Standing.DELETING)


def test_the_table_spells_epp_as_epp_does() -> None:
    """A misspelled status would never be met."""
    table = tomllib.loads((files("probes.kit.data") / "whois_statuses.toml").read_text("utf-8"))

    for statuses in table["standings"].values():
        for status in statuses:
            assert epp_status(status) in ("", status)
    assert table["source"]
    assert table["date"]
