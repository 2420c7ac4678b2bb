"""Whose an address is: reverse name, network, provider."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from probes.kit.observation import Mention, Outcome, Seen
from probes.kit.target import Host


class AutonomousSystem(Struct, frozen=True):
    """The network an address is announced from."""

    number: int
    prefix: str
    country: str
    name: str


class Network(Struct, frozen=True):
    """The registered network (RDAP ip) round an address."""

    handle: str
    name: str
    holder: str
    country: str


class AddressOwner(Struct, frozen=True):
    """Who runs an address, by independent sources."""

    reverse_names: Outcome[tuple[str, ...]]
    system: Outcome[AutonomousSystem]
    network: Outcome[Network]
    provider: str
    """A provider's key from our data (`beget`, `timeweb`, `cloudflare` …); empty when not known."""
    provider_name: str
    """Its name for people; the network holder's or AS name where the provider is not in our data."""
    front: bool
    """True when this is a CDN or DDoS front that hides the paid origin."""

    def mentions(self) -> Iterator[Mention]:
        """Reverse names."""
        match self.reverse_names:
            case Seen(names):
                for name in names:
                    yield Mention(Host(name), "reverse_name_of")
