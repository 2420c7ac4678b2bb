"""Which hosts are sites: an apex and its www are one, unless they show different things."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Domain, Host
from probes.website import Page, Website
from scanner.discovery.frontier import Frontier
from scanner.discovery.looks import DNS_RECORDS, WEBSITE, Looks
from scanner.discovery.presence import Lives, presence
from scanner.discovery.scope import Standing, registered

_STUBS = {
    "placeholder",
    "parked",
    "for_sale",
    "suspended",
    "unpaid_saas",
    "unclaimed_saas",
    "maintenance",
    "challenge",
    "origin_down",
    "server_default",
}


class Site(Struct, frozen=True, order=True):
    """A site by the host it is known by, and every host that leads to it."""

    key: str
    hosts: tuple[str, ...]

    @property
    def domain(self) -> str:
        """The registered name it lies under; empty for names rented from a platform."""
        return registered(self.key)


def sites_of(frontier: Frontier, looks: Looks) -> Iterator[Site]:
    """Yield every site of the territory, sorted. A host without addresses is none."""
    hosts = {host for host in frontier.sites if _counts(frontier, looks, host)}
    hosts |= set(_other_halves(frontier, looks, hosts))
    for host in sorted(hosts):
        domain = registered(host)
        www = f"www.{domain}"
        if host == www and domain in frontier.sites and not _differ(looks, domain, www):
            if domain not in hosts:
                yield Site(domain, (www,))
        elif host == domain and www in hosts and not _differ(looks, domain, www):
            yield Site(domain, (domain, www))
        else:
            yield Site(host, (host,))


def _other_halves(frontier: Frontier, looks: Looks, hosts: set[str]) -> Iterator[str]:
    """Yield the apex or www that nobody asked about, where its other half counts: not seen is not absent."""
    for domain in frontier.scope.domains:
        pair = {domain, f"www.{domain}"} & frontier.sites
        if pair & hosts:
            for host in pair - hosts:
                if presence(looks, host).lives is Lives.UNKNOWN:
                    yield host


def _counts(frontier: Frontier, looks: Looks, host: str) -> bool:
    """A host counts when it has addresses, or when we asked and could not find out."""
    if frontier.scope.standing(host) is Standing.FOREIGN:
        return False
    found = presence(looks, host)
    match found.lives:
        case Lives.NOWHERE:
            return False
        case Lives.UNKNOWN:
            return found.sighting.asked
        case Lives.SOMEWHERE:
            return not _only_a_wildcard(frontier, looks, host, found.addresses)


def _only_a_wildcard(
    frontier: Frontier, looks: Looks, host: str, addresses: tuple[str, ...]
) -> bool:
    """Say whether an old log entry names a host that now is nothing but the wildcard's default."""
    if frontier.leads_to(host) != {"named_in_certificate_log_of"} or host in frontier.scope.hosts:
        return False
    records = looks.latest(DNS_RECORDS, Domain(registered(host))).outcome
    site = looks.latest(WEBSITE, Host(host)).outcome
    match records, site:
        case Seen(apex), Seen(seen):
            match apex.wildcard:
                case Seen(wildcard):
                    default = seen.same_as_unknown_host and _shows_nothing(seen, host)
                    return set(wildcard) == set(addresses) and default
                case Absent() | Unknown():
                    return False
    return False


def _shows_nothing(site: Website, host: str) -> bool:
    """Say whether every visit ended at a stub, at nothing, or at another name of the same domain.

    A machine with one site shows that to any name: its page is real all the same.
    """
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page):
                stub = any(marker.says in _STUBS for marker in page.markers)
                home = visit.hops and registered(visit.end_host) == registered(host)
                if not (stub or home or page.status == 404):
                    return False
            case Absent():
                continue
            case Unknown():
                return False
    return True


def _differ(looks: Looks, apex: str, www: str) -> bool:
    """Two sites only when both end at home with a real page, and the pages have different titles."""
    one, other = _home_page(looks, apex), _home_page(looks, www)
    return bool(one and other and one.title != other.title and one.body_sha256 != other.body_sha256)


def _home_page(looks: Looks, host: str) -> Page | None:
    match looks.latest(WEBSITE, Host(host)).outcome:
        case Seen(site):
            return _page_at_home(site, host)
    return None


def _page_at_home(site: Website, host: str) -> Page | None:
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page) if visit.end_host == host:
                real = page.status < 300 and page.title and page.text_length > 0
                stub = any(marker.says in _STUBS for marker in page.markers)
                return page if real and not stub and not site.same_as_unknown_host else None
    return None
