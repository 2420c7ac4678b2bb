"""Looking again at some things of an audit, or at what another place asked for: a part of a frontier's looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from typing import Protocol

from msgspec import Struct

from probes.kit.observation import AnyObservation
from scanner.discovery import Look
from scanner.discovery.lead import name_in
from scanner.discovery.scope import registered
from scanner.runs.progress import Tally


class Plan(Protocol):
    """Says which looks to make, first and then after each answer."""

    def start(self) -> tuple[Look, ...]:
        """Return the first looks."""

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """Take in one answer and return the looks it makes due."""


class Wanted(Protocol):
    """Says which looks are to be made again."""

    def holds(self, look: Look) -> bool:
        """Say whether a look is one of them."""


class Names(Struct, frozen=True):
    """What is to be looked at again."""

    whole: frozenset[str]
    """Registered names: they, and everything below them."""
    single: frozenset[str] = frozenset()
    """Hosts and domains by themselves."""

    def holds(self, look: Look) -> bool:
        """Say whether a look is at one of them."""
        return self._has(name_in(look.target))

    def hold_all(self, names: Iterable[str]) -> bool:
        """Say whether all that is to be looked at for a thing is to be looked at now."""
        return all(
            name[2:] in self.whole if name.startswith("*.") else self._has(name) for name in names
        )

    def _has(self, name: str) -> bool:
        return name in self.single or name in self.whole or registered(name) in self.whole


class Again:
    """The plan of an audit gone through once more: looks at some names are made anew, the others stand.

    What a new answer leads to, and the audit has not looked at, is looked at too.
    """

    def __init__(
        self,
        plan: Plan,
        names: Wanted,
        made: Set[tuple[str, str]],
        kept: Callable[[], Iterable[AnyObservation]],
    ) -> None:
        """Go through `plan`; `made` are the audit's looks (probe, target as text), `kept` reads them."""
        self._plan, self._names, self._made, self._kept = plan, names, made, kept
        self.standing = Tally()
        """The looks of the audit that still stand."""

    def start(self) -> tuple[Look, ...]:
        """Return the looks at the names; what stands is learnt on the way."""
        due = list(self._plan.start())
        for observation in self._kept():
            look = Look(observation.probe, observation.target)
            if not self._names.holds(look):
                self.standing.count(observation)
                due += self._plan.learn(observation)
        return tuple(look for look in due if self._names.holds(look))

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """Take in a new answer and return the looks it makes due."""
        return tuple(self._new(self._plan.learn(observation)))

    def _new(self, looks: Iterable[Look]) -> Iterator[Look]:
        for look in looks:
            if self._names.holds(look) or (look.probe, str(look.target)) not in self._made:
                yield look


FROM_ELSEWHERE = frozenset(
    {
        "addresses",
        "delegation",
        "dns_records",
        "mail_policy",
        "service_records",
        "mail_server",
        "tls_certificate",
        "website",
    }
)
"""Looks that another place may see otherwise. Registries and archives say the same to everybody."""


class OnlyProbes:
    """A plan without the looks of all other probes."""

    def __init__(self, plan: Plan, probes: Set[str] = FROM_ELSEWHERE) -> None:
        self._plan, self._probes = plan, probes

    def start(self) -> tuple[Look, ...]:
        """Return the first looks of these probes."""
        return tuple(look for look in self._plan.start() if look.probe in self._probes)

    def learn(self, observation: AnyObservation) -> tuple[Look, ...]:
        """Take in one answer and return the looks of these probes that it makes due."""
        due = self._plan.learn(observation)
        return tuple(look for look in due if look.probe in self._probes)
