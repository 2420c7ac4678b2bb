"""What the statuses of a domain mean for whoever pays for it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Standing(StrEnum):
    """One thing a status says. None of them says that somebody uses the name."""

    NEW = "new"
    RENEWED_BY_REGISTRY = "renewed_by_registry"
    """The registry extended the term by itself (RFC 3915 autoRenewPeriod): not proof of payment."""
    RENEWED = "renewed"
    REDEMPTION = "redemption"
    """Deleted, and may still be had back, usually at a fee."""
    RESTORING = "restoring"
    DELETING = "deleting"
    """Cannot be renewed any more."""
    HELD_BY_REGISTRAR = "held_by_registrar"
    """Out of the DNS: not paid, disputed, or its holder not verified."""
    HELD_BY_REGISTRY = "held_by_registry"
    UNDELEGATED = "undelegated"
    UNVERIFIED = "unverified"
    MOVING = "moving"


@cache
def _meanings() -> dict[str, Standing]:
    own = tomllib.loads((files("probes.kit.data") / "whois_statuses.toml").read_text("utf-8"))
    return {
        status.lower(): Standing(standing)
        for standing, statuses in own["standings"].items()
        for status in statuses
    }


def standings(statuses: Iterable[str]) -> tuple[Standing, ...]:
    """Return what statuses mean, each meaning once, in the order of the statuses."""
    known = _meanings()
    found = (known.get(status.lower()) for status in statuses)
    return tuple(dict.fromkeys(one for one in found if one is not None))
