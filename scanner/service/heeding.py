"""What a run says to the renewals: terms that were seen, troubles that need a hand, troubles that are over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection

from probes.kit.observation import Seen
from probes.kit.target import Domain
from probes.registration import Registration
from scanner.assets import Asset, Kind
from scanner.database import Database
from scanner.discovery.looks import REGISTRATION, Looks
from scanner.registry.sightings import note_sightings
from scanner.registry.troubles import Trouble, keep_troubles, open_troubles
from scanner.renewals.closing import Sighting
from scanner.verdicts.needs_hand import Hand, hands, healed
from scanner.verdicts.term import ends_on
from scanner.verdicts.verdict import Verdict


class Heeding:
    """Listens to the verdicts of one run as they pass, and afterwards tells the renewals."""

    def __init__(
        self,
        database: Database,
        client: str,
        looks: Looks,
        known_as: Mapping[Asset, Asset],
        at: datetime,
    ) -> None:
        """Listen for a client; `known_as` gives the registry's key of what has another there."""
        self._database, self._client, self._at = database, client, at
        self._looks, self._known_as = looks, known_as
        self._open: dict[Asset, list[Trouble]] = {}
        for trouble in database.read(lambda connection: open_troubles(connection, client)):
            self._open.setdefault(trouble.asset, []).append(trouble)
        self._met: set[Asset] = set()
        self._found: dict[Asset, tuple[Hand, ...]] = {}
        self._healed: dict[Asset, frozenset[str]] = {}
        self._terms: dict[Asset, Sighting] = {}

    def passing(self, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
        """Yield the verdicts as they are, and keep what they say."""
        for verdict in verdicts:
            self._hear(verdict)
            yield verdict

    async def keep(self, run: str, *, whole: bool) -> None:
        """Tell the renewals, once the registry knows the run's things.

        `whole`: the run looked at everything, so that a certificate it did not meet is gone, with its
        troubles.
        """
        if whole:
            gone = (one for one in self._open if one.kind is Kind.CERTIFICATE)
            for asset in gone:
                if asset not in self._met:
                    self._healed[asset] = frozenset(one.code for one in self._open[asset])

        def write(connection: Connection) -> None:
            keep_troubles(connection, self._client, run, self._found, self._healed, self._at)
            note_sightings(connection, self._client, self._terms)

        await self._database.write(write)

    def _hear(self, verdict: Verdict) -> None:
        asset = self._known_as.get(verdict.asset, verdict.asset)
        if found := hands(verdict):
            self._found[asset] = found
        if asset in self._open:
            self._met.add(asset)
            codes = (one.code for one in self._open[asset])
            self._healed[asset] = frozenset(code for code in codes if healed(code, verdict))
        if term := self._term(asset, verdict):
            self._terms[asset] = term

    def _term(self, asset: Asset, verdict: Verdict) -> Sighting | None:
        """Return what this run, or the last one that could, saw of a thing's term."""
        if asset.kind is Kind.CERTIFICATE:
            if verdict.state not in ("served", "superseded"):
                return None
            return Sighting(self._at, replaced=verdict.state == "superseded")
        if asset.kind is not Kind.DOMAIN:
            return None
        sighting = self._looks.latest(REGISTRATION, Domain(asset.key))
        match sighting.outcome:
            case Seen(registration) if sighting.at is not None:
                return _seen(registration, sighting.at)
        return None


def _seen(registration: Registration, at: datetime) -> Sighting | None:
    """Return the term a registration shows: the earliest end where registry and registrar differ.

    A registrar that shows the old date has not been paid, whatever the registry prolonged by itself.
    """
    end = ends_on(registration)
    if end is None:
        return None
    until = min([end, *(moment.at.date() for moment in registration.expires)])
    return Sighting(at, until, registration.statuses)
