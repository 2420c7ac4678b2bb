"""Where a domain's mail goes, and whence it may be sent."""

from __future__ import annotations

from msgspec import Struct

from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.mail_policy import SenderPolicy
from scanner.discovery.hostings import owner_of
from scanner.discovery.looks import DNS_RECORDS, MAIL_POLICY, Looks
from scanner.discovery.mail_providers import mail_provider_of
from scanner.discovery.presence import presence


class MailRoute(Struct, frozen=True):
    """The MX hosts of a domain, their addresses and who runs them."""

    domain: str
    hosts: tuple[str, ...]
    addresses: tuple[str, ...]
    providers: frozenset[str]
    """Keys of whoever runs the hosts, by name and by address."""
    provider: str
    provider_name: str
    """Who runs the most preferred host."""


def mail_route(looks: Looks, domain: str) -> MailRoute:
    """Read a domain's MX; empty where there is none, or none was seen."""
    hosts: tuple[str, ...] = ()
    match looks.latest(DNS_RECORDS, Domain(domain)).outcome:
        case Seen(records):
            match records.mx:
                case Seen(exchanges):
                    hosts = tuple(one.host for one in exchanges if one.host)
    addresses = tuple(dict.fromkeys(ip for host in hosts for ip in presence(looks, host).addresses))
    named = [service for host in hosts if (service := mail_provider_of(host))]
    owners = [owner for ip in addresses if (owner := owner_of(looks, ip)).key]
    first = (named[0].key, named[0].name) if named else ("", "")
    if not named and owners:
        first = (owners[0].key, owners[0].name)
    keys = frozenset(service.key for service in named) | frozenset(owner.key for owner in owners)
    return MailRoute(domain, hosts, addresses, keys, *first)


def sender_policy(looks: Looks, domain: str) -> SenderPolicy | None:
    """Return the SPF record that was seen, if any."""
    match looks.latest(MAIL_POLICY, Domain(domain)).outcome:
        case Seen(policy):
            match policy.spf:
                case Seen(spf):
                    return spf
    return None
