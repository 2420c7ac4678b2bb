"""Which further targets an observation points to, and how."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from probes.kit.observation import AnyObservation, Mention, Mentions, Seen
from probes.kit.target import Address, Target

LISTED = "listed_in_zone_list"
"""How a name is met that nobody mentioned: a registry's list has it, and a client's word is in it."""


class Lead(Struct, frozen=True, gc=False):
    """How a name was met, and how far from what the consultant typed it lies."""

    parent: Target
    """What was looked at when the mention was met."""
    code: str
    """How it was mentioned: `mx_host_of`, `named_in_certificate_of` …"""
    distance: int

    @property
    def precedence(self) -> tuple[int, bool, str, str]:
        """Sorts leads to one name: the shortest way first, a mere list last, ties in a fixed order."""
        return self.distance, self.code == LISTED, self.code, str(self.parent)


def mentions_in(observation: AnyObservation) -> Iterator[Mention]:
    """Yield everything the fact mentions; nothing where there is no fact."""
    match observation.outcome:
        case Seen(fact) if _mentions(fact.__class__):
            yield from fact.mentions()


def name_in(target: Target) -> str:
    """Return the host or domain name a target is about; an address gives its own spelling."""
    return target.ip if isinstance(target, Address) else target.name


@cache
def _mentions(kind: type) -> bool:
    """Ask each kind of fact once: to compare with a protocol is dear."""
    return issubclass(kind, Mentions)
