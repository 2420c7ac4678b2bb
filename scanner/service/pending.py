"""Which things of a client wait for another look, from where, and from when on it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from scanner.assets import Asset, Kind, Need, Use
from scanner.evidence import Run, Standings
from scanner.evidence.standings import Wanting
from scanner.runs.again import Names
from scanner.verdicts.agreement import EXPIRES, Agreement, Stand, agreement
from scanner.verdicts.weigh import ENDABLE

RETRY = timedelta(hours=24)
"""So long after a look that could not find out, the same is tried again."""


class Pending(Struct, frozen=True):
    """A thing whose verdict wants another look."""

    asset: Asset
    state: str
    """What the looks so far agree on; empty where none found out anything."""
    looks: int
    due: datetime | None
    """A look that begins earlier does not count; None where any would."""
    needs: tuple[Need, ...]
    names: tuple[str, ...]

    def is_due(self, at: datetime) -> bool:
        """Say whether a look that begins now counts."""
        return self.due is None or self.due <= at


def pending(
    standings: Standings, client: str, base: Run, vantage: str, at: datetime
) -> tuple[Pending, ...]:
    """Return what of an audit waits for a look from a vantage, by asset.

    From the audit's own place that is what needs a second look, and what was seen too long before `at`
    to act on; from another, what needs one from there.
    """
    if vantage != base.vantage:
        return wanted_elsewhere(standings, client, base, vantage)
    things = standings.wanting(client, base.started_at)
    return tuple(_pending(things, vantage, Need.SECOND_LOOK, at))


def wanted_elsewhere(
    standings: Standings, client: str, base: Run, vantage: str = ""
) -> tuple[Pending, ...]:
    """Return what of an audit waits for a look from another place: a certain one, or wherever."""
    things = standings.wanting(client, base.started_at)
    return tuple(_pending(things, vantage, Need.OTHER_VANTAGE))


def _pending(
    things: Iterable[Wanting], vantage: str, need: Need, at: datetime | None = None
) -> Iterator[Pending]:
    for thing in things:
        judged, agreed = thing.judged, agreement(thing.stands)
        if need not in judged.needs and not _has_expired(agreed, at):
            continue
        yield Pending(
            asset=judged.asset,
            state=agreed.state if agreed else "",
            looks=agreed.looks if agreed else 0,
            due=_due(thing.stands, agreed, vantage),
            needs=judged.needs,
            names=judged.names,
        )


def _has_expired(agreed: Agreement | None, at: datetime | None) -> bool:
    """Say whether what might be ended, or mended, was seen last too long ago."""
    return bool(agreed and at and agreed.use in ENDABLE and at - agreed.last > EXPIRES)


def _due(stands: Iterable[Stand], agreed: Agreement | None, vantage: str) -> datetime | None:
    mine = [stand for stand in stands if stand.vantage == vantage]
    newest = max(mine, key=lambda stand: stand.ended, default=None)
    again = newest.ended + RETRY if newest and newest.use is Use.UNKNOWN else None
    counts = agreed.next_from if agreed and agreed.use in ENDABLE else None
    moments = [moment for moment in (again, counts) if moment]
    return max(moments, default=None)


def names_to_look_at(things: Iterable[Pending]) -> Names:
    """Return the names of things as a plan takes them."""
    told = {name for thing in things for name in thing.names}
    whole = {name.removeprefix("*.") for name in told if name.startswith("*.")}
    return Names(frozenset(whole), frozenset(name for name in told if not name.startswith("*.")))


def names_elsewhere(thing: Pending) -> tuple[str, ...]:
    """Return the names of a thing that another place is to look at; whose mail hosts are others' is left out."""
    if thing.asset.kind is Kind.MAIL:
        return (thing.asset.key,)
    return tuple(name for name in thing.names if not name.startswith("*."))
