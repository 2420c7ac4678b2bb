"""Whether a domain's name servers serve it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from probes.delegation import ServerState
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain
from scanner.assets import Kind
from scanner.assets.estate import Params
from scanner.discovery.looks import DELEGATION, DNS_RECORDS, REGISTRATION
from scanner.discovery.mail_providers import lies_under_any
from scanner.discovery.presence import Lives, presence
from scanner.verdicts.card import rule
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.finding import cannot_tell, say
from scanner.verdicts.ground import is_found_by_resolvers
from scanner.verdicts.term import hold, lapse
from scanner.verdicts.verdict import Finding

HOLDING_NAME_SERVERS = (
    "verification-hold.suspended-domain.com",
    "failed-whois-verification.namecheap.com",
)
"""Registrars point domains here until the holder confirms his contact data (usage.md 1.1)."""


@rule(
    id="domain.delegation",
    sentence="A domain whose every name server refuses it is lame; one its parent does not delegate "
    "is undelegated. Silence is neither.",
    authority="RFC 1034 section 4.2.2; RFC 8499; DESIGN section 3; usage.md DNS-01, DNS-02",
    kinds=(Kind.DOMAIN,),
    says=("domain.lame", "domain.undelegated", "domain.some_name_servers_lame", "domain.held"),
)
def delegation(dossier: Dossier) -> Iterator[Finding]:
    """Judge the parent's list of servers and what each of them said."""
    sighting = dossier.see(DELEGATION, Domain(dossier.asset.key))
    match sighting.outcome:
        case Unknown(reason):
            yield cannot_tell("delegation", reason, sighting)
        case Absent():
            yield from _not_delegated(dossier)
        case Seen(fact):
            hosts = [server.host for server in fact.servers]
            states = {server.state for server in fact.servers}
            bad = [
                s.host
                for s in fact.servers
                if s.state in (ServerState.LAME, ServerState.NO_ADDRESS)
            ]
            if any(lies_under_any(host, HOLDING_NAME_SERVERS) for host in hosts):
                told = {"status": "contact_verification"}
                yield say("domain.held", sighting, facet="delegation", params=told)
            if fact.lame:
                yield say("domain.lame", sighting, facet="delegation", params={"servers": hosts})
            elif ServerState.AUTHORITATIVE not in states:
                yield cannot_tell("delegation", "no_name_server_answered", sighting)
            elif bad:
                params: Params = {"servers": bad, "of": len(hosts)}
                yield say("domain.some_name_servers_lame", sighting, params=params)
        case never:
            assert_never(never)


def _not_delegated(dossier: Dossier) -> Iterator[Finding]:
    """Undelegated, if registry and resolvers agree; the rule on terms speaks for the lapsed and held."""
    today = dossier.as_of.date()
    parent = dossier.see(DELEGATION, Domain(dossier.asset.key))
    registry = dossier.see(REGISTRATION, Domain(dossier.asset.key))
    match registry.outcome:
        case Seen(registration) if lapse(registration, today) or hold(registration):
            return
        case Seen(registration) if registration.delegated or is_found_by_resolvers(dossier):
            yield cannot_tell("delegation", "contradiction", parent, registry)
        case Seen():
            if reason := _why_unseen(dossier):
                yield cannot_tell("delegation", reason, parent, registry)
            else:
                yield say("domain.undelegated", parent, registry, facet="delegation")
        case Absent():
            return
        case Unknown(reason):
            yield cannot_tell("delegation", reason, parent, registry)
        case never:
            assert_never(never)


def _why_unseen(dossier: Dossier) -> Reason | None:
    """Return why resolvers could not confirm that there is nothing, or None where they did."""
    match dossier.see(DNS_RECORDS, Domain(dossier.asset.key)).outcome:
        case Unknown(reason):
            return reason
        case Seen(fact):
            for part in (fact.ns, fact.soa, fact.mx, fact.txt):
                match part:
                    case Unknown(reason):
                        return reason
        case Absent():
            pass
        case never:
            assert_never(never)
    found = (presence(dossier.looks, host) for host in dossier.holding.hosts)
    return next((one.reason for one in found if one.lives is Lives.UNKNOWN), None)
