"""What ever changed: every change of every object, with who, when, before, after, why and in which deed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from scanner.assets import Asset
from scanner.registry.objects import Change
from scanner.registry.rows import CHANGE, OBJECT
from scanner.registry.words import Origin

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like another."""
_COLUMNS = tuple(name for name in Change.__struct_fields__ if name != "asset")


def new_deed() -> str:
    """Return a name for what one command is about to change, which nobody else's has."""
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


def record_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Write history."""
    if changes:
        connection.execute(
            insert(CHANGE), [{name: getattr(one, name) for name in _COLUMNS} for one in changes]
        )


def history_of(
    connection: Connection, object_id: int | None = None, deed: str | None = None
) -> tuple[Change, ...]:
    """Return the changes of an object, of a deed, or of both, oldest first."""
    query = (
        select(OBJECT.c.kind, OBJECT.c.key, *(CHANGE.c[name] for name in _COLUMNS))
        .join(OBJECT, OBJECT.c.id == CHANGE.c.object_id)
        .order_by(CHANGE.c.id)
    )
    if object_id is not None:
        query = query.where(CHANGE.c.object_id == object_id)
    if deed is not None:
        query = query.where(CHANGE.c.deed == deed)
    return tuple(_change(row._mapping) for row in connection.execute(query))


def _change(row: Any) -> Change:
    said = {name: row[name] for name in _COLUMNS}
    origin = said.pop("origin")
    return Change(asset=Asset(row["kind"], row["key"]), origin=origin and Origin(origin), **said)
