"""Which object of the registry an asset is. Pure.

Assets are known by their key. A service is named after the plainest of the names it is met at, and these
come and go; a hosting whose key comes from an address gets another key when its
provider moves it, and must stay the same object, with its price, its papers and its history. So:

1. the same key, and a name in common (or one side names none): the same hosting;
2. else the object of the same provider with the most names in common;
3. else the hosting of the same provider at the same address: its names come and go, and of those that
   stay a look may fail;
4. else the same key, although every name has changed;
5. else it is a new one, under its own key, or `key~2` when an object that moved still bears that key.

An object is recognised once: of two hostings that both resemble it, the one that resembles it more.
A key with a name in common goes first because the account of a provider is exact, and all sites of
one account may move to another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from msgspec import Struct

from scanner.assets import Asset, Kind

RECOGNISED = (Kind.HOSTING, Kind.SAAS)
"""Kinds whose key comes from the names they serve."""


class Shape(Struct, frozen=True):
    """What a hosting or a service is recognised by."""

    asset: Asset
    provider: str
    hosts: frozenset[str]
    addresses: frozenset[str] = frozenset()
    """Of a hosting that is known from outside alone: several accounts may share a machine."""


def recognise(seen: Iterable[Shape], known: Iterable[Shape]) -> dict[Asset, Asset]:
    """Return the key in the registry, known or new, for each thing seen."""
    new = {shape.asset: shape for shape in seen}
    old = {shape.asset: shape for shape in known}
    found: dict[Asset, Asset] = {}

    def pair(asset: Asset, known_asset: Asset) -> None:
        found[asset] = known_asset
        del new[asset], old[known_asset]

    for asset in sorted(new.keys() & old.keys()):
        hosts, before = new[asset].hosts, old[asset].hosts
        if hosts & before or not hosts or not before:
            pair(asset, asset)
    for marks in (_names, _addresses):
        for _, asset, known_asset in sorted(_alike(new.values(), old.values(), marks)):
            if asset in new and known_asset in old:
                pair(asset, known_asset)
    for asset in sorted(new.keys() & old.keys()):
        pair(asset, asset)
    taken = set(found.values()) | set(old)
    for asset in sorted(new):
        found[asset] = _free(asset, taken)
        taken.add(found[asset])
    return found


def _names(shape: Shape) -> Collection[str]:
    return shape.hosts


def _addresses(shape: Shape) -> Collection[str]:
    return shape.addresses


def _alike(
    new: Collection[Shape], old: Collection[Shape], marks: Callable[[Shape], Collection[str]]
) -> Iterable[tuple[int, Asset, Asset]]:
    """Yield pairs of one provider that share marks, to be sorted by how many, most first."""
    holders: dict[tuple[Kind, str, str], list[Asset]] = {}
    for shape in old:
        for mark in marks(shape):
            holders.setdefault((shape.asset.kind, shape.provider, mark), []).append(shape.asset)
    for shape in new:
        shared: dict[Asset, int] = {}
        for mark in marks(shape):
            for holder in holders.get((shape.asset.kind, shape.provider, mark), ()):
                shared[holder] = shared.get(holder, 0) + 1
        for holder, count in shared.items():
            yield -count, shape.asset, holder


def _free(asset: Asset, taken: Collection[Asset]) -> Asset:
    candidate, number = asset, 1
    while candidate in taken:
        number += 1
        candidate = Asset(asset.kind, f"{asset.key}~{number}")
    return candidate
