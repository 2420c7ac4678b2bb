"""Which accounts at registrars and hosters are the client's, by the exports of them that he has.

What a panel lists of an account that is the client's, is the client's: nobody pays for a stranger there. An
account is his where its holder is one of his firms; where no holder is told, it is his when it holds a
name that the consultant named, and where a person said so. One held by anybody else may be his agency's,
with the names of its other customers in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanner.assets import Declaration, Kind
from scanner.discovery.own_signs import is_the_client
from scanner.discovery.scope import Exported, Scope, Seeds, registered

_Account = tuple[str, str]
"""Provider and login, as the paper spells it."""


def exported_names(rows: Iterable[Declaration], seeds: Seeds) -> Mapping[str, Exported]:
    """Return the registered names that the client's own accounts hold, with the export that lists each."""
    rows = [row for row in rows if row.exported]
    own = clients_accounts(rows, seeds)
    found: dict[str, Exported] = {}
    for row in rows:
        if _account(row) in own and row.asset.kind is Kind.DOMAIN:
            found.setdefault(row.asset.key, exported(row))
    return found


def exported(row: Declaration) -> Exported:
    """Return the account in whose export a row stands."""
    return Exported(row.source, row.exported, row.account)


def clients_accounts(rows: Iterable[Declaration], seeds: Seeds) -> frozenset[_Account]:
    """Return the accounts, of those whose exports there are, that are the client's."""
    lists: dict[_Account, list[Declaration]] = {}
    for row in rows:
        if row.exported and row.account:
            lists.setdefault(_account(row), []).append(row)
    named = Scope(seeds)
    sure = named.domains.keys() - named.papers
    return frozenset(one for one, listed in lists.items() if _is_the_clients(listed, seeds, sure))


def in_own_account(row: Declaration, own: frozenset[_Account]) -> bool:
    """Say whether a row stands in the export of an account that is the client's."""
    return bool(row.exported) and _account(row) in own


def _is_the_clients(rows: list[Declaration], seeds: Seeds, sure: Iterable[str]) -> bool:
    ids = {str(row.asset) for row in rows if row.asset.kind is Kind.ACCOUNT}
    if ids & seeds.foreign:
        return False
    if ids & seeds.confirmed:
        return True
    holders = {(row.holder, row.inn) for row in rows if row.holder or row.inn}
    if holders:
        return all(inn in seeds.inns or is_the_client(name, seeds.orgs) for name, inn in holders)
    names = {registered(host) for row in rows for host in row.hosts}
    return not names.isdisjoint(sure)


def _account(row: Declaration) -> _Account:
    return row.exported, "".join(row.account.lower().split())
