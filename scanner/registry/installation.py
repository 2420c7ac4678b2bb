"""The name of this registry, by which what it has said outside is found again."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from scanner.database.columns import insert
from scanner.registry.renewal_rows import INSTALLATION

_ONLY = 1


def installation(connection: Connection) -> str:
    """Return the registry's name, giving it one the first time; needs a writing connection then."""
    query = select(INSTALLATION.c.name).where(INSTALLATION.c.id == _ONLY)
    found = connection.scalar(query)
    if found is None:
        row = insert(connection, INSTALLATION).values(id=_ONLY, name=secrets.token_hex(8))
        connection.execute(row.on_conflict_do_nothing())
        found = connection.scalar(query)
    return str(found)
