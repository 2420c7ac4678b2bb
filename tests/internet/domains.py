"""What the population says of a domain: its registration, zone, sites, tricks, and the truth about it."""

from __future__ import annotations

from collections.abc import Iterator

import idna
import msgspec
from msgspec import Struct, field

OneOrMore = str | list[str]


def ascii_name(name: str) -> str:
    """The wire spelling of a name that the population writes as people do."""
    return name if name.isascii() else idna.encode(name).decode()


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
    """What it answers besides the page: text by path, as `.well-known/security.txt`, with days as in papers."""
    icon: str = ""
    """Whose favicon it shows: the same word, the same picture; empty: none."""
    same_as: str = ""
    """The domain whose pages it copies."""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = {}
    redirect: str = ""
    """Where it forwards to: with 301, or with `status` where that is another 3xx."""
    cookie_gate: str = ""
    """Without this cookie a visitor gets the page that sets it."""
    hops: int = 0
    """Redirections before the page."""
    tls: str = "good"
    """good, none, expired, wrong_name, self_signed or incomplete (no intermediate is sent)."""
    names: list[str] = []
    """Names on its certificate, if they are not simply its hosts."""
    port: int = 443
    """Where it listens; another one is the only one, without an ordinary web beside it."""
    edited: int = 0
    """Its files were last changed so many days ago."""
    refuses_head: bool = False
    """Whether it answers 405 to a question for its headers alone."""
    organisation: str = ""
    """The organisation that its certificate was issued to."""
    issuer: str = "letsencrypt"
    """Who issued it: a key of authority.ISSUERS."""
    ago: int = 20
    """Its certificate was issued so many days ago …"""
    days: int = 90
    """… for so many days."""


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
    needs: list[str] = []
    """What must be asked for, among other things, before anybody acts."""
    faults: list[str] = []
    """Faults that must be told of it: codes without `posture.` …"""
    faultless: list[str] = []
    """… and those that must not be; `takeover_` stands for all that begin so, `grave` for any that is
    critical or high."""
    says: list[str] = []
    """Codes that must be among its reasons."""
    signs: list[str] = []
    """What one of these must name, among others, as the signs it rests on."""
    provider: str = ""
    """Who must be named as its provider."""
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
    dnssec: str = ""
    """How it is signed below its registry: a way of `signing.py`; empty: not at all."""
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
