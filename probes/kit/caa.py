"""Which authorities may issue certificates for a name (CAA, RFC 8659). Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Protocol

import msgspec
from msgspec import Struct

from probes.kit.target import canonical_name

_CRITICAL = 128
_UNDERSTOOD = frozenset(
    {"issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"}
)


class Property(Protocol):
    """One CAA record."""

    @property
    def flags(self) -> int: ...
    @property
    def tag(self) -> str: ...
    @property
    def value(self) -> str: ...


class Permission(Struct, frozen=True):
    """What the records of one name allow."""

    issuers: tuple[str, ...] | None
    """Domains of the authorities that may issue; none at all forbids every one; None restricts nobody."""
    unknown_critical: tuple[str, ...] = ()
    """Tags that must be understood and are not: then nobody may issue (section 4.5)."""
    malformed: tuple[str, ...] = ()
    """Values of issue and issuewild that name nobody; they forbid, as an empty one does."""
    told: tuple[str, ...] = ()
    """Addresses to be told of wrong requests (iodef)."""

    def allows(self, identities: Sequence[str]) -> bool:
        """Say whether an authority known by these domains may issue."""
        if self.unknown_critical:
            return False
        return self.issuers is None or any(one in self.issuers for one in identities)


def relevant(
    records: Mapping[str, Sequence[Property]], name: str
) -> tuple[str, Sequence[Property]]:
    """Climb from a name to the closest one above that has records (section 3); "" where none has."""
    here = name.removeprefix("*.")
    while here:
        if records.get(here):
            return here, records[here]
        here = here.partition(".")[2]
    return "", ()


def permission(records: Sequence[Property], *, wildcard: bool = False) -> Permission:
    """Read the records of one name; for a wildcard `issuewild` overrules `issue` (section 4.3)."""
    wild = any(one.tag.lower() == "issuewild" for one in records)
    tag = "issuewild" if wildcard and wild else "issue"
    values = [one.value for one in records if one.tag.lower() == tag]
    named = [(value, issuer_of(value)) for value in values]
    return Permission(
        issuers=tuple(dict.fromkeys(issuer for _, issuer in named if issuer)) if values else None,
        unknown_critical=tuple(
            dict.fromkeys(
                one.tag[:40]
                for one in records
                if one.flags & _CRITICAL and one.tag.lower() not in _UNDERSTOOD
            )
        ),
        malformed=tuple(value[:80] for value, issuer in named if issuer is None),
        told=tuple(one.value for one in records if one.tag.lower() == "iodef"),
    )


def issuer_of(value: str) -> str | None:
    """Return the domain that an issue value names; empty for nobody (`;`), None for a broken value."""
    name, _, parameters = value.partition(";")
    name = name.strip(" \t")
    for part in parameters.split(";"):
        if part.strip(" \t") and "=" not in part:
            return None
    if not name:
        return ""
    try:
        return canonical_name(name)
    except ValueError:
        return None


class _Authority(Struct, frozen=True, forbid_unknown_fields=True):
    issuer: str
    identities: tuple[str, ...]
    source: str
    source_date: date


def identities_of(issuer: str) -> tuple[str, ...]:
    """Return the domains by which records name an authority, known by the organisation of its
    certificates; empty for one we do not know."""
    said = issuer.lower()
    return next((one.identities for one in authorities() if said.startswith(one.issuer)), ())


@cache
def authorities() -> tuple[_Authority, ...]:
    """Return the authorities we know; a mistake in the data raises."""
    raw = files("probes.kit").joinpath("data/caa_identities.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw)["authorities"], tuple[_Authority, ...])
