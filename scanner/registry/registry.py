"""The registry: a client's objects, who said what about them, and everything that ever changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from scanner.assets import Advice, Asset, Kind, Ownership
from scanner.database import Database
from scanner.registry.clients import all_clients, client_by_slug, ensure
from scanner.registry.contradictions import open_contradictions
from scanner.registry.fields import to_object
from scanner.registry.history import history_of, new_deed
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
from scanner.registry.party_changes import By
from scanner.registry.party_rows import PERSON
from scanner.registry.projects import names_as_text, projects_of
from scanner.registry.receive import receive, shape_of
from scanner.registry.recognise import RECOGNISED, Shape, recognise
from scanner.registry.rows import OBJECT, OWNER_WORD
from scanner.registry.saying import object_for_change, read_said, say
from scanner.registry.words import Lifecycle


class Registry:
    """What is known of every client. Reading is quick and plain; writing is awaited."""

    def __init__(self, database: Database) -> None:
        """Keep the registry in `database`."""
        self._database = database

    def client(self, slug: str) -> Client | None:
        """Return a client; None when nobody has named it yet."""
        return self._database.read(lambda connection: client_by_slug(connection, slug))

    def clients(self) -> tuple[Client, ...]:
        """Return all clients by slug."""
        return self._database.read(all_clients)

    async def ensure_client(self, client: Client, at: datetime) -> Client:
        """Add a client, or add new names to the one of that slug; return what is known now."""
        return await self._database.write(lambda connection: ensure(connection, client, at))

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
            shape_of(thing) for kind in RECOGNISED for thing in self.objects(client, kind=kind)
        )
        return recognise(seen, known)

    def objects(
        self,
        client: str,
        *,
        kind: Kind | None = None,
        type: str | None = None,
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
        by = By(who=who, why=why, at=at, deed=new_deed())

        def write(connection: Connection) -> Change:
            thing = object_for_change(connection, object_id)
            read = read_said(connection, thing, field, value)
            _, changes = say(connection, thing, {field: read}, by)
            return changes[0]

        return await self._database.write(write)

    def answers(self, thing: RegistryObject) -> tuple[str | None, str | None]:
        """Return the name of an object's responsible person, and its projects as text, the lead first."""

        def read(connection: Connection) -> tuple[str | None, str | None]:
            name = select(PERSON.c.name).where(PERSON.c.id == thing.responsible)
            linked = projects_of(connection, [thing.id]).get(thing.id, ())
            return connection.scalar(name), names_as_text(called for _, called in linked)

        return self._database.read(read)

    def history(self, object_id: int) -> tuple[Change, ...]:
        """Return every change of an object, oldest first."""
        return self._database.read(lambda connection: history_of(connection, object_id))

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
            if client_by_slug(connection, client) is None:
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
            row = connection.execute(query.with_for_update()).first()
            if row is not None:
                # No deed: his word also counts for what is not met yet, and is changed by another word.
                by = By(who=who, why=why, at=at)
                say(connection, to_object(row), {"ownership": ownership}, by)

        await self._database.write(write)


def _object(connection: Connection, object_id: int) -> RegistryObject | None:
    row = connection.execute(select(OBJECT).where(OBJECT.c.id == object_id)).first()
    return None if row is None else to_object(row)
