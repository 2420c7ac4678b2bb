"""Whose a hosting is where its addresses do not say: by its names' servers, their mail and what they show. Pure.

An address tells best. Where it names nobody, or a carrier whose lines others sell on, three sorts of signs may
name the hoster: pages and headers of his own, his mail servers, his name servers. Signs that name two
hosters name none: both are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from probes.kit import signs
from probes.kit.providers import Provider, all_providers, provider_of_name
from probes.website import Marker
from scanner.assets import Estate, Holding, Kind
from scanner.discovery.mail_providers import MailService, mail_provider_of
from scanner.discovery.notes import Notes
from scanner.discovery.owners import Owner
from scanner.discovery.scope import registered

_MOST: Final = 20
"""Names of one hosting whose signs are read."""
_PAGE, _MAIL, _NAME_SERVERS = "page", "mail", "name_servers"
_INTERNAL: Final = tuple(
    ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""RFC 1918, RFC 4193."""


class Signs(Struct, frozen=True):
    """What the names of a hosting tell of whose it is."""

    hosters: Mapping[str, tuple[str, ...]]
    """By the provider's key, the sorts of signs: page, mail, name_servers."""
    proved: frozenset[str]
    """Providers whose own page, and no other hoster's, is shown there."""
    panels: tuple[str, ...]
    """Ids of the products that it is governed with."""

    @property
    def hoster(self) -> str:
        """The key of the one provider that they name; empty where they name none, or more than one."""
        return next(iter(self.hosters)) if len(self.hosters) == 1 else ""


def with_providers(estate: Estate, notes: Notes) -> Estate:
    """Return the estate with the hostings named that their addresses leave open."""
    named = {
        holding.asset: replace(holding, provider=one.key, provider_name=one.name)
        for holding in estate.holdings
        if holding.asset.kind is Kind.HOSTING
        and (one := named_by_signs(holding, [notes.owner(ip) for ip in holding.addresses], notes))
    }
    if not named:
        return estate
    return replace(estate, holdings=tuple(named.get(one.asset, one) for one in estate.holdings))


def named_by_signs(holding: Holding, owners: Sequence[Owner], notes: Notes) -> Provider | None:
    """Return the provider of a hosting, where its addresses leave that open and its signs do not.

    A network that we do not know by name is somebody's all the same: only the hoster's own page is told there.
    """
    if not owners or any(map(is_internal, holding.addresses)) or not all(map(_is_open, owners)):
        return None
    found = signs_of(holding, notes)
    known = any(one.key or one.name for one in owners if one.key not in _carriers())
    sure = found.hoster in found.proved or not known
    return _hosters().get(found.hoster) if sure else None


def signs_of(holding: Holding, notes: Notes) -> Signs:
    """Read the first names of a hosting; records count where half of its domains or more have the like."""
    hosts = sorted(holding.hosts, key=lambda host: (len(host), host))[:_MOST]
    domains = dict.fromkeys(filter(None, map(registered, hosts)))
    in_records = Counter(sign for domain in domains for sign in set(_in_records(notes, domain)))
    found = {sign for sign, count in in_records.items() if 2 * count >= len(domains)}
    markers = [marker for host in hosts for marker in notes.site(host).signs]
    signed = [marker for marker in markers if marker.provider in _hosters()]
    proved = frozenset(marker.provider for marker in signed if marker.strength == "strong")
    borne_out = proved | {key for key, _ in found}
    found |= {(one.provider, _PAGE) for one in signed if one.provider in borne_out}
    hosters = {
        key: tuple(sorted(sort for one, sort in found if one == key))
        for key in sorted({key for key, _ in found})
    }
    return Signs(
        hosters, proved, tuple(sorted({one.provider for one in markers if _is_panel(one)}))
    )


def is_internal(ip: str) -> bool:
    """Say whether an address is of somebody's own network, and of no hoster's."""
    address = ip_address(ip)
    return any(address in network for network in _INTERNAL)


def is_same_firm(one: str, other: str) -> bool:
    """Say whether two keys are services of one firm: they begin with its name."""
    return one.partition("_")[0] == other.partition("_")[0]


def _is_panel(marker: Marker) -> bool:
    sign = signs.of_marker(marker.id) if marker.provider not in _hosters() else None
    return sign is not None and sign.kind == "hosting"


def _in_records(notes: Notes, domain: str) -> Iterator[tuple[str, str]]:
    """Yield hosters by name servers and mail; a registrar's name servers come free with a name."""
    records = notes.records(domain)
    for server in records.name_servers:
        one = provider_of_name(server)
        if one and one.key in _hosters() and "registrar" not in one.kinds:
            yield one.key, _NAME_SERVERS
    for host in records.mail_hosts:
        mail = mail_provider_of(host)
        if mail and mail.service is MailService.HOSTER_DEFAULT:
            yield mail.key, _MAIL


def _is_open(owner: Owner) -> bool:
    """Say whether an address leaves it open whose customers are behind it."""
    return not owner.front and (owner.key not in _known() or owner.key in _carriers())


@cache
def _known() -> frozenset[str]:
    return frozenset(one.key for one in all_providers())


@cache
def _hosters() -> Mapping[str, Provider]:
    """Providers who let room to others, by key."""
    lets = ("hosting" in one.kinds and "carrier" not in one.kinds for one in all_providers())
    return {one.key: one for one, yes in zip(all_providers(), lets, strict=True) if yes}


@cache
def _carriers() -> frozenset[str]:
    return frozenset(one.key for one in all_providers() if "carrier" in one.kinds)
