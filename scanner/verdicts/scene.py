"""What is read once for a whole estate, so that each verdict stays cheap."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property

from probes.kit.observation import Seen
from probes.kit.target import Host
from scanner.assets import Asset, Estate, Holding, Kind, Ownership, Relation
from scanner.discovery import Looks
from scanner.discovery.looks import WEBSITE, RecentLooks
from scanner.discovery.scope import registered
from scanner.verdicts.blind_spots import BlindSpots, Gap
from scanner.verdicts.pages import is_alive
from scanner.verdicts.references import Reference, References

_CLIENTS = (Ownership.CONFIRMED, Ownership.LIKELY)
_NEAREST_FIRST = (Kind.SITE, Kind.MAIL, Kind.CERTIFICATE, Kind.DOMAIN)
"""In this order lies what one registered name has; all other kinds after it."""
_UNDER_ITS_KEY = (Kind.SITE, Kind.MAIL, Kind.DOMAIN)
"""Kinds whose key is a name, to which they belong; the others are about all of their hosts."""


class Scene:
    """An estate's relations by both ends, its hosts by site, links between sites, and blind spots."""

    def __init__(self, estate: Estate, looks: Looks) -> None:
        self._looks = looks
        self.holdings = {holding.asset: holding for holding in estate.holdings}
        """Every holding by its asset."""
        self._relations = estate.relations
        self._visited = estate.visited
        self._hanging: dict[Asset, list[Relation]] = {}
        for relation in estate.relations:
            self._hanging.setdefault(relation.object, []).append(relation)
        domains = {asset.key for asset in self.holdings if asset.kind is Kind.DOMAIN}
        self._blind_spots = BlindSpots(domains)
        self._references = References(domains)
        self._linked_from: dict[Asset, str] = {}
        self._walks = self._is_read = False

    def walk(self) -> Iterator[tuple[Holding, Looks]]:
        """Yield every holding, with looks that remember what its neighbours asked for.

        What lies under one registered name comes together: sites, mail, certificates, the domain.
        Hostings and the like, which may be about many names, come with the last of them, after everything
        that hangs on them. What concerns the whole estate is read on the way.
        """
        self._walks = True
        near = RecentLooks(self._looks)
        for holding in sorted(self.holdings.values(), key=self._neighbourhood):
            if holding.ownership in _CLIENTS:
                if holding.asset.kind is Kind.DOMAIN:
                    self._blind_spots.read(holding, near)
                elif holding.asset.kind is Kind.SITE:
                    self._read_links(holding, near, self._linked_from)
            if holding.ownership is not Ownership.FOREIGN:
                self._references.read(holding, near)
            yield holding, near
        for host in self._visited:
            self._references.read_host(host, near)
        self._is_read = True

    def subjects(self, asset: Asset, relation: str) -> tuple[Asset, ...]:
        """Return what hangs on an asset by a relation, sorted."""
        return tuple(one.subject for one in self._hanging.get(asset, ()) if one.kind == relation)

    def objects(self, asset: Asset, relation: str) -> tuple[Asset, ...]:
        """Return what an asset hangs on by a relation, sorted."""
        return tuple(one.object for one in self._from(asset) if one.kind == relation)

    def is_object(self, asset: Asset) -> bool:
        """Say whether anything at all hangs on an asset, or is served by it."""
        return asset in self._hanging or any(self._from(asset))

    def is_clients(self, domain: str) -> bool:
        """Say whether a registered name is the client's, confirmed or likely."""
        holding = self.holdings.get(Asset(Kind.DOMAIN, domain))
        return holding is not None and holding.ownership in _CLIENTS

    def holding(self, asset: Asset) -> Holding | None:
        """Return the holding of an asset, if it is part of the estate."""
        return self.holdings.get(asset)

    @cached_property
    def site_of(self) -> Mapping[str, Asset]:
        """The client's sites by each of their hosts."""
        return {
            host: asset
            for asset, holding in self.holdings.items()
            if asset.kind is Kind.SITE and holding.ownership in _CLIENTS
            for host in holding.hosts
        }

    @cached_property
    def mail_hosts(self) -> frozenset[str]:
        """Every host that takes the mail of a domain of the client."""
        mail = (one for asset, one in self.holdings.items() if asset.kind is Kind.MAIL)
        return frozenset(host for one in mail for host in one.hosts)

    @cached_property
    def certificates_of(self) -> Mapping[str, tuple[str, ...]]:
        """The client's certificates by each host that they are known at."""
        found: dict[str, tuple[str, ...]] = {}
        for asset, holding in self.holdings.items():
            if asset.kind is Kind.CERTIFICATE:
                alone = (asset.key,)
                for host in holding.hosts:
                    found[host] = (*found[host], asset.key) if host in found else alone
        return found

    @property
    def linked_from(self) -> Mapping[Asset, str]:
        """Sites that a live page of another site of the client links to, with the first that does."""
        self._read_on()
        return self._linked_from

    @cached_property
    def linked_at_all(self) -> frozenset[Asset]:
        """Sites that a live page of another site of the client links to, before the walk has ended.

        Whoever asks reads every page once more: ask of the few that all else speaks of.
        """
        found: dict[Asset, str] = {}
        for holding in self.holdings.values():
            if holding.asset.kind is Kind.SITE and holding.ownership in _CLIENTS:
                self._read_links(holding, self._looks, found)
        return frozenset(found)

    def references_to(self, host: str) -> tuple[Reference, ...]:
        """Return who, of all that was seen, refers to a host of the client's, the weightiest first."""
        self._read_on()
        return self._references.to(host)

    def referred_to(self, domain: str) -> tuple[str, ...]:
        """Return the hosts at and below a registered name that anybody refers to, sorted."""
        self._read_on()
        return self._references.under(domain)

    @property
    def gaps(self) -> Mapping[str, tuple[Gap, ...]]:
        """What could not be read of where the client's domains lead, for each that has such gaps."""
        return self._read_on().gaps

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """The client's domains that others may be able to read, and we were not."""
        return self._read_on().unread()

    @property
    def silent_logs(self) -> set[str]:
        """The client's domains of which no certificate log told anything."""
        return self._read_on().silent_logs

    @property
    def partial_logs(self) -> set[str]:
        """The client's domains of which the certificate logs did not tell all."""
        return self._read_on().partial_logs

    @cached_property
    def unseen_name_servers(self) -> tuple[str, ...]:
        """The client's domains that name his own hosts as name servers we could not look at."""
        return tuple(sorted(self._read_on().unseen_name_servers))

    def _read_on(self) -> BlindSpots:
        """Return what the whole estate tells; whoever asks before the walk has ended would hear a part."""
        if not self._walks:
            for _ in self.walk():
                pass
        if not self._is_read:
            raise RuntimeError("a rule that asks of the whole estate is heard last: asks_all=True")
        return self._blind_spots

    def _read_links(self, site: Holding, looks: Looks, found: dict[Asset, str]) -> None:
        for host in site.hosts:
            match looks.latest(WEBSITE, Host(host)).outcome:
                case Seen(seen):
                    for visit in (seen.https, seen.http):
                        match visit.page:
                            case Seen(page):
                                linked = {self.site_of.get(name) for name in page.link_hosts}
                                linked -= {None, site.asset}
                                if linked and is_alive(page) and visit.end_host == host:
                                    for asset in filter(None, linked):
                                        found[asset] = min(host, found.get(asset, host))

    def _neighbourhood(self, holding: Holding) -> tuple[str, int, str]:
        """Sorts holdings for a walk: by registered name, what hangs on a thing before the thing."""
        kind, key = holding.asset.kind, holding.asset.key
        if kind in _UNDER_ITS_KEY:
            last = registered(key)
        else:
            hanging = (one.subject for one in self._hanging.get(holding.asset, ()))
            names = (*holding.hosts, *(one.key for one in hanging if one.kind in _UNDER_ITS_KEY))
            last = max(map(registered, names), default="")
        place = _NEAREST_FIRST.index(kind) if kind in _NEAREST_FIRST else len(_NEAREST_FIRST)
        return last, place, key

    def _from(self, asset: Asset) -> Iterator[Relation]:
        """Yield the relations of which an asset is the subject; they stand together."""
        start = bisect_left(self._relations, asset, key=_subject)
        for place in range(start, len(self._relations)):
            if self._relations[place].subject != asset:
                return
            yield self._relations[place]


def _subject(relation: Relation) -> Asset:
    return relation.subject
