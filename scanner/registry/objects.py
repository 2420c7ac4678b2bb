"""What the registry keeps and gives: clients, objects, changes, contradictions, words of owners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from scanner.assets import Advice, Asset, Confidence, Ownership, Price, Use
from scanner.registry.words import Decision, Lifecycle, ObjectType, Origin


class Client(Struct, frozen=True):
    """Whose estate it is."""

    slug: str
    name: str = ""
    org: tuple[str, ...] = ()
    """Names of the firm as papers and registries spell them."""
    brands: tuple[str, ...] = ()
    inns: tuple[str, ...] = ()


class RegistryObject(Struct, frozen=True, kw_only=True):
    """One thing of one client. None means: not known (or, for `decision`, not taken yet)."""

    id: int
    client: str
    asset: Asset
    type: ObjectType
    lifecycle: Lifecycle
    decision: Decision | None = None
    name: str | None = None
    """How people call it."""
    display_name: str | None = None
    provider: str | None = None
    registrar: str | None = None
    paid_until: date | None = None
    auto_renew: bool | None = None
    cost: Price | None = None
    ownership: Ownership | None = None
    use: Use | None = None
    """The last that was known; a look that could not find out leaves it as it is."""
    state: str | None = None
    verdict: Advice | None = None
    """Our opinion after the newest look."""
    confidence: Confidence | None = None
    hosts: tuple[str, ...] = ()
    facts: Mapping[str, Any] = {}
    origins: Mapping[str, Origin] = {}
    """How each known field is known, by the field's name."""
    first_seen_at: datetime
    last_seen_at: datetime
    last_run: str
    """Id of the last run that met it."""


class Incoming(Struct, frozen=True, kw_only=True):
    """What a run found out about one asset. None, "" and `Use.UNKNOWN` clear nothing."""

    asset: Asset
    type: ObjectType | None = None
    """What a newly met thing is for those who renew it, where a paper says more than its kind does."""
    ownership: Ownership | None = None
    use: Use | None = None
    state: str | None = None
    advice: Advice | None = None
    confidence: Confidence | None = None
    display_name: str | None = None
    provider: str | None = None
    registrar: str | None = None
    paid_until: date | None = None
    auto_renew: bool | None = None
    cost: Price | None = None
    hosts: tuple[str, ...] = ()
    """Names it serves; a hosting is recognised by them."""
    facts: Mapping[str, Any] = {}
    """Plain JSON, kept beside what is known already."""
    declared: frozenset[str] = frozenset()
    """Names of fields whose value comes from the client's papers."""


class Change(Struct, frozen=True):
    """One change of one field; values as text, None for no value."""

    object_id: int
    asset: Asset
    at: datetime
    who: str
    """A person, or `revizor`."""
    field: str
    before: str | None
    after: str | None
    why: str
    run: str | None


class Contradiction(Struct, frozen=True):
    """A run saw something else than a person said, or a paper says something else than was seen.

    The value that was there stands; somebody should look.
    """

    object_id: int
    asset: Asset
    field: str
    kept: str
    offered: str
    first_at: datetime
    last_at: datetime
    run: str
    """The last run that saw it."""


class Received(Struct, frozen=True):
    """What a run changed in the registry."""

    added: tuple[Asset, ...]
    changed: tuple[Change, ...]
    contradictions: tuple[Contradiction, ...]
    """Those that were not open before."""
    known_as: Mapping[Asset, Asset]
    """Assets that the registry knows under an earlier key: a hosting that moved."""


class OwnerWord(Struct, frozen=True):
    """A person's word on whose a thing is; the last one counts."""

    asset: Asset
    ownership: Ownership
    who: str
    why: str
    at: datetime
