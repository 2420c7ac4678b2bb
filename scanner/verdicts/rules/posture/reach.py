"""Whether a domain can be reached over IPv6, and whether its registration is locked against moving."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Absent, Seen
from probes.kit.target import Domain, Host
from scanner.assets import Kind
from scanner.discovery.looks import ADDRESSES, DELEGATION, DNS_RECORDS, REGISTRATION
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule
from scanner.verdicts.verdict import Finding

_EPP = frozenset(
    {
        "ok", "active", "clientUpdateProhibited", "clientDeleteProhibited", "clientRenewProhibited",
        "serverDeleteProhibited", "serverUpdateProhibited", "autoRenewPeriod", "addPeriod",
    }
)  # fmt: skip
"""Words by which a registry shows that it speaks in EPP statuses, and would show a lock."""
_LOCKS = frozenset({"clientTransferProhibited", "serverTransferProhibited"})


@posture_rule(
    id="reach",
    sentence="A domain is reachable over IPv6 too, and cannot be moved away by a single request.",
    authority="RFC 8200; RFC 5731 section 2.3; IP-01, WHO-02",
    kinds=(Kind.DOMAIN,),
    says=("ipv6_missing", "no_transfer_lock"),
)
def reach(dossier: Dossier) -> Iterator[Finding]:
    """Look at the site, the mail hosts and the name servers; then at the registry's statuses."""
    domain = Domain(dossier.asset.key)
    missing = [what for what, bare in _families(dossier, domain) if bare]
    if missing:
        yield fault("ipv6_missing", dossier.see(DELEGATION, domain), where=missing)
    registry = dossier.see(REGISTRATION, domain)
    match registry.outcome:
        case Seen(found):
            said = set(found.statuses)
            if said & _EPP and not said & _LOCKS:
                yield fault("no_transfer_lock", registry)


def _families(dossier: Dossier, domain: Domain) -> Iterator[tuple[str, bool]]:
    apex = [name for name in (domain.name, f"www.{domain.name}") if name in dossier.hosts]
    yield "web", _none_has(dossier, apex)
    match dossier.see(DNS_RECORDS, domain).outcome:
        case Seen(records):
            match records.mx:
                case Seen(exchanges):
                    yield "mail", _none_has(dossier, [one.host for one in exchanges if one.host])
    match dossier.see(DELEGATION, domain).outcome:
        case Seen(delegation):
            # Two addresses of a server are noted, IPv4 first: a second one may have kept IPv6 out.
            sure = all(len(server.addresses) == 1 for server in delegation.servers)
            plain = not any(":" in ip for server in delegation.servers for ip in server.addresses)
            yield "name_servers", sure and plain and bool(delegation.servers)


def _none_has(dossier: Dossier, hosts: list[str]) -> bool:
    """Say whether all hosts that have addresses have IPv4 ones alone, by the DNS's own word."""
    bare = False
    for host in hosts:
        match dossier.see(ADDRESSES, Host(host)).outcome:
            case Seen(way) if way.all:
                if not (isinstance(way.v4, Seen) and isinstance(way.v6, Absent)):
                    return False
                bare = True
    return bare
