"""Who runs an address."""

from __future__ import annotations

from msgspec import Struct

from probes.address_owner import AddressOwner
from probes.kit.observation import Seen
from probes.kit.target import Address
from scanner.discovery.looks import ADDRESS_OWNER, Looks, Sighting


class Owner(Struct, frozen=True, gc=False):
    """Who runs an address, as one key."""

    key: str
    """A provider's key, `as12345`, or empty where nobody could say."""
    name: str
    front: bool


def owner_of(looks: Looks, ip: str) -> Owner:
    """Return who runs an address: the provider we know, else its network's number."""
    return owner_seen(looks.latest(ADDRESS_OWNER, Address(ip)))


def owner_seen(sighting: Sighting[AddressOwner]) -> Owner:
    """Read a look at an address."""
    match sighting.outcome:
        case Seen(fact):
            if fact.provider:
                return Owner(fact.provider, fact.provider_name, fact.front)
            match fact.system:
                case Seen(system):
                    name = fact.provider_name or system.name
                    return Owner(f"as{system.number}", name, fact.front)
            return Owner("", fact.provider_name, fact.front)
    return Owner("", "", False)
