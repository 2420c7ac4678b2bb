"""Hostings as papers tell accounts apart: what was seen at one provider, cut and joined by who is billed.

Seen from outside, a hosting is hosts that share addresses. Two accounts on one shared machine look like
one hosting then, and one account on two machines like two. A paper that names the sites of an account says
how it really is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from probes.kit.observation import Seen
from probes.kit.providers import all_providers
from probes.kit.target import Domain
from scanner.assets import Asset, Declaration, Estate, Holding, Kind, Ownership, Relation
from scanner.discovery.looks import MAIL_POLICY, Looks
from scanner.discovery.presence import presence
from scanner.discovery.scope import registered

_BEST_FIRST = tuple(Ownership)
_KNOWN = frozenset(one.key for one in all_providers())
_PROVIDERS = ("include:", "redirect=", "all")
"""Terms of an SPF record that name no machine (RFC 7208, section 4.6.1)."""
_NAMED = "serves_client_names"
"""The reason that tells which names a hosting serves."""


class _Part(Struct, frozen=True):
    """What one account, or nobody known, has of a hosting that was seen."""

    asset: Asset
    seen: Holding
    hosts: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return self.hosts == self.seen.hosts


def by_account(estate: Estate, rows: Mapping[Asset, Iterable[Declaration]], looks: Looks) -> Estate:
    """Return the estate with each hosting that papers tie to accounts known by its account.

    A name that papers tie to two accounts of one provider is nobody's. Where one account alone has names
    on a hosting, all of it is his, unless an export of the account leaves the others out.
    """
    seen = [one for one in estate.holdings if one.asset.kind is Kind.HOSTING]
    claims = _Claims(rows, frozenset(one.provider for one in seen))
    parts = {one.asset: tuple(_cut(one, claims)) for one in seen}
    if all(some[0].asset == asset for asset, some in parts.items()):
        return estate
    holdings = {one.asset: one for one in estate.holdings if one.asset not in parts}
    joined: dict[Asset, list[_Part]] = defaultdict(list)
    for part in chain.from_iterable(parts.values()):
        joined[part.asset].append(part)
    holdings |= {asset: _join(some, looks) for asset, some in joined.items()}
    relations = {
        moved
        for one in estate.relations
        if not _sends_from_its_own(one, parts, claims, looks)
        for moved in _moved(one, parts, holdings)
    }
    return replace(
        estate,
        holdings=tuple(holdings[one] for one in sorted(holdings)),
        relations=tuple(sorted(relations)),
    )


class _Claims:
    """Which account the papers tie a name to."""

    def __init__(
        self, rows: Mapping[Asset, Iterable[Declaration]], providers: frozenset[str]
    ) -> None:
        """Read the papers; at `providers` hostings were seen."""
        self._providers = providers
        self.complete: set[Asset] = set()
        """Accounts whose own panel listed what they hold."""
        self._by_name: dict[str, set[tuple[str, Asset]]] = defaultdict(set)
        self._below: dict[str, set[tuple[str, Asset]]] = defaultdict(set)
        for asset, some in rows.items():
            for row in some if asset.kind is Kind.HOSTING else ():
                if row.account:
                    for host in row.hosts:
                        self._by_name[host].add((row.provider, asset))
                        self._below[registered(host)].add((row.provider, asset))
                    self.complete |= {asset} if row.exported else set()

    def account(self, host: str, provider: str) -> Asset | None:
        """Return the account at a provider that a host belongs to, by its own name or the one above it."""
        above = registered(host)
        for said in (
            self._by_name.get(host, ()),
            self._by_name.get(above, ()),
            self._below.get(above, ()),
        ):
            found = {asset for seller, asset in said if self._sells(seller, provider)}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def _sells(self, seller: str, provider: str) -> bool:
        """A seller nobody knows may resell anybody's servers."""
        return seller == provider or (seller not in self._providers and seller not in _KNOWN)


def _cut(seen: Holding, claims: _Claims) -> Iterator[_Part]:
    by_account: dict[Asset, list[str]] = defaultdict(list)
    rest: list[str] = []
    for host in seen.hosts:
        account = claims.account(host, seen.provider)
        (by_account[account] if account else rest).append(host)
    if not by_account:
        yield _Part(seen.asset, seen, seen.hosts)
        return
    lone = next(iter(by_account)) if len(by_account) == 1 else None
    if lone and lone not in claims.complete:
        yield _Part(lone, seen, seen.hosts)
        return
    for account, hosts in by_account.items():
        yield _Part(account, seen, tuple(hosts))
    if rest:
        provider, _, name = seen.asset.key.partition("/")
        kept = name if name in rest else min(rest, key=lambda host: (len(host), host))
        yield _Part(Asset(Kind.HOSTING, f"{provider}/{kept}"), seen, tuple(rest))


def _join(parts: list[_Part], looks: Looks) -> Holding:
    """Make one hosting of all that an account has; its story is that of the first."""
    first = parts[0].seen
    if len(parts) == 1 and parts[0].whole:
        return replace(first, asset=parts[0].asset)
    hosts = tuple(sorted({host for part in parts for host in part.hosts}))
    told = {"names": list(hosts[:5]), "count": len(hosts)}
    return replace(
        first,
        asset=parts[0].asset,
        ownership=min((one.seen.ownership for one in parts), key=_BEST_FIRST.index),
        reasons=tuple(
            replace(one, params=told) if one.code == _NAMED else one for one in first.reasons
        ),
        hosts=hosts,
        addresses=tuple(
            dict.fromkeys(chain.from_iterable(_addresses(one, looks) for one in parts))
        ),
    )


def _addresses(part: _Part, looks: Looks) -> tuple[str, ...]:
    """Return the addresses of a hosting at which the part's hosts live; all, where none is known to."""
    lived_at = {ip for host in part.hosts for ip in presence(looks, host).addresses}
    return tuple(ip for ip in part.seen.addresses if ip in lived_at) or part.seen.addresses


def _sends_from_its_own(
    one: Relation, parts: Mapping[Asset, tuple[_Part, ...]], claims: _Claims, looks: Looks
) -> bool:
    """Say whether mail leaves from an account of its own at a provider, and not from this hosting there.

    A rule that lets all of a provider's machines send is the provider's; one that names a machine is not.
    """
    if one.kind != "sends_from" or one.object not in parts:
        return False
    there = parts[one.object]
    own = claims.account(one.subject.key, there[0].seen.provider)
    billed = all(part.asset != part.seen.asset for part in there)
    others = own is not None and own not in {part.asset for part in there}
    return billed and others and _lets_the_provider_send(one.subject.key, looks)


def _lets_the_provider_send(domain: str, looks: Looks) -> bool:
    match looks.latest(MAIL_POLICY, Domain(domain)).outcome:
        case Seen(policy):
            match policy.spf:
                case Seen(sender):
                    terms = (word.lstrip("+-~?").lower() for word in sender.record.split()[1:])
                    return sender.complete and all(one.startswith(_PROVIDERS) for one in terms)
    return False


def _moved(
    one: Relation, parts: Mapping[Asset, tuple[_Part, ...]], holdings: Mapping[Asset, Holding]
) -> Iterator[Relation]:
    """Yield a relation as it is between the parts; where nobody knows which, it holds of each."""
    if one.object in parts:
        for part in _concerned(one.subject, parts[one.object], holdings):
            yield replace(one, object=part.asset)
    elif one.subject in parts:
        # Which of the parts runs the name server cannot be told by the domain that is served.
        for part in parts[one.subject]:
            yield replace(one, subject=part.asset)
    else:
        yield one


def _concerned(
    thing: Asset, parts: tuple[_Part, ...], holdings: Mapping[Asset, Holding]
) -> tuple[_Part, ...]:
    """Return the parts that a site, a mail or a domain hangs on, by its own names."""
    names = {thing.key, *(holdings[thing].hosts if thing.kind is Kind.SITE else ())}
    above = {registered(name) for name in names}
    exact = tuple(part for part in parts if names.intersection(part.hosts))
    below = tuple(part for part in parts if above & {registered(host) for host in part.hosts})
    return exact or below or parts
