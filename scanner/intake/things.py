"""From what one row says to the things it is about, under the ids that the design gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from msgspec import Struct

from probes.kit.names import registrable
from scanner.assets import Asset, Declaration, Kind, Money
from scanner.assets.slug import slug
from scanner.intake.cells import Amount
from scanner.intake.services import Payee, Service, payee_in

_YEAR = 12
"""Months a registration is paid for at least; nobody sells less."""


class Facts(Struct, frozen=True, kw_only=True):
    """What one row of a table says, cell by cell."""

    source: str
    sheet: str
    row: int
    what: str
    service: Service | None
    payee: Payee | None
    names: tuple[str, ...]
    seller: str
    is_listed: bool
    """The table has a column of names."""
    is_payment: bool
    hosts_it: bool
    """The provider of the row hosts its names, rather than registering them."""
    registrar: str
    account: str
    """Login or contract."""
    is_login: bool
    """It stands in a column of accounts, not in a sentence."""
    is_export: bool
    """The table is the panel's own list of what the account holds."""
    holder: str
    inn: str
    amount: Amount | None
    money: Money | None
    period_months: int | None
    paid_on: date | None
    paid_until: date | None
    auto_renew: bool | None
    status: str
    leaver: str
    secret: str
    notes: tuple[tuple[str, str], ...]


def things_of(facts: Facts) -> Iterator[Declaration]:
    """Yield a declaration for each thing a row is about: names, a hosting, a licence, an account."""
    service = facts.service
    if service is None and not facts.names and not (facts.what or facts.payee):
        return
    if service is None and facts.names:
        yield from _named(facts)
    elif service is not None and service.kind is Kind.DOMAIN:
        yield from _named(facts) if facts.names else (_other(facts, "domain"),)
    elif service is None:
        yield _unsaid(facts)
    else:
        yield _served(facts, service)
    if facts.is_login and (seller := _seller(facts)).key:
        yield _account(facts, seller)


def _named(facts: Facts) -> Iterator[Declaration]:
    """Yield the names of a row; a sum for several of them is the price of none."""
    alone = len(facts.names) == 1
    seller = _seller(facts)
    sold = "" if facts.hosts_it or not (seller.registers or facts.seller) else seller.name
    registrar = facts.registrar or sold
    for name in facts.names:
        money = facts.money if alone else None
        yield _declared(
            facts,
            asset_of_name(name),
            name=name,
            registrar=registrar,
            hosts=(name,),
            money=money,
            period_months=(facts.period_months or _YEAR) if money else None,
        )
    # A hoster's own list of names, by logins, tells of hostings as well.
    if (facts.hosts_it and facts.seller) or (seller.only and facts.is_login):
        yield _declared(
            facts, _hosting(facts, seller), name=seller.name, type=seller.only, hosts=facts.names,
            paid_until=None, auto_renew=None, registrar="", **_of(seller),
        )  # fmt: skip


def asset_of_name(name: str) -> Asset:
    """Return a registered name as a domain, a deeper one as a site."""
    domain = registrable(name)
    if domain and name in (domain.name, f"www.{domain.name}"):
        return Asset(Kind.DOMAIN, domain.name)
    return Asset(Kind.SITE, name)


def _served(facts: Facts, service: Service) -> Declaration:
    seller = _seller(facts)
    match service.kind:
        case Kind.HOSTING:
            asset = _hosting(facts, seller, service.type)
        case Kind.SAAS:
            tenant = facts.names[0] if facts.names else _login(facts.account)
            asset = Asset(Kind.SAAS, "/".join(filter(None, (service.product, tenant))))
        case Kind.LICENCE:
            product = service.product or slug(facts.what) or "licence"
            asset = Asset(Kind.LICENCE, "/".join(filter(None, (product, _licensed(facts)))))
        case _:
            about = facts.names[0] if facts.names else facts.account or seller.key or facts.what
            asset = Asset(Kind.OTHER, slug(f"{service.type} {about}") or service.type)
    return _declared(
        facts,
        asset,
        name=service.name if facts.is_payment else facts.what or service.name,
        type=service.type,
        hosts=facts.names,
        money=facts.money,
        period_months=facts.period_months,
        **_of(seller),
    )


def _unsaid(facts: Facts) -> Declaration:
    """A row that names somebody paid, or only describes a thing."""
    seller = _seller(facts)
    if facts.payee and facts.payee.only:
        hosting = _hosting(facts, seller, facts.payee.only)
        return _declared(
            facts, hosting, name=facts.what or seller.name, type=facts.payee.only,
            money=facts.money, period_months=facts.period_months, **_of(seller),
        )  # fmt: skip
    return _other(facts, "")


def _other(facts: Facts, type: str) -> Declaration:
    seller = _seller(facts)
    # What one seller is paid for without a word is one thing, however each payment is worded.
    about = f"{seller.key} {facts.account}" if facts.is_payment else facts.what or seller.key
    key = slug(f"{type} {about}") or f"row-{facts.row}"
    return _declared(
        facts, Asset(Kind.OTHER, key), name=seller.name if facts.is_payment else facts.what,
        type=type, money=facts.money, period_months=facts.period_months, **_of(seller),
    )  # fmt: skip


def _account(facts: Facts, seller: Payee) -> Declaration:
    key = f"{seller.key}/{_login(facts.account)}"
    return _declared(
        facts, Asset(Kind.ACCOUNT, key), name=facts.account, hosts=facts.names[:5],
        paid_until=None, auto_renew=None, registrar="", **_of(seller),
    )  # fmt: skip


def _hosting(facts: Facts, seller: Payee, type: str = "") -> Asset:
    """Return `hosting:beget/romashka1`: by account, else by the shortest name on it, else by what it is."""
    shortest = min(facts.names, key=lambda name: (len(name), name), default="")
    rest = _login(facts.account) or shortest or type or "hosting"
    return Asset(Kind.HOSTING, f"{seller.key or 'unknown'}/{rest}")


def _licensed(facts: Facts) -> str:
    if facts.names:
        return facts.names[0]
    # A licence key is a secret: what it is known by must not give it away.
    return hashlib.sha256(facts.secret.encode()).hexdigest()[:12] if facts.secret else ""


def _login(account: str) -> str:
    return "".join(account.lower().split()).replace("/", "-")[:80]


def _seller(facts: Facts) -> Payee:
    """Return who is paid: one we know, or the name that the paper gives."""
    if facts.payee:
        return facts.payee
    return _named_seller(facts.seller or facts.registrar)


@lru_cache(maxsize=8_192)
def _named_seller(name: str) -> Payee:
    known = payee_in(name) if name else None
    return known or Payee(slug(name), name)


def _of(seller: Payee) -> dict[str, Any]:
    return {"provider": seller.key, "provider_name": seller.name}


def _declared(facts: Facts, asset: Asset, **more: Any) -> Declaration:
    said: dict[str, Any] = {
        field: getattr(facts, field)
        for field in (
            "source", "sheet", "row", "registrar", "account", "holder", "inn", "paid_on",
            "paid_until", "auto_renew", "status", "leaver", "notes",
        )
    }  # fmt: skip
    if facts.is_export:
        said["exported"] = _seller(facts).name
    return Declaration(asset=asset, **{**said, **more})
