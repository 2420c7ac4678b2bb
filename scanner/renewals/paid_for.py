"""Which of a client's things a line of a paper pays for. What fits several is left to a person."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from scanner.assets import Asset, Declaration, Kind

_NAMED = frozenset({Kind.DOMAIN, Kind.SITE, Kind.MAIL, Kind.CERTIFICATE})
"""Kinds that papers call by their own name: another name is another thing."""


class Known(Struct, frozen=True, kw_only=True):
    """A thing of the registry, as far as papers can name it."""

    number: int
    asset: Asset
    provider: str = ""
    account: str = ""
    hosts: tuple[str, ...] = ()


class Matcher:
    """Finds things by what papers say of them."""

    def __init__(self, things: Iterable[Known]) -> None:
        """Take the client's things."""
        self._by_asset: dict[Asset, Known] = {}
        self._by_account: dict[tuple[Kind, str], list[Known]] = {}
        self._by_host: dict[tuple[Kind, str], list[Known]] = {}
        self._by_provider: dict[tuple[Kind, str], list[Known]] = {}
        for one in things:
            kind = one.asset.kind
            self._by_asset[one.asset] = one
            if one.account:
                self._by_account.setdefault((kind, one.account.casefold()), []).append(one)
            if one.provider:
                self._by_provider.setdefault((kind, one.provider.casefold()), []).append(one)
            for host in one.hosts:
                self._by_host.setdefault((kind, host), []).append(one)

    def find(self, line: Declaration, account: str = "") -> tuple[Known, ...]:
        """Return the things that a line may pay for: one where it is sure, none, or several.

        Its identity counts first, then the `account` (its key, as things carry it), then the names it
        is tied to, then a provider who sells the client one such thing.
        """
        if exact := self._by_asset.get(line.asset):
            return (exact,)
        kind = line.asset.kind
        if kind in _NAMED:
            return ()
        if account and (found := self._by_account.get((kind, account.casefold()))):
            return tuple(found)
        hosts = {
            one.number: one for host in line.hosts for one in self._by_host.get((kind, host), ())
        }
        if provider := (line.provider or line.provider_name or line.registrar).casefold():
            sold = self._by_provider.get((kind, provider), [])
            both = [one for one in sold if one.number in hosts]
            if both or not hosts:
                return tuple(both or sold)
        return tuple(hosts.values())
