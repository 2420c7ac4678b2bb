"""Domains of which we could not read where their names and mail lead.

What they lead to may be any hosting or any other domain of the client, so nothing of his may be
called unused while one of them is unread. A domain that nobody can read leads nobody anywhere: none
of its name servers answers, or all of them do while resolvers fail over everything in its zone (a
broken signature). One dead domain must not stop a clean-up; many at once are our own resolver's fault.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import assert_never

from msgspec import Struct

from probes.delegation import Delegation, ServerLook, ServerState
from probes.dns_records import DnsRecords
from probes.kit.observation import Absent, Reason, Seen, Unknown
from probes.kit.providers import provider_of_name
from probes.kit.target import Address, Domain, Host
from scanner.assets import Holding
from scanner.discovery import Looks
from scanner.discovery.looks import (
    ADDRESS_OWNER,
    ADDRESSES,
    CERTIFICATE_LOG,
    DELEGATION,
    DNS_RECORDS,
    MAIL_POLICY,
)
from scanner.discovery.mail_providers import MailService, mail_provider_of
from scanner.discovery.owners import owner_of
from scanner.discovery.presence import Lives, presence
from scanner.discovery.scope import registered
from scanner.verdicts.denial import is_denied

_EVERYBODYS = {
    Reason.SERVFAIL,
    Reason.LOOP,
    Reason.MALFORMED,
    Reason.OVERSIZED,
    Reason.UNPARSED,
}
"""Failures that lie in the data, where the domain's own servers were seen to answer."""
_OUR_LIMITS = ("unreachable", "not_allowed", "not_asked", "bug")
"""Why we did not reach a name server, where others may."""
_FAULTY_AT_MOST = 2
_ONE_FAULTY_IN = 50
"""How many domains may fail over everything before our own resolver is to blame."""


class Gap(Struct, frozen=True, gc=False):
    """One thing about a domain's names or mail that could not be read."""

    reason: Reason
    near: bool = False
    """True when it matters only to what the domain is known to lead to: a stranger's fault in its SPF."""


class BlindSpots:
    """What could not be read of the client's domains; of those that were read it keeps nothing."""

    def __init__(self, own: Container[str]) -> None:
        """Read no domain yet; `own` are the registered names of the whole estate."""
        self._own = own
        self._count = 0
        self._heard = False
        """Whether any domain's own name servers answered: else our network keeps us from asking."""
        self._silent: set[str] = set()
        self._faulty: set[str] = set()
        self._hidden: set[str] = set()
        self.gaps: dict[str, tuple[Gap, ...]] = {}
        """What could not be read of where a domain leads, for each that has such gaps."""
        self.unseen_name_servers: list[str] = []
        """Domains that name the client's own hosts as name servers we could not look at."""
        self.silent_logs: set[str] = set()
        """Domains of which no certificate log told anything."""
        self.partial_logs: set[str] = set()
        """Domains of which the certificate logs did not tell all."""

    def read(self, domain: Holding, looks: Looks) -> None:
        """Take in one domain of the client."""
        name = domain.asset.key
        self._count += 1
        self._heard = self._heard or _has_authority(name, looks)
        if _names_unseen_servers(name, self._own, looks):
            self.unseen_name_servers.append(name)
        self._read_log(name, looks)
        if gaps := tuple(dict.fromkeys(_gaps_of(domain, looks))):
            self.gaps[name] = gaps
            missing = {gap.reason for gap in gaps if not gap.near} - {Reason.LOOP}
            if missing:
                self._file(domain, missing, looks)

    def unread(self) -> tuple[str, ...]:
        """Return the domains with gaps that may hide something from us alone, sorted."""
        found = set(self._hidden)
        if not self._heard:
            found |= self._silent
        if len(self._faulty) > max(_FAULTY_AT_MOST, self._count // _ONE_FAULTY_IN):
            found |= self._faulty
        return tuple(sorted(found))

    def _file(self, domain: Holding, missing: set[Reason], looks: Looks) -> None:
        name = domain.asset.key
        match _state(name, looks):
            case "silent" if _is_mute(domain, looks):
                self._silent.add(name)
            case "faulty" if _is_mute(domain, looks) and _EVERYBODYS.issuperset(missing):
                self._faulty.add(name)
            case _:
                self._hidden.add(name)

    def _read_log(self, name: str, looks: Looks) -> None:
        log = looks.latest(CERTIFICATE_LOG, Domain(name))
        match log.outcome:
            case Unknown():
                if log.asked:
                    self.silent_logs.add(name)
            case Seen(fact):
                if not fact.complete:
                    self.partial_logs.add(name)
            case Absent():
                return
            case never:
                assert_never(never)


def _gaps_of(domain: Holding, looks: Looks) -> Iterator[Gap]:
    name = domain.asset.key
    yield from _addresses(domain.hosts, looks)
    yield from _records(name, looks)
    yield from _policy(name, looks)


def _names_unseen_servers(domain: str, own: Container[str], looks: Looks) -> bool:
    """Say whether a domain's name servers lie under the client's names and could not be looked at."""
    match looks.latest(DELEGATION, Domain(domain)).outcome:
        case Seen(delegation):
            unseen = (one.host for one in delegation.servers if _is_unseen(one))
            return any(registered(host) in own for host in unseen)
        case Absent():
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


def _is_unseen(server: ServerLook) -> bool:
    return server.state is ServerState.UNKNOWN and not server.addresses


def _addresses(hosts: Sequence[str], looks: Looks) -> Iterator[Gap]:
    for host in hosts:
        match looks.latest(ADDRESSES, Host(host)).outcome:
            case Seen(fact):
                if isinstance(fact.v4, Unknown):
                    yield Gap(fact.v4.reason)
                elif not fact.all and isinstance(fact.v6, Unknown):
                    yield Gap(fact.v6.reason)
            case Absent():
                continue
            case Unknown(reason):
                yield Gap(reason)
            case never:
                assert_never(never)


def _records(domain: str, looks: Looks) -> Iterator[Gap]:
    if is_denied(domain, looks):
        yield Gap(Reason.ACCESS_DENIED)
    match looks.latest(DNS_RECORDS, Domain(domain)).outcome:
        case Seen(records):
            if isinstance(records.ns, Unknown) and not _delegation(domain, looks):
                yield Gap(records.ns.reason)
            yield from _exchanges(records, looks)
        case Absent():
            return
        case Unknown(reason):
            yield Gap(reason)
        case never:
            assert_never(never)


def _exchanges(records: DnsRecords, looks: Looks) -> Iterator[Gap]:
    match records.mx:
        case Seen(exchanges):
            # A tenant service's host is never a machine of the client.
            hosts = [one.host for one in exchanges if one.host and not _is_tenant(one.host)]
            yield from _addresses(hosts, looks)
            for host in hosts:
                if provider_of_name(host) is None:
                    yield from _owners(presence(looks, host).addresses, looks)
        case Absent():
            return
        case Unknown(reason):
            yield Gap(reason)
        case never:
            assert_never(never)


def _owners(addresses: Sequence[str], looks: Looks) -> Iterator[Gap]:
    """Yield a gap for every address that may be any hoster's."""
    for ip in addresses:
        outcome = looks.latest(ADDRESS_OWNER, Address(ip)).outcome
        if not owner_of(looks, ip).key:
            yield Gap(outcome.reason if isinstance(outcome, Unknown) else Reason.SOURCE_FAILED)


def _policy(domain: str, looks: Looks) -> Iterator[Gap]:
    sighting = looks.latest(MAIL_POLICY, Domain(domain))
    match sighting.outcome:
        case Seen(policy):
            match policy.spf:
                case Seen(spf):
                    for reason in spf.failures:
                        yield Gap(reason, near=reason in _EVERYBODYS)
                case Absent():
                    return
                case Unknown(reason):
                    yield Gap(reason)
                case never_either:
                    assert_never(never_either)
        case Absent():
            return
        case Unknown(reason):
            # Nobody asks a domain that is only met, and not named, who may send for it.
            if sighting.asked:
                yield Gap(reason)
        case never:
            assert_never(never)


def _state(domain: str, looks: Looks) -> str:
    """Tell `silent` (nobody answers for it), `faulty` (its servers answer, or are not found), or else."""
    match looks.latest(DELEGATION, Domain(domain)).outcome:
        case Seen(delegation):
            if any(one.detail.startswith(_OUR_LIMITS) for one in delegation.servers):
                return "served"
            dim = any(one.detail.startswith("address") for one in delegation.servers)
            return "faulty" if dim or _authoritative(delegation) else "silent"
        case Absent():
            return "silent"
        case Unknown():
            return "served"
        case never:
            assert_never(never)


def _is_mute(domain: Holding, looks: Looks) -> bool:
    """Say whether resolvers told nothing at all about a domain, neither a yes nor a no."""
    records = looks.latest(DNS_RECORDS, Domain(domain.asset.key)).outcome
    return isinstance(records, Unknown) and all(
        presence(looks, host).lives is Lives.UNKNOWN for host in domain.hosts
    )


def _has_authority(domain: str, looks: Looks) -> bool:
    delegation = _delegation(domain, looks)
    return delegation is not None and _authoritative(delegation)


def _delegation(domain: str, looks: Looks) -> Delegation | None:
    match looks.latest(DELEGATION, Domain(domain)).outcome:
        case Seen(delegation):
            return delegation
    return None


def _authoritative(delegation: Delegation) -> bool:
    return any(server.state is ServerState.AUTHORITATIVE for server in delegation.servers)


def _is_tenant(host: str) -> bool:
    service = mail_provider_of(host)
    return service is not None and service.service is MailService.TENANT
