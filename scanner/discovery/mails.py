"""Where a domain's mail goes, and whence it may be sent."""

from __future__ import annotations

from msgspec import Struct

from scanner.discovery.mail_providers import mail_provider_of
from scanner.discovery.notes import Notes


class MailRoute(Struct, frozen=True):
    """The MX hosts of a domain, their addresses and who runs them."""

    domain: str
    hosts: tuple[str, ...]
    addresses: tuple[str, ...]
    providers: tuple[str, ...]
    """Keys of whoever runs the hosts, by name and by address."""
    provider: str
    provider_name: str
    """Who runs the most preferred host."""


def mail_route(notes: Notes, domain: str) -> MailRoute:
    """Read a domain's MX; without one the domain itself, where a server answers that is no hoster's.

    Empty where there is none, or none was seen.
    """
    hosts = notes.records(domain).mail_hosts
    if not hosts and notes.takes_letters(domain):
        hosts = (domain,)
    addresses = tuple(dict.fromkeys(ip for host in hosts for ip in notes.host(host).addresses))
    named = [service for host in hosts if (service := mail_provider_of(host))]
    owners = [owner for ip in addresses if (owner := notes.owner(ip)).key]
    first = (named[0].key, named[0].name) if named else ("", "")
    if not named and owners:
        first = (owners[0].key, owners[0].name)
    keys = dict.fromkeys((*(service.key for service in named), *(owner.key for owner in owners)))
    return MailRoute(domain, hosts, notes.same(addresses), notes.same(tuple(keys)), *first)
