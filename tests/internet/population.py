"""Who lives in the miniature internet, and the truth about them, read from `population/`."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import dns.rdatatype
import dns.zone
import msgspec
from msgspec import Struct

from tests.internet.domains import Domain, Hostile, Series, ascii_name

FOLDER = Path(__file__).with_name("population")


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
    unlisted: bool = False
    """Neither Cymru nor a registry tells whose its addresses are."""
    nameservers: dict[str, str] = {}
    server: list[Server] = []


class Estate(Struct, frozen=True, forbid_unknown_fields=True):
    """A client."""

    client: str
    org: str
    inn: str
    brands: list[str] = []
    papers: list[str] = []
    """Files of the folder's `papers/` that he hands over."""
    told: bool = False
    """Whether the consultant knows the firm's name and tax number."""
    saving: dict[str, Decimal] = {}
    """What an honest audit's proposals save a year by those papers, by currency."""
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
        """What a resolver must find: records as text by name and type, `any` for a wildcard.

        Not where a zone is given away below its apex: that the new holder answers, if anybody does.
        """
        wanted: dict[tuple[str, str], set[str]] = {}
        for domain in self.domains.values():
            if domain.zone and domain.nameservers and domain.registration.delegated:
                for name, found in records(domain.name, domain.zone).items():
                    host = name.replace("*", "any")
                    for kind, value in found:
                        if kind != "NS" or host == domain.name:
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
