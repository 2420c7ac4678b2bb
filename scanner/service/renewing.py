"""The list of renewals: what ends soon or has ended, who has it, what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from reports.wording import Wording
from scanner.database import Database
from scanner.registry import Registry
from scanner.registry.answering import People
from scanner.registry.cycles import as_kept
from scanner.registry.near import ending
from scanner.registry.payments import unpaid
from scanner.renewals.matter import Matter
from scanner.renewals.standing import renewal_state
from scanner.runs.look import Clock
from scanner.service.arguments import UnknownThing, client_of, report_languages
from scanner.service.desk import Days, desk_of
from scanner.service.table import table
from scanner.settings import Settings

WITHIN = 60


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
) -> str:
    """Return what ends within so many days, or has ended and is not closed, by its last day."""
    desk, now = desk_of(settings), clock()
    today = Days(settings).of(now)
    with Database.open(settings.db) as database:
        slug = client_of(Registry(database), client).slug if client else None

        def look(connection: Connection) -> list[Renewal]:
            until = today + timedelta(days=within)
            fits = _filter(connection, until, slug, project, manager, unpaid_only)
            found = ending(connection, desk, today, within, client=slug)
            lines = (_renewal(matter, today) for matter in found if fits(matter))
            return sorted(lines, key=lambda one: (one.due, one.asset))

        found = await as_kept(database, today, now, desk.book, look)
    if as_json:
        return msgspec.json.encode(found).decode()
    wording = Wording(report_languages([language or "en"])[0])
    names = (
        "due",
        "left",
        "name",
        "type",
        "client",
        "state",
        "what",
        "person",
        "price",
        "auto_renew",
    )
    head = [wording.say(f"table.{name}") for name in names]
    return table(head, (_row(one, wording) for one in found), wording.say("table.nothing"))


def _filter(
    connection: Connection,
    until: date,
    client: str | None,
    project: str | None,
    manager: str | None,
    unpaid_only: bool,
) -> Callable[[Matter], bool]:
    """Return what says whether a period is one that was asked for. Raises UnknownThing for a stranger."""
    people = People(connection, "").by_id.values() if manager else ()
    known = {person.name for person in people}
    if manager and manager not in known:
        raise UnknownThing(
            f"nobody is called {manager!r}; known: {', '.join(sorted(known)) or 'nobody'}."
        )
    owing = {one.cycle_id for one in unpaid(connection, until, client)} if unpaid_only else set()

    def fits(matter: Matter) -> bool:
        person = matter.assignment.person
        return (
            (project is None or any(one.name == project for one in matter.projects))
            and (manager is None or (person is not None and person.name == manager))
            and (not unpaid_only or int(matter.subject.partition(":")[2]) in owing)
        )

    return fits


def _renewal(matter: Matter, today: date) -> Renewal:
    thing, person = matter.thing, matter.assignment.person
    price = thing.price
    return Renewal(
        subject=matter.subject,
        object=thing.id,
        asset=thing.asset,
        name=thing.name,
        type=thing.type,
        client=thing.client,
        projects=tuple(one.name for one in matter.projects),
        person=person.name if person else None,
        chosen=matter.assignment.chosen,
        state=renewal_state(matter, today),
        ask=matter.stance or "",
        due=matter.ladder.due,
        deadline=matter.deadline,
        days_left=(matter.ladder.due - today).days,
        amount=price.money.amount if price else None,
        currency=price.money.currency if price else None,
        period_months=price.period_months if price else None,
        auto_renew=thing.auto_renew,
    )


def _row(one: Renewal, wording: Wording) -> tuple[str, ...]:
    price = ""
    if one.amount is not None and one.currency is not None:
        price = wording.money(one.amount, one.currency).replace("\u00a0", " ")
    auto = {True: wording.say("table.yes"), False: wording.say("table.no"), None: ""}
    return (
        one.due.isoformat(), str(one.days_left), one.name, wording.value(one.type, "object_type?"),
        one.client, wording.say(f"renewal_state.{one.state}"), wording.say(f"stance.{one.ask}"),
        one.person or "—", price, auto[one.auto_renew],
    )  # fmt: skip
