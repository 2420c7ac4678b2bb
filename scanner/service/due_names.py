"""What a due thing wants looked at: its names, and the looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes.kit.target import Domain, Host
from scanner.assets import Asset, Kind
from scanner.discovery import Look
from scanner.evidence.due import Due
from scanner.runs.again import Names
from scanner.runs.due_looks import DueLooks
from scanner.verdicts.cadence import LookKind


def wanted_by(dues: Iterable[Due]) -> DueLooks:
    """Return the looks that are due."""
    used: set[str] = set()
    registrations: set[str] = set()
    for one in dues:
        (used if one.looks is LookKind.USE else registrations).update(one.names)
    return due_looks(used, registrations)


def due_looks(used: Iterable[str], registrations: Iterable[str]) -> DueLooks:
    """Return the looks at some names, with what answers there, and at the registration of others."""
    names = set(used)
    whole = {name.removeprefix("*.") for name in names if name.startswith("*.")}
    single = {name for name in names if not name.startswith("*.")}
    return DueLooks(Names(frozenset(whole), frozenset(single)), frozenset(registrations))


def looks_at(asset: Asset, hosts: Iterable[str]) -> Iterator[Look]:
    """Yield the looks that tell whether a thing that nothing leads to any more is still there."""
    if asset.kind in (Kind.DOMAIN, Kind.MAIL):
        yield Look("registration", Domain(asset.key))
        return
    for host in hosts:
        yield Look("addresses", Host(host))
