"""The looks that are due now: some kinds of looks at some names; and looks at what nothing leads to any more."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from probes.kit.observation import AnyObservation
from scanner.discovery import Look
from scanner.discovery.lead import name_in
from scanner.runs.again import Names
from scanner.verdicts.cadence import KIND_OF, LookKind


class DueLooks(Struct, frozen=True):
    """Which of an audit's looks are to be made again."""

    use: Names
    """Names, with what answers there."""
    registrations: frozenset[str] = frozenset()
    """Registered names whose registry is asked."""

    def holds(self, look: Look) -> bool:
        """Say whether a look is due."""
        match KIND_OF.get(look.probe):
            case LookKind.USE:
                return self.use.holds(look)
            case LookKind.REGISTRATION:
                return name_in(look.target) in self.registrations
        return False


class Further:
    """Looks that lead nowhere: whether what nothing points to any more is still there."""

    def __init__(self, looks: Iterable[Look]) -> None:
        """Make `looks`."""
        self._looks = tuple(dict.fromkeys(looks))

    def start(self) -> tuple[Look, ...]:
        """Return them all."""
        return self._looks

    def learn(self, _observation: AnyObservation) -> tuple[Look, ...]:
        """Follow nothing."""
        return ()
