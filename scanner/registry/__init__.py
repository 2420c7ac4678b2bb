"""The renewal registry: what a client owns and pays for, how each value is known, what changed."""

from scanner.assets import Price
from scanner.registry.objects import (
    Change,
    Client,
    Contradiction,
    Incoming,
    OwnerWord,
    Received,
    RegistryObject,
)
from scanner.registry.registry import Registry
from scanner.registry.words import Decision, Lifecycle, ObjectType, Origin

__all__ = [
    "Change",
    "Client",
    "Contradiction",
    "Decision",
    "Incoming",
    "Lifecycle",
    "ObjectType",
    "Origin",
    "OwnerWord",
    "Price",
    "Received",
    "Registry",
    "RegistryObject",
]
