"""Domains that answer, but of which we could not read where their names and mail lead.

What they lead to may be any hosting or any other domain of the client, so nothing of his may be
called unused while one of them is unread. A fault that everybody meets is no blind spot of ours: a
domain none of whose name servers answers, or whose servers answer while resolvers fail over its data
(a loop of aliases, a broken signature), leads nobody anywhere. One dead domain must not stop a clean-up.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import assert_never

from probes.dns_records import DnsRecords
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.target import Domain, Host
from scanner.assets import Holding
from scanner.discovery import Looks
from scanner.discovery.looks import ADDRESSES, DELEGATION, DNS_RECORDS, MAIL_POLICY
from scanner.discovery.mail_providers import MailService, mail_provider_of
from scanner.discovery.scope import registered

Counts = Callable[[Reason], bool]
_EVERYBODYS = {
    Reason.SERVFAIL,
    Reason.LOOP,
    Reason.MALFORMED,
    Reason.OVERSIZED,
    Reason.UNPARSED,
}
"""Failures that lie in the data, once the domain's own servers were seen to answer."""


def is_unread(domain: Holding, looks: Looks) -> bool:
    """Say whether a domain is served, yet its addresses or mail records could not be read."""
    name = domain.asset.key
    return _is_served(name, looks) and (
        any(_addresses_are_unread(host, looks, _is_ours) for host in domain.hosts)
        or _mail_is_unread(name, looks, _is_ours)
    )


def mail_is_unseen(domain: str, looks: Looks) -> bool:
    """Say whether anything about where a domain's mail goes is unknown, for whatever reason."""
    return _mail_is_unread(domain, looks, lambda reason: True)


def names_unseen_servers(domain: str, own: Container[str], looks: Looks) -> bool:
    """Say whether a domain's name servers lie under the client's names and could not be looked at."""
    match looks.latest(DELEGATION, Domain(domain)).outcome:
        case Seen() | Absent():
            return False
        case Unknown():
            match looks.latest(DNS_RECORDS, Domain(domain)).outcome:
                case Seen(records):
                    match records.ns:
                        case Seen(hosts):
                            return any(registered(host) in own for host in hosts)
                        case Absent() | Unknown():
                            return False
                        case never:
                            assert_never(never)
                case Absent() | Unknown():
                    return False
                case never_either:
                    assert_never(never_either)
        case nor_this:
            assert_never(nor_this)


def _is_served(domain: str, looks: Looks) -> bool:
    match looks.latest(DELEGATION, Domain(domain)).outcome:
        case Seen(delegation):
            return any(server.state == "authoritative" for server in delegation.servers)
        case Absent():
            return False
        case Unknown():
            # The parent could not be asked; records that were read show that somebody serves it.
            return isinstance(looks.latest(DNS_RECORDS, Domain(domain)).outcome, Seen)
        case never:
            assert_never(never)


def _addresses_are_unread(host: str, looks: Looks, counts: Counts) -> bool:
    sighting = looks.latest(ADDRESSES, Host(host))
    match sighting.outcome:
        case Seen(fact):
            return isinstance(fact.v4, Unknown) and counts(fact.v4.reason)
        case Absent():
            return False
        case Unknown(reason):
            return counts(reason)
        case never:
            assert_never(never)


def _mail_is_unread(domain: str, looks: Looks, counts: Counts) -> bool:
    sighting = looks.latest(DNS_RECORDS, Domain(domain))
    match sighting.outcome:
        case Seen(records):
            return _exchange_is_unread(records, looks, counts) or _policy_is_unread(
                domain, looks, counts
            )
        case Absent():
            return False
        case Unknown(reason):
            return counts(reason)
        case never:
            assert_never(never)


def _exchange_is_unread(records: DnsRecords, looks: Looks, counts: Counts) -> bool:
    match records.mx:
        case Seen(exchanges):
            # A tenant service's host is never a machine of the client.
            hosts = [one.host for one in exchanges if one.host and not _is_tenant(one.host)]
            return any(_addresses_are_unread(host, looks, counts) for host in hosts)
        case Absent():
            return False
        case Unknown(reason):
            return counts(reason)
        case never:
            assert_never(never)


def _policy_is_unread(domain: str, looks: Looks, counts: Counts) -> bool:
    sighting = looks.latest(MAIL_POLICY, Domain(domain))
    match sighting.outcome:
        case Seen(policy):
            return isinstance(policy.spf, Unknown) and counts(policy.spf.reason)
        case Absent():
            return False
        case Unknown(reason):
            return counts(reason)
        case never:
            assert_never(never)


def _is_ours(failure: Reason) -> bool:
    """Say whether a look failed on our way to an answer that others may get."""
    return failure not in _EVERYBODYS and failure is not Reason.NOT_ASKED


def _is_tenant(host: str) -> bool:
    service = mail_provider_of(host)
    return service is not None and service.service is MailService.TENANT
