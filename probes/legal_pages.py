"""What the pages of a site say of whose it is that its home page links for that: requisites, offers, policies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, islice
from typing import Final

from msgspec import Struct

from probes.kit.declare import Reach, probe
from probes.kit.near_files import NearFiles
from probes.kit.net import HttpAnswer, Net, NetTrouble
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Absent, Outcome, Seen, Unknown
from probes.kit.page_relations import Relations
from probes.kit.target import Host
from probes.kit.trail import body_of

_PAGES: Final = 2
_IDS: Final = 5


class LegalPages(Struct, frozen=True):
    """Whom they name; at most two pages are read, 256 KiB of each."""

    urls: tuple[str, ...]
    """The pages that were read."""
    legal_names: tuple[str, ...] = ()
    """`ООО «Ромашка»`; at most five, in the order of the pages."""
    inns: tuple[str, ...] = ()
    """Taxpayer numbers with valid control digits, at most five."""
    ogrns: tuple[str, ...] = ()
    """State registration numbers with a valid control digit, at most five."""


@probe(reach=Reach.VISIT, patience=timedelta(seconds=45))
async def legal_pages(host: Host, net: Net) -> Seen[LegalPages] | Absent | Unknown:
    """Read the home page, and at most two pages of the same host that it links as its legal ones."""
    files = NearFiles(host, net)
    home = await files.open("/", lambda answer: Seen(_relations(answer).legal_pages))
    if files.silent:
        return files.silent
    if not isinstance(home, Seen):
        return home
    read: dict[str, Relations] = {}
    failed: list[Absent | Unknown] = []
    for url in islice(_of_site(home.fact, files), _PAGES):
        match await files.read(url, _read):
            case Seen(said):
                read[url] = said
            case Absent() | Unknown() as failure:
                failed.append(failure)
    named = LegalPages(
        tuple(read),
        _first(chain.from_iterable(one.legal_names for one in read.values())),
        _first(chain.from_iterable(one.inns for one in read.values())),
        _first(chain.from_iterable(one.ogrns for one in read.values())),
    )
    missing = next((one for one in failed if isinstance(one, Unknown)), None)
    if missing and not (named.legal_names or named.inns or named.ogrns):
        return missing  # the page that could not be read may name somebody
    return Seen(named) if read else Absent("none linked")


def _of_site(links: tuple[str, ...], files: NearFiles) -> Iterator[str]:
    """Yield the addresses that lie at the host itself, or at its `www`, each once."""
    home = WebAddress.of(f"{files.base}/")
    bare = files.host.name.removeprefix("www.")
    urls: dict[str, None] = {}
    for link in links:
        try:
            to = home.join(link)
        except NetTrouble:
            continue
        if to.host.removeprefix("www.") == bare:
            urls[str(to)] = None
    yield from urls


def _read(answer: HttpAnswer) -> Outcome[Relations]:
    return Seen(_relations(answer))


def _relations(answer: HttpAnswer) -> Relations:
    return body_of(answer).reading.relations


def _first(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(found), _IDS))
