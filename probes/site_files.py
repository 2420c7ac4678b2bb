"""What a site publishes for machines: robots.txt, sitemaps, security.txt, favicon, links to its apps.

At most eleven small files, each asked for once, over https where that answers. A file is Absent when the server
says so (404, 410). A web page in its place (`200 OK`, "we found nothing, look at our offers") says nothing:
Unknown(malformed). So do a refusal, an error, and a redirect to somebody else's name: what lies there
is not this site's, and a name that merely forwards would borrow all the marks of where it leads.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Final, TypeVar

from msgspec import Struct

from probes.kit.absence import absence
from probes.kit.declare import Reach, probe
from probes.kit.favicon import favicon_hash, picture_kind
from probes.kit.names import registrable
from probes.kit.net import HttpAnswer, HttpQuestion, Net, NetTrouble
from probes.kit.net.patience import Patience
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.public_files import (
    AppLinks,
    Robots,
    SecurityText,
    SitemapPart,
    Unreadable,
    read_apple_association,
    read_asset_links,
    read_robots,
    read_security_text,
    read_sitemap,
)
from probes.kit.target import Host
from probes.kit.trail import body_of

T = TypeVar("T")

_MOST_BYTES: Final = 262_144
_LARGEST_ICON: Final = 131_072
_SITEMAPS: Final = 3
_HOPS: Final = 5
_HOSTS: Final = 100
_PATIENCE: Final = timedelta(seconds=10)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_ANSWERED: Final = frozenset({Reason.LOOP, Reason.NOT_ASKED, Reason.MALFORMED})
"""Troubles of a server that did answer, if only with a redirect to somewhere else."""
_REFUSALS: Final = {
    401: Reason.ACCESS_DENIED,
    403: Reason.ACCESS_DENIED,
    429: Reason.RATE_LIMITED,
}


class Sitemap(Struct, frozen=True):
    """What a site lists as its pages; at most three files are read, 256 KiB of each."""

    files: int
    """Files read."""
    pages: int
    hosts: tuple[str, ...]
    """Hosts of the pages listed, this one left out; at most 100."""
    alternate_hosts: tuple[str, ...]
    """Hosts of the same pages in other languages, at most 100."""
    newest: date | None
    """The newest day a page is said to have changed on."""
    complete: bool
    """False when files were left out, cut or failed: there may be more hosts."""


class Favicon(Struct, frozen=True):
    """The picture at /favicon.ico, or else the one that the home page names."""

    url: str
    kind: str
    """ico, png, gif, jpeg, bmp, webp or svg, by its first bytes."""
    length: int
    sha256: str
    mmh3: int
    """The number by which Shodan and its like know it."""


class SiteFiles(Struct, frozen=True):
    """What a host publishes for machines.

    The whole look is Absent("NXDOMAIN"), Absent("NODATA") or Absent("no listener") when nobody answers.
    """

    host: str
    scheme: str
    """`https`, or `http` where only that answered."""
    robots: Outcome[Robots]
    sitemap: Outcome[Sitemap]
    security: Outcome[SecurityText]
    favicon: Outcome[Favicon]
    android_apps: Outcome[AppLinks]
    apple_apps: Outcome[AppLinks]

    def mentions(self) -> Iterator[Mention]:
        """Other hosts that the files name as the site's own, its kin or its contacts."""
        return (one for one in self._named() if one.target != Host(self.host))

    def _named(self) -> Iterator[Mention]:
        match self.robots:
            case Seen(robots):
                if robots.mirror:
                    yield Mention(Host(robots.mirror), "canonical_of")
                for name in robots.sitemap_hosts:
                    yield Mention(Host(name), "in_sitemap_of")
        match self.sitemap:
            case Seen(sitemap):
                for name in sitemap.hosts:
                    yield Mention(Host(name), "in_sitemap_of")
                for name in sitemap.alternate_hosts:
                    yield Mention(Host(name), "alternate_of")
        match self.security:
            case Seen(said):
                for name in (*said.canonical_hosts, *said.contact_hosts, *said.policy_hosts):
                    yield Mention(Host(name), "in_security_txt_of")
        match self.android_apps:
            case Seen(links):
                for name in links.site_hosts:
                    yield Mention(Host(name), "in_app_links_of")


@probe(reach=Reach.VISIT, patience=timedelta(seconds=45))
async def site_files(host: Host, net: Net) -> Seen[SiteFiles] | Absent | Unknown:
    """Read a host's robots.txt, sitemaps, security.txt, favicon and links to apps."""
    files = _Files(host, net)
    robots = await files.open()
    if files.silent:
        return files.silent
    outcomes = await asyncio.gather(
        _sitemap(files, robots),
        files.read("/.well-known/security.txt", _reader(read_security_text)),
        _icon(files),
        files.read("/.well-known/assetlinks.json", _reader(read_asset_links)),
        files.read("/.well-known/apple-app-site-association", _reader(read_apple_association)),
    )
    return Seen(SiteFiles(host.name, files.scheme, robots, *outcomes))


class _Files:
    """The files of one host, over the scheme that answers."""

    def __init__(self, host: Host, net: Net) -> None:
        self.host = host
        self.scheme = "https"
        self.silent: Absent | Unknown | None = None
        """What the look ends in when neither scheme answers."""
        self._net = net

    @property
    def base(self) -> str:
        """The URL of the site without its path."""
        return f"{self.scheme}://{self.host.name}"

    async def open(self) -> Outcome[Robots]:
        """Read robots.txt, and learn by it which scheme answers."""
        troubles = []
        for self.scheme in ("https", "http"):
            try:
                answer = await self._ask(f"{self.base}/robots.txt")
            except NetTrouble as trouble:
                if trouble.reason in _ANSWERED:
                    return Unknown(trouble.reason, trouble.detail)
                troubles.append(Unknown(trouble.reason, trouble.detail))
                continue
            return _opened(answer, _reader(read_robots))
        self.silent = _nobody(*troubles)
        return self.silent

    async def read(self, path: str, reader: Callable[[HttpAnswer], Outcome[T]]) -> Outcome[T]:
        """Ask for a path, or for an address of the same owner, and read what comes."""
        url = path if "://" in path else f"{self.base}{path}"
        try:
            return _opened(await self._ask(url), reader)
        except NetTrouble as trouble:
            return absence(trouble) or Unknown(trouble.reason, trouble.detail)

    def is_near(self, host: str) -> bool:
        """Say whether a host is this one or lies under the same registered name."""
        mine = registrable(self.host.name)
        return host == self.host.name or (mine is not None and registrable(host) == mine)

    async def _ask(self, url: str) -> HttpAnswer:
        """Follow redirects within the same registered name; raise NetTrouble where there is no answer."""
        try:
            async with Patience(_PATIENCE):
                for _ in range(_HOPS + 1):
                    answer = await self._net.ask(HttpQuestion(url, max_bytes=_MOST_BYTES))
                    location = answer.header("location").strip().partition("#")[0]
                    if answer.status not in _REDIRECTS or not location:
                        return answer
                    to = WebAddress.of(url).join(location.replace(" ", "%20"))
                    if not self.is_near(to.host):
                        raise NetTrouble(Reason.NOT_ASKED, f"it lies at {to.host[:100]}")
                    url = str(to)
        except TimeoutError as error:
            raise NetTrouble(Reason.TIMEOUT, f"no file within {_PATIENCE.seconds} s") from error
        raise NetTrouble(Reason.LOOP, f"more than {_HOPS} redirects")


def _nobody(https: Unknown, http: Unknown) -> Absent | Unknown:
    """What two failed tries say together: an absence only where both state one."""
    first, second = absence(https), absence(http)
    if first and second:
        return second if first == Absent("NXDOMAIN") else first
    known = https if first is None else http
    return Unknown(known.reason, f"https: {https.detail}; http: {http.detail}"[:400])


def _opened(answer: HttpAnswer, reader: Callable[[HttpAnswer], Outcome[T]]) -> Outcome[T]:
    if answer.status in (404, 410):
        return Absent(f"HTTP {answer.status}")
    if answer.status != 200:
        reason = _REFUSALS.get(answer.status, Reason.SOURCE_FAILED)
        return Unknown(reason, f"HTTP {answer.status}")
    try:
        return reader(answer)
    except Unreadable as error:
        return Unknown(Reason.MALFORMED, str(error))


def _reader(read: Callable[[bytes], T]) -> Callable[[HttpAnswer], Outcome[T]]:
    """Turn the reader of a body into one of an answer; half a file is not read."""

    def whole(answer: HttpAnswer) -> Outcome[T]:
        if answer.truncated:
            return Unknown(
                Reason.OVERSIZED, f"more than {len(answer.body)} bytes came or were to come"
            )
        return Seen(read(answer.body))

    return whole


async def _icon(files: _Files) -> Outcome[Favicon]:
    """Read /favicon.ico as browsers do; where there is none, the picture that the home page names."""
    usual = f"{files.base}/favicon.ico"
    found = await files.read(usual, partial(_favicon, usual))
    if isinstance(found, Seen):
        return found
    home = await files.read("/", lambda answer: Seen(_named_icon(answer)))
    match home:
        case Seen("") | Absent():
            return found
        case Seen(named):
            try:
                url = str(WebAddress.of(f"{files.base}/").join(named))
            except NetTrouble:
                return found
            return await files.read(url, partial(_favicon, url))
        case Unknown():
            return home


def _named_icon(answer: HttpAnswer) -> str:
    return body_of(answer).reading.relations.icon


def _favicon(url: str, answer: HttpAnswer) -> Outcome[Favicon]:
    body = answer.body
    if answer.truncated or len(body) > _LARGEST_ICON:
        return Unknown(Reason.OVERSIZED, f"{len(body)} bytes")
    kind = picture_kind(body)
    if not kind:
        raise Unreadable("no picture")
    digest = hashlib.sha256(body).hexdigest()
    return Seen(Favicon(url, kind, len(body), digest, favicon_hash(body)))


def _part(answer: HttpAnswer) -> Outcome[tuple[SitemapPart, bool]]:
    """Read what came of a sitemap; hosts are hosts even if the rest was cut off."""
    return Seen((read_sitemap(answer.body), not answer.truncated))


async def _sitemap(files: _Files, robots: Outcome[Robots]) -> Outcome[Sitemap]:
    """Read the sitemaps that robots.txt names, or the usual one; of an index, its first children."""
    waiting = list(robots.fact.sitemaps) if isinstance(robots, Seen) else []
    waiting = [url for url in waiting if _is_of(url, files)] or ["/sitemap.xml"]
    met: set[str] = set()
    parts: list[SitemapPart] = []
    complete = True
    failed: list[Absent | Unknown] = []
    while waiting and len(met) < _SITEMAPS:
        url = waiting.pop(0)
        if url in met:
            continue
        met.add(url)
        outcome = await files.read(url, _part)
        match outcome:
            case Seen((part, uncut)):
                parts.append(part)
                complete &= uncut
                waiting += [child for child in part.children if _is_of(child, files)]
            case Absent() | Unknown() as failure:
                failed.append(failure)
    if not parts:
        # That one sitemap is missing proves nothing while another could not be read.
        return next((one for one in failed if isinstance(one, Unknown)), failed[0])
    whole = complete and not failed and not waiting
    return Seen(_together(files.host.name, parts, whole))


def _is_of(url: str, files: _Files) -> bool:
    try:
        return files.is_near(WebAddress.of(url).host)
    except NetTrouble:
        return False


def _together(host: str, parts: list[SitemapPart], complete: bool) -> Sitemap:
    def hosts(named: Iterator[str]) -> tuple[str, ...]:
        return tuple(name for name in dict.fromkeys(named) if name != host)[:_HOSTS]

    return Sitemap(
        files=len(parts),
        pages=sum(part.pages for part in parts),
        hosts=hosts(chain.from_iterable(part.hosts for part in parts)),
        alternate_hosts=hosts(chain.from_iterable(part.alternate_hosts for part in parts)),
        newest=max((part.newest for part in parts if part.newest), default=None),
        complete=complete,
    )
