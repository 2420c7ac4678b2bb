"""What a run starts from, and which names may be looked at how."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from sys import intern

from msgspec import Struct

from probes.kit.names import registrable
from scanner.assets import Asset, Kind, Step
from scanner.assets.estate import Params
from scanner.discovery.strangers import STRANGERS

_LONGEST = 253
"""Characters of a name up to which it is remembered where it belongs."""


class Listed(Struct, frozen=True):
    """Of a name that holds one of the client's words: the registry's list that has it, and the word."""

    file: str
    word: str
    count: int
    """How many names of the lists hold the word."""


EXPORTED = "exported_from_account"
"""Why a name is surely the client's that stands in the export of his account."""


class Exported(Struct, frozen=True):
    """An account of the client's at a registrar or hoster, and the export of it that has a name."""

    file: str
    provider: str
    """As people call it."""
    account: str

    @property
    def told(self) -> Params:
        """What fills in its sentence."""
        return {"source": self.file, "provider": self.provider, "account": self.account}


class Seeds(Struct, frozen=True, kw_only=True):
    """Everything people said about a client before anything was looked at. Names are canonical."""

    domains: tuple[str, ...] = ()
    """Names the consultant typed: registered names or hosts."""
    from_files: Mapping[str, str] = {}
    """Name → plain list it stands in: his word too."""
    from_papers: Mapping[str, str] = {}
    """Name → table or export it stands in: declared, so only likely."""
    exported: Mapping[str, Exported] = {}
    """Registered names that exports of the client's own accounts list: as good as a person's word."""
    confirmed: frozenset[str] = frozenset()
    """Asset ids that a person called the client's."""
    foreign: frozenset[str] = frozenset()
    """Asset ids that a person called somebody else's; outranks everything."""
    orgs: tuple[str, ...] = ()
    """Names of the client's legal entities."""
    inns: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    listed: Mapping[str, Listed] = {}
    """Registered names that stand in a registry's list and hold one of his words."""
    guesses: int = 0
    """How many names like his brands are looked for among those that somebody has registered."""
    keyed: tuple[str, ...] = ()
    """Probes of services whose key we hold."""
    searches: bool = False
    """Whether names are tried, and zones asked for, below the domains that a person stands for."""


class Standing(StrEnum):
    """How a name stands to the client before its use is judged."""

    OURS = "ours"  # named by a person or a paper, likely, or under such a name: everything is looked at
    SIBLING = "sibling"  # met in a redirect or a certificate: public records and one visit
    FOREIGN = "foreign"  # a person said so: never looked at
    OUTSIDE = "outside"


class Scope:
    """Seeds read as names: which registered names, which single hosts, which are ruled out."""

    def __init__(self, seeds: Seeds) -> None:
        self.domains: dict[str, Step] = {}
        self.hosts: dict[str, Step] = {}
        self.parents: dict[str, Step] = {}
        """Registered names above a typed host: met, but not named."""
        self.likely: set[str] = set()
        """Registered names that were met, and that independent evidence made likely the client's."""
        self.papers: set[str] = set()
        """Names known from papers alone."""
        self._foreign_domains, self._foreign_hosts = _ruled_out(seeds.foreign)
        listed = {file: Step("listed_in_file", file) for file in seeds.from_files.values()}
        declared = {file: Step("declared_in_paper", file) for file in seeds.from_papers.values()}
        for name in map(intern, seeds.domains):
            self._take(name, Step("typed_by_consultant", name))
        for name, file in sorted(seeds.from_files.items()):
            self._take(name, listed[file])
        for asset_id in sorted(seeds.confirmed):
            asset = Asset.parse(asset_id)
            if asset.kind in (Kind.DOMAIN, Kind.SITE, Kind.MAIL):
                self._take(asset.key, Step("confirmed_by_person", asset.key))
        words = set(self.domains) | set(self.hosts)
        for name, file in sorted(seeds.from_papers.items()):
            self._take(name, declared[file])
        self.papers = (set(self.domains) | set(self.hosts)) - words
        for name in set(self.parents) & set(self.domains):
            del self.parents[name]

    def standing(self, name: str) -> Standing:
        """Say how a host or domain name stands to the client."""
        domain = registered(name)
        if domain in self._foreign_domains or name in self._foreign_hosts:
            return Standing.FOREIGN
        if self.follows(domain) or name in self.hosts:
            return Standing.OURS
        return Standing.OUTSIDE

    def is_sure(self, name: str) -> bool:
        """Say whether a person stands for a host or domain name, or for the domain it lies under."""
        if name in self.hosts:
            return name not in self.papers
        domain = registered(name)
        return domain in self.domains and domain not in self.papers

    def follows(self, domain: str) -> bool:
        """Say whether everything at and below a registered name is looked at."""
        return domain in self.domains or domain in self.likely

    def followed(self) -> list[str]:
        """Return the registered names at and below which everything is looked at, sorted."""
        return sorted({*self.domains, *self.likely})

    def sibling(self, name: str) -> str:
        """Return the registered name that a met host may make `possible`; empty for strangers."""
        domain = registered(name)
        if not domain or domain in STRANGERS or domain in self._foreign_domains:
            return ""
        return "" if self.follows(domain) else domain

    def _take(self, name: str, step: Step) -> None:
        domain = registered(name)
        if domain in self._foreign_domains:
            return
        if domain and name in (domain, f"www.{domain}"):
            self.domains.setdefault(domain, step)
            return
        if name in self._foreign_hosts:
            return
        self.hosts.setdefault(name, step)
        if domain and domain not in STRANGERS:
            self.parents.setdefault(domain, step)


def registered(name: str) -> str:
    """Return the registered name a host lies under, or an empty string where there is none.

    Each is one string, however many things lie under it.
    """
    return _met_lately(name) if len(name) <= _LONGEST else _registered(name)


def www_of(domain: str) -> str:
    """Return the host that people know a site by, one string for everybody."""
    return intern(f"www.{domain}")


def _registered(name: str) -> str:
    domain = registrable(name)
    return intern(domain.name) if domain else ""


_met_lately = lru_cache(maxsize=4_096)(_registered)


def _ruled_out(foreign: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    assets = [Asset.parse(asset_id) for asset_id in foreign]
    domains = frozenset(asset.key for asset in assets if asset.kind is Kind.DOMAIN)
    hosts = frozenset(asset.key for asset in assets if asset.kind is Kind.SITE)
    return domains, hosts | frozenset(f"www.{host}" for host in hosts)
