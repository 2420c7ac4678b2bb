"""Whether a site's pages protect those who read them, and give away nothing they should not."""

from __future__ import annotations

from collections.abc import Iterator

from probes.kit.observation import Absent, Seen
from probes.kit.target import Host
from probes.website import Page, Website
from scanner.assets import Kind, Use
from scanner.assets.use import use_of
from scanner.discovery import Sighting
from scanner.discovery.looks import SITE_FILES, WEBSITE
from scanner.verdicts.dossier import Dossier
from scanner.verdicts.posture import fault, posture_rule
from scanner.verdicts.verdict import Finding

_SHORT = 15_552_000
"""Seconds; half a year is the least that testers let pass."""
_WISHED = {
    "content-security-policy": "csp",
    "x-content-type-options": "nosniff",
    "referrer-policy": "referrer_policy",
}
_LISTINGS = ("index of /", "directory listing for /", "содержимое каталога /")
_SOFTWARE = ("apache/", "nginx/", "php/", "microsoft-iis/", "openresty/", "lighttpd/", "tomcat/")


@posture_rule(
    id="pages",
    sentence="A page over https says that it stays there, takes nothing in unencrypted, and lists no files.",
    authority="RFC 6797; RFC 9116; W3C Mixed Content; usage.md WEB-04 to WEB-06",
    kinds=(Kind.SITE,),
    says=(
        "web_hsts_missing",
        "web_hsts_short",
        "web_mixed_content",
        "web_directory_listing",
        "web_default_page",
        "web_stack_version",
        "web_headers_missing",
        "security_txt_missing",
        "security_txt_expired",
    ),
)
def pages(dossier: Dossier) -> Iterator[Finding]:
    """Read the first page of the site itself that opened, the encrypted one first."""
    hosts = dossier.holding.hosts
    for host in hosts:
        sighting = dossier.see(WEBSITE, Host(host))
        match sighting.outcome:
            case Seen(site) if page := _own_page(site, hosts):
                yield from _read(page, host, sighting)
                if _is_used(dossier):
                    yield from _protections(page, host, sighting)
                break
    yield from _contact(dossier)


def _own_page(site: Website, hosts: tuple[str, ...]) -> Page | None:
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page) if visit.end_host in hosts and page.status < 400:
                return page
    return None


def _is_used(dossier: Dossier) -> bool:
    states = (visit.reading.state for visit in dossier.visits.made)
    return any(use_of(Kind.SITE, state) is Use.USED for state in states)


def _read(page: Page, host: str, seen: Sighting[Website]) -> Iterator[Finding]:
    if page.title.lower().startswith(_LISTINGS):
        yield fault("web_directory_listing", seen, host=host)
    if any(marker.says == "server_default" for marker in page.markers):
        yield fault("web_default_page", seen, host=host)
    if version := _version(page):
        yield fault("web_stack_version", seen, host=host, software=version)
    if page.insecure_assets:
        yield fault("web_mixed_content", seen, host=host, hosts=list(page.insecure_assets))


def _version(page: Page) -> str:
    """A program with its number: the number tells which known holes to try."""
    for word in page.server.split():
        if word.lower().startswith(_SOFTWARE) and word.partition("/")[2][:1].isdigit():
            return word[:60]
    words = page.generator.split()
    numbered = len(words) > 1 and words[-1][:1].isdigit() and "." in words[-1]
    return page.generator[:60] if numbered else ""


def _protections(page: Page, host: str, seen: Sighting[Website]) -> Iterator[Finding]:
    if not page.url.startswith("https://"):
        return
    said = dict(reversed(page.protections))
    age = _max_age(said.get("strict-transport-security", ""))
    if not age:
        yield fault("web_hsts_missing", seen, host=host)
    elif age < _SHORT:
        yield fault("web_hsts_short", seen, host=host, days=age // 86_400)
    missing = [word for header, word in _WISHED.items() if header not in said]
    if missing:
        yield fault("web_headers_missing", seen, host=host, headers=missing)


def _max_age(header: str) -> int:
    """Seconds that browsers keep to https; 0 where the header is missing or broken (RFC 6797 6.1)."""
    for part in header.split(";"):
        name, _, value = part.partition("=")
        digits = value.strip().strip('"')
        if name.strip().lower() == "max-age" and digits.isascii() and digits.isdigit():
            return int(digits[:12])
    return 0


def _contact(dossier: Dossier) -> Iterator[Finding]:
    for host in dossier.holding.hosts:
        sighting = dossier.see(SITE_FILES, Host(host))
        match sighting.outcome:
            case Seen(files):
                match files.security:
                    case Absent():
                        yield fault("security_txt_missing", sighting, host=host)
                    case Seen(said) if said.expires and said.expires < dossier.as_of:
                        date = said.expires.date().isoformat()
                        yield fault("security_txt_expired", sighting, host=host, date=date)
                return
