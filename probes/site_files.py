"""What a site publishes for machines: robots.txt, sitemaps, security.txt, favicon, links to its apps.

At most eleven small files, each asked for once, over https where that answers. A file is Absent when the server
says so (404, 410). A web page in its place (`200 OK`, "we found nothing, look at our offers") says nothing:
Unknown(malformed). So do a refusal, an error, and a redirect to somebody else's name: what lies there
is not this site's, and a name that merely forwards would borrow all the marks of where it leads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Final

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.near_files import NearFiles, whole
from probes.kit.near_icon import Favicon, read_icon
from probes.kit.net import HttpAnswer, Net, NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Absent, Mention, Outcome, Seen, Unknown
from probes.kit.public_files import (
    AppLinks,
    Robots,
    SecurityText,
    SitemapPart,
    read_apple_association,
    read_asset_links,
    read_robots,
    read_security_text,
    read_sitemap,
)
from probes.kit.target import Host

_SITEMAPS: Final = 3
_HOSTS: Final = 100


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
    files = NearFiles(host, net)
    robots = await files.open("/robots.txt", whole(read_robots))
    if files.silent:
        return files.silent
    outcomes = await asyncio.gather(
        _sitemap(files, robots),
        files.read("/.well-known/security.txt", whole(read_security_text)),
        read_icon(files),
        files.read("/.well-known/assetlinks.json", whole(read_asset_links)),
        files.read("/.well-known/apple-app-site-association", whole(read_apple_association)),
    )
    return Seen(SiteFiles(host.name, files.scheme, robots, *outcomes))


def _part(answer: HttpAnswer) -> Outcome[tuple[SitemapPart, bool]]:
    """Read what came of a sitemap; hosts are hosts even if the rest was cut off."""
    return Seen((read_sitemap(answer.body), not answer.truncated))


async def _sitemap(files: NearFiles, robots: Outcome[Robots]) -> Outcome[Sitemap]:
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


def _is_of(url: str, files: NearFiles) -> bool:
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
