"""Where a run saw something else than a person said: filed once, open until it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from scanner.assets import Asset
from scanner.database.columns import insert
from scanner.registry.fields import as_text
from scanner.registry.merge import Merged
from scanner.registry.objects import Contradiction
from scanner.registry.rows import CONTRADICTION, OBJECT


def open_contradictions(connection: Connection, client: str) -> tuple[Contradiction, ...]:
    """Return what is open for a client, by asset and field."""
    at, thing = CONTRADICTION.c, OBJECT.c
    query = (
        select(
            at.object_id, thing.kind, thing.key, at.field, at.kept, at.offered,
            at.first_at, at.last_at, at.run,
        )
        .join(OBJECT, thing.id == at.object_id)
        .where(thing.client == client, at.settled_at.is_(None))
        .order_by(thing.kind, thing.key, at.field)
    )  # fmt: skip
    return tuple(
        Contradiction(number, Asset(kind, key), *rest)
        for number, kind, key, *rest in connection.execute(query)
    )


def count_contradictions(connection: Connection) -> int:
    """Return how many are open, of all clients."""
    query = select(func.count()).where(CONTRADICTION.c.settled_at.is_(None))
    return connection.scalar(query) or 0


def record_contradictions(
    connection: Connection, client: str, merged: Sequence[Merged], run: str, at: datetime
) -> tuple[Contradiction, ...]:
    """File what a run contradicted, settle what it agreed on; return what was not open before."""
    standing = {(one.object_id, one.field): one for one in open_contradictions(connection, client)}
    filed: list[Contradiction] = []
    settled: list[tuple[int, str]] = []
    for one in merged:
        number = one.thing.id
        settled += [(number, field) for field in one.agreed if (number, field) in standing]
        for field, value in one.contradicted.items():
            before = standing.get((number, field))
            kept = as_text(getattr(one.thing, field)) or ""
            offered = as_text(value) or ""
            first = at if before is None or before.offered != offered else before.first_at
            if before is not None and before.offered != offered:
                settled.append((number, field))
            filed.append(
                Contradiction(number, one.thing.asset, field, kept, offered, first, at, run)
            )
    settle(connection, settled, at)
    _file(connection, filed)
    return tuple(
        one
        for one in filed
        if (before := standing.get((one.object_id, one.field))) is None
        or before.offered != one.offered
    )


def settle(connection: Connection, fields: Sequence[tuple[int, str]], at: datetime) -> None:
    """Close what is open on these fields, given as object id and field."""
    if fields:
        change = (
            update(CONTRADICTION)
            .where(
                CONTRADICTION.c.object_id == bindparam("thing"),
                CONTRADICTION.c.field == bindparam("named"),
                CONTRADICTION.c.settled_at.is_(None),
            )
            .values(settled_at=at)
        )
        connection.execute(change, [{"thing": thing, "named": field} for thing, field in fields])


def _file(connection: Connection, filed: Sequence[Contradiction]) -> None:
    if not filed:
        return
    row = insert(connection, CONTRADICTION)
    again = row.on_conflict_do_update(
        index_elements=["object_id", "field", "offered"],
        set_={
            "kept": row.excluded.kept,
            "last_at": row.excluded.last_at,
            "run": row.excluded.run,
            "settled_at": None,
        },
    )
    columns = tuple(name for name in Contradiction.__struct_fields__ if name != "asset")
    connection.execute(again, [{name: getattr(one, name) for name in columns} for one in filed])
