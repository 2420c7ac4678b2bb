"""By what an object that people enter is known: its kind and key. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache

from probes.kit.providers import all_providers
from probes.kit.target import canonical_name
from scanner.assets import Asset, Kind
from scanner.assets.slug import slug
from scanner.intake.services import payee_in, tables
from scanner.registry.refused import Refused
from scanner.registry.words import ObjectType

_KINDS: Mapping[str, Kind] = {
    ObjectType.DOMAIN: Kind.DOMAIN,
    ObjectType.SITE: Kind.SITE,
    ObjectType.MAIL: Kind.MAIL,
    ObjectType.HOSTING: Kind.HOSTING,
    ObjectType.SERVER: Kind.HOSTING,
    ObjectType.BACKUP_HOSTING: Kind.HOSTING,
    ObjectType.CLOUD_STORAGE: Kind.HOSTING,
    ObjectType.CMS_LICENCE: Kind.LICENCE,
    ObjectType.LICENCE_KEY: Kind.LICENCE,
    ObjectType.SAAS_SUB: Kind.SAAS,
    ObjectType.MARKETPLACE_SUB: Kind.SAAS,
    ObjectType.CDN: Kind.SAAS,
    ObjectType.ACCOUNT: Kind.ACCOUNT,
}
"""The rest, and the agency's own types, are other."""
_NAMES = (Kind.DOMAIN, Kind.SITE, Kind.MAIL)


def kind_of(type: str) -> Kind:
    """Return the kind that an object of this type is entered as."""
    return _KINDS.get(type, Kind.OTHER)


def asset_of(type: str, name: str, provider: str = "") -> Asset:
    """Return the kind and key of what people call `name`; ValueError, with advice, where it has none."""
    kind = kind_of(type)
    if kind in _NAMES:
        try:
            key = canonical_name(name)
        except ValueError as error:
            raise Refused("host_name", type=type, name=repr(name[:80])) from error
        if "." not in key:
            raise Refused("host_name", type=type, name=repr(name[:80]))
        return Asset(kind, key)
    if kind is Kind.ACCOUNT:
        seller, slash, login = name.partition("/")
        if slash and provider_key(seller) in ("", provider_key(provider or seller)):
            provider, name = seller, login  # the way accounts are named: PROVIDER/LOGIN
        if not provider.strip():
            raise Refused("account_provider")
        return Asset(kind, account_key(provider, name))
    called = slug(name)
    if not called:
        raise Refused("no_name", name=repr(name[:80]))
    if kind is Kind.OTHER:
        return Asset(kind, called)
    return Asset(kind, f"{provider_key(provider) or 'unknown'}/{called}")


def account_key(provider: str, login: str) -> str:
    """Return the key of a login at a provider, `beget/romashka1`, as papers give it."""
    return f"{provider_key(provider)}/{''.join(login.lower().split()).replace('/', '-')[:80]}"


def account_said(text: str, provider: str = "") -> str:
    """Return the key of an account as a person names it: `REG.RU/login`, or a login and its provider.

    Where nobody can tell whose login it is, the text itself.
    """
    seller, slash, login = text.strip().partition("/")
    if not slash:
        seller, login = provider, text
    return account_key(seller, login) if provider_key(seller) and login.strip() else text


def provider_key(provider: str) -> str:
    """Return the key of a provider by any of his names: `REG.RU` and `ООО «Регистратор…»` are one."""
    if provider in _provider_keys():
        return provider
    known = payee_in(provider) if provider else None
    return known.key if known else slug(provider)


@cache
def _provider_keys() -> frozenset[str]:
    return frozenset({one.key for one in tables().payee} | {one.key for one in all_providers()})


def free(asset: Asset, taken: AbstractSet[Asset]) -> Asset:
    """Return the asset, or its like with a number where that key is taken."""
    candidate, number = asset, 1
    while candidate in taken:
        number += 1
        candidate = Asset(asset.kind, f"{asset.key}~{number}")
    return candidate
