"""Where a domain sends the programs of its people: mail set-up, calls, chats, calendars."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from probes.kit import dns
from probes.kit.declare import Reach, probe
from probes.kit.net import Net
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.target import Domain

# What mail services, telephone systems and chat servers tell their customers to publish (RFC 6186, 8314,
# 6764, 6120, 3263, 7808, 5766; Matrix server-server 1.8; Microsoft's set-up pages for its telephones and for
# directories). What stands below a protocol that a domain has nothing for costs it one question.
_SERVICES = {
    "_tcp": (
        "_autodiscover",
        "_imaps",
        "_imap",
        "_pop3s",
        "_submission",
        "_submissions",
        "_caldavs",
        "_carddavs",
        "_sipfederationtls",
        "_sip",
        "_sips",
        "_h323cs",
        "_xmpp-client",
        "_xmpp-server",
        "_matrix",
        "_matrix-fed",
        "_turn",
        "_ldap",
        "_kerberos",
    ),
    "_tls": ("_sip",),
    "_udp": ("_sip", "_stun", "_turn"),
}
_ALIASES = ("autodiscover", "lyncdiscover")


class ServiceHost(Struct, frozen=True, order=True):
    """A host that a service of the domain is at: by an SRV record, or by an alias with a name of custom."""

    name: str
    """`_imaps._tcp` or `autodiscover`, as it stands before the domain."""
    host: str


class ServiceRecords(Struct, frozen=True):
    """What was found under the names of services; the look is Absent when all of them are empty."""

    hosts: tuple[ServiceHost, ...]
    complete: bool
    """False when some names could not be looked up: there may be more."""
    failures: tuple[Reason, ...] = ()

    def mentions(self) -> Iterator[Mention]:
        """Every host that a service is at, once."""
        for host in dns.hosts(dict.fromkeys(one.host for one in self.hosts)):
            yield Mention(host, "srv_host_of")


@probe(reach=Reach.PUBLIC, patience=timedelta(seconds=60))
async def service_records(domain: Domain, net: Net) -> Seen[ServiceRecords] | Absent | Unknown:
    """Ask for the SRV records of a domain's usual services, and for the aliases that stand in for them."""
    levels = await asyncio.gather(
        *(_below(net, domain.name, level) for level in _SERVICES), _aliases(net, domain.name)
    )
    found = sorted({one for level in levels for one in level.hosts})
    failures = list(dict.fromkeys(why for level in levels for why in level.failures))
    if not found and failures:
        return failures[0]
    if not found:
        return Absent("no service records")
    reasons = tuple(dict.fromkeys(failure.reason for failure in failures))
    return Seen(ServiceRecords(tuple(found), not failures, reasons))


class _Level(Struct, frozen=True):
    hosts: list[ServiceHost]
    failures: list[Unknown]


async def _below(net: Net, domain: str, level: str) -> _Level:
    """Ask for the services of one protocol; where its name does not exist there is nothing below (RFC 8020)."""
    above = f"{level}.{domain}"
    match await dns.records(net, above, "SRV"):
        case Absent("NXDOMAIN"):
            return _Level([], [])
        case Unknown() as failure:
            return _Level([], [failure])
    labels = _SERVICES[level]
    control, *looks = await asyncio.gather(
        *(
            dns.records(net, f"{label}.{above}", "SRV")
            for label in (f"_{dns.control_label(above)}", *labels)
        )
    )
    told = {f"{label}.{level}": _hosts(look) for label, look in zip(labels, looks, strict=True)}
    return _own(told, _hosts(control))


async def _aliases(net: Net, domain: str) -> _Level:
    looks = await asyncio.gather(
        *(dns.records(net, f"{label}.{domain}", "CNAME") for label in _ALIASES)
    )
    told = dict(zip(_ALIASES, looks, strict=True))
    if not any(isinstance(look, Seen) for look in looks):
        return _own(told, Absent("NODATA"))
    control = await dns.records(net, f"{dns.control_label(domain)}.{domain}", "CNAME")
    return _own(told, control)


def _hosts(look: Outcome[tuple[dns.Service, ...]]) -> Outcome[tuple[str, ...]]:
    match look:
        case Seen(records):
            return Seen(tuple(dict.fromkeys(one.host for one in records)))
    return look


def _own(told: dict[str, Outcome[tuple[str, ...]]], control: Outcome[tuple[str, ...]]) -> _Level:
    """Leave out what any name at all would get; where that is unknown, one "no" tells that there is no such."""
    failures = [look for look in told.values() if isinstance(look, Unknown)]
    if isinstance(control, Unknown) and not any(isinstance(a, Absent) for a in told.values()):
        return _Level([], [control])
    hosts = [
        ServiceHost(name, host)
        for name, look in told.items()
        if isinstance(look, Seen) and look != control
        for host in look.fact
        if host
    ]
    return _Level(hosts, failures)
