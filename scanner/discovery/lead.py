"""Which further targets an observation points to, and how."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from probes.kit.observation import AnyObservation, Mentions, Seen
from probes.kit.target import Target


class Lead(Struct, frozen=True):
    """A target that was mentioned somewhere, and how far from what the consultant typed it lies."""

    target: Target
    parent: Target | None
    """What was looked at when the mention was met; None for what a person named."""
    code: str
    """How it was mentioned: `mx_host_of`, `named_in_certificate_of` …"""
    distance: int

    @property
    def precedence(self) -> tuple[int, str, str]:
        """Sorts leads to one target: the shortest way first, ties in a fixed order."""
        return self.distance, self.code, str(self.parent)


def leads_of(observation: AnyObservation, distance: int) -> Iterator[Lead]:
    """Yield everything the fact mentions, one step further out than `distance`."""
    match observation.outcome:
        case Seen(fact) if isinstance(fact, Mentions):
            for mention in fact.mentions():
                yield Lead(mention.target, observation.target, mention.how, distance + 1)


def name_in(target: Target) -> str:
    """Return the host or domain name a target is about; an address gives its own spelling."""
    return getattr(target, "name", "") or str(getattr(target, "ip", ""))
