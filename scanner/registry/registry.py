"""The registry: a client's objects, who said what about them, and everything that ever changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, insert, select, update

from scanner.assets import Advice, Asset, Kind, Ownership
from scanner.database import Database
from scanner.registry.contradictions import open_contradictions, settle
from scanner.registry.fields import FIELDS, as_text, read_value, to_object, to_row
from scanner.registry.objects import (
    Change,
    Client,
    Contradiction,
    Incoming,
    OwnerWord,
    Received,
    RegistryObject,
)
from scanner.registry.owner_words import words_of
from scanner.registry.receive import receive, record_changes
from scanner.registry.recognise import RECOGNISED, Shape, recognise
from scanner.registry.rows import CHANGE, CLIENT, OBJECT, OWNER_WORD
from scanner.registry.words import Lifecycle, ObjectType, Origin


class Registry:
    """What is known of every client. Reading is quick and plain; writing is awaited."""

    def __init__(self, database: Database) -> None:
        """Keep the registry in `database`."""
        self._database = database

    def client(self, slug: str) -> Client | None:
        """Return a client; None when nobody has named it yet."""
        return self._database.read(lambda connection: _client(connection, slug))

    def clients(self) -> tuple[Client, ...]:
        """Return all clients by slug."""
        rows = select(CLIENT).order_by(CLIENT.c.slug)
        return self._database.read(
            lambda connection: tuple(_to_client(row) for row in connection.execute(rows))
        )

    async def ensure_client(self, client: Client, at: datetime) -> Client:
        """Add a client, or add new names to the one of that slug; return what is known now."""

        def write(connection: Connection) -> Client:
            before = _client(connection, client.slug)
            merged = client if before is None else _merged(before, client)
            columns = {
                "slug": merged.slug,
                "name": merged.name or merged.slug,
                "org": list(merged.org),
                "brands": list(merged.brands),
                "inns": list(merged.inns),
            }
            if before is None:
                connection.execute(insert(CLIENT).values(**columns, since=at))
            elif merged != before:
                row = update(CLIENT).where(CLIENT.c.slug == client.slug)
                connection.execute(row.values(**columns))
            return structs.replace(merged, name=merged.name or merged.slug)

        return await self._database.write(write)

    async def receive(
        self, client: str, run_id: str, incoming: Iterable[Incoming], at: datetime
    ) -> Received:
        """Take in what a run found, once or again; see `merge` and `recognise` for the rules.

        Objects the run did not meet stay as they are. Raises LookupError for an unknown client.
        """
        offers = tuple(incoming)  # the work may run twice, a generator would not
        return await self._database.write(
            lambda connection: receive(connection, client, run_id, offers, at)
        )

    def known_hostings(self, client: str, seen: Iterable[Shape]) -> dict[Asset, Asset]:
        """Return the key under which the registry knows, or will know, each hosting and service seen."""
        known = (
            Shape(thing.asset, thing.provider or "", frozenset(thing.hosts))
            for kind in RECOGNISED
            for thing in self.objects(client, kind=kind)
        )
        return recognise(seen, known)

    def objects(
        self,
        client: str,
        *,
        kind: Kind | None = None,
        type: ObjectType | None = None,
        lifecycle: Lifecycle | None = None,
        verdict: Advice | None = None,
        ownership: Ownership | None = None,
        paid_before: date | None = None,
    ) -> tuple[RegistryObject, ...]:
        """Return the client's objects by kind and key, those that fit every filter given."""
        columns = OBJECT.c
        query = select(OBJECT).where(columns.client == client)
        for column, value in (
            (columns.kind, kind),
            (columns.type, type),
            (columns.lifecycle, lifecycle),
            (columns.verdict, verdict),
            (columns.ownership, ownership),
        ):
            if value is not None:
                query = query.where(column == value)
        if paid_before is not None:
            query = query.where(columns.paid_until < paid_before)
        query = query.order_by(columns.kind, columns.key)
        return self._database.read(
            lambda connection: tuple(map(to_object, connection.execute(query)))
        )

    def object(self, object_id: int) -> RegistryObject | None:
        """Return one object; None when there is none of that id."""
        return self._database.read(lambda connection: _object(connection, object_id))

    async def set(
        self, object_id: int, field: str, value: Any, who: str, why: str, at: datetime
    ) -> Change:
        """Set a field by a person's word: from now on no run overwrites it. None withdraws it.

        Text is read as people type it (`2027-05-04`, `yes`). Raises ValueError for a value that
        cannot be, LookupError for an unknown object.
        """

        def write(connection: Connection) -> Change:
            thing = _object(connection, object_id)
            if thing is None:
                raise LookupError(f"there is no object {object_id}")
            read = read_value(thing.asset.kind, field, value)
            return _say(connection, thing, field, read, who, why, at)

        return await self._database.write(write)

    def history(self, object_id: int) -> tuple[Change, ...]:
        """Return every change of an object, oldest first."""
        columns = CHANGE.c
        query = (
            select(
                columns.object_id, OBJECT.c.kind, OBJECT.c.key, columns.at, columns.who,
                columns.field, columns.before, columns.after, columns.why, columns.run,
            )
            .join(OBJECT, OBJECT.c.id == columns.object_id)
            .where(columns.object_id == object_id)
            .order_by(columns.id)
        )  # fmt: skip
        return self._database.read(
            lambda connection: tuple(
                Change(number, Asset(kind, key), *rest)
                for number, kind, key, *rest in connection.execute(query)
            )
        )

    def contradictions(self, client: str) -> tuple[Contradiction, ...]:
        """Return where runs saw something else than a person said, and nobody has settled it."""
        return self._database.read(lambda connection: open_contradictions(connection, client))

    def owner_words(self, client: str) -> tuple[OwnerWord, ...]:
        """Return the last word people said on the ownership of each asset, by asset."""
        words = self._database.read(lambda connection: words_of(connection, client))
        return tuple(words[asset] for asset in sorted(words))

    async def say_ownership(
        self, client: str, asset: Asset, ownership: Ownership, who: str, why: str, at: datetime
    ) -> None:
        """Note a person's word: it is the client's (confirmed) or not (foreign).

        It counts for assets that are not met yet too. Raises LookupError for an unknown client.
        """
        if ownership not in (Ownership.CONFIRMED, Ownership.FOREIGN):
            raise ValueError("a person says confirmed or foreign; the rest is for the machine")

        def write(connection: Connection) -> None:
            if _client(connection, client) is None:
                raise LookupError(f"there is no client {client!r}")
            connection.execute(
                insert(OWNER_WORD).values(
                    client=client, kind=asset.kind, key=asset.key,
                    ownership=ownership, who=who, why=why, at=at,
                )
            )  # fmt: skip
            columns = OBJECT.c
            query = select(OBJECT).where(
                columns.client == client, columns.kind == asset.kind, columns.key == asset.key
            )
            row = connection.execute(query).first()
            if row is not None:
                _say(connection, to_object(row), "ownership", ownership, who, why, at)

        await self._database.write(write)


def _client(connection: Connection, slug: str) -> Client | None:
    row = connection.execute(select(CLIENT).where(CLIENT.c.slug == slug)).first()
    return None if row is None else _to_client(row)


def _to_client(row: Any) -> Client:
    return Client(row.slug, row.name, tuple(row.org), tuple(row.brands), tuple(row.inns))


def _merged(known: Client, said: Client) -> Client:
    return Client(
        slug=known.slug,
        name=said.name or known.name,
        org=tuple(dict.fromkeys(known.org + said.org)),
        brands=tuple(dict.fromkeys(known.brands + said.brands)),
        inns=tuple(dict.fromkeys(known.inns + said.inns)),
    )


def _object(connection: Connection, object_id: int) -> RegistryObject | None:
    row = connection.execute(select(OBJECT).where(OBJECT.c.id == object_id)).first()
    return None if row is None else to_object(row)


def _say(
    connection: Connection,
    thing: RegistryObject,
    field: str,
    value: Any,
    who: str,
    why: str,
    at: datetime,
) -> Change:
    values = {field: value}
    denies = field in ("use", "state") and value != getattr(thing, field)
    if denies and thing.origins.get("verdict") is not Origin.CONFIRMED:
        # Our verdict rested on what the person has just denied; the next run gives another.
        values |= {"verdict": None, "confidence": None}
    origins = {name: origin for name, origin in thing.origins.items() if name not in values}
    if value is not None:
        origins[field] = Origin.CONFIRMED
    after = structs.replace(thing, **values, origins=origins)
    changes = [
        Change(
            thing.id, thing.asset, at, who, name,
            as_text(getattr(thing, name)), as_text(new), why, None,
        )
        for name, new in values.items()
        if name == field or (name in FIELDS and getattr(thing, name) != new)
    ]  # fmt: skip
    if after != thing:
        connection.execute(update(OBJECT).where(OBJECT.c.id == thing.id).values(**to_row(after)))
        record_changes(connection, changes)
    settle(connection, [(thing.id, field)], at)
    return changes[0]
