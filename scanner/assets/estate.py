"""Everything attributed to one client: assets with their ownership, their story and their relations."""

from __future__ import annotations

from msgspec import Struct, field

from scanner.assets.asset import Asset
from scanner.assets.declaration import Statement
from scanner.assets.ownership import Ownership

Params = dict[str, str | int | float | bool | list[str]]
"""Values that fill in a code's sentence; plain JSON."""
_NOTHING: Params = {}


def no_params() -> Params:
    """Return the one empty set of values that all share; nobody writes to it."""
    return _NOTHING


class Step(Struct, frozen=True, gc=False):
    """One link of the chain by which a thing was found, nearest to the thing last."""

    code: str
    """`typed_by_consultant`, `www_of`, `mx_host_of`, `named_in_certificate_of` …"""
    source: str
    """The asset, host or file it came from, as people read it."""
    params: Params = field(default_factory=no_params)


class OwnershipReason(Struct, frozen=True, gc=False):
    """One piece of evidence for (or against) the client's owning a thing."""

    code: str
    group: str
    """Independence group: person, papers, dns, cert, web, legal_id, registry, name."""
    params: Params = field(default_factory=no_params)
    evidence: tuple[str, ...] = ()


class Holding(Struct, frozen=True, gc=False):
    """An asset in an estate, before any judgement on its use."""

    asset: Asset
    ownership: Ownership
    reasons: tuple[OwnershipReason, ...]
    found_by: tuple[Step, ...]
    hosts: tuple[str, ...] = ()
    """Host names that belong to it: a site's apex and www, the names a hosting serves."""
    addresses: tuple[str, ...] = ()
    provider: str = ""
    """Provider key, for hostings and mail."""
    provider_name: str = ""
    said: Statement | None = None
    """What the client's papers say of it."""


class Relation(Struct, frozen=True, order=True, gc=False):
    """`subject` hangs on `object`: a site on its hosting, mail on its hosting, a site on its domain."""

    subject: Asset
    kind: str
    """`of_domain`, `on_hosting`, `on_service`, `secured_by`, `redirects_to`, `copies`, `served_by`, `name_server_of`,
    `sends_from`, `mail_on_hosting` (of a domain that was only met)."""
    object: Asset


class Estate(Struct, frozen=True, gc=False):
    """What was found for a client, sorted by asset."""

    holdings: tuple[Holding, ...]
    relations: tuple[Relation, ...]
    visited: tuple[str, ...] = ()
    """Hosts beside these whose pages were seen, sorted: strangers', but they may need something of the client's."""
    left_out: tuple[str, ...] = ()
    """Names that were found, and not looked at: more than an audit may look at, or too far out; sorted."""
