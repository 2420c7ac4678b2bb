"""Everything a rule may know about one thing: its looks, what hangs on it, what was judged before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from probes.kit.observation import Reason
from probes.kit.target import Target
from scanner.assets import Asset, Holding, Kind
from scanner.discovery import Ask, Looks, Sighting
from scanner.verdicts.scene import Scene
from scanner.verdicts.verdict import Finding
from scanner.verdicts.visits import Visits, visits_to

T = TypeVar("T", bound=Target)
F = TypeVar("F")


class Opinion(Struct, frozen=True, gc=False):
    """What the rules said of a thing, and the state that follows; the advice comes later."""

    asset: Asset
    state: str
    asked: bool
    """False when nothing that was said of its use rests on any look."""
    findings: tuple[Finding, ...] = ()
    """Empty where they were put away until the thing's own turn."""

    @property
    def doubt(self) -> str:
        """Why it leaves what it hangs on in doubt: its state, or that nobody asked."""
        return self.state if self.asked else str(Reason.NOT_ASKED)


class Dossier(Struct, frozen=True, dict=True):
    """One holding, seen as of one moment."""

    holding: Holding
    looks: Looks
    scene: Scene
    opinions: Mapping[Asset, Opinion]
    """On the sites and mail judged so far: they come before what they hang on."""
    as_of: datetime

    @property
    def asset(self) -> Asset:
        """The thing in question."""
        return self.holding.asset

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Its hosts, to look one up in."""
        return frozenset(self.holding.hosts)

    @cached_property
    def visits(self) -> Visits:
        """Every visit to its hosts."""
        return visits_to(self.holding.hosts, self.looks, self.scene.site_of)

    def see(self, ask: Ask[T, F], target: T) -> Sighting[F]:
        """Return the outcome that counts; `Unknown(not_asked)` when nobody looked."""
        return self.looks.latest(ask, target)

    def hanging_on_it(self, relation: str, kind: Kind) -> Iterator[Opinion]:
        """Yield opinions on the things of a kind that hang on this one."""
        for asset in self.scene.subjects(self.asset, relation):
            if asset.kind is kind and (opinion := self.opinions.get(asset)):
                yield opinion

    def names_hanging_on_it(self, relation: str) -> tuple[str, ...]:
        """Return the keys of everything that hangs on this by a relation, judged or not."""
        return tuple(asset.key for asset in self.scene.subjects(self.asset, relation))
