"""Paid services and licences of which the client's names bear traces. Pure.

A trace is a past click, not a bill: a record or a script may outlive the contract for years. What is
free, what is somebody's hosting, and what only a free account stands behind makes no thing to renew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from probes.addresses import HostAddresses
from probes.dns_records import DnsRecords
from probes.kit import products, signs
from probes.kit.observation import Seen
from probes.kit.products import Product
from probes.kit.sign import Sign, Signal
from probes.mail_policy import MailPolicy
from probes.microsoft_tenant import MicrosoftTenant
from probes.service_records import ServiceRecords
from probes.website import Marker, Page, Website
from scanner.assets import Asset, Kind
from scanner.discovery.agenda import Look
from scanner.discovery.lead import name_in
from scanner.discovery.looks import Sighting
from scanner.discovery.notes import LITTLE_TEXT
from scanner.discovery.scope import registered

Read = Callable[[Signal, str], tuple[Sign, ...]]
KINDS: Final[Mapping[str, Kind]] = {
    "saas_sub": Kind.SAAS,
    "cdn": Kind.SAAS,
    "cloud_storage": Kind.SAAS,
    "cms_licence": Kind.LICENCE,
    "licence_key": Kind.LICENCE,
    "marketplace_sub": Kind.LICENCE,
}
"""What a type of registry object is as an asset; of the others a trace makes none."""
_ANYBODYS: Final = frozenset({"mail", "sign"})
"""DKIM selectors that services hand out and owners of mail servers think of by themselves."""
_BUILT_BY_SITE: Final = frozenset({"builder", "shop"})
"""Products paid for site by site; of the others one account serves all names of a firm."""
_STUBS: Final = frozenset(
    {"placeholder", "parked", "for_sale", "suspended", "unclaimed_saas", "server_default"}
)
"""Pages of a hoster or a service: what they are made with is its own."""
_OF_ITS_SITE: Final = frozenset({"alias", "assets", "page", "unpaid"})
_SERVER_SAYS: Final = frozenset({"header", "cookie", "meta"})


class Trace(Struct, frozen=True, order=True, gc=False):
    """One sign of a product at a name."""

    product: str
    code: str
    """txt, spf, dkim, tenant, script: somebody set it up once · alias, mx: the name points at the
    vendor · assets, page: a page was made with it, by what it loads or by what its server says ·
    unpaid: the vendor says that it is not paid."""
    tenant: str = ""
    """The account there, where the sign tells it."""
    alone: bool = True
    """False when it counts beside other signs only."""


class Service(Struct, frozen=True):
    """A product and the client's names that bear traces of it."""

    asset: Asset
    product: Product
    hosts: tuple[str, ...]


class Traces:
    """What the looks of a territory tell of products, noted as they go by."""

    def __init__(self) -> None:
        self._read: Read = lru_cache(maxsize=4_096)(signs.read)
        self._at: dict[str, frozenset[Trace]] = {}
        self._equal: dict[frozenset[Trace], frozenset[Trace]] = {}
        """One of many equal sets, for all names to use."""

    def take(self, look: Look, sighting: Sighting[Any]) -> None:
        """Note the traces of a look; most bear none."""
        outcome = sighting.outcome
        if isinstance(outcome, Seen) and outcome.fact.__class__ in _READERS:
            name = name_in(look.target)
            if found := frozenset(traces_in(name, outcome.fact, self._read)):
                known = self._at.get(name)
                both = found | known if known else found
                self._at[name] = self._equal.setdefault(both, both)

    def services(
        self, is_ours: Callable[[str], bool], rank: Callable[[str], Any]
    ) -> Iterator[Service]:
        """Yield one service for each product and tenant; it is named by the first by `rank` of its names.

        A trace that tells no tenant belongs to the only one known, if there is one.
        """
        found: dict[str, dict[str, set[str]]] = {}
        alone: set[str] = set()
        for host, traces in self._at.items():
            if is_ours(host):
                for trace in traces:
                    tenants = found.setdefault(trace.product, {})
                    tenants.setdefault(_group(trace, host), set()).add(host)
                    if trace.alone:
                        alone.add(trace.product)
        for key in sorted(alone):
            product = products.product(key)
            if product is not None:
                yield from _services(product, found[key], rank)


def kind_of(product: Product | None) -> Kind | None:
    """Return what a trace of the product is as an asset; None where it makes none."""
    return KINDS.get(product.object_type) if product else None


def traces_in(name: str, fact: object, read: Read = signs.read) -> Iterator[Trace]:
    """Yield the traces of paid products that a fact about a name bears; some more than once."""
    reader = _READERS.get(fact.__class__)
    if reader is not None:
        for trace in reader(name, fact, read):
            if kind_of(products.product(trace.product)):
                yield trace


def _group(trace: Trace, host: str) -> str:
    """Return what tells one contract from another: the tenant, or the registered name a site is under."""
    product = products.product(trace.product)
    by_site = product and (
        kind_of(product) is Kind.LICENCE or not _BUILT_BY_SITE.isdisjoint(product.sells)
    )
    made_with_it = by_site and trace.code in _OF_ITS_SITE
    return trace.tenant or (registered(host) if made_with_it else "")


def _services(
    product: Product, tenants: dict[str, set[str]], rank: Callable[[str], Any]
) -> Iterator[Service]:
    kind = kind_of(product)
    if kind is None:
        return
    untold = tenants.pop("", None)
    if untold:
        only = next(iter(tenants)) if len(tenants) == 1 else ""
        tenants[only] = untold | tenants.get(only, set())
    for tenant in sorted(tenants):
        hosts = tenants[tenant]
        known = tenant or min((registered(host) or host for host in hosts), key=rank)
        yield Service(Asset(kind, f"{product.id}/{known}"), product, tuple(sorted(hosts)))


def _records(name: str, fact: DnsRecords, read: Read) -> Iterator[Trace]:
    if isinstance(fact.txt, Seen):
        for text in fact.txt.fact:
            if not text[:7].lower().startswith("v=spf1"):  # read with the policy of mail
                yield from _named(read("txt", text), "txt")
    if isinstance(fact.mx, Seen):
        for record in fact.mx.fact:
            if record.host:
                yield from _named(read("mx", record.host), "mx")


def _policy(name: str, fact: MailPolicy, read: Read) -> Iterator[Trace]:
    """Of the SPF tree only the domain's own record: what others include is their contract."""
    if isinstance(fact.spf, Seen):
        yield from _named(read("spf", fact.spf.fact.record), "spf")
    if isinstance(fact.dkim, Seen):
        for selector in fact.dkim.fact:
            yield from _named(read("dkim", selector), "dkim", alone=selector not in _ANYBODYS)


def _programs(name: str, fact: ServiceRecords, read: Read) -> Iterator[Trace]:
    for one in fact.hosts:
        yield from _named(read("cname", one.host), "alias")


def _aliases(name: str, fact: HostAddresses, read: Read) -> Iterator[Trace]:
    for target in fact.chain:
        yield from _named(read("cname", target), "alias")


def _tenant(name: str, fact: MicrosoftTenant, read: Read) -> Iterator[Trace]:
    yield Trace("microsoft_365", "tenant")


def _pages(name: str, fact: Website, read: Read) -> Iterator[Trace]:
    """Of pages shown under the registered name that was visited: others' pages are others' contracts."""
    domain = registered(name)
    for visit in (fact.https, fact.http):
        match visit.page:
            case Seen(page) if (page.markers or page.counters) and _is_at(visit.end_host, domain):
                yield from _on_page(page)


def _is_at(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _on_page(page: Page) -> Iterator[Trace]:
    """A stub's signature makes all else on it the stub's own; a weak sign of one hides weak signs alone."""
    stubs = {marker.strength for marker in page.markers if marker.says in _STUBS}
    doubtful = bool(stubs) and page.text_length < LITTLE_TEXT
    for marker in page.markers:
        if marker.provider and (code := _code(marker)):
            weak = doubtful and marker.strength == "weak"
            if code == "unpaid" or not ("strong" in stubs or weak):
                yield Trace(marker.provider, code)
    for counter in page.counters:
        if counter.kind == "bitrix24" and counter.id and not ("strong" in stubs or doubtful):
            yield Trace("bitrix24", "script", counter.id)


def _code(marker: Marker) -> str:
    """Return which trace a marker is; empty for those that tell of no product in use."""
    if marker.says == "unpaid_saas":
        return "unpaid" if marker.strength == "strong" else ""
    if marker.says not in ("cms", "saas", "counter"):
        return ""
    sign = signs.of_marker(marker.id)
    if marker.says == "cms":
        return "page"
    if sign is None or sign.caveat == "leftover_script" or marker.strength == "weak":
        return "script"
    return "page" if sign.signal in _SERVER_SAYS else "assets"


def _named(found: Iterable[Sign], code: str, *, alone: bool = True) -> Iterator[Trace]:
    for sign in found:
        if sign.product:
            yield Trace(sign.product, code, alone=alone)


_READERS: Final[Mapping[type, Callable[[str, Any, Read], Iterator[Trace]]]] = {
    DnsRecords: _records,
    MailPolicy: _policy,
    ServiceRecords: _programs,
    HostAddresses: _aliases,
    MicrosoftTenant: _tenant,
    Website: _pages,
}
