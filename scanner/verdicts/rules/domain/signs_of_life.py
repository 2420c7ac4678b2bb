"""Signs that somebody worked with a domain lately, or set its programs up, where nothing else lives in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from probes.certificate_log import LoggedCertificate
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain, Endpoint
from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.discovery.certificates import covers
from scanner.discovery.looks import (
    CERTIFICATE_LOG,
    SERVICE_RECORDS,
    TLS_CERTIFICATE,
    WEB_ARCHIVE,
)
from scanner.discovery.presence import Lives, presence
from scanner.discovery.scope import registered
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell
from scanner.verdicts.ground import is_out_of_dns
from scanner.verdicts.verdict import Finding

_LATELY: Final = timedelta(days=90)
"""The longest term of certificates that renew themselves: whoever has a younger one has a machine that runs."""
_OF_MAIL: Final = ("_autodiscover", "_imap", "_pop3", "_submission", "autodiscover")
"""Programs that the rules on mail speak for."""
_ALIVE: Final = (Use.USED, Use.REDIRECT)
_MOST: Final = 10


@rule(
    id="domain.signs_of_life",
    sentence="A certificate issued lately that no server we met shows, a page kept lately of a site that now "
    "leads nowhere, and telephones or chats set up speak of somebody whom we do not see.",
    authority="usage.md 1.1 (dark, infrastructure), 1.5, R3",
    kinds=(Kind.DOMAIN,),
    says=(),
)
def signs_of_life(dossier: Dossier) -> Iterator[Finding]:
    """Doubt that a domain is given up, where somebody was there a moment ago."""
    if _is_alive(dossier) or is_out_of_dns(dossier):
        return
    yield from _certificates(dossier)
    yield from _archive(dossier)
    yield from _programs(dossier)


def _certificates(dossier: Dossier) -> Iterator[Finding]:
    sighting = dossier.see(CERTIFICATE_LOG, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(log):
            unmet = {
                name: None
                for one in log.certificates
                if timedelta() <= dossier.as_of - one.not_before <= _LATELY
                for name in one.names
                if registered(name.removeprefix("*.")) == dossier.asset.key
                and not _is_met(dossier, name, one)
            }
            if unmet:
                names = list(unmet)
                shown, count = names[:_MOST], len(names)
                yield cannot_tell("names", "fresh_certificate", sighting, hosts=shown, count=count)


def _is_met(dossier: Dossier, name: str, logged: LoggedCertificate) -> bool:
    """Say whether a server shows it, or one that took its place, for a name that it is good for."""
    for host in dossier.holding.hosts:
        if covers((name,), host):
            match dossier.see(TLS_CERTIFICATE, Endpoint(host, 443)).outcome:
                case Seen(served) if served.not_before >= logged.not_before:
                    if covers(served.names, host):
                        return True
    return False


def _archive(dossier: Dossier) -> Iterator[Finding]:
    sighting = dossier.see(WEB_ARCHIVE, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(site) if site.last_seen and _leads_nowhere(dossier):
            if dossier.as_of.date() - site.last_seen <= _LATELY:
                yield cannot_tell("web", "seen_lately", sighting, domain=dossier.asset.key)


def _leads_nowhere(dossier: Dossier) -> bool:
    name = dossier.asset.key
    apex = (presence(dossier.looks, host).lives for host in (name, f"www.{name}"))
    return Lives.SOMEWHERE not in apex


def _programs(dossier: Dossier) -> Iterator[Finding]:
    sighting = dossier.see(SERVICE_RECORDS, Domain(dossier.asset.key))
    match sighting.outcome:
        case Seen(found):
            hosts = [one.host for one in found.hosts if not one.name.startswith(_OF_MAIL)]
            if hosts:
                told = list(dict.fromkeys(hosts))[:_MOST]
                yield cannot_tell("role", "programs_set_up", sighting, hosts=told)
            for reason in found.failures[:1]:
                yield cannot_tell("role", reason, sighting)
        case Unknown(reason) if sighting.asked:
            yield cannot_tell("role", reason, sighting)
        case Absent() | Unknown():
            return


def _is_alive(dossier: Dossier) -> bool:
    return any(
        use_of(kind, opinion.state) in _ALIVE
        for kind in (Kind.SITE, Kind.MAIL)
        for opinion in dossier.hanging_on_it("of_domain", kind)
    )
