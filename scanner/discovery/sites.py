"""Which hosts are sites: an apex and its www are one, unless they show different things."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.discovery.frontier import Frontier
from scanner.discovery.notes import Notes
from scanner.discovery.presence import Lives
from scanner.discovery.scope import Standing, registered, www_of


class Site(Struct, frozen=True, order=True):
    """A site by the host it is known by, and every host that leads to it."""

    key: str
    hosts: tuple[str, ...]

    @property
    def domain(self) -> str:
        """The registered name it lies under; empty for names rented from a platform."""
        return registered(self.key)


def sites_of(frontier: Frontier, notes: Notes) -> Iterator[Site]:
    """Yield every site of the territory, sorted. A host without addresses is none."""
    hosts = {host for host in frontier.sites if _counts(frontier, notes, host)}
    hosts |= set(_other_halves(frontier, notes, hosts))
    for host in sorted(hosts):
        domain = registered(host)
        www = www_of(domain)
        if host == www and domain in frontier.sites and not _differ(notes, domain, www):
            if domain not in hosts:
                yield Site(domain, (www,))
        elif host == domain and www in hosts and not _differ(notes, domain, www):
            yield Site(domain, (domain, www))
        else:
            yield Site(host, (host,))


def _other_halves(frontier: Frontier, notes: Notes, hosts: set[str]) -> Iterator[str]:
    """Yield the apex or www that nobody asked about, where its other half counts: not seen is not absent."""
    for domain in frontier.scope.followed():
        pair = {domain, f"www.{domain}"} & frontier.sites
        if pair & hosts:
            for host in pair - hosts:
                if notes.host(host).lives is Lives.UNKNOWN:
                    yield host


def _counts(frontier: Frontier, notes: Notes, host: str) -> bool:
    """A host counts when it has addresses, or when we asked and could not find out."""
    if frontier.scope.standing(host) is Standing.FOREIGN:
        return False
    found = notes.host(host)
    match found.lives:
        case Lives.NOWHERE:
            return False
        case Lives.UNKNOWN:
            return found.asked
        case Lives.SOMEWHERE:
            return not _only_a_wildcard(frontier, notes, host, found.addresses)


def _only_a_wildcard(
    frontier: Frontier, notes: Notes, host: str, addresses: tuple[str, ...]
) -> bool:
    """Say whether an old log entry names a host that now is nothing but the wildcard's default."""
    if frontier.leads_to(host) != {"named_in_certificate_log_of"} or host in frontier.scope.hosts:
        return False
    same = notes.records(registered(host)).wildcard == frozenset(addresses)
    return same and notes.site(host).default_only


def _differ(notes: Notes, apex: str, www: str) -> bool:
    """Two sites only when both end at home with a real page, and the pages have different titles."""
    one, other = notes.site(apex).home, notes.site(www).home
    return bool(one and other and one.title != other.title and one.body_sha256 != other.body_sha256)
