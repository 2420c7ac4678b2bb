"""What looks saw of the terms of things, kept with the period it may one day prove renewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from scanner.assets import Asset
from scanner.registry.renewal_rows import CYCLE
from scanner.registry.rows import OBJECT
from scanner.renewals.closing import Sighting, kept, least_renewed, standing_of
from scanner.renewals.cycle import CycleState
from scanner.renewals.terms import TermsBook, product_of

_AT_ONCE = 500


def read_sightings(kept: Iterable[Mapping[str, Any]]) -> tuple[Sighting, ...]:
    """Read what a period remembers."""
    return tuple(msgspec.convert(one, Sighting) for one in kept)


def note_sightings(
    connection: Connection,
    client: str,
    seen: Mapping[Asset, Sighting],
    book: TermsBook | None = None,
) -> None:
    """Add what a run saw to the open periods of the client's things, where it says anything new.

    The state of a period is brought up to it; `keep_cycles` closes what is proved by then, so that one
    place closes. What a person said of the date stands in the way of that: then it is asked for.
    """
    book = book or TermsBook()
    assets = iter(sorted(seen))
    while some := list(islice(assets, _AT_ONCE)):
        for row in _open_cycles(connection, client, some):
            sighting = seen[Asset(row.kind, row.key)]
            product = product_of(row.kind, row.key, row.provider)
            usual = book.terms(row.type, product).period_months
            least = least_renewed(row.due, row.period_months or row.cost_months or usual)
            before = read_sightings(row.seen_later)
            after = kept((*before, sighting), least)
            if after == before:
                continue
            found = standing_of(after, least)
            state = CycleState.OPEN if found is CycleState.OPEN else CycleState.PROBABLY_RENEWED
            values = {"seen_later": msgspec.to_builtins(after), "state": state}
            connection.execute(update(CYCLE).where(CYCLE.c.id == row.id).values(**values))


def _open_cycles(connection: Connection, client: str, assets: Sequence[Asset]) -> list[Any]:
    thing, at = OBJECT.c, CYCLE.c
    found: list[Any] = []
    for kind in sorted({asset.kind for asset in assets}):
        query = (
            select(
                at.id, at.due, at.seen_later, thing.kind, thing.key, thing.type, thing.provider,
                thing.period_months, thing.cost_months,
            )
            .join(OBJECT, thing.id == at.object_id)
            .where(
                at.closed_at.is_(None), thing.client == client, thing.kind == kind,
                thing.key.in_([asset.key for asset in assets if asset.kind is kind]),
            )
        )  # fmt: skip
        found += connection.execute(query).all()
    return found
