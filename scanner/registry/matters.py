"""Makes matters of rows: what a period's task tells, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import starmap
from typing import Any

from msgspec import Struct, defstruct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, Text, case, func, select, type_coerce
from sqlalchemy.types import NullType

from scanner.assets import Kind, Money, Price
from scanner.registry.answering import People, links_column
from scanner.registry.beside import NOTHING, Aside, Beside
from scanner.registry.renewal_rows import CYCLE
from scanner.registry.rows import CLIENT, OBJECT
from scanner.registry.switching_off import given_up
from scanner.registry.words import Decision, Origin
from scanner.renewals.assignment import Assignment, Membership
from scanner.renewals.cycle import CycleState, Days
from scanner.renewals.guard import Stance, stance
from scanner.renewals.matter import Matter, Thing
from scanner.renewals.plan import Shadows, is_silent
from scanner.renewals.reminders import Ladder
from scanner.renewals.terms import (
    OwnDays,
    Terms,
    TermsBook,
    days_of,
    last_day,
    product_of,
    quieter,
    thresholds,
)
from scanner.renewals.working_days import WorkingDays

Wanted = Callable[[int, Ladder], bool]
"""Says of a period's id and ladder whether its matter is wanted."""
_OWN_DAYS = OwnDays.__struct_fields__
_NONE = OwnDays()
_STATES = {state.value: state for state in CycleState}


class Desk(Struct, frozen=True):
    """What the agency goes by."""

    book: TermsBook
    working: WorkingDays
    duty: str = ""
    """Name of the person who gets what nobody else answers for."""


def open_periods() -> Select[Any]:
    """Select what matters are made of: few columns, of all open periods, by their last day."""
    at, thing = CYCLE.c, OBJECT.c
    looks_renewed = at.state == CycleState.PROBABLY_RENEWED
    return (
        select(
            at.id, at.object_id, at.due, *thing_columns(), thing.period_months,
            thing.state.label("seen_state"), *(thing[name] for name in _OWN_DAYS),
            func.coalesce(*(thing[name] for name in _OWN_DAYS)).is_not(None).label("has_days"),
            *(_text(thing[name]) for name in ("lifecycle", "decision", "verdict")),
            _text(at.state), case((looks_renewed, at.seen_later)).label("seen_later"),
            case((thing.kind == Kind.CERTIFICATE, thing.hosts)).label("hosts"),
            _known_since(), _fact_of(Kind.DOMAIN, "free_date"),
            _fact_of(Kind.CERTIFICATE, "not_before"), links_column(),
        )
        .join(OBJECT, thing.id == at.object_id)
        .join(CLIENT, CLIENT.c.slug == thing.client)
        .where(at.closed_at.is_(None))
        .order_by(at.due, at.id)
    )  # fmt: skip


class Standing(Struct, frozen=True, gc=False):
    """How a period stands: when to act, who answers, what is asked for. A list needs no more of it."""

    row: Any
    """As `open_periods` selects it."""
    days: Days
    ladder: Ladder
    projects: tuple[Membership, ...]
    assignment: Assignment
    stance: Stance
    state: CycleState
    replaced_by: str | None
    """What took its place, as people call it."""
    unconfirmed_since: date | None


class Matters:
    """Makes the matters of one day. Periods that end on one day on the same terms share what is counted."""

    def __init__(self, connection: Connection, desk: Desk, today: date) -> None:
        """Read whoever can answer; rows come later."""
        self._connection, self._desk, self._today = connection, desk, today
        self._people = People(connection, desk.duty)
        self._beside = Beside(connection)
        self._counted: dict[Any, tuple[Days, Ladder]] = {}

    def of(
        self, rows: Sequence[Row[Any]], wanted: Wanted, shadows: Shadows | None = None
    ) -> Iterator[Matter]:
        """Yield the matters of rows of `open_periods`, of those that are wanted and need telling."""
        found = list(self.standing(rows, wanted, shadows))
        beside = self._beside.of([one.row for one in found], periods=True)
        for one in found:
            row, aside = one.row, beside.get(one.row.object_id, NOTHING)
            yield Matter(
                subject=f"cycle:{row.id}",
                thing=thing_of(row, aside),
                ladder=one.ladder,
                assignment=one.assignment,
                projects=one.projects,
                stance=one.stance,
                state=one.state,
                days=one.days,
                seen_until=_seen_until(row.seen_later) if row.seen_later else None,
                unconfirmed_since=one.unconfirmed_since,
                bills=aside.bills,
                payments=aside.payments,
            )

    def standing(
        self, rows: Sequence[Row[Any]], wanted: Wanted, shadows: Shadows | None = None
    ) -> Iterator[Standing]:
        """Yield how the periods of rows of `open_periods` stand, of those that are wanted and need telling."""
        kept = []
        for row in _plain(rows):
            days, ladder = self._ladder(row)
            if not wanted(row.id, ladder) or is_silent(row.kind, row.seen_state):
                continue
            if shadows and row.hosts and shadows.hide(row.client, row.hosts):
                continue
            kept.append((row, days, ladder))
        names = self._beside.names({row.replaced_by for row, *_ in kept if row.replaced_by})
        approved = [row.object_id for row, *_ in kept if row.decision == Decision.APPROVED]
        ended = given_up(self._connection, approved) if approved else frozenset()
        for row, days, ladder in kept:
            projects, assignment = self._people.answer(row.responsible, row.links)
            asked = _stance(row, row.object_id in ended)
            if asked is Stance.DO_NOT_PAY:
                ladder = replace(ladder, thresholds=quieter(ladder.thresholds, row.auto_renew))
            yield Standing(
                row, days, ladder, projects, assignment, asked, _STATES[row.state],
                names.get(row.replaced_by), self._stale_since(row),
            )  # fmt: skip

    def _stale_since(self, row: Row[Any]) -> date | None:
        """Return the day on which a last day was confirmed, where that is too long ago."""
        if row.known_since is None:
            return None
        since = date.fromisoformat(str(row.known_since)[:10])
        product = product_of(row.kind, row.key, row.provider)
        after = self._desk.book.terms(row.type, product).stale_after
        return since if after is not None and (self._today - since).days > after else None

    def _ladder(self, row: Row[Any]) -> tuple[Days, Ladder]:
        product = product_of(row.kind, row.key, row.provider)
        terms = self._desk.book.terms(row.type, product)
        months = row.period_months or row.cost_months or terms.period_months
        own, valid_for = _own_days(row), _validity(row)
        key = row.due, id(terms), months, own, valid_for
        known = self._counted.get(key)
        if known is None:
            known = self._counted[key] = self._count(row.due, terms, months, own, valid_for)
        return known

    def _count(
        self, due: date, terms: Terms, months: int | None, own: OwnDays, valid_for: int | None
    ) -> tuple[Days, Ladder]:
        days = days_of(due, terms, own, months or 12)
        ladder = Ladder(
            deadline=self._desk.working.on_or_before(last_day(days, self._today)),
            due=due,
            thresholds=thresholds(terms, months, valid_for),
            ends=days.lost_at or due + timedelta(days=terms.quiet_after or 365),
        )
        return days, ladder


def thing_columns() -> tuple[Any, ...]:
    """Return the columns of an object and its client that `thing_of` reads, and who is responsible.

    Words are read as the text they are: making words of them by the ten thousand takes longer than
    everything else.
    """
    thing = OBJECT.c
    return (
        thing.client, CLIENT.c.name.label("client_name"), thing.key, thing.name, thing.display_name,
        thing.provider, thing.registrar, thing.account, thing.auto_renew, thing.cost_amount,
        thing.cost_currency, thing.cost_months, thing.responsible, thing.replaced_by,
        *(_text(thing[name]) for name in ("kind", "type", "holder", "access")),
    )  # fmt: skip


def thing_of(row: Row[Any], aside: Aside = NOTHING) -> Thing:
    """Return the thing of a row that holds an object's columns under their names, and what lies beside it."""
    price = None
    if row.cost_amount is not None:
        price = Price(Money(row.cost_amount, row.cost_currency), row.cost_months)
    return Thing(
        id=row.object_id,
        client=row.client,
        client_name=row.client_name,
        asset=asset_of(row),
        type=str(row.type),
        name=name_of(row),
        provider=row.registrar if row.kind == Kind.DOMAIN and row.registrar else row.provider,
        account=row.account,
        holder=row.holder or aside.holder,
        access=row.access or aside.access,
        price=price,
        auto_renew=row.auto_renew,
        replaced_by=aside.replaced_by,
    )


def asset_of(row: Row[Any]) -> str:
    """Return the asset of a row that holds an object's columns."""
    return f"{row.kind}:{row.key}"


def name_of(row: Row[Any]) -> str:
    """Return how people call the thing of such a row."""
    shown = asset_of(row) if row.kind == Kind.CERTIFICATE else row.key
    return str(row.name or row.display_name or shown)


def _plain(rows: Sequence[Row[Any]]) -> list[Any]:
    """Return rows whose columns are read five times as quickly: each is read twenty times."""
    return list(starmap(_plain_row(tuple(rows[0]._fields)), rows)) if rows else []


@cache
def _plain_row(names: tuple[str, ...]) -> type[Struct]:
    return defstruct("PlainRow", [(name, Any) for name in names], frozen=True, gc=False)


def _text(column: Any) -> Any:
    return type_coerce(column, Text).label(column.name)


def _known_since() -> Any:
    """Read when a last day was confirmed that no person gave: as the driver says it, for few are asked."""
    thing = OBJECT.c
    origin = func.coalesce(thing.origins["paid_until"].as_string(), "")
    known = type_coerce(func.coalesce(thing.dated_at, thing.first_seen_at), NullType())
    return case((origin != Origin.CONFIRMED.value, known)).label("known_since")


def _fact_of(kind: Kind, name: str) -> Any:
    """Read one fact of things of one kind: reading it of all would read all their facts."""
    thing = OBJECT.c
    return case((thing.kind == kind, thing.facts[name].as_string())).label(name)


def _stance(row: Row[Any], is_given_up: bool) -> Stance:
    probably = row.state == CycleState.PROBABLY_RENEWED and row.kind != Kind.CERTIFICATE
    return stance(
        lifecycle=row.lifecycle,
        verdict=row.verdict,
        decision=row.decision,
        given_up=is_given_up,
        probably=probably,
        replaced=row.replaced_by is not None,
    )


def _own_days(row: Row[Any]) -> OwnDays:
    if not (row.has_days or row.free_date):
        return _NONE
    own = {name: day for name in _OWN_DAYS if (day := getattr(row, name)) is not None}
    if row.free_date and "lost_at" not in own and (day := _day(row.free_date)) is not None:
        own["lost_at"] = day
    return OwnDays(**own) if own else _NONE


def _validity(row: Row[Any]) -> int | None:
    """Return for how many days a certificate is valid."""
    since = _day(row.not_before) if row.not_before else None
    return (row.due - since).days if since else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _seen_until(seen: Iterable[Mapping[str, Any]]) -> date | None:
    days = [_day(one["until"]) for one in seen if one.get("until")]
    return max((day for day in days if day is not None), default=None)
