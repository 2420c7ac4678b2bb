"""A person's word: that a thing was renewed, or that what changed of it is settled."""

from __future__ import annotations

from datetime import date

from scanner.database import Database
from scanner.registry import Registry
from scanner.registry.cycles import keep_cycles
from scanner.registry.near import expected
from scanner.registry.notices import settle
from scanner.registry.refused import Refused
from scanner.runs.look import Clock
from scanner.service.desk import Days, desk_of
from scanner.service.registering import registry_set
from scanner.service.speech import wording_of
from scanner.settings import Settings


async def settle_changes(
    number: int, settings: Settings, clock: Clock, *, who: str, why: str
) -> str:
    """Note that what changed of a thing is settled; return a confirmation."""
    with Database.open(settings.db) as database:
        thing = Registry(database).object(number)
        if thing is None:
            raise Refused("no_object", number=number)
        count = await database.write(lambda c: settle(c, number, who, why, clock()))
    if not count:
        raise Refused("no_change_waits", asset=str(thing.asset))
    params = {"asset": str(thing.asset), "who": who}
    return wording_of(settings, None).say("answer.change_settled", params)


async def done(
    number: int,
    settings: Settings,
    clock: Clock,
    *,
    until: date | None,
    paid_on: date | None,
    who: str,
    why: str,
) -> str:
    """Note that a thing was renewed, until a day or for a period counted by its terms; return a confirmation."""
    desk, days = desk_of(settings), Days(settings)
    today = days.of(clock())
    with Database.open(settings.db) as database:
        if Registry(database).object(number) is None:
            raise Refused("no_object", number=number)
        # A thing that was entered since the last run has no period yet that the next one follows.
        await database.write(lambda c: keep_cycles(c, today, clock(), desk.book))
        new = until or database.read(
            lambda c: expected(c, desk.book, number, paid_on=paid_on or today)
        )
        if new is None:
            raise Refused("no_period")
        said = await registry_set(number, "paid_until", new.isoformat(), who, why, settings, clock)
        await database.write(lambda c: keep_cycles(c, today, clock(), desk.book))
    return said
