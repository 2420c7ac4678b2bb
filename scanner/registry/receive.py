"""Takes what a run found into the registry, all of it in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import islice

from msgspec import structs
from sqlalchemy import Connection, bindparam, insert, select, update

from scanner.assets import Asset, Kind
from scanner.database.columns import storable
from scanner.registry.contradictions import record_contradictions
from scanner.registry.fields import as_text, to_object, to_row
from scanner.registry.history import record_changes as record_changes
from scanner.registry.merge import ENDING, Merged, merge, new_object, unsupported
from scanner.registry.objects import (
    Change,
    Contradiction,
    Incoming,
    Received,
    RegistryObject,
)
from scanner.registry.owner_words import words_of
from scanner.registry.recognise import RECOGNISED, Shape, recognise
from scanner.registry.rows import CLIENT, OBJECT
from scanner.registry.words import Origin

MACHINE = "revizor"
"""Who changed it, when no person did."""

_AT_ONCE = 500
_SEEN = ("last_run", "last_seen_at")
"""What changes of a thing that a run met as it was."""


def receive(
    connection: Connection, client: str, run: str, incoming: Iterable[Incoming], at: datetime
) -> Received:
    """Add what is new, update what is known, leave alone what the run did not meet.

    A few hundred at a time, so that memory does not grow with the estate; each asset comes once.
    Hostings and services come last and together, because which is which shows only among all of them.
    """
    # Two runs of one client take their turns, and nothing is filed under a client nobody knows.
    slug = select(CLIENT.c.slug).where(CLIENT.c.slug == client).with_for_update()
    if connection.scalar(slug) is None:
        raise LookupError(f"there is no client {client!r}")
    intake = _Intake(connection, client, run, at)
    together: list[Incoming] = []
    looked_at: set[str] = set()
    offers = map(_storable, incoming)
    while some := list(islice(offers, _AT_ONCE)):
        together += (offer for offer in some if offer.asset.kind in RECOGNISED)
        looked_at.update(
            host for offer in some if offer.asset.kind is Kind.DOMAIN for host in offer.hosts
        )
        intake.take([offer for offer in some if offer.asset.kind not in RECOGNISED])
    intake.take_together(together)
    intake.take_back(looked_at)
    return intake.received()


class _Intake:
    """One run on its way into the registry, and what it has changed so far."""

    def __init__(self, connection: Connection, client: str, run: str, at: datetime) -> None:
        self._connection, self._client, self._run, self._at = connection, client, run, at
        self._words = words_of(connection, client)
        self._added: list[Asset] = []
        self._changed: list[Change] = []
        self._contradictions: list[Contradiction] = []
        self._known_as: dict[Asset, Asset] = {}

    def received(self) -> Received:
        """Return what has changed."""
        return Received(
            added=tuple(self._added),
            changed=tuple(self._changed),
            contradictions=tuple(self._contradictions),
            known_as=self._known_as,
        )

    def take(self, offers: Sequence[Incoming]) -> None:
        """Take in things that are known by their key."""
        self._take({offer.asset: offer for offer in offers}, self._known(offers), {})

    def take_together(self, offers: Sequence[Incoming]) -> None:
        """Take in all hostings and services of the run, under the keys the registry has known them by."""
        mine = select(OBJECT).where(OBJECT.c.client == self._client, OBJECT.c.kind.in_(RECOGNISED))
        rows = self._connection.execute(mine.with_for_update())
        known = {thing.asset: thing for thing in map(to_object, rows)}
        by_asset = {offer.asset: offer for offer in offers}
        names = _recognised(known, by_asset)
        self._known_as = {seen: asset for seen, asset in names.items() if seen != asset}
        self._take(by_asset, known, names)

    def take_back(self, looked_at: AbstractSet[str]) -> None:
        """Take back what we proposed of things whose names the run looked at, and which it did not find.

        Whether they are gone or could not be seen: no look supports the proposal any longer.
        Whatever the run met has its moment by now; what is older was not met.
        """
        thing = OBJECT.c
        older = select(OBJECT).where(
            thing.client == self._client, thing.last_seen_at < self._at, thing.verdict.in_(ENDING)
        )
        before = [
            one
            for one in map(to_object, self._connection.execute(older.with_for_update()))
            if not looked_at.isdisjoint(one.hosts)
        ]
        self._write([], [(one, after) for one in before if (after := unsupported(one))])

    def _known(self, offers: Sequence[Incoming]) -> dict[Asset, RegistryObject]:
        keys: dict[Kind, list[str]] = {}
        for offer in offers:
            keys.setdefault(offer.asset.kind, []).append(offer.asset.key)
        thing = OBJECT.c
        found: dict[Asset, RegistryObject] = {}
        for kind, some in keys.items():
            mine = (
                select(OBJECT)
                .where(thing.client == self._client, thing.kind == kind, thing.key.in_(some))
                .with_for_update()
            )
            for one in map(to_object, self._connection.execute(mine)):
                found[one.asset] = one
        return found

    def _take(
        self,
        offers: Mapping[Asset, Incoming],
        known: Mapping[Asset, RegistryObject],
        names: Mapping[Asset, Asset],
    ) -> None:
        added: list[Merged] = []
        met: list[tuple[RegistryObject, Merged]] = []
        for seen_as, offer in offers.items():
            asset = names.get(seen_as, seen_as)
            before = known.get(asset)
            if before is not None:
                met.append((before, merge(before, offer, self._run, self._at)))
                continue
            fresh = structs.replace(
                new_object(self._client, offer, self._run, self._at), asset=asset
            )
            word = self._words.get(asset) or self._words.get(seen_as)
            if word is not None:
                fresh = structs.replace(
                    fresh, ownership=word.ownership, origins={"ownership": Origin.CONFIRMED}
                )
            added.append(merge(fresh, offer, self._run, self._at))
        self._write(added, met)

    def _write(self, added: Sequence[Merged], met: Sequence[tuple[RegistryObject, Merged]]) -> None:
        connection, run, at = self._connection, self._run, self._at
        met = [(before, _numbered(before, after)) for before, after in met]
        born = _insert(connection, added)
        _update(connection, met)
        changes = [change for before, after in met for change in _changes(before, after, run, at)]
        births = [
            Change(
                thing.id,
                thing.asset,
                at,
                MACHINE,
                "lifecycle",
                None,
                "discovered",
                "",
                run,
                version=1,
            )
            for thing in (one.thing for one in born)
        ]
        record_changes(connection, births + changes)
        everything = born + [after for _, after in met]
        self._contradictions += record_contradictions(connection, self._client, everything, run, at)
        self._added += (one.thing.asset for one in born)
        self._changed += changes


def _storable(offer: Incoming) -> Incoming:
    """Make foreign text what it will be when it is read back, so that it compares equal then."""
    texts = {
        name: storable(value)
        for name in ("display_name", "provider", "registrar", "account", "state")
        if (value := getattr(offer, name)) is not None
    }
    asset = Asset(offer.asset.kind, storable(offer.asset.key))
    return structs.replace(offer, asset=asset, **texts)


def _recognised(
    known: Mapping[Asset, RegistryObject], offers: Mapping[Asset, Incoming]
) -> dict[Asset, Asset]:
    return recognise(
        (shape_of(offer) for asset, offer in offers.items() if asset.kind in RECOGNISED),
        (shape_of(thing) for asset, thing in known.items() if asset.kind in RECOGNISED),
    )


def shape_of(thing: Incoming | RegistryObject) -> Shape:
    """Return what a hosting or a service is recognised by."""
    outside = thing.asset.kind is Kind.HOSTING and not thing.account
    return Shape(
        asset=thing.asset,
        provider=thing.provider or "",
        hosts=frozenset(thing.hosts),
        addresses=frozenset(thing.facts.get("addresses", ()) if outside else ()),
    )


def _insert(connection: Connection, added: Sequence[Merged]) -> list[Merged]:
    if not added:
        return []
    numbered = insert(OBJECT).returning(OBJECT.c.id, sort_by_parameter_order=True)
    ids = connection.scalars(numbered, [to_row(one.thing) for one in added])
    return [
        structs.replace(one, thing=structs.replace(one.thing, id=number))
        for one, number in zip(added, ids, strict=True)
    ]


def _update(connection: Connection, met: Sequence[tuple[RegistryObject, Merged]]) -> None:
    rewritten = []
    seen_again: list[RegistryObject] = []
    for before, merged in met:
        after = merged.thing
        if after is before:
            continue
        if after.version == before.version:
            seen_again.append(after)
        else:
            rewritten.append({"object_id": after.id, **to_row(after)})
    if rewritten:
        connection.execute(update(OBJECT).where(OBJECT.c.id == bindparam("object_id")), rewritten)
    dated = [thing for thing in seen_again if thing.dated_at == thing.last_seen_at]
    undated = [thing for thing in seen_again if thing.dated_at != thing.last_seen_at]
    for alike, columns in ((dated, (*_SEEN, "dated_at")), (undated, _SEEN)):
        for start in range(0, len(alike), _AT_ONCE):
            some = alike[start : start + _AT_ONCE]
            connection.execute(
                update(OBJECT)
                .where(OBJECT.c.id.in_([thing.id for thing in some]))
                .values({name: getattr(some[0], name) for name in columns})
            )


def _numbered(before: RegistryObject, merged: Merged) -> Merged:
    """Give the object its next version where the run changed more than when it was last seen."""
    after = merged.thing
    seen = structs.replace(
        before,
        last_run=after.last_run,
        last_seen_at=after.last_seen_at,
        dated_at=after.dated_at,
    )
    if seen == after:
        return merged
    return structs.replace(merged, thing=structs.replace(after, version=before.version + 1))


def _changes(before: RegistryObject, merged: Merged, run: str, at: datetime) -> Iterable[Change]:
    for field in merged.changed:
        yield Change(
            object_id=before.id,
            asset=before.asset,
            at=at,
            who=MACHINE,
            field=field,
            before=as_text(getattr(before, field)),
            after=as_text(getattr(merged.thing, field)),
            why="",
            run=run,
            origin=before.origins.get(field),
            version=merged.thing.version,
        )
