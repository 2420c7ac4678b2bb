"""What is read once for a whole estate, so that each verdict stays cheap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from probes.certificate_log import LoggedCertificates
from probes.kit.observation import Seen, Unknown
from probes.kit.target import Domain, Host
from scanner.assets import Asset, Estate, Holding, Kind, Ownership
from scanner.discovery import Looks, Sighting
from scanner.discovery.looks import CERTIFICATE_LOG, WEBSITE
from scanner.verdicts.blind_spots import Gap, gaps_of, names_unseen_servers, unread
from scanner.verdicts.pages import is_alive

_CLIENTS = (Ownership.CONFIRMED, Ownership.LIKELY)


class Scene:
    """An estate's relations by both ends, its hosts by site, links between sites, and blind spots."""

    def __init__(self, estate: Estate, looks: Looks) -> None:
        self._looks = looks
        self._holdings = {holding.asset: holding for holding in estate.holdings}
        self._subjects: dict[tuple[Asset, str], list[Asset]] = {}
        self._objects: dict[tuple[Asset, str], list[Asset]] = {}
        self._tied = {one for r in estate.relations for one in (r.subject, r.object)}
        for relation in estate.relations:
            self._subjects.setdefault((relation.object, relation.kind), []).append(relation.subject)
            self._objects.setdefault((relation.subject, relation.kind), []).append(relation.object)

    def subjects(self, asset: Asset, relation: str) -> tuple[Asset, ...]:
        """Return what hangs on an asset by a relation, sorted."""
        return tuple(self._subjects.get((asset, relation), ()))

    def objects(self, asset: Asset, relation: str) -> tuple[Asset, ...]:
        """Return what an asset hangs on by a relation, sorted."""
        return tuple(self._objects.get((asset, relation), ()))

    def is_object(self, asset: Asset) -> bool:
        """Say whether anything at all hangs on an asset, or is served by it."""
        return asset in self._tied

    def is_clients(self, domain: str) -> bool:
        """Say whether a registered name is the client's, confirmed or likely."""
        holding = self._holdings.get(Asset(Kind.DOMAIN, domain))
        return holding is not None and holding.ownership in _CLIENTS

    def holding(self, asset: Asset) -> Holding | None:
        """Return the holding of an asset, if it is part of the estate."""
        return self._holdings.get(asset)

    @cached_property
    def site_of(self) -> Mapping[str, Asset]:
        """The client's sites by each of their hosts."""
        return {
            host: holding.asset
            for holding in self._of(Kind.SITE)
            if holding.ownership in _CLIENTS
            for host in holding.hosts
        }

    @cached_property
    def linked_from(self) -> Mapping[Asset, str]:
        """Sites that a live page of another site of the client links to, with one that does."""
        found: dict[Asset, str] = {}
        for host, asset in sorted(self.site_of.items()):
            match self._looks.latest(WEBSITE, Host(host)).outcome:
                case Seen(site):
                    for visit in (site.https, site.http):
                        match visit.page:
                            case Seen(page) if is_alive(page) and visit.end_host == host:
                                for name in page.link_hosts:
                                    linked = self.site_of.get(name, asset)
                                    if linked != asset:
                                        found.setdefault(linked, host)
        return found

    @cached_property
    def gaps(self) -> Mapping[str, tuple[Gap, ...]]:
        """What could not be read of where each of the client's domains leads."""
        return {one.asset.key: gaps_of(one, self._looks) for one in self._clients_domains}

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """The client's domains that others may be able to read, and we were not."""
        return tuple(sorted(unread(self._clients_domains, self.gaps, self._looks)))

    @cached_property
    def silent_logs(self) -> frozenset[str]:
        """The client's domains of which no certificate log told anything."""
        return frozenset(
            name for name, log in self._logs if isinstance(log.outcome, Unknown) and log.asked
        )

    @cached_property
    def partial_logs(self) -> frozenset[str]:
        """The client's domains of which the certificate logs did not tell all."""
        found: set[str] = set()
        for name, log in self._logs:
            match log.outcome:
                case Seen(fact) if not fact.complete:
                    found.add(name)
        return frozenset(found)

    @cached_property
    def _logs(self) -> tuple[tuple[str, Sighting[LoggedCertificates]], ...]:
        names = [one.asset.key for one in self._clients_domains]
        return tuple((one, self._looks.latest(CERTIFICATE_LOG, Domain(one))) for one in names)

    @cached_property
    def _clients_domains(self) -> tuple[Holding, ...]:
        return tuple(one for one in self._of(Kind.DOMAIN) if one.ownership in _CLIENTS)

    @cached_property
    def unseen_name_servers(self) -> tuple[str, ...]:
        """The client's domains that name his own hosts as name servers we could not look at."""
        own = {asset.key for asset in self._holdings if asset.kind is Kind.DOMAIN}
        return tuple(
            holding.asset.key
            for holding in self._of(Kind.DOMAIN)
            if holding.ownership in _CLIENTS
            and names_unseen_servers(holding.asset.key, own, self._looks)
        )

    def _of(self, kind: Kind) -> Iterator[Holding]:
        return (one for asset, one in self._holdings.items() if asset.kind is kind)
