"""What the registry keeps and gives: clients, objects, changes, contradictions, words of owners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from scanner.assets import Advice, Asset, Confidence, Money, Ownership, Price, Use
from scanner.registry.words import Access, Decision, Holder, Lifecycle, Origin
from scanner.renewals.anchors import Anchor


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
    type: str
    """An `ObjectType`, or the code of a type that the agency added."""
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
    one_off: Money | None = None
    """What ending it or handing it over costs once."""
    ownership: Ownership | None = None
    use: Use | None = None
    """The last that was known; a look that could not find out leaves it as it is."""
    state: str | None = None
    verdict: Advice | None = None
    """Our opinion after the newest look."""
    confidence: Confidence | None = None
    responsible: int | None = None
    """Id of the person who answers for it, before the manager of its lead project."""
    account: str | None = None
    """Key of the account it hangs on: `<provider>/<login>`."""
    period_months: int | None = None
    """How long one renewal lasts, where no price says it."""
    renew_from: date | None = None
    cheap_until: date | None = None
    decide_by: date | None = None
    service_stops: date | None = None
    grace_until: date | None = None
    lost_at: date | None = None
    anchor: Anchor | None = None
    holder: Holder | None = None
    """Of an account: whose it is."""
    access: Access | None = None
    """Of an account: who can get in."""
    secret_ref: str | None = None
    """Of an account: where its password is kept; never the password."""
    licence_key_tail: str | None = None
    """The licence key as anybody may see it, `••••-7K3Q`; the key itself is no part of the object."""
    notes: str | None = None
    custom: Mapping[str, str] = {}
    """Fields of the agency's own, by name."""
    hosts: tuple[str, ...] = ()
    facts: Mapping[str, Any] = {}
    origins: Mapping[str, Origin] = {}
    """How each known field is known, by the field's name."""
    first_seen_at: datetime
    last_seen_at: datetime
    last_run: str
    """Id of the last run that met it; empty for what no run has met."""
    replaced_by: int | None = None
    """Number of the object that took its place."""
    dated_at: datetime | None = None
    """When a look last saw until when it is paid; a failed look leaves it, and the date grows stale."""
    version: int = 1
    """Rises with every change of its values."""


class Incoming(Struct, frozen=True, kw_only=True):
    """What a run found out about one asset. None, "" and `Use.UNKNOWN` clear nothing."""

    asset: Asset
    type: str | None = None
    """What a newly met thing is for those who renew it, where a paper says more than its kind does."""
    ownership: Ownership | None = None
    use: Use | None = None
    state: str | None = None
    advice: Advice | None = None
    confidence: Confidence | None = None
    display_name: str | None = None
    provider: str | None = None
    registrar: str | None = None
    account: str | None = None
    """Key of the account it hangs on, `<provider>/<login>`."""
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
    deed: str | None = None
    """The command that it was part of."""
    origin: Origin | None = None
    """How the value before was known."""
    version: int | None = None
    """The object's version since then."""


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
