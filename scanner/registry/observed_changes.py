"""What a run saw changed of a thing where the registry has no field for it: into the thing's history all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, select

from scanner.assets import Asset
from scanner.registry.history import record_changes
from scanner.registry.objects import Change
from scanner.registry.receive import MACHINE
from scanner.registry.rows import OBJECT


class Observed(Struct, frozen=True):
    """One side of a thing that looks otherwise than before."""

    asset: Asset
    field: str
    before: str
    after: str


def record_observed(
    connection: Connection, client: str, run: str, observed: Iterable[Observed], at: datetime
) -> None:
    """Write history; what is no object of the client's is left out."""
    told = tuple(observed)
    numbers = _numbers(connection, client, {one.asset for one in told})
    record_changes(
        connection,
        [
            Change(
                object_id=numbers[one.asset],
                asset=one.asset,
                at=at,
                who=MACHINE,
                field=one.field,
                before=one.before or None,
                after=one.after or None,
                why="",
                run=run,
            )
            for one in told
            if one.asset in numbers
        ],
    )


def _numbers(connection: Connection, client: str, assets: set[Asset]) -> Mapping[Asset, int]:
    found: dict[Asset, int] = {}
    for asset in sorted(assets):
        thing = OBJECT.c
        number = connection.scalar(
            select(thing.id).where(
                thing.client == client, thing.kind == asset.kind, thing.key == asset.key
            )
        )
        if number is not None:
            found[asset] = number
    return found
