"""Takes what a run found into the registry, all of it in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import structs
from sqlalchemy import Connection, bindparam, insert, select, update

from scanner.assets import Asset, Kind
from scanner.database.columns import storable
from scanner.registry.contradictions import record_contradictions
from scanner.registry.fields import as_text, to_object, to_row
from scanner.registry.merge import Merged, merge, new_object, unsupported
from scanner.registry.objects import Change, Incoming, Received, RegistryObject
from scanner.registry.owner_words import words_of
from scanner.registry.recognise import Shape, recognise
from scanner.registry.rows import CHANGE, CLIENT, OBJECT
from scanner.registry.words import Origin

MACHINE = "revizor"
"""Who changed it, when no person did."""

_AT_ONCE = 500


def receive(
    connection: Connection, client: str, run: str, incoming: Iterable[Incoming], at: datetime
) -> Received:
    """Add what is new, update what is known, leave alone what the run did not meet."""
    # Two runs of one client take their turns, and nothing is filed under a client nobody knows.
    slug = select(CLIENT.c.slug).where(CLIENT.c.slug == client).with_for_update()
    if connection.scalar(slug) is None:
        raise LookupError(f"there is no client {client!r}")
    rows = connection.execute(select(OBJECT).where(OBJECT.c.client == client))
    known = {thing.asset: thing for thing in map(to_object, rows)}
    offers = {offer.asset: offer for offer in map(_storable, incoming)}
    names = _recognised(known, offers)
    words = words_of(connection, client)

    added: list[Merged] = []
    met: list[tuple[RegistryObject, Merged]] = []
    for seen_as, offer in offers.items():
        asset = names.get(seen_as, seen_as)
        before = known.get(asset)
        if before is not None:
            met.append((before, merge(before, offer, run, at)))
            continue
        fresh = structs.replace(new_object(client, offer, run, at), asset=asset)
        word = words.get(asset) or words.get(seen_as)
        if word is not None:
            fresh = structs.replace(
                fresh, ownership=word.ownership, origins={"ownership": Origin.CONFIRMED}
            )
        added.append(merge(fresh, offer, run, at))
    met += _not_found(known, {before.asset for before, _ in met}, offers.values(), at)

    born = _insert(connection, added)
    _update(connection, met)
    changes = [change for before, after in met for change in _changes(before, after, run, at)]
    births = [
        Change(one.thing.id, one.thing.asset, at, MACHINE, "lifecycle", None, "discovered", "", run)
        for one in born
    ]
    record_changes(connection, births + changes)
    everything = born + [after for _, after in met]
    return Received(
        added=tuple(one.thing.asset for one in born),
        changed=tuple(changes),
        contradictions=record_contradictions(connection, client, everything, run, at),
        known_as={seen_as: asset for seen_as, asset in names.items() if seen_as != asset},
    )


def _not_found(
    known: Mapping[Asset, RegistryObject],
    met: Collection[Asset],
    offers: Iterable[Incoming],
    at: datetime,
) -> list[tuple[RegistryObject, Merged]]:
    """Take back what we proposed of things whose names the run looked at, and which it did not find.

    Whether they are gone or could not be seen: no look supports the proposal any longer.
    """
    looked_at = {
        host for offer in offers if offer.asset.kind is Kind.DOMAIN for host in offer.hosts
    }
    return [
        (thing, merged)
        for asset, thing in known.items()
        if asset not in met
        and thing.last_seen_at < at
        and looked_at.intersection(thing.hosts)
        and (merged := unsupported(thing))
    ]


def record_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Write history."""
    columns = tuple(name for name in Change.__struct_fields__ if name != "asset")
    if changes:
        connection.execute(
            insert(CHANGE), [{name: getattr(one, name) for name in columns} for one in changes]
        )


def _storable(offer: Incoming) -> Incoming:
    """Make foreign text what it will be when it is read back, so that it compares equal then."""
    texts = {
        name: storable(value)
        for name in ("display_name", "provider", "registrar", "state")
        if (value := getattr(offer, name)) is not None
    }
    asset = Asset(offer.asset.kind, storable(offer.asset.key))
    return structs.replace(offer, asset=asset, **texts)


def _recognised(
    known: Mapping[Asset, RegistryObject], offers: Mapping[Asset, Incoming]
) -> dict[Asset, Asset]:
    return recognise(
        (
            Shape(asset, offer.provider or "", frozenset(offer.hosts))
            for asset, offer in offers.items()
            if asset.kind is Kind.HOSTING
        ),
        (
            Shape(asset, thing.provider or "", frozenset(thing.hosts))
            for asset, thing in known.items()
            if asset.kind is Kind.HOSTING
        ),
    )


def _insert(connection: Connection, added: Sequence[Merged]) -> list[Merged]:
    if not added:
        return []
    connection.execute(insert(OBJECT), [to_row(one.thing) for one in added])
    identity = select(OBJECT.c.id, OBJECT.c.kind, OBJECT.c.key)
    mine = identity.where(OBJECT.c.client == added[0].thing.client)
    ids = {Asset(kind, key): number for number, kind, key in connection.execute(mine)}
    return [
        structs.replace(one, thing=structs.replace(one.thing, id=ids[one.thing.asset]))
        for one in added
    ]


def _update(connection: Connection, met: Sequence[tuple[RegistryObject, Merged]]) -> None:
    rewritten = []
    seen_again: list[RegistryObject] = []
    for before, merged in met:
        after = merged.thing
        if after is before:
            continue
        seen = {"last_run": after.last_run, "last_seen_at": after.last_seen_at}
        if structs.replace(before, **seen) == after:
            seen_again.append(after)
        else:
            rewritten.append({"object_id": after.id, **to_row(after)})
    if rewritten:
        connection.execute(update(OBJECT).where(OBJECT.c.id == bindparam("object_id")), rewritten)
    for start in range(0, len(seen_again), _AT_ONCE):
        some = seen_again[start : start + _AT_ONCE]
        connection.execute(
            update(OBJECT)
            .where(OBJECT.c.id.in_([thing.id for thing in some]))
            .values(last_run=some[0].last_run, last_seen_at=some[0].last_seen_at)
        )


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
        )
