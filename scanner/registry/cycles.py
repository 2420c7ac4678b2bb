"""One open period for each thing that has a date: opened, corrected, closed, never two at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    literal,
    not_,
    or_,
    select,
    update,
)

from scanner.assets import Kind, Ownership
from scanner.database import Database
from scanner.database.calendar import DaysAfter
from scanner.database.columns import Document, insert
from scanner.registry.installation import installation
from scanner.registry.outbox import retire
from scanner.registry.receive import MACHINE
from scanner.registry.renewal_rows import CYCLE, INSTALLATION
from scanner.registry.rows import CHANGE, OBJECT
from scanner.registry.sightings import read_sightings
from scanner.registry.switching_off import given_up
from scanner.registry.words import Decision, Lifecycle, Origin
from scanner.renewals.closing import least_renewed, standing_of
from scanner.renewals.cycle import CycleState
from scanner.renewals.guard import DEAD, is_alive
from scanner.renewals.terms import DEFAULT, OwnDays, TermsBook, days_of, product_of

T = TypeVar("T")
_AT_ONCE = 500
GONE = "gone"
SEEN_TWICE = "seen_twice"
REPLACED = "replaced"
NOT_WANTED = "not_wanted"
RAN_OUT = "ran_out"


class Cycle(Struct, frozen=True, kw_only=True):
    """One period of one object."""

    id: int
    object_id: int
    seq: int
    due: date
    state: CycleState
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    closed_why: str | None


class Kept(Struct, frozen=True):
    """What has become of the periods."""

    opened: int
    moved: int
    closed: int


def open_cycle_of(connection: Connection, object_id: int) -> Cycle | None:
    """Return the period that an object is in; None for one without a date, or that is gone."""
    query = _all().where(CYCLE.c.object_id == object_id, CYCLE.c.closed_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else Cycle(**row._mapping)


def cycles_of(connection: Connection, object_id: int) -> tuple[Cycle, ...]:
    """Return every period of an object, the first one first."""
    rows = connection.execute(_all().where(CYCLE.c.object_id == object_id).order_by(CYCLE.c.seq))
    return tuple(Cycle(**row._mapping) for row in rows)


def keep_cycles(
    connection: Connection,
    today: date,
    at: datetime,
    book: TermsBook | None = None,
    until: date | None = None,
) -> Kept:
    """Bring the periods in line with what the registry knows of its objects today.

    Only what differs is touched. Two that do it at once take their turns. With `until` none is opened
    for what neither ends nor is to be decided on by that day.
    """
    installation(connection)
    connection.execute(select(INSTALLATION.c.id).with_for_update()).all()
    keeper = _Keeper(connection, today, at, book or TermsBook())
    keeper.keep_open()
    keeper.open_missing(until)
    return Kept(keeper.opened, keeper.moved, keeper.closed)


class _Undo(Exception):
    """Carries an answer out of a transaction that leaves nothing behind."""


async def as_kept(
    database: Database,
    today: date,
    at: datetime,
    book: TermsBook,
    look: Callable[[Connection], T],
    *,
    until: date | None = None,
) -> T:
    """Return what `look` sees of the periods as they would be if they were kept now; keep nothing.

    With `until` it sees no new period of what neither ends nor is to be decided on by that day.
    """
    answers: list[T] = []

    def work(connection: Connection) -> None:
        keep_cycles(connection, today, at, book, until)
        answers.append(look(connection))
        raise _Undo

    with suppress(_Undo):
        await database.write(work)
    return answers[-1]


class _Keeper:
    """One pass over the periods."""

    def __init__(self, connection: Connection, today: date, at: datetime, book: TermsBook) -> None:
        self._connection, self._today, self._at, self._book = connection, today, at, book
        self.opened = self.moved = self.closed = 0

    def keep_open(self) -> None:
        """Move and close the open periods that are not as their things are, all found in one pass."""
        rows = self._connection.execute(to_look_at(self._today, self._book)).all()
        over = [row.object_id for row in rows if self._ran_out(row)]
        approved = [
            row.object_id
            for row in rows
            if row.decision == Decision.APPROVED and row.due < self._today
        ]
        unwanted = given_up(self._connection, approved) if approved else frozenset()
        lost = frozenset(over)
        for row in rows:
            if not is_alive(row.lifecycle, row.ownership):
                ended = row.lifecycle == Lifecycle.LOST
                state = CycleState.LOST if ended else CycleState.WILL_NOT_RENEW
                self._close(row, state, MACHINE, GONE)
            elif row.paid_until is not None and row.paid_until != row.due:
                self._follow(row)
            elif self._is_replaced(row):
                self._close(row, CycleState.RENEWED, MACHINE, REPLACED)
            elif row.object_id in unwanted:
                self._close(row, CycleState.WILL_NOT_RENEW, MACHINE, NOT_WANTED)
            elif row.object_id in lost:
                self._close(row, CycleState.LOST, MACHINE, RAN_OUT)

    def _follow(self, row: Row[Any]) -> None:
        """Let a period follow its thing's date: a correction moves it, a renewal closes it."""
        least = least_renewed(row.due, self._months(row))
        if row.paid_until < least:
            self._set(row.id, due=row.paid_until, state=CycleState.OPEN)
            self.moved += 1
        elif row.origin == Origin.CONFIRMED:
            self._renew(row, *self._word_on(row.object_id))
        elif standing_of(read_sightings(row.seen_later), least) is CycleState.RENEWED:
            self._renew(row, MACHINE, SEEN_TWICE)
        elif row.state != CycleState.PROBABLY_RENEWED:
            self._set(row.id, state=CycleState.PROBABLY_RENEWED)

    def _is_replaced(self, row: Row[Any]) -> bool:
        """Say whether a certificate has given way to another, as two looks a day apart saw."""
        if row.kind != Kind.CERTIFICATE or not row.seen_later:
            return False
        return standing_of(read_sightings(row.seen_later), date.max) is CycleState.RENEWED

    def _ran_out(self, row: Row[Any]) -> bool:
        """Say whether anybody may have it by now. What was met only after that day stays open, told once."""
        if row.due >= self._today or row.state != CycleState.OPEN:
            return False
        terms = self._book.terms(row.type, product_of(row.kind, row.key, row.provider))
        own = OwnDays(lost_at=row.lost_at)
        lost = days_of(row.due, terms, own, self._months(row) or 12).lost_at
        return lost is not None and row.opened_at.date() < lost <= self._today

    def open_missing(self, until: date | None = None) -> None:
        """Open a period for whatever is alive, has a date, and is in none; with `until` only what is near."""
        thing, at = OBJECT.c, CYCLE.c
        of_it = at.object_id == thing.id
        inside = select(at.id).where(of_it, at.closed_at.is_(None)).exists()
        ever = select(at.id).where(of_it).exists()
        without = select(thing.id).where(_alive(), thing.paid_until.is_not(None))
        if until is not None:
            days = (thing.paid_until, thing.decide_by, thing.cheap_until)
            without = without.where(or_(*(day <= until for day in days)))
        if self._connection.execute(without.where(~inside).limit(1)).first() is None:
            return  # as on most days
        last = self._last_of(list(self._connection.scalars(without.where(~inside, ever))))
        self._open_first(without.where(~ever))
        for row in last.values():
            given = row.decision == Decision.APPROVED and given_up(self._connection, [row.id])
            reopened = row.state is CycleState.WILL_NOT_RENEW and not given
            if row.paid_until > row.due or reopened:
                self._open(row.id, row.seq + 1, row.paid_until)

    def _open_first(self, things: Select[Any]) -> None:
        """Open the first period of things, however many there are."""
        thing, at = OBJECT.c, CYCLE.c
        # Sorted, so that all are found before the first is written: PostgreSQL, which takes an empty table
        # for small, would else read for each what it has written before.
        rows = things.order_by(thing.id).with_only_columns(
            thing.id, literal(1), thing.paid_until, literal(CycleState.OPEN, at.state.type),
            literal(self._at, at.opened_at.type), literal([], Document),
        )  # fmt: skip
        names = ["object_id", "seq", "due", "state", "opened_at", "seen_later"]
        added = CYCLE.insert().from_select(names, rows, include_defaults=False)
        counted = added.execution_options(preserve_rowcount=True)
        self.opened += self._connection.execute(counted).rowcount

    def _last_of(self, objects: list[int]) -> dict[int, Row[Any]]:
        """Return the last period of things that ever had one, by thing."""
        thing, at = OBJECT.c, CYCLE.c
        query = select(thing.id, thing.paid_until, thing.decision, at.seq, at.due, at.state).join(
            CYCLE, at.object_id == thing.id
        )
        found: dict[int, Row[Any]] = {}
        numbers = iter(objects)
        while some := list(islice(numbers, _AT_ONCE)):
            rows = self._connection.execute(query.where(thing.id.in_(some)).order_by(at.seq))
            found |= {row.id: row for row in rows}
        return found

    def _months(self, row: Row[Any]) -> int | None:
        product = product_of(row.kind, row.key, row.provider)
        usual = self._book.terms(row.type, product).period_months
        return row.period_months or row.cost_months or usual

    def _word_on(self, object_id: int) -> tuple[str, str]:
        at = CHANGE.c
        query = select(at.who, at.why).where(at.object_id == object_id, at.field == "paid_until")
        row = self._connection.execute(query.order_by(at.id.desc()).limit(1)).first()
        return (row.who, row.why) if row else (MACHINE, "")

    def _renew(self, row: Row[Any], who: str, why: str) -> None:
        if self._close(row, CycleState.RENEWED, who, why):
            self._open(row.object_id, row.seq + 1, row.paid_until)

    def _close(self, row: Row[Any], state: CycleState, who: str, why: str) -> bool:
        at = CYCLE.c
        still = update(CYCLE).where(at.id == row.id, at.closed_at.is_(None))
        values = {"state": state, "closed_at": self._at, "closed_by": who, "closed_why": why}
        done = self._connection.execute(still.values(**values)).rowcount == 1
        if done:
            retire(self._connection, subject_of(row.id), self._at)
            self.closed += 1
        return done

    def _open(self, object_id: int, seq: int, due: date) -> None:
        values = {
            "object_id": object_id, "seq": seq, "due": due, "state": CycleState.OPEN,
            "opened_at": self._at, "seen_later": [],
        }  # fmt: skip
        row = insert(self._connection, CYCLE).values(**values)
        self._connection.execute(row.on_conflict_do_nothing())
        self.opened += 1

    def _set(self, number: int, **values: Any) -> None:
        at = CYCLE.c
        row = update(CYCLE).where(at.id == number, at.closed_at.is_(None))
        self._connection.execute(row.values(**values))


def subject_of(cycle_id: int) -> str:
    """Return how the outbox calls a period."""
    return f"cycle:{cycle_id}"


def _all() -> Select[Any]:
    return select(*(CYCLE.c[name] for name in Cycle.__struct_fields__))


def to_look_at(today: date, book: TermsBook) -> Select[Any]:
    """Select the open periods that may have to be moved or closed."""
    at, thing = CYCLE.c, OBJECT.c
    differs = and_(thing.paid_until.is_not(None), thing.paid_until != at.due)
    replaced = and_(thing.kind == Kind.CERTIFICATE, at.state == CycleState.PROBABLY_RENEWED)
    unwanted = and_(at.due < today, thing.decision == Decision.APPROVED)
    said = and_(at.due < today, thing.lost_at <= today, at.opened_at < thing.lost_at)
    over = or_(said, unwanted, *(_lost(today, *loss) for loss in book.losses))
    return (
        select(
            at.id, at.object_id, at.seq, at.due, at.state, at.opened_at, at.seen_later, thing.kind,
            thing.key, thing.type, thing.provider, thing.lifecycle, thing.ownership, thing.decision,
            thing.paid_until, thing.period_months, thing.cost_months, thing.lost_at,
            thing.origins["paid_until"].as_string().label("origin"),
        )
        .join(OBJECT, thing.id == at.object_id)
        .where(at.closed_at.is_(None), or_(not_(_alive()), differs, replaced, over))
        .order_by(at.id)
    )  # fmt: skip


def _lost(today: date, type: str, product: str, days: int) -> ColumnElement[bool]:
    """Say of a period whether its thing may be anybody's by the terms of a type or product.

    What was met only after that day is left out: it stays open for good, and there may be thousands.
    """
    at, thing = CYCLE.c, OBJECT.c
    lost_on = DaysAfter(at.due, days)
    gone = and_(at.due <= today - timedelta(days=days), at.opened_at < lost_on)
    if type != DEFAULT:
        gone = and_(thing.type == type, gone)
    if not product:
        return gone
    return and_(
        gone, or_(thing.kind != Kind.DOMAIN, thing.key.endswith(f".{product}", autoescape=True))
    )


def _alive() -> Any:
    thing = OBJECT.c
    ours = or_(thing.ownership.is_(None), thing.ownership != Ownership.FOREIGN)
    return thing.lifecycle.not_in([Lifecycle(word) for word in sorted(DEAD)]) & ours
