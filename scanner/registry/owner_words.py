"""What people said about whose a thing is."""

from __future__ import annotations

from sqlalchemy import Connection, select

from scanner.assets import Asset
from scanner.registry.objects import OwnerWord
from scanner.registry.rows import OWNER_WORD


def words_of(connection: Connection, client: str) -> dict[Asset, OwnerWord]:
    """Return the last word on each asset of a client."""
    said = OWNER_WORD.c
    query = (
        select(said.kind, said.key, said.ownership, said.who, said.why, said.at)
        .where(said.client == client)
        .order_by(said.id)
    )
    return {
        Asset(kind, key): OwnerWord(Asset(kind, key), *rest)
        for kind, key, *rest in connection.execute(query)
    }
