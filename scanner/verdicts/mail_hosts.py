"""The MX hosts of a domain, each with who runs it and what it said."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, assert_never

from msgspec import Struct

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.mail_server import MailServer
from scanner.discovery import Sighting
from scanner.discovery.looks import DNS_RECORDS, MAIL_SERVER
from scanner.discovery.mail_providers import MailProvider, mail_provider_of
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.dossier import Dossier


class Door(StrEnum):
    """How a mail host received us."""

    OPEN = "open"
    CLOSED = "closed"  # no address, or nobody listens: said by an authority or on every try
    UNKNOWN = "unknown"


class MailHost(Struct, frozen=True, gc=False):
    """One MX host."""

    name: str
    door: Door
    provider: MailProvider | None
    reason: str
    """Why the door is closed or unknown; empty when it is open."""
    sighting: Sighting[Any]
    server: MailServer | None = None


def mail_hosts(dossier: Dossier, domain: str) -> Iterator[MailHost]:
    """Yield a domain's MX hosts, most preferred first; none for a null MX."""
    match dossier.see(DNS_RECORDS, Domain(domain)).outcome:
        case Seen(records):
            match records.mx:
                case Seen(exchanges):
                    for exchange in exchanges:
                        if exchange.host:
                            yield _mail_host(dossier, exchange.host)


def _mail_host(dossier: Dossier, name: str) -> MailHost:
    provider = mail_provider_of(name)
    found = presence(dossier.looks, name)
    if found.lives is Lives.NOWHERE:
        return MailHost(name, Door.CLOSED, provider, "no_address", found.sighting)
    if found.lives is Lives.UNKNOWN:
        return MailHost(name, Door.UNKNOWN, provider, found.reason, found.sighting)
    sighting = dossier.see(MAIL_SERVER, Host(name))
    match sighting.outcome:
        case Seen(server) if server.accepts:
            return MailHost(name, Door.OPEN, provider, "", sighting, server)
        case Seen(server):
            return MailHost(name, Door.UNKNOWN, provider, "service_closed", sighting, server)
        case Absent():
            return MailHost(name, Door.CLOSED, provider, "no_listener", sighting)
        case Unknown(reason):
            return MailHost(name, Door.UNKNOWN, provider, reason, sighting)
        case never:
            assert_never(never)
