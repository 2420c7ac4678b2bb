"""Registrations out of a registry's list count where the registry itself did not answer."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from probes.kit.observation import Unknown
from probes.kit.target import Domain, Target
from probes.registration import Registration
from scanner.discovery.looks import REGISTRATION, Ask, Looks, Sighting

T = TypeVar("T", bound=Target)
F = TypeVar("F")

ZONE_LIST: Ask[Domain, Registration] = Ask("zone_list")


class BackedByLists:
    """Looks that fall back on the lists: a list may be old, so a registry's own word comes first."""

    def __init__(self, looks: Looks) -> None:
        """Stand before `looks`, which hold both."""
        self._looks = looks

    def latest(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the newest outcome; of a registration nobody could look up, what a list says."""
        sighting = self._looks.latest(ask, target)
        if ask.probe != REGISTRATION.probe or not isinstance(sighting.outcome, Unknown):
            return sighting
        listed: Sighting[Any] = self._looks.latest(ZONE_LIST, cast(Domain, target))
        return sighting if isinstance(listed.outcome, Unknown) else listed
