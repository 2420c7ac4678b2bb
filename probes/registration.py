"""What the registry knows about a domain: holder's kind, registrar, dates, statuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from probes.kit.observation import Mention
from probes.kit.target import Host


class HolderKind(StrEnum):
    """What the registry lets us know about the holder."""

    ORGANISATION = "organisation"
    PRIVATE_PERSON = "private_person"
    PRIVACY_SERVICE = "privacy_service"
    WITHHELD = "withheld"  # registry policy: tells nothing
    UNPUBLISHED = "unpublished"


class Holder(Struct, frozen=True):
    """The registrant, as far as it is published."""

    kind: HolderKind
    name: str = ""
    """The organisation's name; never a private person's."""
    inn: str = ""
    """Taxpayer number with a valid checksum, or empty."""
    country: str = ""


class Moment(Struct, frozen=True):
    """A date as a source gave it."""

    at: datetime
    """UTC; midnight when the source gave a day only."""
    precise: bool
    """False when the source gave only a day, or no time zone."""
    source: str
    """`registry rdap`, `registry whois`, `registrar whois`, `registrar rdap`."""


class Source(Struct, frozen=True):
    """One place that was asked, and how it ended."""

    name: str
    """Server or URL host."""
    kind: str
    """`registry rdap`, `registry whois`, `registrar whois`."""
    outcome: str
    """registered, not_registered, reserved, rate_limited, access_denied, service_closed, no_service,
    invalid_query, timeout, network_error, oversized, unparsed."""


class Registration(Struct, frozen=True):
    """A registered domain. The whole look is Absent when a registry says it is not registered."""

    domain: str
    registrar: str
    created: Moment | None
    updated: Moment | None
    expires: tuple[Moment, ...]
    """Every expiry given, the registry's first; registry and registrar may differ."""
    paid_until: date | None
    """The civil day, where the registry decides (.ru: Moscow), on which the paid term ends."""
    free_on: date | None
    """The day the name is released if nobody pays (.ru free-date)."""
    expiry_published: bool
    """False for registries that publish no expiry at all (.de, .eu, .kz, .nl …)."""
    statuses: tuple[str, ...]
    """EPP spelling in lower camel case (`clientHold`), or the registry's own words for ccTLDs."""
    name_servers: tuple[str, ...]
    delegated: bool | None
    """What the registry says (.ru state); None when it does not say."""
    holder: Holder
    dnssec: bool | None
    sources: tuple[Source, ...]

    def mentions(self) -> Iterator[Mention]:
        """Name servers in the registry."""
        return (Mention(Host(host), "ns_host_of") for host in self.name_servers)
