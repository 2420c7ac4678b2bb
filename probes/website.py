"""What a host shows to an ordinary visitor over http and https."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from probes.kit.observation import Mention, Outcome, Seen
from probes.kit.target import Host


class Hop(Struct, frozen=True):
    """One redirect: where from, with which status, where to."""

    url: str
    status: int
    to: str


class Marker(Struct, frozen=True, order=True):
    """A known text, header or cookie met on a page (see kit/data/fingerprints)."""

    id: str
    says: str
    """placeholder, parked, for_sale, suspended, unpaid_saas, unclaimed_saas, maintenance, challenge,
    login, origin_down, server_default, app, cms, saas, counter."""
    provider: str
    """Who shows such a page, or empty."""
    strength: str
    """`strong` (exact and bound) or `weak` (needs another sign)."""


class Counter(Struct, frozen=True, order=True):
    """A counter or tag with its account: `metrika 12345`, `gtm GTM-ABC`."""

    kind: str
    id: str


class Page(Struct, frozen=True):
    """The response at the end of the redirects."""

    url: str
    status: int
    content_type: str
    server: str
    title: str
    """At most 200 characters, white space folded."""
    text_length: int
    """Characters of visible text."""
    body_length: int
    body_sha256: str
    generator: str
    language: str
    cookies: tuple[str, ...]
    """Names only."""
    script_hosts: tuple[str, ...]
    link_hosts: tuple[str, ...]
    """Other hosts the page links to, at most 100, in canonical spelling."""
    canonical_host: str
    counters: tuple[Counter, ...]
    markers: tuple[Marker, ...]
    password_field: bool
    script_shell: bool
    """True when the page is little but scripts that build it in the browser."""
    truncated: bool
    address: str


class Visit(Struct, frozen=True):
    """One start URL followed to its end (at most 10 redirects)."""

    url: str
    hops: tuple[Hop, ...]
    page: Outcome[Page]
    """Absent("no listener") when every connection was reset; Unknown otherwise when there is no page."""

    @property
    def end_host(self) -> str:
        """The host of the last URL reached, canonical; empty when it cannot be read."""
        from urllib.parse import urlsplit

        last = self.hops[-1].to if self.hops else self.url
        try:
            return (urlsplit(last).hostname or "").rstrip(".").lower()
        except ValueError:
            return ""


class Website(Struct, frozen=True):
    """A host seen over http and https, beside what its address shows for a name nobody uses.

    The whole look is Absent("NXDOMAIN") or Absent("NODATA") when the name has no address.
    """

    http: Visit
    https: Visit
    unknown_host: Outcome[Page]
    """What the same address answers over http for a host name that does not exist there."""
    same_as_unknown_host: bool
    """True when that answer is the same page: the server does not know this name."""

    def mentions(self) -> Iterator[Mention]:
        """Redirect targets, linked hosts."""
        for visit in (self.https, self.http):
            for hop in visit.hops:
                name = _host_of(hop.to)
                if name:
                    yield Mention(Host(name), "redirect_from")
            match visit.page:
                case Seen(page):
                    for name in page.link_hosts:
                        yield Mention(Host(name), "linked_from")


def _host_of(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        return Host.of(urlsplit(url).hostname or "").name
    except ValueError:
        return ""
