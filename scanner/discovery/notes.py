"""What attribution needs of each look, noted as the looks go by: every look is read once, and let go.

Equal notes are one note: a thousand domains on the same name servers take the room of one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from sys import intern
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from probes.delegation import ServerState
from probes.kit.observation import Absent, Seen, Unknown
from probes.kit.target import Address, Domain, Endpoint, Host, Target
from probes.website import Marker, Page, Visit, Website
from scanner.discovery.agenda import Look
from scanner.discovery.implicit_mail import may_take_letters
from scanner.discovery.lead import name_in
from scanner.discovery.looks import Ask, Looks, Sighting
from scanner.discovery.owners import Owner, owner_seen
from scanner.discovery.presence import Lives, presence_seen
from scanner.discovery.scope import registered

T = TypeVar("T", bound=Hashable)
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


_HOSTERS = frozenset({"placeholder", "parked", "suspended", "server_default", "panel", "login"})
"""Pages that are the hoster's own, or his programs'; all else may be somebody's wherever it lies."""
LITTLE_TEXT = 512
"""Fewer visible characters than this are no proof of a site beside a weak sign of a stub, or where the
server shows the same to a name nobody uses. More than this nobody's default page says."""


class HostNote(Struct, frozen=True, gc=False):
    """Whether a host name leads anywhere, and where."""

    lives: Lives
    asked: bool
    addresses: tuple[str, ...]
    chain: tuple[str, ...]


class Home(Struct, frozen=True, gc=False):
    """A page of somebody's own, shown by the host it was asked of."""

    title: str
    body_sha256: str
    text_length: int = 0
    words: bytes = b""
    """A sample of the words it begins with."""
    canonical: str = ""
    """The host it calls the true one."""


class SiteNote(Struct, frozen=True, gc=False):
    """Where the visits to a host ended, and what they showed."""

    ends: tuple[str, ...] = ()
    """Other hosts that visits ended at, https first."""
    home: Home | None = None
    default_only: bool = False
    """True when it shows nothing but what its server shows to any name."""
    signs: tuple[Marker, ...] = ()
    """Of pages shown by the host itself, what a hoster or his programs sign."""


class Records(Struct, frozen=True, gc=False):
    """Names in a domain's own records; empty where there are none, or none were seen."""

    name_servers: tuple[str, ...] = ()
    mail_hosts: tuple[str, ...] = ()
    """Most preferred first."""
    wildcard: frozenset[str] | None = None
    """The addresses of any name at all; None where none were seen."""


class NameServer(Struct, frozen=True, gc=False):
    """A server that the parent names; `working` unless it does not have the domain."""

    host: str
    addresses: tuple[str, ...]
    working: bool


class Senders(Struct, frozen=True, gc=False):
    """What an SPF record refers to; empty where there is none, or none was seen."""

    networks: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Included policies first, then hosts."""
    hosts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class Shown(Struct, frozen=True, gc=False):
    """A certificate that an endpoint shows."""

    sha256: str
    names: tuple[str, ...]


class Notes:
    """Notes on the looks of a territory. What nobody took before is read when it is asked for."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._notes: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
        self._shared: dict[Hashable, Any] = {}

    def take(self, look: Look, sighting: Sighting[Any]) -> None:
        """Note what is needed of a look; nothing of those whose answers only claims rest on."""
        kind, target = look.probe, look.target
        if isinstance(target, Endpoint):
            kind = f"{kind} {target.port}"
        if kind in _KINDS:
            self._keep(kind, name_in(target), sighting)

    def host(self, name: str) -> HostNote:
        """Return what was seen of a host's addresses."""
        note: HostNote = self._note("addresses", name)
        return note

    def site(self, host: str) -> SiteNote:
        """Return what the visits to a host showed."""
        note: SiteNote = self._note("website", host)
        return note

    def certificate(self, host: str, port: int = 443) -> Shown | None:
        """Return the certificate that a host showed to its visitors, or its mail to others (port 25)."""
        note: Shown | None = self._note(f"tls_certificate {port}", host)
        return note

    def records(self, domain: str) -> Records:
        """Return the names in a domain's own records."""
        note: Records = self._note("dns_records", domain)
        return note

    def name_servers(self, domain: str) -> tuple[NameServer, ...]:
        """Return the servers to which a domain is delegated, as far as seen."""
        note: tuple[NameServer, ...] = self._note("delegation", domain)
        return note

    def senders(self, domain: str) -> Senders:
        """Return what a domain's SPF record refers to."""
        note: Senders = self._note("mail_policy", domain)
        return note

    def takes_letters(self, host: str) -> bool:
        """Say whether a mail server of a host accepts letters and is not known to be a hoster's."""
        note: bool = self._note("mail_server", host)
        return note

    def owner(self, ip: str) -> Owner:
        """Return who runs an address."""
        note: Owner = self._note("address_owner", ip)
        return note

    def same(self, value: T) -> T:
        """Return the one of many equal values that all use."""
        known: T = self._shared.setdefault(value, value)
        return known

    def _note(self, kind: str, name: str) -> Any:
        notes = self._notes[kind]
        if name not in notes:
            ask: Ask[Any, Any] = Ask(kind.partition(" ")[0])
            self._keep(kind, name, self._looks.latest(ask, _KINDS[kind].target(name)))
        return notes[name]

    def _keep(self, kind: str, name: str, sighting: Sighting[Any]) -> None:
        self._notes[kind][name] = self.same(_KINDS[kind].read(name, sighting))


def _host(name: str, sighting: Sighting[Any]) -> HostNote:
    found = presence_seen(sighting)
    return HostNote(found.lives, sighting.asked, found.addresses, found.chain)


def _site(name: str, sighting: Sighting[Any]) -> SiteNote:
    match sighting.outcome:
        case Seen(site):
            visits = [(visit, visit.end_host) for visit in (site.https, site.http)]
            default = site.same_as_unknown_host
            signs = dict.fromkeys(hosters_signs(site, name))
            return SiteNote(
                tuple(dict.fromkeys(end for _, end in visits if end != name)),
                None if default else _home(name, visits),
                default and all(_shows_nothing(name, visit, end) for visit, end in visits),
                tuple(signs),
            )
    return SiteNote()


def hosters_signs(site: Website, host: str) -> Iterator[Marker]:
    """Yield what a hoster, or the programs he runs, signed of the pages that the host itself shows."""
    for visit in (site.https, site.http):
        match visit.page:
            case Seen(page) if page.markers and visit.end_host == host:
                yield from (one for one in page.markers if one.says in _HOSTERS and one.provider)


def _home(host: str, visits: list[tuple[Visit, str]]) -> Home | None:
    for visit, end in visits:
        match visit.page:
            case Seen(page) if end == host:
                real = page.status < 300 and page.title and page.text_length > 0
                return _home_of(page) if real and not _is_stub(page) else None
    return None


def _home_of(page: Page) -> Home:
    words, canonical = page.upkeep.words, intern(page.canonical_host)
    return Home(page.title, page.body_sha256, page.text_length, words, canonical)


def _is_stub(page: Page) -> bool:
    """Say whether a page is a stub; a weak sign makes none of a page that has words of its own."""
    little = page.text_length < LITTLE_TEXT
    return any(
        marker.says in _STUBS and (little or marker.strength == "strong") for marker in page.markers
    )


def _shows_nothing(host: str, visit: Visit, end: str) -> bool:
    """Say whether a visit ended at a stub, at nothing, or at another name of the same domain.

    A machine with one site shows that to any name: its page is real all the same.
    """
    match visit.page:
        case Seen(page):
            stub = any(marker.says in _STUBS for marker in page.markers)
            home = visit.hops and registered(end) == registered(host)
            return bool(stub or home or page.status == 404)
        case Absent():
            return True
        case Unknown():
            return False


def _certificate(name: str, sighting: Sighting[Any]) -> Shown | None:
    match sighting.outcome:
        case Seen(served):
            return Shown(served.sha256, tuple(map(intern, served.names)))
    return None


def _records(name: str, sighting: Sighting[Any]) -> Records:
    match sighting.outcome:
        case Seen(fact):
            return Records(
                _fact(fact.ns),
                tuple(one.host for one in _fact(fact.mx) if one.host),
                frozenset(fact.wildcard.fact) if isinstance(fact.wildcard, Seen) else None,
            )
    return Records()


def _name_servers(name: str, sighting: Sighting[Any]) -> tuple[NameServer, ...]:
    match sighting.outcome:
        case Seen(delegation):
            return tuple(
                NameServer(one.host, one.addresses, one.state is not ServerState.LAME)
                for one in delegation.servers
            )
    return ()


def _senders(name: str, sighting: Sighting[Any]) -> Senders:
    match sighting.outcome:
        case Seen(policy):
            match policy.spf:
                case Seen(spf):
                    return Senders(
                        spf.networks, (*spf.includes, *spf.hosts), spf.hosts, spf.addresses
                    )
    return Senders()


def _takes_letters(name: str, sighting: Sighting[Any]) -> bool:
    return may_take_letters(sighting)


def _owner(name: str, sighting: Sighting[Any]) -> Owner:
    return owner_seen(sighting)


def _fact(part: Seen[tuple[Any, ...]] | Absent | Unknown) -> tuple[Any, ...]:
    return part.fact if isinstance(part, Seen) else ()


class _Kind(NamedTuple):
    target: Callable[[str], Target]
    read: Callable[[str, Sighting[Any]], Hashable]


_KINDS = {
    "addresses": _Kind(Host, _host),
    "website": _Kind(Host, _site),
    "tls_certificate 443": _Kind(lambda name: Endpoint(name, 443), _certificate),
    "tls_certificate 25": _Kind(lambda name: Endpoint(name, 25, "smtp"), _certificate),
    "dns_records": _Kind(Domain, _records),
    "delegation": _Kind(Domain, _name_servers),
    "mail_policy": _Kind(Domain, _senders),
    "mail_server": _Kind(Host, _takes_letters),
    "address_owner": _Kind(Address, _owner),
}
"""What each look is of, and how it is read; registrations and certificate logs only bear out claims."""
