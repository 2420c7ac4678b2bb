"""Reads the files a site publishes for machines: robots.txt, sitemaps, feeds, security.txt, app links.

Every reader takes whatever bytes a server sent and raises Unreadable for what is not that file (a web page,
words, other markup): a server that answers so has not said that the file does not exist.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate
from itertools import islice
from typing import Final

import msgspec
from msgspec import Struct

from probes.kit.mail_address import destinations
from probes.kit.web_host import host_of

_LINES: Final = 5_000
_HOSTS: Final = 100
_FILES: Final = 20
_APPS: Final = 20
_UNPACKED: Final = 1_048_576
"""Bytes that are read of a packed sitemap."""


class Unreadable(ValueError):
    """What came is not the file that was asked for; says what it is."""


class Robots(Struct, frozen=True):
    """What robots.txt says beside its rules (RFC 9309)."""

    sitemaps: tuple[str, ...] = ()
    """Addresses, absolute as written, at most twenty."""
    sitemap_hosts: tuple[str, ...] = ()
    mirror: str = ""
    """The host that an old `Host:` line calls the main one of several."""


class SitemapPart(Struct, frozen=True):
    """One sitemap file (sitemaps.org 0.9), plain or packed."""

    children: tuple[str, ...]
    """Further sitemaps, of an index; at most twenty."""
    hosts: tuple[str, ...]
    """Hosts of the pages, or of the sitemaps of an index; at most 100."""
    alternate_hosts: tuple[str, ...]
    """Hosts of the same pages in other languages, at most 100."""
    pages: int
    newest: date | None
    """The newest day a page is said to have changed on."""


class SecurityText(Struct, frozen=True):
    """Whom a site wants to hear from about its security (RFC 9116). Hosts and mail domains, at most twenty each."""

    canonical_hosts: tuple[str, ...]
    contact_hosts: tuple[str, ...]
    policy_hosts: tuple[str, ...]
    expires: datetime | None


class App(Struct, frozen=True, order=True):
    """A mobile app that a site calls its own."""

    system: str
    """`android` or `apple`."""
    id: str
    """The package, or the team and bundle: `A1B2C3D4E5.ru.romashka.app`."""
    signed_by: str = ""
    """SHA-256 of the first certificate an Android app is signed with, hexadecimal; empty where not told."""


class AppLinks(Struct, frozen=True):
    """Apps, and other sites that share their logins with this one."""

    apps: tuple[App, ...] = ()
    """At most twenty, sorted."""
    site_hosts: tuple[str, ...] = ()


def read_robots(body: bytes) -> Robots:
    """Read a robots.txt; an empty one is one. Raises Unreadable."""
    fields = _fields(body)
    if not fields and body.strip():
        raise Unreadable("words instead of robots.txt")
    sitemaps = _some((value for name, value in fields if name == "sitemap"), _FILES)
    mirrors = (_host(value) for name, value in fields if name == "host")
    return Robots(
        sitemaps=tuple(one for one in sitemaps if len(one) <= 2_000),
        sitemap_hosts=_some(map(host_of, sitemaps), _FILES),
        mirror=next(filter(None, mirrors), ""),
    )


_ROBOT_WORDS: Final = frozenset({
    "user-agent", "disallow", "allow", "sitemap", "host", "crawl-delay", "clean-param", "noindex",
})  # fmt: skip
_SECURITY_WORDS: Final = frozenset({"contact", "canonical", "policy", "expires"})


def read_security_text(body: bytes) -> SecurityText:
    """Read a security.txt, signed or not; one without a contact is none. Raises Unreadable."""
    fields = _fields(body, _SECURITY_WORDS)
    if not any(name == "contact" for name, _ in fields):
        raise Unreadable("no security.txt: nobody to contact")

    def hosts(wanted: str) -> tuple[str, ...]:
        found = destinations(value for name, value in fields if name == wanted)
        return _some((one.host for one in found), _FILES)

    return SecurityText(
        canonical_hosts=hosts("canonical"),
        contact_hosts=hosts("contact"),
        policy_hosts=hosts("policy"),
        expires=next((_moment(value) for name, value in fields if name == "expires"), None),
    )


def _fields(body: bytes, words: frozenset[str] = _ROBOT_WORDS) -> list[tuple[str, str]]:
    """Return the known fields of a file of `Name: value` lines, names in lower case."""
    _no_page(body)
    found = []
    for line in body.decode("utf-8-sig", "replace").splitlines()[:_LINES]:
        name, colon, value = line.partition(":")
        if colon and (name := name.strip().lower()) in words:
            found.append((name, value.partition(" #")[0].strip()))
    return found


def _no_page(body: bytes) -> None:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Unreadable("a web page instead of the file")


def _host(text: str) -> str:
    return host_of(text if "//" in text else f"//{text}")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


_LOCATION: Final = re.compile(rb"<loc>\s*+(?:<!\[CDATA\[)?+\s*+([^<\]\s]{1,2000}+)")
_HOST: Final = re.compile(rb"<loc>\s*+(?:<!\[CDATA\[)?+\s*+https?:(//[^/<\]\s]{1,300}+)", re.I)
_ALTERNATE: Final = re.compile(
    rb"<xhtml:link\s[^<>]{0,300}?href\s*=\s*[\"']https?:(//[^/\"'<>\s]{1,300}+)"
)
_CHANGED: Final = re.compile(rb"<lastmod>\s*+([0-9]{4}-[0-9]{2}-[0-9]{2})")


def read_sitemap(body: bytes) -> SitemapPart:
    """Read a sitemap or an index of sitemaps, XML or plain addresses, packed or not. Raises Unreadable."""
    text = _unpacked(body) if body.startswith(b"\x1f\x8b") else body
    start = text[:4_096].lower()
    if b"<sitemapindex" in start:
        children = _some(
            (found[1].decode("utf-8", "replace") for found in _LOCATION.finditer(text)), _FILES
        )
        return SitemapPart(children, _some(map(host_of, children), _HOSTS), (), 0, None)
    if b"<urlset" in start:
        return SitemapPart(
            children=(),
            hosts=_hosts(_HOST.findall(text)),
            alternate_hosts=_hosts(_ALTERNATE.findall(text)),
            pages=text.count(b"<loc>"),
            newest=_newest(_CHANGED.findall(text)),
        )
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"http://", b"https://")):
        raise Unreadable("no sitemap")
    lines = [line.strip() for line in text.splitlines()]
    return SitemapPart(
        (), _hosts([line.partition(b":")[2] for line in lines]), (), len(lines), None
    )


class NewsFeed(Struct, frozen=True):
    """What a feed (RSS 2.0, RSS 1.0, Atom) tells of its items."""

    items: int
    newest: date | None
    """The newest day an item was published or changed on; None where none bears a day that can be read."""


_ITEM: Final = re.compile(rb"<(?:item|entry)[\s>]")
_DATED: Final = re.compile(
    rb"<(?:pubDate|dc:date|published|updated)[^<>]{0,200}+>\s*+([^<]{8,40})<", re.I
)
_FEED_ITEMS: Final = 500


def read_feed(body: bytes) -> NewsFeed:
    """Read a feed; its own date is its program's, those of its items are somebody's. Raises Unreadable."""
    start = body[:2_048].lower()
    if not any(mark in start for mark in (b"<rss", b"<feed", b"<rdf:rdf")):
        raise Unreadable("no feed")
    first = _ITEM.search(body)
    said = _DATED.findall(body, first.start())[:_FEED_ITEMS] if first else []
    days = filter(None, map(_published, said))
    return NewsFeed(len(_ITEM.findall(body)), max(days, default=None))


def _published(said: bytes) -> date | None:
    """Read a day as RSS (RFC 822) or Atom (RFC 3339) writes it."""
    text = said.decode("ascii", "replace").strip()
    try:
        if text[:4].isdigit():
            return date.fromisoformat(text[:10])
        moment = parsedate(text)
        return date(*moment[:3]) if moment else None
    except (OverflowError, ValueError):
        return None


def _unpacked(body: bytes) -> bytes:
    """Return the first mebibyte of a gzip file, also of one that was cut off."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, _UNPACKED)
    except zlib.error as error:
        raise Unreadable(f"no gzip: {error}"[:100]) from error


def _hosts(found: list[bytes]) -> tuple[str, ...]:
    """Return the hosts of `//host/…`; each distinct authority is read once, the first thousand of them."""
    authorities = dict.fromkeys(b"//" + one.lstrip(b"/").partition(b"/")[0] for one in found)
    read = islice(authorities, 10 * _HOSTS)
    return _some((host_of(one.decode("utf-8", "replace")[:320]) for one in read), _HOSTS)


def _newest(days: list[bytes]) -> date | None:
    for day in sorted(set(days), reverse=True)[:_FILES]:
        try:
            return date.fromisoformat(day.decode("ascii"))
        except ValueError:
            continue
    return None


class _Target(Struct):
    namespace: str = ""
    package_name: str = ""
    sha256_cert_fingerprints: list[str] = []
    site: str = ""


class _Link(Struct):
    target: _Target


class _Detail(Struct):
    appID: str = ""
    appIDs: list[str] = []


class _Links(Struct):
    details: list[_Detail] | dict[str, msgspec.Raw] = []


class _Apps(Struct):
    apps: list[str] = []


class _Association(Struct):
    applinks: _Links | None = None
    webcredentials: _Apps | None = None
    appclips: _Apps | None = None


_UNREADABLE: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
_BUNDLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,200}")
_NOBODYS: Final = ("example", "your", "teamid", "team_id", "xxxx", "abcde12345")
"""What stands in instructions, and is copied from there."""


def read_asset_links(body: bytes) -> AppLinks:
    """Read an assetlinks.json (Digital Asset Links): Android apps and sites. Raises Unreadable."""
    _no_page(body)
    try:
        links = msgspec.json.decode(body, type=list[_Link])
    except _UNREADABLE as error:
        raise Unreadable(str(error)[:100]) from error
    targets = [link.target for link in links[:200]]
    prints = {
        one.package_name: next(iter(one.sha256_cert_fingerprints), "").replace(":", "").lower()[:64]
        for one in targets
        if one.namespace == "android_app"
    }
    return AppLinks(
        apps=_named(App("android", name, mark) for name, mark in prints.items()),
        site_hosts=_some((_host(one.site) for one in targets if one.namespace == "web"), _FILES),
    )


def read_apple_association(body: bytes) -> AppLinks:
    """Read an apple-app-site-association: apps with their team. Raises Unreadable."""
    _no_page(body)
    try:
        said = msgspec.json.decode(body, type=_Association)
    except _UNREADABLE as error:
        raise Unreadable(str(error)[:100]) from error
    names: list[str] = []
    details = said.applinks.details if said.applinks else []
    if isinstance(details, dict):  # the oldest shape has the apps for keys
        names += details
    else:
        for detail in details[:200]:
            names += [detail.appID, *detail.appIDs[:_APPS]]
    for part in (said.webcredentials, said.appclips):
        names += part.apps[:_APPS] if part else ()
    return AppLinks(apps=_named(App("apple", name) for name in dict.fromkeys(names)))


def _named(apps: Iterable[App]) -> tuple[App, ...]:
    """Return the first so many apps with an id that may be somebody's, sorted."""
    real = (
        app
        for app in apps
        if _BUNDLE.fullmatch(app.id) and not any(word in app.id.lower() for word in _NOBODYS)
    )
    return tuple(sorted(islice(real, _APPS)))


def _some(found: Iterable[str], most: int) -> tuple[str, ...]:
    """Return the first so many that are not empty, each once."""
    return tuple(islice(dict.fromkeys(filter(None, found)), most))
