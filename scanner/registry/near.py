"""What has to be told about: the periods near their end, out of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from scanner.database.engine import ready_for_a_long_list
from scanner.registry.links import open_subjects
from scanner.registry.matters import Desk, Matters, Standing, open_periods
from scanner.registry.renewal_rows import CYCLE
from scanner.registry.rows import OBJECT
from scanner.renewals.anchors import Anchor, renewed_until
from scanner.renewals.matter import Matter
from scanner.renewals.plan import Shadows
from scanner.renewals.reminders import Ladder, first_day
from scanner.renewals.terms import TermsBook, product_of

_AT_ONCE = 500
_SHIFT = timedelta(days=14)
"""More than any rest that moves a deadline forward."""


def near(
    connection: Connection, desk: Desk, today: date, *, client: str | None = None
) -> Iterator[Matter]:
    """Yield the open periods of which something may have to be told today.

    Those whose first threshold has come, and those that a task stands for outside, whatever their day has
    become. Read a few hundred at a time, so that memory does not grow with the registry.
    """
    linked = {int(subject[6:]) for subject in open_subjects(connection, "cycle:")}

    def wanted(number: int, ladder: Ladder) -> bool:
        linked.discard(number)
        return True if number in known else today >= first_day(ladder)

    known = frozenset(linked)
    matters, shadows = Matters(connection, desk, today), Shadows()
    for query in _soon(desk.book, today):
        ready_for_a_long_list(connection)
        stream = connection.execution_options(stream_results=True).execute(_of(query, client))
        for rows in stream.partitions(_AT_ONCE):
            yield from matters.of(rows, wanted, shadows)
    far = iter(sorted(linked))  # tasks whose period has moved away since
    while some := list(islice(far, _AT_ONCE)):
        rows = connection.execute(_of(open_periods(), client).where(CYCLE.c.id.in_(some))).all()
        yield from matters.of(rows, _all, shadows)


def ending(
    connection: Connection, desk: Desk, today: date, within: int, *, client: str | None = None
) -> Iterator[Matter]:
    """Yield the open periods that end within so many days, or have ended; then those to decide on by then."""
    matters = Matters(connection, desk, today)
    for rows in _ending(connection, today, within, client):
        yield from matters.of(rows, _all)


def standing(
    connection: Connection, desk: Desk, today: date, within: int, *, client: str | None = None
) -> Iterator[Standing]:
    """Yield how these periods stand, by the day they end: what a list of many thousands tells of them."""
    matters = Matters(connection, desk, today)
    for rows in _ending(connection, today, within, client):
        yield from matters.standing(rows, _all)


def _ending(
    connection: Connection, today: date, within: int, client: str | None
) -> Iterator[Sequence[Row[Any]]]:
    until = today + timedelta(days=within)
    for query in (open_periods().where(CYCLE.c.due <= until), _early(until, until)):
        ready_for_a_long_list(connection)
        stream = connection.execution_options(stream_results=True).execute(_of(query, client))
        yield from stream.partitions(_AT_ONCE)


def horizon(book: TermsBook, today: date) -> date:
    """Return the last day by which a thing may end, or have to be decided on, to be told of today."""
    default, of_type = book.horizons
    return today + timedelta(days=max(default, *of_type.values())) + _SHIFT


def matter_of(connection: Connection, desk: Desk, subject: str, today: date) -> Matter | None:
    """Return one period as it stands now; None when it is over, or needs no telling."""
    number = int(subject.partition(":")[2])
    rows = connection.execute(open_periods().where(CYCLE.c.id == number)).all()
    found = next(Matters(connection, desk, today).of(rows, _all), None)
    if found is None:
        return None
    until = expected(connection, desk.book, found.thing.id, paid_on=today)
    return replace(found, expected=until)


def expected(connection: Connection, book: TermsBook, object_id: int, paid_on: date) -> date | None:
    """Return until when a thing is paid once it is renewed on a day; None where nobody can say.

    Counted from all its periods, so that what is paid on the 31st stays there after February.
    """
    thing = OBJECT.c
    query = select(
        thing.kind, thing.key, thing.type, thing.provider, thing.anchor, thing.period_months,
        thing.cost_months,
    )  # fmt: skip
    row = connection.execute(query.where(thing.id == object_id)).one()
    chain = select(CYCLE.c.due).where(CYCLE.c.object_id == object_id).order_by(CYCLE.c.seq)
    dues = list(connection.scalars(chain))
    terms = book.terms(row.type, product_of(row.kind, row.key, row.provider))
    months = row.period_months or row.cost_months or terms.period_months
    if months is None or not dues:
        return None
    late = terms.counts_lapsed if dues[-1] < paid_on else None
    anchor = row.anchor or late or terms.counts or Anchor.FROM_OLD_END
    return renewed_until(dues, months, anchor, paid_on)


def _all(_number: int, _ladder: Ladder) -> bool:
    return True


def _of(query: Select[Any], client: str | None) -> Select[Any]:
    return query if client is None else query.where(OBJECT.c.client == client)


def _soon(book: TermsBook, today: date) -> Iterator[Select[Any]]:
    """Yield what may be within its first threshold: by its last day, each type its own; by an earlier day."""
    default, of_type = book.horizons
    widest = horizon(book, today)
    types: dict[int, list[str]] = {}
    for type, days in of_type.items():
        types.setdefault(days, []).append(type)

    def by(days: int) -> ColumnElement[bool]:
        return CYCLE.c.due <= today + timedelta(days=days) + _SHIFT

    type_of = OBJECT.c.type
    others = and_(type_of.not_in(list(of_type)), by(default))
    each = (and_(type_of.in_(some), by(days)) for days, some in types.items())
    yield open_periods().where(CYCLE.c.due <= widest, or_(others, *each))
    yield _early(widest, widest)


def _early(until: date, after: date) -> Select[Any]:
    """Select what ends after a day, but has to be decided on, or is dearer, by another."""
    thing = OBJECT.c
    soon = or_(thing.decide_by <= until, thing.cheap_until <= until)
    return open_periods().where(
        CYCLE.c.due > after, CYCLE.c.object_id.in_(select(thing.id).where(soon))
    )
