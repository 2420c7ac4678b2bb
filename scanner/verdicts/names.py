"""Names of the client that a failed look, or a wildcard, may have kept from us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain, Endpoint, Host
from probes.website import Website
from scanner.assets import Asset, Kind
from scanner.discovery.certificates import covers
from scanner.discovery.looks import DNS_RECORDS, SUB_ZONE, TLS_CERTIFICATE, WEBSITE
from scanner.discovery.presence import presence
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.pages import is_alive
from scanner.verdicts.verdict import Finding


def unseen_certificates(dossier: Dossier) -> Iterator[Finding]:
    """Say where a certificate, which may name further hosts, could not be read."""
    for host in dossier.holding.hosts:
        if host not in dossier.scene.site_of:
            continue
        sighting = dossier.see(TLS_CERTIFICATE, Endpoint(host, 443))
        match sighting.outcome:
            case Unknown(reason):
                yield cannot_tell("names", reason, sighting, host=host)
            case Seen(served) if served.name_count > len(served.names) and covers(
                served.names, host
            ):
                yield cannot_tell("names", Reason.OVERSIZED, sighting, host=host)


def names_in_sub_zones(dossier: Dossier, domain: str) -> Iterator[Finding]:
    """Say where a part of a domain is a zone of its own: the names in it are known to its servers alone."""
    above = dossier.scene.holding(Asset(Kind.DOMAIN, domain))
    for host in above.hosts if above else ():
        sighting = dossier.see(SUB_ZONE, Host(host))
        match sighting.outcome:
            case Seen(zone):
                match zone.servers:
                    case Seen() if not zone.lame:
                        yield cannot_tell("names", "sub_zone", sighting, host=host)
                    case Unknown(reason):
                        yield cannot_tell("names", reason, sighting, host=host)
            case Unknown(reason) if sighting.asked:
                yield cannot_tell("names", reason, sighting, host=host)


def names_behind_wildcard(dossier: Dossier, domain: str) -> Iterator[Finding]:
    """Say where any name at all under a domain leads to something that we did not see as a stub.

    A wildcard that leads where a known name leads, to a server that shows a stub to names it does
    not know, hides nothing.
    """
    sighting = dossier.see(DNS_RECORDS, Domain(domain))
    match sighting.outcome:
        case Seen(records):
            match records.wildcard:
                case Unknown(reason):
                    yield cannot_tell("names", reason, sighting, domain=domain)
                case Seen(addresses) if not _is_harmless(dossier, domain, addresses):
                    yield cannot_tell("names", "wildcard", sighting, domain=domain)
        case Absent() | Unknown():
            return
        case never:
            assert_never(never)


def _is_harmless(dossier: Dossier, domain: str, addresses: tuple[str, ...]) -> bool:
    left = set(addresses)
    above = dossier.scene.holding(Asset(Kind.DOMAIN, domain))
    for host in above.hosts if above else ():
        shared = left.intersection(presence(dossier.looks, host).addresses)
        match dossier.see(WEBSITE, Host(host)).outcome:
            case Seen(site) if shared and not _knows_every_name(site):
                left -= shared
    return not left


def _knows_every_name(site: Website) -> bool:
    """Say whether the server may have something of its own for a name that nobody uses."""
    match site.unknown_host:
        case Seen(page):
            return is_alive(page)
        case Absent():
            return False
        case Unknown():
            return True
        case never:
            assert_never(never)
