"""What a look brings back: a fact, a statement of absence by an authority, or an honest "don't know"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from msgspec import Struct

from probes.kit.target import Target

F = TypeVar("F")


class Reason(StrEnum):
    """Why we could not find out. None of these says anything about the target."""

    TIMEOUT = "timeout"
    SERVFAIL = "servfail"
    DNS_REFUSED = "dns_refused"
    NO_LISTENER = "no_listener"  # TCP reset; a probe that saw it on every try turns it into a fact
    UNREACHABLE = "unreachable"
    CONNECTION_LOST = "connection_lost"
    TLS_FAILED = "tls_failed"
    RATE_LIMITED = "rate_limited"
    ACCESS_DENIED = "access_denied"
    SERVICE_CLOSED = "service_closed"
    NO_SERVICE = "no_service"
    INVALID_QUERY = "invalid_query"
    RESERVED = "reserved"
    MALFORMED = "malformed"
    UNPARSED = "unparsed"
    OVERSIZED = "oversized"
    LOOP = "loop"
    NOT_ALLOWED = (
        "not_allowed"  # the guard: not a global address, not in --allow-net, port not ours
    )
    NO_ADDRESS = "no_address"  # nothing to dial: the name has no address
    NO_KEY = "no_key"  # the service answers only who shows a key, and we were given none
    SERVICE_SILENT = "service_silent"  # it failed several times in a row: left alone for a while
    SOURCE_FAILED = "source_failed"
    DISPUTED = "disputed"  # two resolvers say the opposite of each other
    NOT_ASKED = "not_asked"
    BUG = "bug"


class Seen(Struct, Generic[F], frozen=True, tag="seen", tag_field="is"):
    """The world answered, and this is what it said."""

    fact: F


class Absent(Struct, frozen=True, tag="absent", tag_field="is"):
    """An authority said there is nothing here: `NXDOMAIN`, `NODATA`, `RDAP 404`, `null MX` …"""

    authority: str


class Unknown(Struct, frozen=True, tag="unknown", tag_field="is"):
    """We could not find out. Never read this as absence."""

    reason: Reason
    detail: str = ""


Outcome = Seen[F] | Absent | Unknown


class Observation(Struct, Generic[F], frozen=True):
    """One look of one probe at one target at one moment, from one place."""

    probe: str
    target: Target
    at: datetime
    vantage: str
    outcome: Seen[F] | Absent | Unknown
    evidence: tuple[str, ...] = ()
    """Ids of the recorded exchanges it rests on, in the order they were asked."""


class Mention(Struct, frozen=True, order=True):
    """A target that a fact names, and a code that says how: `certificate_name`, `mx_host` …"""

    target: Target
    how: str


@runtime_checkable
class Mentions(Protocol):
    """A fact that names other targets. Whether to follow them is the scanner's business."""

    def mentions(self) -> Iterator[Mention]:
        """Yield every target the fact names."""


AnyObservation = Observation[Any]
