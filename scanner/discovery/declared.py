"""Papers laid over what was seen: prices and terms for things we know, and things only papers know.

A hosting on an invoice to which no record of the DNS leads is an asset of the client: exactly the ones
that were forgotten. Nothing that was seen gives way to a paper; where both speak, both are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec.structs import replace

from probes.kit.observation import Seen
from probes.kit.providers import all_providers, provider_of_name
from probes.kit.target import Domain, Host
from scanner.assets import (
    Asset,
    Declaration,
    Estate,
    Holding,
    Kind,
    Ownership,
    OwnershipReason,
    Relation,
    Statement,
    Step,
    put_together,
)
from scanner.discovery.account_hostings import by_account
from scanner.discovery.accounts import clients_accounts, exported, in_own_account
from scanner.discovery.looks import ADDRESSES, DNS_RECORDS, MAIL_POLICY, Looks
from scanner.discovery.paper_certificates import certificate_meant
from scanner.discovery.rented import sells_services
from scanner.discovery.scope import EXPORTED, Exported, Seeds, registered

_OURS = (Ownership.CONFIRMED, Ownership.LIKELY)
_NAMED = (Kind.DOMAIN, Kind.SITE, Kind.MAIL)
_BY_ACCOUNT = (Kind.HOSTING, Kind.SAAS)
"""Kinds that are known by the account at the provider, once a paper tells it."""
_REGISTRARS = frozenset(one.key for one in all_providers() if "registrar" in one.kinds)
"""Their name servers are free with a domain, and say nothing of a hosting there."""


def with_papers(
    estate: Estate, declarations: Iterable[Declaration], looks: Looks, seeds: Seeds
) -> Estate:
    """Return the estate with what papers declare: on what was seen, and beside it.

    A hosting that was seen and whose account a paper names is known by that account from now on.
    """
    rows: dict[Asset, list[Declaration]] = {}
    for one in declarations:
        rows.setdefault(one.asset, []).append(one)
    if not rows:
        return estate
    return _Papers(by_account(estate, rows, looks), rows, looks, seeds).estate()


class _Papers:
    """One estate and the statements of the papers on it."""

    def __init__(
        self, estate: Estate, rows: dict[Asset, list[Declaration]], looks: Looks, seeds: Seeds
    ) -> None:
        self._estate, self._looks, self._seeds = estate, looks, seeds
        self._holdings = {holding.asset: holding for holding in estate.holdings}
        self._hostings = [one for one in estate.holdings if one.asset.kind is Kind.HOSTING]
        self._site_of = {
            host: one.asset
            for one in estate.holdings
            if one.asset.kind is Kind.SITE
            for host in one.hosts
        }
        self._meant: dict[Asset, list[Declaration]] = {}
        """Rows by the thing they are about, as it is known here."""
        self._renamed: dict[Asset, Asset] = {}
        self._own = clients_accounts((row for some in rows.values() for row in some), seeds)
        lone = _alone_at_their_provider(rows) | _alone_of_their_product(rows)
        for asset, some in sorted(rows.items()):
            meant = self._match(asset, put_together(some), asset in lone)
            by_account = asset.kind in _BY_ACCOUNT and any(row.account for row in some)
            if meant != asset and by_account and meant.kind is asset.kind:
                self._renamed.setdefault(meant, asset)
            self._meant.setdefault(meant, []).extend(some)

    def estate(self) -> Estate:
        """Return the estate with the papers."""
        relations, left_out = set(self._estate.relations), set(self._estate.left_out)
        for asset, rows in self._meant.items():
            said = put_together(rows)
            known = self._holdings.get(asset)
            if known is not None:
                reasons = known.reasons if _by_papers(known) else (*known.reasons, _reason(said))
                self._holdings[asset] = replace(known, said=said, reasons=reasons)
            else:
                self._holdings[asset] = self._new(asset, said)
                if asset.kind is Kind.HOSTING:
                    relations |= set(self._leading_to(asset, said))
                elif asset.kind is Kind.DOMAIN and self._is_left_out(asset):
                    left_out.add(asset.key)
            if export := next((row for row in rows if in_own_account(row, self._own)), None):
                self._holdings[asset] = _confirmed(self._holdings[asset], exported(export))
        for seen, account in self._renamed.items():
            self._holdings[account] = replace(self._holdings.pop(seen), asset=account)
        holdings = tuple(self._holdings[one] for one in sorted(self._holdings))
        known_as = tuple(sorted(self._known_as(one) for one in relations))
        left = tuple(sorted(left_out))
        return replace(self._estate, holdings=holdings, relations=known_as, left_out=left)

    def _is_left_out(self, domain: Asset) -> bool:
        """Say whether a domain that papers alone know was never looked at, although it may be the client's."""
        foreign = self._holdings[domain].ownership is Ownership.FOREIGN
        return not foreign and not self._looks.latest(ADDRESSES, Host(domain.key)).asked

    def _known_as(self, one: Relation) -> Relation:
        renamed = self._renamed
        if one.subject not in renamed and one.object not in renamed:
            return one
        return Relation(
            renamed.get(one.subject, one.subject), one.kind, renamed.get(one.object, one.object)
        )

    def _match(self, asset: Asset, said: Statement, alone: bool) -> Asset:
        """Return the thing that was seen and that a paper means, or the paper's own."""
        if asset in self._holdings:
            return asset
        if asset.kind is Kind.SITE:
            return self._site_of.get(asset.key, asset)
        if asset.kind is Kind.HOSTING:
            return self._seen_hosting(said, alone) or self._lived_on(said, alone) or asset
        if asset.kind in (Kind.SAAS, Kind.LICENCE):
            return self._seen_service(asset, said, alone) or asset
        if said.type == "certificate":
            return certificate_meant(said, self._estate.holdings, self._looks) or asset
        return asset

    def _seen_hosting(self, said: Statement, alone: bool) -> Asset | None:
        """Return the hosting of the provider that holds the paper's names; without names, the only one.

        Of a seller we do not know, who resells another's servers, the names alone must tell.
        """
        there = [one for one in self._hostings if one.provider == said.provider]
        if not there and said.provider not in _known_providers():
            there = self._hostings
            alone = False
        names = {registered(host) or host for host in said.hosts}
        shared = [
            (len(names & {registered(host) or host for host in one.hosts}), one.asset)
            for one in there
        ]
        best = [(count, asset) for count, asset in shared if count]
        if best:
            return min(best, key=lambda pair: (-pair[0], pair[1]))[1]
        return there[0].asset if alone and not names and len(there) == 1 else None

    def _lived_on(self, said: Statement, alone: bool) -> Asset | None:
        """Return the service that a paper calls a hosting: a site lives there, and on no hosting.

        Its vendor tells, and the names, or that it is the only one of his; of a seller we do not know, who
        may write the vendor's bills, the names alone.
        """
        known = said.provider in _known_providers() or sells_services(said.provider)
        there = [
            (one.subject.key, one.object)
            for one in self._estate.relations
            if one.kind == "on_service" and (not known or _product(one.object) == said.provider)
        ]
        names = {registered(host) or host for host in said.hosts}
        named = {service for site, service in there if (registered(site) or site) in names}
        found = named or ({one for _, one in there} if alone and known and not names else set())
        return found.pop() if len(found) == 1 else None

    def _seen_service(self, asset: Asset, said: Statement, alone: bool) -> Asset | None:
        """Return the service of the product that is at the paper's names; without names, the only one."""
        there = [
            one
            for one in self._estate.holdings
            if one.asset.kind is asset.kind and _product(one.asset) == _product(asset)
        ]
        names = {registered(host) or host for host in said.hosts}
        for one in there:
            if names & {registered(host) or host for host in one.hosts}:
                return one.asset
        return there[0].asset if alone and not names and len(there) == 1 else None

    def _new(self, asset: Asset, said: Statement) -> Holding:
        ownership, word = Ownership.LIKELY, None
        for words, meant, code in (
            (self._seeds.foreign, Ownership.FOREIGN, "called_foreign_by_person"),
            (self._seeds.confirmed, Ownership.CONFIRMED, "confirmed_by_person"),
        ):
            if str(asset) in words:
                ownership, word = meant, OwnershipReason(code, "person", {"name": asset.key})
                break
        return Holding(
            asset,
            ownership,
            (word, _reason(said)) if word else (_reason(said),),
            (Step("declared_in_paper", said.sources[0]),),
            hosts=(asset.key,) if asset.kind in _NAMED else (),
            provider=said.provider,
            provider_name=said.provider_name,
            said=said,
        )

    def _leading_to(self, hosting: Asset, said: Statement) -> Iterator[Relation]:
        """Yield what the records of the client's domains lead to at the provider of a declared hosting.

        No site lives there; but its mail servers, its name servers and its sending hosts are of the
        account as well. What belongs to a domain that another account there has is that account's.
        """
        if said.provider not in _known_providers():
            return
        taken = self._taken_at(said.provider, hosting)
        for one in self._estate.holdings:
            if one.ownership not in _OURS or one.asset.key in taken:
                continue
            if one.asset.kind is Kind.MAIL and said.provider in _providers(one.hosts, one.provider):
                yield Relation(one.asset, "on_hosting", hosting)
            elif one.asset.kind is Kind.MAIL and said.provider in self._senders(one):
                yield Relation(one.asset, "sends_from", hosting)
            elif one.asset.kind is Kind.DOMAIN and said.provider in self._zone_keepers(one):
                yield Relation(hosting, "name_server_of", one.asset)

    def _taken_at(self, provider: str, hosting: Asset) -> set[str]:
        """Return the registered names on the provider's other hostings, as seen or as papers say."""
        said = (row for asset, rows in self._meant.items() if asset != hosting for row in rows)
        told = (row.hosts for row in said if row.provider == provider and row.account)
        seen = (one.hosts for one in self._hostings if one.provider == provider)
        taken = {registered(host) for host in chain.from_iterable((*told, *seen))}
        own = {registered(host) for row in self._meant[hosting] for host in row.hosts}
        return taken - own

    def _zone_keepers(self, domain: Holding) -> set[str]:
        match self._looks.latest(DNS_RECORDS, Domain(domain.asset.key)).outcome:
            case Seen(records):
                match records.ns:
                    case Seen(hosts):
                        return _providers(hosts) - _REGISTRARS
        return set()

    def _senders(self, mail: Holding) -> set[str]:
        match self._looks.latest(MAIL_POLICY, Domain(mail.asset.key)).outcome:
            case Seen(policy):
                match policy.spf:
                    case Seen(sender):
                        return _providers((*sender.includes, *sender.hosts))
        return set()


def _alone_at_their_provider(rows: dict[Asset, list[Declaration]]) -> set[Asset]:
    """Return the hostings of papers that are the only one there at their provider."""
    by_provider: dict[str, list[Asset]] = {}
    for asset, some in rows.items():
        if asset.kind is Kind.HOSTING:
            by_provider.setdefault(some[0].provider, []).append(asset)
    return set(chain.from_iterable(some for some in by_provider.values() if len(some) == 1))


def _alone_of_their_product(rows: Iterable[Asset]) -> set[Asset]:
    """Return the services and licences of papers that are the only ones of their product."""
    sold = [asset for asset in rows if asset.kind in (Kind.SAAS, Kind.LICENCE)]
    counted = Counter(map(_product, sold))
    return {asset for asset in sold if counted[_product(asset)] == 1}


def _product(asset: Asset) -> str:
    return asset.key.partition("/")[0]


def _known_providers() -> frozenset[str]:
    return frozenset(one.key for one in all_providers())


def _providers(hosts: Iterable[str], first: str = "") -> set[str]:
    found = (provider_of_name(host) for host in hosts)
    return {first, *(one.key for one in found if one)} - {""}


def _confirmed(holding: Holding, export: Exported) -> Holding:
    """What the client's own account holds is his, unless a person said otherwise."""
    if holding.ownership is Ownership.FOREIGN:
        return holding
    reason = OwnershipReason(EXPORTED, "account", export.told)
    others = tuple(one for one in holding.reasons if one.code != EXPORTED)
    return replace(holding, ownership=Ownership.CONFIRMED, reasons=(reason, *others))


def _by_papers(holding: Holding) -> bool:
    return any(reason.group == "papers" for reason in holding.reasons)


def _reason(said: Statement) -> OwnershipReason:
    return OwnershipReason("declared_in_paper", "papers", {"source": said.sources[0]})
