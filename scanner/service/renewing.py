"""The list of renewals: what ends soon or has ended, who has it, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from reports.wording import Wording
from scanner.database import Database
from scanner.registry import Registry
from scanner.registry.answering import People
from scanner.registry.cycles import as_kept
from scanner.registry.matters import Standing, asset_of, name_of
from scanner.registry.near import standing
from scanner.registry.payments import unpaid
from scanner.renewals.standing import renewal_state
from scanner.service.arguments import client_of
from scanner.service.desk import Days, desk_of
from scanner.service.speech import stranger, wording_of
from scanner.service.table import json_lines, packed, table_of
from scanner.service.task_text import TaskText, task_text
from scanner.settings import Settings

if TYPE_CHECKING:
    from scanner.runs.look import Clock

WITHIN = 60
_COLUMNS = (
    "due", "left", "name", "type", "client", "state", "what", "person", "price", "auto_renew",
)  # fmt: skip


class Renewal(Struct, frozen=True, kw_only=True, gc=False):
    """One period that ends soon, or has ended."""

    subject: str
    object: int
    asset: str
    name: str
    type: str
    client: str
    projects: tuple[str, ...]
    person: str | None
    chosen: str
    state: str
    ask: str
    """What is asked for: renew, confirm, decide, do_not_pay."""
    due: date
    deadline: date
    days_left: int
    amount: Decimal | None
    currency: str | None
    period_months: int | None
    auto_renew: bool | None
    replaced_by: str | None
    unconfirmed_since: date | None
    """Since when nobody has confirmed its last day, where that is long ago."""


async def renewals(
    settings: Settings,
    clock: Clock,
    *,
    within: int = WITHIN,
    client: str | None = None,
    project: str | None = None,
    manager: str | None = None,
    unpaid_only: bool = False,
    as_json: bool = False,
    language: str | None = None,
) -> Iterator[str]:
    """Return, in lines, what ends within so many days, or has ended and is not closed, by its last day."""
    desk, now, wording = desk_of(settings), clock(), wording_of(settings, language)
    today = Days(settings).of(now)
    until = today + timedelta(days=within)
    with Database.open(settings.db) as database:
        slug = client_of(Registry(database), client).slug if client else None

        def look(connection: Connection) -> list[str]:
            # Each at once made the text it will be: of a hundred thousand nothing else is kept.
            fits = _filter(connection, until, slug, project, manager, unpaid_only, wording)
            found = standing(connection, desk, today, within, client=slug)
            meant = _by_day(one for one in found if fits(one))
            if as_json:
                return [
                    msgspec.json.encode(_renewal(one, asset, today)).decode()
                    for asset, one in meant
                ]
            words = _Words(text)
            return [packed(words.row(one, today)) for _, one in meant]

        text = task_text(database, wording.language)
        found = await as_kept(database, today, now, desk.book, look, until=until)
    if as_json:
        return json_lines(found)
    return table_of(
        [wording.say(f"table.{name}") for name in _COLUMNS], found, wording.say("table.nothing")
    )


def _filter(
    connection: Connection,
    until: date,
    client: str | None,
    project: str | None,
    manager: str | None,
    unpaid_only: bool,
    wording: Wording,
) -> Callable[[Standing], bool]:
    """Return what says whether a period is one that was asked for. Raises UnknownThing for a stranger."""
    people = People(connection, "").by_id.values() if manager else ()
    known = {person.name for person in people}
    if manager and manager not in known:
        raise stranger(manager, known, wording)
    owing = {one.cycle_id for one in unpaid(connection, until, client)} if unpaid_only else set()

    def fits(one: Standing) -> bool:
        person = one.assignment.person
        return (
            (project is None or any(each.name == project for each in one.projects))
            and (manager is None or (person is not None and person.name == manager))
            and (not unpaid_only or one.row.id in owing)
        )

    return fits


def _by_day(found: Iterator[Standing]) -> Iterator[tuple[str, Standing]]:
    """Yield periods that come by their last day with their assets, those of one day by asset."""
    for _, some in groupby(found, key=lambda one: one.row.due):
        yield from sorted(((asset_of(one.row), one) for one in some), key=itemgetter(0))


def _renewal(one: Standing, asset: str, today: date) -> Renewal:
    row, person = one.row, one.assignment.person
    return Renewal(
        subject=f"cycle:{row.id}",
        object=row.object_id,
        asset=asset,
        name=name_of(row),
        type=row.type,
        client=row.client,
        projects=tuple(each.name for each in one.projects),
        person=person.name if person else None,
        chosen=one.assignment.chosen,
        state=renewal_state(one, today),
        ask=one.stance,
        due=row.due,
        deadline=one.ladder.deadline,
        days_left=(row.due - today).days,
        amount=row.cost_amount,
        currency=row.cost_currency if row.cost_amount is not None else None,
        period_months=row.cost_months if row.cost_amount is not None else None,
        auto_renew=row.auto_renew,
        replaced_by=one.replaced_by,
        unconfirmed_since=one.unconfirmed_since,
    )


class _Words:
    """Says periods in a row of a table; a word is looked up once."""

    def __init__(self, text: TaskText) -> None:
        self._money = text.wording.money
        self._say = cache(text.wording.say)
        self._type = cache(text.type)

    def row(self, one: Standing, today: date) -> tuple[str, ...]:
        """Return the cells of a period."""
        row, say, person = one.row, self._say, one.assignment.person
        price = auto = ""
        if row.cost_amount is not None and row.cost_currency is not None:
            price = self._money(row.cost_amount, row.cost_currency)
        if row.auto_renew is not None:
            auto = say("table.yes" if row.auto_renew else "table.no")
        return (
            row.due.isoformat(), str((row.due - today).days), name_of(row), self._type(row.type),
            row.client, say(f"renewal_state.{renewal_state(one, today)}"), say(f"stance.{one.stance}"),
            person.name if person else "—", price, auto,
        )  # fmt: skip
