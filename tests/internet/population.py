"""Who lives in the miniature internet, and the truth about them, read from `population/`."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from pathlib import Path

import dns.rdatatype
import dns.zone
import idna
import msgspec
from msgspec import Struct, field

FOLDER = Path(__file__).with_name("population")

OneOrMore = str | list[str]


def ascii_name(name: str) -> str:
    """The wire spelling of a name that the population writes as people do."""
    return name if name.isascii() else idna.encode(name).decode()


class Tld(Struct, frozen=True, forbid_unknown_fields=True):
    """A top-level domain: its name servers, its WHOIS server and, for some, its RDAP base."""

    name: str
    nameservers: dict[str, str]
    whois: str
    dialect: str
    """How its WHOIS speaks: tci, verisign, gtld, or closed (a text that says so)."""
    rdap: str = ""


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """An address and what answers there."""

    address: str = ""
    address6: str = ""
    ptr: str = ""
    page: str = ""
    """What a Host nobody set up gets: a page of pages/, or `close`; empty: no web server at all."""
    certificate: list[str] = []
    """Names on the certificate of that default host; empty: TLS only where a site brings its own."""
    smtp: str = ""
    """The name its mail server greets with."""
    behaves: str = ""
    """An odd peer instead of an ordinary daemon (peers/odd_*.py), or `black_hole`."""

    @property
    def addresses(self) -> list[str]:
        """Its addresses, the old protocol first."""
        return [address for address in (self.address, self.address6) if address]


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """A hoster or another holder of addresses, as RIPE and Cymru know it."""

    key: str
    name: str
    asn: int
    as_name: str
    net: str
    net6: str = ""
    country: str = "RU"
    nameservers: dict[str, str] = {}
    server: list[Server] = []


class Registration(Struct, frozen=True, forbid_unknown_fields=True):
    """What the registry knows; days are counted from the day on which the lab starts."""

    registered: bool = True
    delegated: bool = True
    registrar: str = "REGRU-RU"
    org: str = ""
    inn: str = ""
    person: bool = False
    created: int = 0
    """Days ago; 0 for some day of its own, between two and ten years ago."""
    expires: int = 200
    """Days ahead; negative: it ran out."""
    status: list[str] = []
    """EPP statuses in RDAP's spelling; empty: nothing but the ordinary lock."""
    rdap: str = "ok"
    """ok, limited (RDAP answers 429), or hostile: what the registry tells is no use to anybody."""


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """What some hosts of a domain answer over HTTP."""

    hosts: list[str] = field(default_factory=lambda: ["@", "www"])
    page: str = "content"
    title: str = ""
    text: str = ""
    footer: str = ""
    links: list[str] = []
    counter: int = 0
    """The number of its Yandex Metrica counter; zero: none."""
    tags: dict[str, str] = {}
    """Other counters, widgets and tokens of its pages: number by kind (see tags.py)."""
    head: str = ""
    """More of the head of its page, as HTML: canonical, hreflang and the like."""
    files: dict[str, str] = {}
    """What it answers besides the page: text by path, as `.well-known/security.txt`."""
    icon: str = ""
    """Whose favicon it shows: the same word, the same picture; empty: none."""
    same_as: str = ""
    """The domain whose pages it copies."""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = {}
    redirect: str = ""
    cookie_gate: str = ""
    """Without this cookie a visitor gets the page that sets it."""
    hops: int = 0
    """Redirections before the page."""
    tls: str = "good"
    """good, none, expired, wrong_name, self_signed or incomplete (no intermediate is sent)."""
    names: list[str] = []
    """Names on its certificate, if they are not simply its hosts."""
    organisation: str = ""
    """The organisation that its certificate was issued to."""


class Issued(Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate that was issued and logged once and is served by nobody."""

    name: str
    names: list[str]
    ago: int
    """Issued so many days ago."""
    days: int
    """Valid for so many days."""
    issuer: str = "letsencrypt"
    organisation: str = ""
    """The organisation it was issued to."""
    seen: str = ""
    """The only one who knows of it, `crtsh` or `certspotter`; empty: both."""


class Truth(Struct, frozen=True, forbid_unknown_fields=True):
    """What an honest look may say of one asset, and what nobody may say."""

    use: OneOrMore = []
    state: OneOrMore = []
    verdict: OneOrMore = []
    ownership: OneOrMore = []
    forbidden: list[str] = []
    """Verdicts that would be wrong."""
    optional: bool = False
    """The asset need not be found; if it is, the row holds."""


class Hostile(Struct, frozen=True, forbid_unknown_fields=True):
    """What attacks whoever looks at a domain: names of tricks of `peers/hostile_*.py`."""

    web: dict[str, str] = {}
    """Trick by host label; its address must be the domain's own."""
    location: dict[str, str] = {}
    """Where the host of that label redirects to; the certificate names these hosts."""
    address: list[str] = []
    """Labels of the zone whose addresses lead astray; the certificate names them too."""
    tls: str = ""
    mail: str = ""
    """Played by `mx`, at its own address."""
    names: str = ""
    """Played by the odd name server that the domain is delegated to."""
    whois: str = ""
    rdap: str = ""
    crtsh: str = ""
    certspotter: str = ""


class Domain(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A registrable name with its registration, zone, sites and, for a client's, its truth."""

    spelled: str = field(name="name")
    scene: str = ""
    about: str = ""
    typed: bool = True
    """Whether the consultant types it; the others are to be discovered."""
    hidden: str = ""
    """In an estate of discovery: the path by which an honest search reaches it, not being told."""
    hidden_hosts: dict[str, str] = {}
    """Hosts of it that are to be discovered as well: the path by label."""
    trap: str = ""
    """In an estate of discovery: why somebody might take this stranger's name for the client's."""
    nameservers: OneOrMore = []
    """A provider's key, or names."""
    zone: str | None = None
    """Records in zone-file syntax; none at all: the name servers do not know the zone."""
    registration: Registration = Registration()
    mailbox: str = ""
    """The RNAME of its SOA, as `it.client.ru`; empty: the hoster's hostmaster."""
    transfer: bool = False
    """Whether its name servers give the zone to anybody (AXFR)."""
    signed: bool = False
    """Whether the zone is signed, with a chain of NSEC."""
    tenant: str = ""
    """The GUID of its Microsoft 365 tenant."""
    archived: dict[str, int] = {}
    """Hosts that the web archive remembers, by label: last captured so many days ago."""
    crtsh: str = "ok"
    """How crt.sh treats questions about it: ok, slow, 502, truncated, capped or html."""
    site: list[Site] = []
    issued: list[Issued] = []
    hostile: Hostile | None = None
    truth: dict[str, Truth] = {}

    @property
    def name(self) -> str:
        """Its wire spelling."""
        return ascii_name(self.spelled)

    @property
    def tld(self) -> str:
        """Its top-level domain."""
        return self.name.rpartition(".")[2]

    def host(self, label: str) -> str:
        """The full name of a label of its zone."""
        return self.name if label == "@" else f"{label}.{self.name}"

    def hosts(self, site: Site) -> list[str]:
        """The full names that a site answers to."""
        return [self.host(label) for label in site.hosts]


class Series(Struct, frozen=True, forbid_unknown_fields=True):
    """Domains that differ by a number only, which stands for `{number}` in name and scene."""

    count: int
    pattern: Domain

    def domains(self) -> Iterator[Domain]:
        """Each of them."""
        for number in range(1, self.count + 1):
            one = self.pattern
            spelled, scene = (
                text.replace("{number}", f"{number:02}") for text in (one.spelled, one.scene)
            )
            yield msgspec.structs.replace(one, spelled=spelled, scene=scene)


class Estate(Struct, frozen=True, forbid_unknown_fields=True):
    """A client."""

    client: str
    org: str
    inn: str
    brands: list[str] = []
    lab: str = "scenes"
    """The lab it lives in: `scenes`, or `discovery`, which is started for its own tests only."""


class _File(Struct, forbid_unknown_fields=True):
    """One population file."""

    estate: Estate | None = None
    strangers: bool = False
    """Whether the domains of this file are strangers' although the folder is a client's."""
    tld: list[Tld] = []
    provider: list[Provider] = []
    domain: list[Domain] = []
    series: list[Series] = []


class Population(Struct, frozen=True):
    """The whole world, and whose its domains are."""

    tlds: list[Tld]
    providers: list[Provider]
    domains: dict[str, Domain]
    owners: dict[str, str]
    """Domain name to client; strangers are not in it."""
    estates: dict[str, Estate]
    nearby: dict[str, str]
    """Strangers' domain name to the client in whose folder they stand."""

    def hostile(self) -> list[tuple[Domain, Hostile]]:
        """Every domain that attacks its visitors, with its tricks."""
        return [(one, one.hostile) for one in self.domains.values() if one.hostile]

    def owned(self, client: str) -> list[Domain]:
        """A client's domains, in the order of the file."""
        return [self.domains[name] for name, owner in self.owners.items() if owner == client]

    def strangers(self, client: str) -> list[Domain]:
        """The strangers of a client's folder, that might be taken for his."""
        return [self.domains[name] for name, near in self.nearby.items() if near == client]

    def domain(self, name: str) -> Domain:
        """The domain of that name."""
        return self.domains[ascii_name(name)]

    def enclosing(self, host: str) -> Domain | None:
        """The domain a host name lies in, if it exists here."""
        labels = host.split(".")
        found = (self.domains.get(".".join(labels[at:])) for at in range(len(labels)))
        return next((domain for domain in found if domain), None)

    def nameservers(self, domain: Domain) -> list[str]:
        """The names of the servers a domain is delegated to."""
        if isinstance(domain.nameservers, list):
            return domain.nameservers
        return list(self.provider(domain.nameservers).nameservers)

    def provider(self, key: str) -> Provider:
        """The provider of that key."""
        return next(provider for provider in self.providers if provider.key == key)

    def servers(self) -> Iterator[Server]:
        """Every server of every provider."""
        for provider in self.providers:
            yield from provider.server

    def answers(self) -> dict[tuple[str, str], set[str]]:
        """What a resolver must find: records as text by name and type, `any` for a wildcard."""
        wanted: dict[tuple[str, str], set[str]] = {}
        for domain in self.domains.values():
            if domain.zone and domain.nameservers and domain.registration.delegated:
                for name, found in records(domain.name, domain.zone).items():
                    host = name.replace("*", "any")
                    for kind, value in found:
                        wanted.setdefault((host, kind), set()).add(f"{host}. {kind} {value}")
        return wanted

    def addresses(self, host: str, depth: int = 0) -> list[str]:
        """The addresses a host name has in its zone, through aliases and wildcards."""
        domain = self.enclosing(host)
        if domain is None or domain.zone is None or depth > 8:
            return []
        zone = records(domain.name, domain.zone)
        at = host if host in zone else "*." + host.partition(".")[2]
        found: list[str] = []
        for kind, value in zone.get(at, []):
            if kind in {"A", "AAAA"}:
                found.append(value)
            elif kind == "CNAME":
                found += self.addresses(value.rstrip("."), depth + 1)
        return found


@functools.cache
def records(origin: str, text: str) -> dict[str, list[tuple[str, str]]]:
    """The records of a zone by full name: pairs of type and value."""
    zone = dns.zone.from_text(
        f"$TTL 300\n{text}\n", origin=f"{origin}.", relativize=False, check_origin=False
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for name, _, rdata in zone.iterate_rdatas():
        kind = dns.rdatatype.to_text(rdata.rdtype)
        found.setdefault(name.to_text(omit_final_dot=True), []).append((kind, rdata.to_text()))
    return found


def load(folder: Path = FOLDER, lab: str = "scenes") -> Population:
    """Read the files of the population that a lab plays; a misspelt field is an error with its place.

    The domains of a folder that has an `[estate]` are that client's; all others are strangers'.
    """
    world = Population([], [], {}, {}, {}, {})
    clients: dict[Path, str] = {}
    elsewhere: set[Path] = set()
    # The estate's own file first: it says whose folder this is.
    for path in sorted(folder.glob("*/*.toml"), key=lambda path: (path.stem != "estate", path)):
        if path.parent in elsewhere:
            continue
        part = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        if part.estate and part.estate.lab != lab:
            elsewhere.add(path.parent)
            continue
        world.tlds.extend(part.tld)
        world.providers.extend(part.provider)
        domains = [*part.domain, *(one for series in part.series for one in series.domains())]
        world.domains.update((domain.name, domain) for domain in domains)
        if part.estate:
            clients[path.parent] = part.estate.client
            world.estates[part.estate.client] = part.estate
        if client := clients.get(path.parent):
            whose = world.nearby if part.strangers else world.owners
            whose.update((domain.name, client) for domain in domains)
    return world
