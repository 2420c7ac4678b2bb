"""Findings put away come back as they were, in whatever order they are asked for, and once."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from scanner.assets import Asset, Kind, Use
from scanner.verdicts.put_away import TOGETHER, PutAway
from scanner.verdicts.verdict import Finding

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def found_of(asset: Asset) -> list[Finding]:
    """Some findings that no other thing has."""
    params = {"names": [asset.key, "ещё"], "count": len(asset.key), "share": 0.5, "sure": True}
    return [
        Finding("rule", Use.USED, "site.content", params, ("e1", asset.key), AT, "web"),
        Finding("rule", None, "site.remark", {}, (), None),
    ][: len(asset.key) % 3]


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_what_was_put_away_comes_back_in_any_order(seed: int | None):
    """Also where packs are full, half full, and of several kinds."""
    kinds = ((Kind.SITE, TOGETHER), (Kind.DOMAIN, 2 * TOGETHER + 3), (Kind.MAIL, 1))
    things = [Asset(kind, "n" * (1 + number)) for kind, most in kinds for number in range(most)]
    kept = PutAway()
    for asset in things:
        kept.keep(asset, found_of(asset))

    if seed is not None:
        random.Random(seed).shuffle(things)

    assert [kept.take(asset) for asset in things] == [found_of(asset) for asset in things]


def test_what_was_taken_is_gone():
    """Nobody can be judged twice by accident."""
    kept, asset = PutAway(), Asset(Kind.SITE, "a.ru")
    kept.keep(asset, found_of(asset))
    kept.take(asset)

    with pytest.raises(KeyError):
        kept.take(asset)
