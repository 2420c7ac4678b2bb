"""What a host shows to an ordinary visitor over http and https."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from email.utils import parsedate
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.absence import NO_LISTENER, absence
from probes.kit.declare import Reach, probe
from probes.kit.fingerprints import Sight, recognise
from probes.kit.net import HttpAnswer, Net
from probes.kit.net.web_address import WebAddress
from probes.kit.observation import Absent, Mention, Outcome, Reason, Seen, Unknown
from probes.kit.page_parts import Part
from probes.kit.page_relations import Relations, policy_hosts
from probes.kit.target import Host, display_name
from probes.kit.trail import Met, Trail, Walker
from probes.kit.upkeep import Upkeep
from probes.kit.web_host import host_of

_VISIT: Final = timedelta(seconds=30)
_CONTROL: Final = timedelta(seconds=12)
_HEADER_LENGTH: Final = 200
_COOKIES: Final = 50
_ALLOWED: Final = 40
_INSECURE: Final = 10
_PROTECTIONS: Final = frozenset({
    "strict-transport-security", "content-security-policy", "x-content-type-options",
    "referrer-policy", "x-frame-options", "permissions-policy",
})  # fmt: skip
_POLICIES: Final = frozenset({
    "content-security-policy", "content-security-policy-report-only", "access-control-allow-origin",
})  # fmt: skip


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
    relations: Relations = Relations()
    """What it says of whose it is: names, numbers, contacts, other hosts it calls its own."""
    protections: tuple[tuple[str, str], ...] = ()
    """Headers that protect visitors, name and value: `strict-transport-security` …"""
    insecure_assets: tuple[str, ...] = ()
    """Of a page over https: hosts it takes scripts and styles from without encryption, at most 10."""
    upkeep: Upkeep = Upkeep()
    """Traces of when somebody last worked on it."""
    last_modified: date | None = None
    """The day its server says it was changed (RFC 9110, 8.8.2); None where it does not say."""
    parts: tuple[Part, ...] = ()
    """What it takes from other hosts, or names there: one part for each, at most sixty."""


class Visit(Struct, frozen=True):
    """One start URL followed to its end (at most 10 redirects)."""

    url: str
    hops: tuple[Hop, ...]
    page: Outcome[Page]
    """Absent("no listener") when every connection was reset; Unknown otherwise when there is no page."""

    @property
    def end_host(self) -> str:
        """The host of the last URL reached, canonical; empty when it cannot be read."""
        return host_of(self.hops[-1].to if self.hops else self.url)


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
        """Redirect targets, linked hosts, what a page calls its own, lets into itself or is put together from."""
        for visit in (self.https, self.http):
            for hop in visit.hops:
                name = host_of(hop.to)
                if name:
                    yield Mention(Host(name), "redirect_from")
            match visit.page:
                case Seen(page):
                    for name in page.link_hosts:
                        yield Mention(Host(name), "linked_from")
                    yield from _kin(page, {"", host_of(visit.url), host_of(page.url)})


def _kin(page: Page, here: set[str]) -> Iterator[Mention]:
    said = page.relations
    for name in dict.fromkeys((page.canonical_host, said.open_graph_host)):
        if name not in here:
            yield Mention(Host(name), "canonical_of")
    for name in said.alternate_hosts:
        yield Mention(Host(name), "alternate_of")
    for name in said.policy_hosts:
        yield Mention(Host(name), "allowed_by_policy_of")
    for name in said.mail_domains:
        yield Mention(Host(name), "mail_domain_on_page_of")
    for name in dict.fromkeys((*page.script_hosts, *said.part_hosts)):
        if name not in here:
            yield Mention(Host(name), "loaded_by")


@probe(reach=Reach.VISIT, patience=timedelta(seconds=45))
async def website(host: Host, net: Net) -> Seen[Website] | Absent | Unknown:
    """Visit a host over http and https, then ask its address for a name that does not exist there."""
    walker = Walker(net)
    http, https = await asyncio.gather(
        walker.walk(f"http://{host.name}/", _VISIT), walker.walk(f"https://{host.name}/", _VISIT)
    )
    nowhere = _nowhere(http, https)
    if nowhere:
        return nowhere
    control, control_name = None, ""
    if http.met:
        address = http.met[0].answer.address
        control_name = _control_name(address)
        control = await walker.walk(f"http://{control_name}/", _CONTROL, address)
    return Seen(
        Website(
            http=_visit(http, host.name),
            https=_visit(https, host.name),
            unknown_host=_unknown_host(http, control, control_name),
            same_as_unknown_host=bool(control and _same(http, control, host.name, control_name)),
        )
    )


def _nowhere(http: Trail, https: Trail) -> Absent | Unknown | None:
    """The outcome of a look that never got an answer; None when there is something to tell."""
    first, second = (None if trail.met else trail.trouble for trail in (http, https))
    if first is None or second is None:
        return None
    stated = {absence(first), absence(second)}
    if stated <= {Absent("NXDOMAIN"), Absent("NODATA")}:
        return Absent("NODATA") if Absent("NODATA") in stated else Absent("NXDOMAIN")
    if NO_LISTENER in stated:
        return None
    return Unknown(first.reason, f"http: {first.detail}; https: {second.detail}")


def _start(trail: Trail) -> Absent | Unknown | None:
    """What the start URL itself ended in, when it was neither a page nor a redirect."""
    if trail.met or trail.trouble is None:
        return None
    return NO_LISTENER if absence(trail.trouble) == NO_LISTENER else trail.trouble


def _visit(trail: Trail, host: str) -> Visit:
    hops = tuple(Hop(step.url, step.status, step.to) for step in trail.steps)
    page = _start(trail) or trail.trouble or Seen(_page(trail, host))
    return Visit(trail.start, hops, page)


def _unknown_host(http: Trail, control: Trail | None, name: str) -> Outcome[Page]:
    if control is None:
        start = _start(http)
        if isinstance(start, Absent):
            return start
        return Unknown(Reason.NOT_ASKED, "the host itself gave no answer over http")
    return control.trouble or Seen(_page(control, name))


def _page(trail: Trail, host: str) -> Page:
    """Put the last answer of a trail into words."""
    met = trail.met[-1]
    answer, reading = met.answer, met.body.reading
    url = trail.url if len(trail.met) > len(trail.steps) else trail.steps[-1].url
    cookies = _cookies(answer)
    here = {host, host_of(url)}
    return Page(
        url=url,
        status=answer.status,
        content_type=answer.header("content-type")[:_HEADER_LENGTH],
        server=answer.header("server")[:_HEADER_LENGTH],
        title=reading.title,
        text_length=reading.text_length,
        body_length=len(answer.body),
        body_sha256=met.body.sha256,
        generator=reading.generator,
        language=reading.language,
        cookies=cookies,
        script_hosts=tuple(name for name in reading.script_hosts if name not in here),
        link_hosts=tuple(name for name in reading.link_hosts if name not in here),
        canonical_host=host_of(reading.canonical),
        counters=tuple(Counter(kind, account) for kind, account in reading.counters),
        markers=_markers(trail, met, host, cookies),
        password_field=reading.password_field,
        script_shell=reading.script_shell,
        truncated=answer.truncated,
        address=answer.address,
        relations=_relations(answer, reading.relations, here),
        protections=tuple(
            (name, value[:_HEADER_LENGTH]) for name, value in answer.headers if name in _PROTECTIONS
        )[: 2 * len(_PROTECTIONS)],
        insecure_assets=_insecure(url, reading.assets),
        upkeep=reading.upkeep,
        last_modified=_day(answer.header("last-modified")),
        parts=tuple(part for part in reading.parts if part.host not in here),
    )


def _day(stated: str) -> date | None:
    moment = parsedate(stated[:_HEADER_LENGTH]) if stated else None
    try:
        return date(*moment[:3]) if moment else None
    except (OverflowError, ValueError):
        return None


def _insecure(url: str, assets: str) -> tuple[str, ...]:
    """Hosts of assets that a page over https takes over http: mixed content (RFC 9110 4.2.2)."""
    if not url.startswith("https:") or "http:" not in assets:
        return ()
    plain = (host_of(one) for one in assets.split("\n") if one.startswith("http://"))
    return tuple(dict.fromkeys(filter(None, plain)))[:_INSECURE]


def _relations(answer: HttpAnswer, said: Relations, here: set[str]) -> Relations:
    """What the body says, with the hosts that its headers allow; never the page's own."""
    allowed = [
        host for key, value in answer.headers if key in _POLICIES for host in policy_hosts(value)
    ]
    hosts = tuple(
        name for name in dict.fromkeys((*allowed, *said.policy_hosts)) if name not in here
    )
    kin = tuple(name for name in said.alternate_hosts if name not in here)
    if (hosts, kin) == (said.policy_hosts, said.alternate_hosts):
        return said
    return replace(said, policy_hosts=hosts[:_ALLOWED], alternate_hosts=kin)


def _markers(trail: Trail, met: Met, host: str, cookies: tuple[str, ...]) -> tuple[Marker, ...]:
    sight = Sight(
        host=host,
        status=met.answer.status,
        headers=met.answer.headers,
        cookies=cookies,
        reading=met.body.reading,
        within=met.body.signs,
        redirects=tuple(step.to.lower().partition("://")[2] for step in trail.steps),
    )
    return tuple(Marker(one.id, one.says, one.provider, how) for one, how in recognise(sight))


def _cookies(answer: HttpAnswer) -> tuple[str, ...]:
    names = {
        value.partition("=")[0].strip()[:_HEADER_LENGTH]
        for key, value in answer.headers
        if key == "set-cookie" and "=" in value
    }
    return tuple(sorted(names)[:_COOKIES])


def _control_name(address: str) -> str:
    """A name no server can know: `.example` is never delegated (RFC 2606).

    It is the same at every look: what an address answers to it is asked once for all its sites.
    """
    return f"rvz{hashlib.sha256(address.encode()).hexdigest()[:12]}.example"


def _same(http: Trail, control: Trail, host: str, control_name: str) -> bool:
    """True when the host and a name nobody uses are led the same way to the same page.

    A redirect to the asked name itself (`http` to `https` for whatever host) says nothing yet:
    both are followed on and compared again.
    """
    for number, (mine, theirs) in enumerate(zip(http.met, control.met, strict=False)):
        mine_leads, theirs_leads = number < len(http.steps), number < len(control.steps)
        if mine_leads != theirs_leads:
            return False
        if not mine_leads:
            return _same_page(mine, theirs, host, control_name)
        to, other = http.steps[number].to, control.steps[number].to
        if _nameless(to.encode(), host) != _nameless(other.encode(), control_name):
            return False
        if control_name not in WebAddress.of(other).host:
            return True
    return False


def _same_page(mine: Met, theirs: Met, host: str, control_name: str) -> bool:
    if mine.answer.status != theirs.answer.status:
        return False
    return mine.body.sha256 == theirs.body.sha256 or _nameless(mine.answer.body, host) == _nameless(
        theirs.answer.body, control_name
    )


def _nameless(text: bytes, host: str) -> bytes:
    """Take the asked name out of a text that may echo it, in either spelling."""
    bare = host.removeprefix("www.")
    for name in (bare, display_name(bare)):
        text = text.replace(f"www.{name}".encode(), b"").replace(name.encode(), b"")
    return text
