"""What the names of a service tell of it: the traces there, and whether the vendor answers as this tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from probes.kit import signs
from probes.kit.observation import Seen
from probes.kit.products import Product, product
from probes.kit.target import Domain, Host, Target
from scanner.assets import Asset, Kind, Use
from scanner.assets.estate import Params
from scanner.assets.use import use_of
from scanner.discovery import Sighting
from scanner.discovery.looks import (
    ADDRESSES,
    DNS_RECORDS,
    MAIL_POLICY,
    MICROSOFT_TENANT,
    SERVICE_RECORDS,
    WEBSITE,
    Ask,
)
from scanner.discovery.scope import registered
from scanner.discovery.services import traces_in
from scanner.verdicts.dossier import Dossier

_MOST: Final = 12
"""Names that are read again to tell where the traces are; of the others only life is asked."""
_TOLD: Final = 5
_OF_DOMAINS: Final[tuple[Ask[Domain, Any], ...]] = (
    DNS_RECORDS,
    MAIL_POLICY,
    SERVICE_RECORDS,
    MICROSOFT_TENANT,
)
_OF_HOSTS: Final[tuple[Ask[Host, Any], ...]] = (ADDRESSES, WEBSITE)


class Met(Struct, frozen=True, gc=False):
    """A trace of the product, where it was met, and the look it was part of."""

    host: str
    code: str
    sighting: Sighting[Any]


def product_of(asset: Asset) -> Product | None:
    """Return the product that an asset is an instance of; None where the catalogue does not have it."""
    return product(asset.key.partition("/")[0])


def named(sold: Product) -> str:
    """Return what a sentence calls a product: its name, or its id where languages name it differently."""
    return sold.name if sold.name == sold.name_en else sold.id


def met(dossier: Dossier) -> tuple[Met, ...]:
    """Return the traces at the thing's names, the first dozen of these."""
    hosts = sorted(dossier.holding.hosts, key=lambda host: (len(host), host))[:_MOST]
    return tuple(one for host in hosts for one in _at(dossier, host))


def told(traces: tuple[Met, ...], dossier: Dossier) -> Params:
    """Return what a finding says of traces: the product, the names, and the sorts of signs."""
    sold = product_of(dossier.asset)
    names = list(dict.fromkeys(one.host for one in traces))
    params: Params = {
        "hosts": names[:_TOLD],
        "signs": list(dict.fromkeys(one.code for one in traces)),
    }
    return {**params, "provider": named(sold)} if sold else params


def answers(dossier: Dossier) -> Met | None:
    """Return the first proof that the vendor answers for a name as for this tenant."""
    for host in dossier.holding.hosts:
        mail = dossier.opinions.get(Asset(Kind.MAIL, host))
        if mail and use_of(Kind.MAIL, mail.state) is Use.USED:
            for one in _read(dossier, DNS_RECORDS, Domain(host), host):
                if one.code == "mx":
                    return one
        if _use_of_site(dossier, host) is Use.USED and (shown := _shown(dossier, host)):
            return shown
    return None


def says_unpaid(dossier: Dossier) -> Met | None:
    """Return the first page on which a service's vendor says that it is not paid, in place of the site."""
    for host in dossier.holding.hosts:
        site = dossier.scene.site_of.get(host)
        opinion = dossier.opinions.get(site) if site else None
        if opinion and opinion.state == "unpaid_saas":
            for one in _read(dossier, WEBSITE, Host(host), host):
                if one.code == "unpaid":
                    return one
    return None


def _use_of_site(dossier: Dossier, host: str) -> Use | None:
    site = dossier.scene.site_of.get(host)
    opinion = dossier.opinions.get(site) if site else None
    return use_of(Kind.SITE, opinion.state) if opinion else None


def _shown(dossier: Dossier, host: str) -> Met | None:
    """A live page made with the product, and bound to it: by alias, by its server's word, by address.

    Files alone are no proof: an export of a builder's page, laid on any hosting, loads them too.
    """
    aliased = _read(dossier, ADDRESSES, Host(host), host)
    if alias := next(aliased, None):
        return alias
    files = None
    for one in _read(dossier, WEBSITE, Host(host), host):
        if one.code == "page":
            return one
        if one.code == "assets":
            files = one
    return files if files and _is_at_vendors_address(dossier, host) else None


def _is_at_vendors_address(dossier: Dossier, host: str) -> bool:
    sold = product_of(dossier.asset)
    match dossier.see(ADDRESSES, Host(host)).outcome:
        case Seen(found) if sold:
            known = [one for ip in found.all for one in signs.read("a_net", ip)]
            return any(one.product == sold.id or one.caveat == "shared_front" for one in known)
    return False


def _at(dossier: Dossier, host: str) -> Iterator[Met]:
    if registered(host) == host:
        for of_domain in _OF_DOMAINS:
            yield from _read(dossier, of_domain, Domain(host), host)
    for of_host in _OF_HOSTS:
        yield from _read(dossier, of_host, Host(host), host)


def _read(dossier: Dossier, ask: Ask[Any, Any], target: Target, host: str) -> Iterator[Met]:
    sold = product_of(dossier.asset)
    sighting = dossier.see(ask, target)
    if sold and isinstance(sighting.outcome, Seen):
        for trace in traces_in(host, sighting.outcome.fact):
            if trace.product == sold.id:
                yield Met(host, trace.code, sighting)
