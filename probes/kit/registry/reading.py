"""What one answer of a registry or registrar says, in one shape for WHOIS and RDAP."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from probes.kit.registry.dates import Stamp
from probes.kit.registry.holder import Holder, HolderKind


class Ending(StrEnum):
    """How a question to a registry ended. Only NOT_REGISTERED says that nobody holds the name."""

    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    RESERVED = "reserved"
    RATE_LIMITED = "rate_limited"
    ACCESS_DENIED = "access_denied"
    SERVICE_CLOSED = "service_closed"
    NO_SERVICE = "no_service"
    INVALID_QUERY = "invalid_query"
    TIMEOUT = "timeout"
    NETWORK_ERROR = "network_error"
    OVERSIZED = "oversized"
    UNPARSED = "unparsed"


class Reading(Struct, frozen=True):
    """One answer, read. Every field is empty where the answer does not say."""

    ending: Ending
    words: str = ""
    """The server's own words that decided the ending, at most 120 characters."""
    domain: str = ""
    registrar: str = ""
    registrar_id: str = ""
    """IANA number, handle or tag of the registrar."""
    created: Stamp | None = None
    updated: Stamp | None = None
    expires: Stamp | None = None
    registrar_expires: Stamp | None = None
    free_on: date | None = None
    statuses: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    delegated: bool | None = None
    holder: Holder = Holder(HolderKind.UNPUBLISHED)
    dnssec: bool | None = None
    referral: str = ""
    """Where the registrar can be asked: a WHOIS host, or the URL of an RDAP object."""
    unclear: tuple[str, ...] = ()
    """Dates that could be two days (`expires: 03/08/2026`): kept as written, never guessed."""
